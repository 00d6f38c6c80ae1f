import { describe, expect, test } from 'vitest'
import { Reader, type ReaderSource } from '../../src/swarm/reader.js'

const CHUNK_BYTES = 100

/** Chunks whose every byte is the number of the chunk; a test puts them there. */
class FakeSource implements ReaderSource {
  readonly here = new Set<number>()
  lastFed = Number.POSITIVE_INFINITY
  nowMs = 0
  readonly told: string[] = []

  bytesFrom = (byte: number): Uint8Array<ArrayBuffer> | undefined => {
    const chunk = this.indexOf(byte)
    this.told.push(`get ${chunk}`)
    return this.here.has(chunk) ? new Uint8Array(CHUNK_BYTES - (byte % CHUNK_BYTES)).fill(chunk) : undefined
  }
  isFed = (chunk: number): boolean => chunk <= this.lastFed
  indexOf = (byte: number): number => Math.floor(byte / CHUNK_BYTES)
  now = (): number => this.nowMs
  onWaiting = (chunk: number): void => void this.told.push(`waiting ${chunk}`)
  onDelivered = (chunk: number, waitedMs: number): void =>
    void this.told.push(`delivered ${chunk} after ${waitedMs}`)
  onMoved = ({ position }: Reader): void => void this.told.push(`at ${position}`)
  onClosed = (): void => void this.told.push('closed')
}

/** What has become of a promise by now. */
async function stateOf<T>(promise: Promise<T>): Promise<T | 'pending'> {
  await new Promise((resolve) => setImmediate(resolve))
  return Promise.race([promise, Promise.resolve('pending' as const)])
}

async function readAll(reader: Reader): Promise<number[]> {
  const lengths: number[] = []
  for (let bytes = await reader.next(); bytes !== undefined; bytes = await reader.next())
    lengths.push(bytes.length)
  return lengths
}

describe('a range', () => {
  test.for<[range: string, start: number, end: number, lengths: number[]]>([
    ['of whole chunks', 100, 299, [100, 100]],
    ['that begins inside a chunk', 130, 299, [70, 100]],
    ['that ends inside a chunk', 100, 230, [100, 31]],
    ['inside one chunk', 110, 119, [10]],
    ['of one byte', 199, 199, [1]],
    ['over a border', 199, 200, [1, 1]],
    ['of nothing', 200, 199, []],
  ])('%s', async ([, start, end, lengths]) => {
    const source = new FakeSource()
    for (let chunk = 0; chunk < 10; chunk++) source.here.add(chunk)
    const reader = new Reader(start, end, source)
    expect(await readAll(reader)).toEqual(lengths)
    expect(reader.position).toBe(end + 1)
    expect(source.told.filter((what) => what === 'closed')).toHaveLength(1)
  })

  test('comes in order, each byte from its own chunk', async () => {
    const source = new FakeSource()
    for (const chunk of [3, 1, 2]) source.here.add(chunk)
    const reader = new Reader(150, 349, source)
    const bytes = [await reader.next(), await reader.next(), await reader.next()].flatMap((piece) => [
      ...(piece ?? []),
    ])
    expect(bytes).toEqual([...Array(50).fill(1), ...Array(100).fill(2), ...Array(50).fill(3)])
  })
})

describe('a reader that waits', () => {
  test('says so once, and gets the chunk when it is there', async () => {
    const source = new FakeSource()
    const reader = new Reader(200, 299, source)
    const next = reader.next()
    expect(await stateOf(next)).toBe('pending')
    source.nowMs = 40
    reader.wake()
    expect(await stateOf(next)).toBe('pending')
    source.nowMs = 70
    source.here.add(2)
    reader.wake()
    expect((await next)?.length).toBe(100)
    expect(source.told.filter((what) => !what.startsWith('get'))).toEqual([
      'waiting 2',
      'delivered 2 after 70',
      'at 300',
    ])
  })

  test('gets the end when it is cancelled', async () => {
    const source = new FakeSource()
    const reader = new Reader(200, 299, source)
    const next = reader.next()
    reader.cancel()
    expect(await next).toBeUndefined()
    expect(await reader.next()).toBeUndefined()
  })

  test('is closed once, however often it is cancelled', () => {
    const source = new FakeSource()
    const reader = new Reader(200, 299, source)
    reader.cancel()
    reader.cancel()
    expect(source.told).toEqual(['closed'])
  })

  test('for its feed does not take a chunk that is there, and is not said to wait', async () => {
    const source = new FakeSource()
    source.here.add(2)
    source.lastFed = 1
    const reader = new Reader(200, 299, source)
    const next = reader.next()
    expect(await stateOf(next)).toBe('pending')
    expect(source.told).toEqual([])
    source.lastFed = 2
    reader.wake()
    expect((await next)?.length).toBe(100)
    expect(source.told).toContain('delivered 2 after 0')
  })
})

test('a reader that nobody asks takes nothing', () => {
  const source = new FakeSource()
  source.here.add(0)
  const reader = new Reader(0, 299, source)
  reader.wake()
  expect(source.told).toEqual([])
})
