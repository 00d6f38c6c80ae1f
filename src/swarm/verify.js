// @ts-check
/** Is a chunk what the manifest says? Nothing leaves the swarm before this says so. */
import { sha256Hex } from '../version/sha256.js'

/**
 * @typedef {{ kind: 'verified' } | { kind: 'unverified' } | { kind: 'rejected', expected: string, found: string }} Verdict
 */

/**
 * Judges one chunk.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string | undefined} expected SHA-256 as hex; `undefined` without a manifest
 * @param {(bytes: Uint8Array<ArrayBuffer>) => Promise<string>} [hash]
 * @returns {Promise<Verdict>}
 */
export async function verifyChunk(bytes, expected, hash = sha256Hex) {
  if (expected === undefined) return { kind: 'unverified' }
  const found = await hash(bytes)
  return found === expected ? { kind: 'verified' } : { kind: 'rejected', expected, found }
}
