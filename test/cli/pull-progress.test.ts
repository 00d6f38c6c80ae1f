import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { formatBar, formatFigures, PullProgress } from '../../src/cli/pull-progress.ts'
import { displayWidth } from '../../src/cli/terminal.ts'
import { Tally } from '../../src/pulling/tally.ts'
import type { SwarmFile } from '../../src/swarm/fetch-range.js'

const CHUNK = 1000
const NAMES = ['node1', 'node2', 'node3'] as const

const fileOf = (chunks: number): SwarmFile => ({ name: 'talk.mp4', size: chunks * CHUNK, chunkSize: CHUNK })

/** Lets a node bring chunks. */
function bring(tally: Tally, node: string, ...chunks: number[]): void {
  for (const chunk of chunks) tally.add({ type: 'verified', atMs: 0, chunk, node, bytes: CHUNK })
}

const plain = (_: number, text: string): string => text
const range = (first: number, end: number): number[] =>
  Array.from({ length: end - first }, (_, index) => first + index)

describe('the bar', () => {
  test.for<[what: string, chunks: number, brought: Record<string, number[]>, bar: string]>([
    ['nothing yet', 64, {}, '································'],
    ['an empty file', 0, {}, '································'],
    ['one chunk', 1, { node2: [0] }, '22222222222222222222222222222222'],
    ['two chunks', 2, { node1: [1] }, '················1111111111111111'],
    ['five chunks', 5, { node1: [0, 1], node2: [3], node3: [4] }, '1111111111111·······222222333333'],
    ['as many chunks as cells', 32, { node1: [0, 31], node3: [1] }, '13·····························1'],
    ['two chunks a cell', 64, { node1: [0, 1, 2, 3], node2: [4] }, '112·····························'],
    [
      'the node that brought most of a cell',
      96,
      { node1: [0], node2: [1, 2] },
      '2·······························',
    ],
  ])('%s', ([, chunks, brought, expected]) => {
    const tally = new Tally(NAMES)
    for (const [node, list] of Object.entries(brought)) bring(tally, node, ...list)
    expect(formatBar(fileOf(chunks), tally, plain)).toBe(expected)
  })

  test.for(range(1, 200))('%d chunks: each of them changes it, and all of them fill it', (chunks) => {
    const file = fileOf(chunks)
    const empty = formatBar(file, new Tally(NAMES), plain)
    const whole = new Tally(NAMES)
    for (const chunk of range(0, chunks)) {
      const single = new Tally(NAMES)
      bring(single, 'node1', chunk)
      expect(formatBar(file, single, plain)).not.toBe(empty)
      bring(whole, 'node1', chunk)
    }
    expect(formatBar(file, whole, plain)).toBe('1'.repeat(32))
  })

  test('what an earlier run brought is marked as such', () => {
    const tally = new Tally(NAMES)
    tally.resume(new Set(range(0, 8)), 8 * CHUNK)
    bring(tally, 'node3', 8, 9)
    expect(formatBar(fileOf(32), tally, plain)).toBe('========33······················')
  })

  test('a node paints what it brought, once for each stretch, and nobody paints the rest', () => {
    const tally = new Tally(NAMES)
    tally.resume(new Set([0]), CHUNK)
    bring(tally, 'node1', 1, 2, 4)
    bring(tally, 'node2', 3)
    const painted: [number, string][] = []
    formatBar(fileOf(32), tally, (node, text) => {
      painted.push([node, text])
      return text
    })
    expect(painted).toEqual([
      [0, '11'],
      [1, '2'],
      [0, '1'],
    ])
  })

  test('the tenth node and those after it are letters', () => {
    const tally = new Tally(range(1, 13).map((number) => `node${number}`))
    bring(tally, 'node9', 0)
    bring(tally, 'node10', 1)
    bring(tally, 'node12', 2)
    expect(formatBar(fileOf(32), tally, plain)).toMatch(/^9ac·+$/)
  })
})

test.for<[done: number, total: number, bytesPerSecond: number, text: string]>([
  [0, 6_700_000, 0, '  0 %  6.7 MB  0 bytes/s  waiting'],
  [3_015_000, 6_700_000, 2_100_000, ' 45 %  6.7 MB  2.1 MB/s  0:02 left'],
  [6_699_999, 6_700_000, 2_100_000, ' 99 %  6.7 MB  2.1 MB/s  0:01 left'],
  [6_700_000, 6_700_000, 2_100_000, '100 %  6.7 MB  2.1 MB/s'],
  [6_700_000, 6_700_000, 0, '100 %  6.7 MB  0 bytes/s'],
  [0, 0, 0, '100 %  0 bytes  0 bytes/s'],
  [0, 100e9, 1e6, '  0 %  100 GB  1.0 MB/s  27:46:40 left'],
])('%d of %d bytes at %d bytes a second', ([done, total, bytesPerSecond, text]) => {
  expect(formatFigures(done, total, bytesPerSecond)).toBe(text)
})

/** A stream that keeps what is written to it. */
class Screen {
  readonly isTTY: boolean
  readonly columns = 80
  text = ''

  constructor(isTTY: boolean) {
    this.isTTY = isTTY
  }

  hasColors(): boolean {
    return true
  }

  write(text: string): boolean {
    this.text += text
    return true
  }

  asStream(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream
  }

  /** What was painted, one frame after the other, without styles. */
  get frames(): string[] {
    return stripVTControlCharacters(this.text)
      .split(/[\r\n]+/)
      .filter((line) => line !== '')
  }
}

describe('while it goes on', () => {
  beforeEach(() => {
    vi.stubEnv('NO_COLOR', undefined)
    vi.stubEnv('FORCE_COLOR', undefined)
    vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] })
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.useRealTimers()
  })

  test('a terminal shows a coloured bar with rate and time left, within 80 columns', () => {
    const screen = new Screen(true)
    const tally = new Tally(NAMES)
    const file = fileOf(64)
    const progress = new PullProgress(screen.asStream(), file, tally)
    for (const chunk of range(0, 64)) {
      bring(tally, NAMES[chunk % 2] ?? '', chunk)
      vi.advanceTimersByTime(125)
    }
    progress.end()
    expect(screen.frames.length).toBeGreaterThan(60)
    expect(screen.frames[8]).toBe(`1111${'·'.repeat(28)}   12 %  64.0 kB  8.9 kB/s  0:07 left`)
    expect(screen.frames.at(-1)).toBe(`${'1'.repeat(32)}  100 %  64.0 kB  8.0 kB/s`)
    for (const frame of screen.frames) expect(displayWidth(frame)).toBeLessThan(80)
    expect(screen.text).toContain('\u001b[36m111')
  })

  test('the rate is that of the last three seconds, and none when nothing comes', () => {
    const screen = new Screen(true)
    const tally = new Tally(NAMES)
    const progress = new PullProgress(screen.asStream(), fileOf(64), tally)
    bring(tally, 'node1', ...range(0, 30))
    vi.advanceTimersByTime(3000)
    expect(screen.frames.at(-1)).toMatch(/10\.0 kB\/s {2}0:04 left$/)
    vi.advanceTimersByTime(3200)
    expect(screen.frames.at(-1)).toMatch(/ {2}0 bytes\/s {2}waiting$/)
    progress.end()
  })

  test('when all is there, the rate is that of the whole download', () => {
    const screen = new Screen(true)
    const tally = new Tally(NAMES)
    tally.resume(new Set(range(0, 4)), 4 * CHUNK)
    const progress = new PullProgress(screen.asStream(), fileOf(64), tally)
    bring(tally, 'node1', ...range(4, 10))
    vi.advanceTimersByTime(10_000)
    bring(tally, 'node1', ...range(10, 64))
    vi.advanceTimersByTime(2000)
    progress.end()
    expect(screen.frames.at(-1)).toMatch(/100 % {2}64\.0 kB {2}5\.0 kB\/s$/)
  })

  test('what an earlier run brought is no rate', () => {
    const screen = new Screen(true)
    const tally = new Tally(NAMES)
    tally.resume(new Set(range(0, 32)), 32 * CHUNK)
    const progress = new PullProgress(screen.asStream(), fileOf(64), tally)
    vi.advanceTimersByTime(200)
    expect(screen.frames.at(-1)).toBe(
      `${'='.repeat(16)}${'·'.repeat(16)}   50 %  64.0 kB  0 bytes/s  waiting`,
    )
    progress.end()
  })

  test('elsewhere there is a line every five seconds, without bar and colours', () => {
    const screen = new Screen(false)
    const tally = new Tally(NAMES)
    const progress = new PullProgress(screen.asStream(), fileOf(64), tally)
    bring(tally, 'node1', ...range(0, 16))
    vi.advanceTimersByTime(4900)
    expect(screen.text).toBe('')
    vi.advanceTimersByTime(10_200)
    expect(screen.text).toMatch(/^(talk\.mp4: {2}25 % {2}64\.0 kB {2}[^\n]+\n){3}$/)
    expect(stripVTControlCharacters(screen.text)).toBe(screen.text)
    progress.end()
    expect(screen.text.split('\n')).toHaveLength(4)
  })

  test('nothing is painted after the end', () => {
    const screen = new Screen(true)
    const progress = new PullProgress(screen.asStream(), fileOf(64), new Tally(NAMES))
    vi.advanceTimersByTime(500)
    progress.end()
    const shown = screen.text
    vi.advanceTimersByTime(5000)
    expect(screen.text).toBe(shown)
  })
})
