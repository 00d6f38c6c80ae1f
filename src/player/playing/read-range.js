// @ts-check
/** Bytes of a file, straight from one node. */
import { readBounded } from '../../swarm/read-bounded.js'

/** A node that takes longer is no source of facts. */
const LIMIT_MS = 20_000

/**
 * @param {string} url
 * @param {number} start
 * @param {number} end inclusive
 * @returns {Promise<Uint8Array>} Rejects when the node does not give exactly these.
 */
export async function readRange(url, start, end) {
  const headers = { Range: `bytes=${start}-${end}` }
  const response = await fetch(url, { headers, cache: 'no-store', signal: AbortSignal.timeout(LIMIT_MS) })
  const size = end - start + 1
  const bytes = await readBounded(response, response.status === 206 ? size : 0)
  if (bytes.length !== size) throw new Error(`${bytes.length} bytes of ${size}`)
  return bytes
}
