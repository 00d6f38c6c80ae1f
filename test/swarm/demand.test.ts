import { describe, expect, test } from 'vitest'
import { Attention } from '../../src/swarm/attention.js'
import { ChunkTable } from '../../src/swarm/chunk-table.js'
import { Demand, isWithin } from '../../src/swarm/demand.js'
import { SwarmNode } from '../../src/swarm/node.js'
import { Reader } from '../../src/swarm/reader.js'
import { Run } from '../../src/swarm/run.js'
import { VirtualClock } from './simulation.ts'

const FOR_NODES = { random: Math.random, attention: new Attention(new VirtualClock()), chunkSize: 1 }

/** Twenty chunks. */
const FILE = { name: 'talk.mp4', size: 2000, chunkSize: 100 }
const WINDOW_BYTES = 500

function world(isBulk = false, have: readonly number[] = []): { chunks: ChunkTable; demand: Demand } {
  const chunks = new ChunkTable(FILE, 1e6, have)
  return { chunks, demand: new Demand(chunks, WINDOW_BYTES, isBulk) }
}

function readerAt(position: number, end = FILE.size - 1): Reader {
  return new Reader(position, end, {
    bytesFrom: () => undefined,
    isFed: () => true,
    indexOf: (byte) => Math.floor(byte / FILE.chunkSize),
    now: () => 0,
    onWaiting: () => {},
    onDelivered: () => {},
    onMoved: () => {},
    onClosed: () => {},
  })
}

const claim = (chunks: ChunkTable, chunk: number): void => {
  const node = new SwarmNode({ name: 'node1', url: 'http://node1' }, FOR_NODES)
  chunks.claim(chunk, new Run(node, chunks, chunk, chunk, 0, 0))
}

describe('what a reader wants', () => {
  test.for<
    [rule: string, position: number, end: number, fedUntil: number, span: [number, number] | undefined]
  >([
    ['is a window ahead of it', 0, 1999, Number.POSITIVE_INFINITY, [0, 5]],
    ['begins with the chunk that it is in', 150, 1999, Number.POSITIVE_INFINITY, [1, 6]],
    ['ends with its range', 150, 349, Number.POSITIVE_INFINITY, [1, 3]],
    ['ends with the file', 1950, 1999, Number.POSITIVE_INFINITY, [19, 19]],
    ['is nothing when it has read all', 2000, 1999, Number.POSITIVE_INFINITY, undefined],
    ['ends with what may be fed', 0, 1999, 250, [0, 2]],
    ['ends before the chunk at whose first byte the feed ends', 0, 1999, 300, [0, 2]],
    ['is nothing when its chunk may not be fed', 400, 1999, 300, undefined],
    ['is nothing when nothing may be fed', 0, 1999, 0, undefined],
  ])('%s', ([, position, end, fedUntil, span]) => {
    const { demand } = world()
    demand.feedUntil(fedUntil)
    demand.add(readerAt(position, end))
    expect(demand.spans).toEqual(span === undefined ? [] : [{ first: span[0], last: span[1] }])
  })

  test('is nothing without a reader', () => {
    expect(world().demand.spans).toEqual([])
  })

  test('of several comes newest first, for a player that seeks opens before it closes', () => {
    const { demand } = world()
    const old = readerAt(0, 99)
    demand.add(old)
    demand.add(readerAt(1000, 1099))
    expect([...demand.missing()]).toEqual([10, 0])
    demand.remove(old)
    expect([...demand.missing()]).toEqual([10])
  })

  test('is missing only when it is neither here nor on its way', () => {
    const { chunks, demand } = world()
    demand.add(readerAt(0))
    chunks.keep(0, new Uint8Array(100), () => true)
    claim(chunks, 1)
    chunks.setVerifying(3, true)
    expect([...demand.missing()]).toEqual([2, 4, 5])
  })
})

describe('bulk', () => {
  test('wants all that is not here', () => {
    const { chunks, demand } = world(true, [0, 1, 4])
    claim(chunks, 5)
    expect([...demand.missing()]).toEqual([2, 3, ...Array.from({ length: 14 }, (_, index) => index + 6)])
  })

  test('is over when all is here', () => {
    const { chunks, demand } = world(true)
    for (let chunk = 0; chunk < 20; chunk++) chunks.markDone(chunk)
    expect(demand.spans).toEqual([])
  })

  test('wants a chunk again whose hash turns out wrong', () => {
    const { chunks, demand } = world(true)
    chunks.setVerifying(0, true)
    expect([...demand.missing()]).not.toContain(0)
    chunks.setVerifying(0, false)
    expect([...demand.missing()]).toContain(0)
  })
})

describe('nothing is left to do further ahead', () => {
  test.for<[when: string, positions: number[], isAtItsEnd: boolean]>([
    ['while a reader is far from its end', [0], false],
    ['when the window of a reader holds its end', [1400], true],
    ['while one of two is far from its end', [1400, 0], false],
  ])('%s', ([, positions, isAtItsEnd]) => {
    const { demand } = world()
    for (const position of positions) demand.add(readerAt(position))
    expect(demand.isAtItsEnd).toBe(isAtItsEnd)
  })
})

test('the wait for a chunk is the longest of all readers that wait for it', () => {
  const { demand } = world()
  const [one, two, other] = [readerAt(310), readerAt(390), readerAt(400)]
  for (const reader of [one, two, other]) demand.add(reader)
  one.waitingSinceMs = 700
  two.waitingSinceMs = 400
  other.waitingSinceMs = 0
  expect(demand.waitedMs(3, 1000)).toBe(600)
  expect(demand.waitedMs(5, 1000)).toBe(0)
})

test('a chunk is within spans when it is in one of them, both ends included', () => {
  const spans = [
    { first: 2, last: 4 },
    { first: 7, last: 7 },
  ]
  expect([1, 2, 3, 4, 5, 6, 7, 8].filter((chunk) => isWithin(spans, chunk))).toEqual([2, 3, 4, 7])
})
