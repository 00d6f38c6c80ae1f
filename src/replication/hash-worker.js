// @ts-check
/**
 * SHA-256 in a thread of its own (whole-hash.ts). Takes pieces of shared memory one after the other, and answers each when
 * it is done with it; `null` asks for the hash. JavaScript, for a thread has no loader that reads anything else.
 */
import { createHash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'

const hash = createHash('sha256')
parentPort?.on('message', (/** @type {Uint8Array | null} */ bytes) => {
  if (bytes !== null) hash.update(bytes)
  parentPort?.postMessage(bytes === null ? hash.digest('hex') : undefined)
})
