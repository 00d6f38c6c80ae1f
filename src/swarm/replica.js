// @ts-check
/** What a node's answers show of its replica before a chunk is asked for: bytes of another version would be for nothing. Pure. */
import { hashOfTag } from '../version/content-tag.js'

/**
 * @typedef {import('./ask-nodes.js').Reply} Reply
 * @typedef {import('./fetch-range.js').SwarmFile} SwarmFile
 * @typedef {import('./node.js').NodeAddress} NodeAddress
 *
 * The head of an answer to HEAD.
 * @typedef {object} FileHead
 * @property {number} status
 * @property {{ get(name: string): string | null }} headers
 *
 * @typedef {{ kind: 'missing' | 'other version', why: string }} Lack
 */

/**
 * @param {FileHead} head
 * @param {SwarmFile} file
 * @returns {Lack | undefined} `undefined`: it has the file, or its answer proves nothing
 */
export function lackShownBy({ status, headers }, file) {
  if (status === 404 || status === 410)
    return { kind: 'missing', why: `it does not have the file: it answered ${status}` }
  if (status !== 200) return undefined
  const length = headers.get('Content-Length')
  const size = length === null || !/^\d+$/.test(length) ? file.size : Number(length)
  const why = whyOther({ size, etag: headers.get('ETag') ?? undefined }, file)
  return why === undefined ? undefined : { kind: 'other version', why }
}

/**
 * @param {{ size: number, etag?: string | undefined }} replica
 * @param {SwarmFile} file
 * @returns {string | undefined} why it is another version
 */
function whyOther({ size, etag }, file) {
  if (size !== file.size) return `its file has ${size} bytes, not ${file.size}`
  const hash = hashOfTag(etag)
  if (hash !== undefined && file.sha256 !== undefined && hash !== file.sha256)
    return 'its ETag is that of another version'
  if (file.etag !== undefined && etag !== file.etag)
    return 'its ETag is another one, so it may have other bytes'
  return undefined
}

/**
 * A node as a swarm is to know it, by what it said when the file was looked for.
 * @template {NodeAddress} N
 * @param {N} node
 * @param {{ file: SwarmFile, delays: ReadonlyMap<string, number>, replies: ReadonlyMap<string, Reply> }} found
 * @returns {N}
 */
export function asFound(node, { file, delays, replies }) {
  const { manifest, replica } = replies.get(node.name) ?? {}
  const said = replica ?? (manifest && { size: manifest.size, etag: `"${manifest.sha256}"` })
  const delayMs = delays.get(node.name)
  const otherVersion = said && whyOther(said, file)
  return {
    ...node,
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(otherVersion === undefined ? {} : { otherVersion }),
  }
}
