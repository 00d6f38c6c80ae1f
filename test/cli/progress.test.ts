import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { formatProgress, LiveLines } from '../../src/cli/progress.ts'
import { displayWidth } from '../../src/cli/terminal.ts'

test.for<[done: number, total: number, seconds: number, text: string]>([
  [0, 1000, 0, '░░░░░░░░░░░░░░░░░░░░░░░░   0 %  0 bytes of 1.0 kB'],
  [0, 1000, 2, '░░░░░░░░░░░░░░░░░░░░░░░░   0 %  0 bytes of 1.0 kB  0 bytes/s'],
  [240e6, 536e6, 1, '██████████░░░░░░░░░░░░░░  44 %  240 MB of 536 MB  240 MB/s'],
  [500, 1000, 0.5, '████████████░░░░░░░░░░░░  50 %  500 bytes of 1.0 kB  1.0 kB/s'],
  [999, 1000, 1, '███████████████████████░  99 %  999 bytes of 1.0 kB  999 bytes/s'],
  [1000, 1000, 1, '████████████████████████ 100 %  1.0 kB of 1.0 kB  1.0 kB/s'],
  [0, 0, 1, '████████████████████████ 100 %  0 bytes of 0 bytes  0 bytes/s'],
])('%d of %d bytes after %d s', ([done, total, seconds, text]) => {
  expect(formatProgress(done, total, seconds)).toBe(text)
})

/** A terminal: shows what was written to it, as far as these lines need one. */
class Terminal {
  readonly columns: number
  writes = 0
  #screen: string[] = ['']
  #row = 0

  constructor(columns: number) {
    this.columns = columns
  }

  write(text: string): boolean {
    this.writes++
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what a terminal reads
    for (const piece of text.match(/\u001b\[[0-9]*[A-Z]|[\r\n]|[^\u001b\r\n]+/g) ?? []) this.#show(piece)
    return true
  }

  #show(piece: string): void {
    if (piece === '\n') this.#screen[++this.#row] ??= ''
    else if (piece === '\r')
      return // every piece of text begins a row here
    else if (piece.endsWith('A') && piece.startsWith('\u001b')) this.#row -= Number(piece.slice(2, -1))
    else if (piece === '\u001b[J') this.#screen.length = Math.max(1, this.#row)
    else if (piece === '\u001b[K') return
    else {
      this.#screen[this.#row] = piece
      for (let spare = displayWidth(piece); spare > this.columns; spare -= this.columns) this.#row++ // it wraps
    }
  }

  /** The rows above the cursor, which is where these lines leave it. */
  get shown(): string[] {
    return Array.from({ length: this.#row }, (_, row) => this.#screen[row] ?? '')
  }

  asStream(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})
const FRAME_MS = 100

test('the first line is painted at once', () => {
  const terminal = new Terminal(80)
  new LiveLines(terminal.asStream()).set('node1', 'node1 10 %')
  expect(terminal.shown).toEqual(['node1 10 %'])
})

test('a line is painted over in place, in the order in which the lines came', () => {
  const terminal = new Terminal(80)
  const lines = new LiveLines(terminal.asStream())
  for (const [key, line] of [
    ['a', 'a 1'],
    ['b', 'b 1'],
    ['a', 'a 2'],
    ['c', 'c 1'],
    ['b', 'b 2'],
  ] as const) {
    vi.advanceTimersByTime(FRAME_MS)
    lines.set(key, line)
  }
  expect(terminal.shown).toEqual(['a 2', 'b 2', 'c 1'])
})

test('a terminal is not painted more often than a person can read, and misses nothing in the end', () => {
  const terminal = new Terminal(80)
  const lines = new LiveLines(terminal.asStream())
  for (let done = 0; done < 1000; done++) lines.set('a', `a ${done}`)
  expect(terminal.writes).toBe(1)
  expect(terminal.shown).toEqual(['a 0'])
  lines.end()
  expect(terminal.shown).toEqual(['a 999'])
})

test('the lines can be wiped away', () => {
  const terminal = new Terminal(80)
  const lines = new LiveLines(terminal.asStream())
  lines.set('a', 'a 1')
  lines.set('b', 'b 1')
  lines.end(true)
  expect(terminal.shown).toEqual([])
})

test('what is painted after the end stands below', () => {
  const terminal = new Terminal(80)
  const lines = new LiveLines(terminal.asStream())
  lines.set('a', 'a 1')
  lines.end()
  vi.advanceTimersByTime(FRAME_MS)
  lines.set('a', 'a 2')
  expect(terminal.shown).toEqual(['a 1', 'a 2'])
})

test.for<[what: string, line: string]>([
  ['a long line', 'node1 '.repeat(30)],
  ['a long line of wide letters', '节点 '.repeat(30)],
  ['a long line of emoji', '🎬'.repeat(60)],
])('%s is cut to the terminal, so that it can be painted over', ([, line]) => {
  const terminal = new Terminal(60)
  const lines = new LiveLines(terminal.asStream())
  lines.set('a', line)
  vi.advanceTimersByTime(FRAME_MS)
  lines.set('a', line)
  expect(terminal.shown).toHaveLength(1)
  expect(displayWidth(terminal.shown[0] ?? '')).toBeLessThan(60)
  expect(line.startsWith(terminal.shown[0] ?? '?')).toBe(true)
  expect(terminal.shown[0]?.isWellFormed()).toBe(true)
})

test('a terminal that does not tell its width has 80 columns', () => {
  const terminal = new Terminal(80)
  const stream = { write: (text: string) => terminal.write(text) } as unknown as NodeJS.WriteStream
  new LiveLines(stream).set('a', 'x'.repeat(200))
  expect(terminal.shown).toEqual(['x'.repeat(79)])
})
