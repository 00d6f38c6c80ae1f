import { describe, expect, test } from 'vitest'
import { Attention } from '../../src/swarm/attention.js'
import { ChunkTable } from '../../src/swarm/chunk-table.js'
import { SwarmNode } from '../../src/swarm/node.js'
import { Run } from '../../src/swarm/run.js'
import { VirtualClock } from './simulation.ts'

const FOR_NODES = { random: Math.random, attention: new Attention(new VirtualClock()), chunkSize: 1 }

/** Ten chunks, the last one of 50 bytes. */
const FILE = { name: 'talk.mp4', size: 950, chunkSize: 100 }

const table = (cacheBytes = 1e6, have: readonly number[] = []): ChunkTable =>
  new ChunkTable(FILE, cacheBytes, have)
const chunkBytes = (length = 100): Uint8Array<ArrayBuffer> => new Uint8Array(length)
const nobody = (): boolean => false

function runOf(chunks: ChunkTable, first: number, last: number): Run {
  const node = new SwarmNode({ name: 'node1', url: 'http://node1' }, FOR_NODES)
  return new Run(node, chunks, first, last, 0, 0)
}

describe('where a chunk lies', () => {
  test.for<[size: number, chunkSize: number, count: number]>([
    [950, 100, 10],
    [1000, 100, 10],
    [1001, 100, 11],
    [1, 100, 1],
    [0, 100, 0],
  ])('%i bytes in chunks of %i are %i', ([size, chunkSize, count]) => {
    const chunks = new ChunkTable({ name: 'talk.mp4', size, chunkSize }, 0, [])
    expect(chunks.count).toBe(count)
    const bytes = Array.from({ length: count }, (_, chunk) => chunks.bytesOf(chunk))
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBe(size)
  })

  test.for<[chunk: number, start: number, end: number]>([
    [0, 0, 99],
    [1, 100, 199],
    [9, 900, 949],
  ])('chunk %i is bytes %i-%i', ([chunk, start, end]) => {
    const chunks = table()
    expect([chunks.startOf(chunk), chunks.endOf(chunk)]).toEqual([start, end])
    expect([chunks.indexOf(start), chunks.indexOf(end)]).toEqual([chunk, chunk])
    expect(chunks.bytesOf(chunk)).toBe(end - start + 1)
  })

  test('several chunks are the sum of each', () => {
    expect(table().bytesOf(7, 9)).toBe(250)
  })
})

describe('verified chunks that are kept', () => {
  /** Which of the ten are here. */
  const kept = (chunks: ChunkTable): number[] => [...Array(10).keys()].filter((chunk) => chunks.isHere(chunk))

  test('are as many as fit', () => {
    const chunks = table(300)
    for (const chunk of [0, 1, 2]) chunks.keep(chunk, chunkBytes(), nobody)
    expect(kept(chunks)).toEqual([0, 1, 2])
  })

  test('are dropped one by one, the one used longest ago first', () => {
    const chunks = table(300)
    for (const chunk of [0, 1, 2]) chunks.keep(chunk, chunkBytes(), nobody)
    chunks.get(0)
    chunks.keep(3, chunkBytes(), nobody)
    expect(kept(chunks)).toEqual([0, 2, 3])
    chunks.keep(4, chunkBytes(), nobody)
    expect(kept(chunks)).toEqual([0, 3, 4])
  })

  test('are counted in bytes, not in chunks', () => {
    const chunks = table(100)
    chunks.keep(9, chunkBytes(50), nobody)
    chunks.keep(8, chunkBytes(50), nobody)
    expect(kept(chunks)).toEqual([8, 9])
    chunks.keep(7, chunkBytes(51), nobody)
    expect(kept(chunks)).toEqual([7])
    chunks.keep(6, chunkBytes(49), nobody)
    expect(kept(chunks)).toEqual([6, 7])
  })

  test('are never dropped while they are needed, whatever they cost', () => {
    const chunks = table(100)
    for (let chunk = 0; chunk < 10; chunk++) chunks.keep(chunk, chunkBytes(), (old) => old < 5)
    expect(kept(chunks)).toEqual([0, 1, 2, 3, 4])
    chunks.keep(9, chunkBytes(50), nobody)
    expect(kept(chunks)).toEqual([9])
  })

  test('are the very bytes', () => {
    const chunks = table()
    const bytes = chunkBytes()
    chunks.keep(3, bytes, nobody)
    expect(chunks.get(3)).toBe(bytes)
    expect(chunks.get(4)).toBeUndefined()
  })
})

describe('what becomes of a chunk', () => {
  test('it may be brought by two runs, and is free when both gave it up', () => {
    const chunks = table()
    const [one, two] = [runOf(chunks, 0, 3), runOf(chunks, 2, 2)]
    chunks.claim(2, one)
    chunks.claim(2, two)
    expect([...chunks.ownersOf(2)]).toEqual([one, two])
    chunks.release(2, one)
    chunks.release(2, one)
    expect([...chunks.ownersOf(2)]).toEqual([two])
    chunks.release(2, two)
    expect(chunks.ownersOf(2).size).toBe(0)
  })

  test('while it is verified it is here, and cannot be read', () => {
    const chunks = table()
    chunks.setVerifying(2, true)
    expect([chunks.isHere(2), chunks.isVerifying(2), chunks.get(2)]).toEqual([true, true, undefined])
    chunks.setVerifying(2, false)
    expect(chunks.isHere(2)).toBe(false)
  })

  test('what one had already, or has handed over, is here', () => {
    const chunks = table(0, [3, 4])
    chunks.markDone(5)
    expect([2, 3, 4, 5].map((chunk) => chunks.isHere(chunk))).toEqual([false, true, true, true])
    expect(chunks.doneCount).toBe(3)
  })

  test('open is what is neither here nor on its way', () => {
    const chunks = table(0, [0])
    chunks.claim(1, runOf(chunks, 1, 1))
    chunks.setVerifying(2, true)
    expect(chunks.openCount).toBe(7)
  })
})
