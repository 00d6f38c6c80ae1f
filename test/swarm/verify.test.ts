import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { verifyChunk } from '../../src/swarm/verify.js'

const bytes = new TextEncoder().encode('a chunk')
const sha256 = createHash('sha256').update(bytes).digest('hex')

test('a chunk with the hash of the manifest is verified', async () => {
  expect(await verifyChunk(bytes, sha256)).toEqual({ kind: 'verified' })
})

test('a chunk with one flipped bit is rejected, with both hashes', async () => {
  const flipped = bytes.slice()
  flipped[3] = (flipped[3] ?? 0) ^ 1
  const found = createHash('sha256').update(flipped).digest('hex')
  expect(await verifyChunk(flipped, sha256)).toEqual({ kind: 'rejected', expected: sha256, found })
})

test('without a manifest a chunk is unverified, and no hash is computed', async () => {
  const hash = (): Promise<string> => Promise.reject(new Error('no hash is needed'))
  expect(await verifyChunk(bytes, undefined, hash)).toEqual({ kind: 'unverified' })
})
