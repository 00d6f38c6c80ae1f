// @ts-check
/** Is a chunk what the manifest says? Nothing leaves the swarm before this says so. */

/**
 * SHA-256 as hex, computed off the main thread by the runtime's own Web Crypto.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<string>}
 */
export async function sha256Hex(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  let hex = ''
  for (const byte of digest) hex += byte.toString(16).padStart(2, '0')
  return hex
}

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
