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
 * @property {readonly string[] | undefined} [opening] SHA-256 of each piece of {@link PIECE_BYTES} of the opening, in
 *   file order, lower-case hex: who plays the file begins before the first chunk is whole. Earlier manifests lack it.
 */

/** No chunk but the last is shorter than this. */
export const SMALLEST_CHUNK_BYTES = 256 * 1024
/** Bytes of a piece of the opening; the last one may be shorter. */
export const PIECE_BYTES = 32 * 1024
/** No file has more chunks; a large one has larger ones. */
export const MAX_CHUNKS = 4096
/** No manifest of {@link MAX_CHUNKS} chunks is longer than this. */
export const MAX_MANIFEST_BYTES = 512 * 1024
/** A chunk is held in memory until its hash is known, so none is larger: files of up to 256 GiB have manifests. */
const MAX_CHUNK_BYTES = 64 * 1024 * 1024
/** The last moment that a date can be, in ECMAScript and thus in every reader. */
const MAX_DATE_MS = 8.64e15

/**
 * How much of a file is its opening: no more than the first chunk of any.
 * @param {number} size of the file, bytes
 */
export const openingBytes = (size) => Math.min(size, SMALLEST_CHUNK_BYTES)

const HEX_SHA256 = /^[0-9a-f]{64}$/
/** @param {unknown} value */
const isHash = (value) => typeof value === 'string' && HEX_SHA256.test(value)
/** @param {unknown} value @param {number} length */
const isListOfHashes = (value, length) =>
  Array.isArray(value) && value.length === length && value.every(isHash)
/** @param {unknown} value @returns {value is number} */
const isCount = (value) => Number.isSafeInteger(value) && Number(value) >= 0

/**
 * Checks a manifest by itself. Pure.
 * @param {unknown} json as it was parsed
 * @returns {{ manifest: Manifest } | { problem: string }} the problem in words that follow "its manifest"
 */
export function checkManifest(json) {
  const problem = findProblem(json)
  return problem === undefined ? { manifest: /** @type {Manifest} */ (json) } : { problem }
}

/**
 * The same for who does not ask why.
 * @param {unknown} json as it was parsed
 * @returns {Manifest | undefined} `undefined` for anything else: it is then as good as absent
 */
export function readManifest(json) {
  const checked = checkManifest(json)
  return 'manifest' in checked ? checked.manifest : undefined
}

/** @param {unknown} json @returns {string | undefined} */
function findProblem(json) {
  if (typeof json !== 'object' || json === null) return 'is no object'
  /** @type {Partial<Record<keyof Manifest, unknown>>} */
  const { version, name, size, mtimeMs, sha256, chunkSize, chunks, opening } = json
  if (version !== 1) return 'is of another format'
  if (typeof name !== 'string') return 'has no name'
  if (!isCount(size)) return 'has no size that a file can have'
  if (typeof mtimeMs !== 'number' || !(Math.abs(mtimeMs) <= MAX_DATE_MS)) return 'has a date that is none'
  if (!isHash(sha256)) return 'has no SHA-256'
  if (!isCount(chunkSize)) return 'has no chunk size'
  if (chunkSize < SMALLEST_CHUNK_BYTES)
    return `has chunks of ${chunkSize} bytes, and none is shorter than ${SMALLEST_CHUNK_BYTES}`
  if (chunkSize > MAX_CHUNK_BYTES) return `has chunks of ${chunkSize} bytes, more than fit in memory`
  if (Math.ceil(size / chunkSize) > MAX_CHUNKS)
    return `has ${Math.ceil(size / chunkSize)} chunks, and no file has more than ${MAX_CHUNKS}`
  if (!isListOfHashes(chunks, Math.ceil(size / chunkSize))) return 'does not have a hash for every chunk'
  if (opening !== undefined && !isListOfHashes(opening, Math.ceil(openingBytes(size) / PIECE_BYTES)))
    return 'does not have a hash for every piece of its opening'
  return undefined
}
