import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { sha256Hex } from '../../src/version/sha256.js'

test.for([0, 1, 63, 64, 65, 100_000])('the hash of %i bytes is that of node:crypto', async (length) => {
  const some = new Uint8Array(length).map((_, index) => index * 31)
  expect(await sha256Hex(some)).toBe(createHash('sha256').update(some).digest('hex'))
})
