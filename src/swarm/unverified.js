// @ts-check
/**
 * A file without a manifest: what there is to read, and from whom. Nobody can check a byte of it, so parts of
 * different files must not meet in the first place. Pure.
 */

/**
 * What a HEAD shows.
 * @typedef {{ size: number, etag?: string | undefined, lastModifiedMs: number }} Replica
 * @typedef {{ node: string, isForeign: boolean, replica?: Replica }} Seen
 */

/** Without a manifest a file is read in chunks of this size. */
const CHUNK_SIZE = 256 * 1024
/** A weak one may stand for other bytes (RFC 9110 §8.8.1). */
const STRONG_TAG = /^"/

/**
 * Our own nodes come first. Copies made there by hand have no tag in common, and are taken for the same file when
 * they have the same size; two servers of somebody else only when both give the same strong ETag, in each answer.
 * @param {readonly Seen[]} seen in the order of the node list
 * @returns {{ file: { size: number, chunkSize: number, etag?: string }, sources: string[] } | undefined}
 *   `sources`: who may be read together, those that are away now too: size and tag are looked at in each answer
 */
export function chooseUnverified(seen) {
  const having = seen.flatMap(({ replica, ...node }) => (replica === undefined ? [] : [{ ...node, replica }]))
  const byDate = having.sort((a, b) => b.replica.lastModifiedMs - a.replica.lastModifiedMs) // stable: then by list
  const own = byDate.filter(({ isForeign }) => !isForeign)
  const [newest] = own.length > 0 ? own : byDate
  if (newest === undefined) return undefined
  const { size, etag } = newest.replica
  const file = { size, chunkSize: CHUNK_SIZE }
  if (!newest.isForeign) {
    return { file, sources: seen.flatMap(({ node, isForeign }) => (isForeign ? [] : [node])) }
  }
  if (etag === undefined || !STRONG_TAG.test(etag)) return { file, sources: [newest.node] }
  return { file: { ...file, etag }, sources: seen.map(({ node }) => node) }
}

/**
 * Is this a web page in place of the file? Many servers answer so to every name.
 * @param {string | null} contentType
 * @param {string} name of the file
 */
export const isWebPage = (contentType, name) =>
  /^\s*(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/i.test(contentType ?? '') && !/\.x?html?$/i.test(name)
