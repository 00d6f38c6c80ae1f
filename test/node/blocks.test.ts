/** The memory that replies share. */
import { expect, onTestFinished, test } from 'vitest'
import { Blocks, blockBytes, hasRoom } from '../../src/node/blocks.ts'

const MIB = 1024 * 1024

function someBlocks(): Blocks {
  const blocks = new Blocks()
  onTestFinished(() => blocks.end())
  return blocks
}

test('hundreds of replies that are not read share one budget', () => {
  const before = process.memoryUsage().arrayBuffers
  const replies = Array.from({ length: 300 }, someBlocks)
  for (const blocks of replies) blocks.take(blockBytes())
  expect(hasRoom()).toBe(false)
  expect((process.memoryUsage().arrayBuffers - before) / MIB).toBeLessThan(16)
})

test('there is room again when one of them gives its block back, or is over', () => {
  const replies: [Blocks, Buffer][] = []
  while (hasRoom()) {
    const blocks = someBlocks()
    replies.push([blocks, blocks.take(blockBytes())])
  }
  const [[one, block], [other]] = [replies[0] ?? expect.fail(), replies[1] ?? expect.fail()]
  const small = blockBytes()
  one.giveBack(block)
  expect(blockBytes()).toBeGreaterThan(small)
  while (hasRoom()) one.take(blockBytes())
  expect(blockBytes()).toBe(small)
  other.end()
  expect(blockBytes()).toBeGreaterThan(small)
})

test('the first few get the longest blocks, and leave as much for all others', () => {
  const longest = blockBytes()
  expect(longest).toBe(MIB)
  const blocks = someBlocks()
  let bytes = 0
  while (blockBytes() === longest) bytes += blocks.take(blockBytes()).length
  expect(bytes).toBe(4 * MIB)
  expect(blockBytes()).toBe(MIB / 4)
  while (hasRoom()) bytes += blocks.take(blockBytes()).length
  expect(bytes).toBe(8 * MIB)
})

test('a block is as long as was asked for', () => {
  const blocks = someBlocks()
  for (const sizeBytes of [1, 5000, 16 * 1024, 16 * 1024 + 1, 100_000, 256 * 1024, 300_000, MIB])
    expect(blocks.take(sizeBytes)).toHaveLength(sizeBytes)
})
