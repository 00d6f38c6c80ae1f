// @ts-check
/** The manifest of a file: its size and SHA-256, whole and chunk by chunk. Who writes and who reads one agree here. */

/**
 * One file's description. `replicate` writes it, a node and a swarm read it.
 * @typedef {object} Manifest
 * @property {1} version
 * @property {string} name the storage name
 * @property {number} size bytes
 * @property {number} mtimeMs modification time of the file, ms since 1970, whole
 * @property {string} sha256 of the whole file, lower-case hex
 * @property {number} chunkSize bytes; the last chunk may be shorter
 * @property {readonly string[]} chunks SHA-256 of each chunk in file order, lower-case hex
 */

/**
 * One version of a file, and which nodes have it.
 * @typedef {{ sha256: string, size: number, mtimeMs: number, nodes: readonly string[] }} FileVersion
 */

/** No file has more chunks; a large one has larger ones. */
export const MAX_CHUNKS = 4096
/** No manifest of {@link MAX_CHUNKS} chunks is longer than this. */
export const MAX_MANIFEST_BYTES = 512 * 1024

const HEX_SHA256 = /^[0-9a-f]{64}$/
/** @param {unknown} value */
const isHash = (value) => typeof value === 'string' && HEX_SHA256.test(value)
/** @param {unknown} value @returns {value is number} */
const isCount = (value) => Number.isSafeInteger(value) && Number(value) >= 0

/**
 * Checks a manifest. Pure.
 * @param {unknown} json as it was parsed
 * @returns {Manifest | undefined} `undefined` for anything else: it is then as good as absent
 */
export function readManifest(json) {
  if (typeof json !== 'object' || json === null) return undefined
  /** @type {Partial<Record<keyof Manifest, unknown>>} */
  const { version, name, size, mtimeMs, sha256, chunkSize, chunks } = json
  const isManifest =
    version === 1 &&
    typeof name === 'string' &&
    isCount(size) &&
    Number.isFinite(mtimeMs) &&
    isHash(sha256) &&
    isCount(chunkSize) &&
    chunkSize > 0 &&
    Array.isArray(chunks) &&
    chunks.length === Math.ceil(size / chunkSize) &&
    chunks.every(isHash)
  return isManifest ? /** @type {Manifest} */ (json) : undefined
}
