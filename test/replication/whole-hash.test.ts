import { createHash } from 'node:crypto'
import { expect, onTestFinished, test as plainTest } from 'vitest'
import { OwnHash, ThreadHash, type WholeHash, wholeHashFor } from '../../src/replication/whole-hash.ts'

const KINDS: readonly [string, () => WholeHash][] = [
  ['in this thread', () => new OwnHash()],
  ['in a thread of its own', () => new ThreadHash()],
]
const test = plainTest.for(KINDS)

/** Bytes of shared memory, or of our own. */
function bytesOf(hash: WholeHash, sizeBytes: number, first: number): Buffer {
  const block = hash.allocate(sizeBytes)
  for (let index = 0; index < sizeBytes; index++) block[index] = first + index * 7
  return block
}

test('the hash is that of all bytes in their order, %s', async ([, open]) => {
  const hash = open()
  onTestFinished(() => hash.close())
  const oracle = createHash('sha256')
  for (const [index, sizeBytes] of [1, 4096, 0, 1_000_003].entries()) {
    const bytes = bytesOf(hash, sizeBytes, index)
    oracle.update(bytes)
    await hash.update(bytes)
  }
  expect(await hash.digest()).toBe(oracle.digest('hex'))
})

test('memory that was taken may be filled anew, %s', async ([, open]) => {
  const hash = open()
  onTestFinished(() => hash.close())
  const oracle = createHash('sha256')
  const block = hash.allocate(256 * 1024)
  for (let round = 0; round < 20; round++) {
    block.fill(round)
    oracle.update(block)
    await hash.update(block.subarray(0))
  }
  expect(await hash.digest()).toBe(oracle.digest('hex'))
})

test('the hash of nothing, %s', async ([, open]) => {
  const hash = open()
  onTestFinished(() => hash.close())
  expect(await hash.digest()).toBe(createHash('sha256').digest('hex'))
})

plainTest('a thread that has ended is an error, and nobody waits for it', async () => {
  const hash = new ThreadHash()
  const waiting = hash.update(hash.allocate(64 * 1024 * 1024))
  const [ended] = await Promise.allSettled([waiting, hash.close()])
  expect(ended).toMatchObject({
    status: 'rejected',
    reason: { message: 'The thread that hashes has ended.' },
  })
})

plainTest('only a large file is worth a thread', async () => {
  const [small, large] = [wholeHashFor(1024), wholeHashFor(2 ** 30)]
  onTestFinished(() => large.close())
  expect([small, large]).toEqual([expect.any(OwnHash), expect.any(ThreadHash)])
})
