// @ts-check
/** What the page asks of the node that served it. */

import { readBoundedJson } from '../../swarm/read-bounded.js'

/** No answer within this time counts as none: longer than a node may be told to take (node-list.ts). */
const PATIENCE_MS = 125_000
/** More than any list of ours. */
const MAX_BYTES = 1024 * 1024

/**
 * The node list.
 * @param {{ isFresh?: boolean }} [options] `isFresh`: from the node itself and not from the service worker's copy
 * @returns {Promise<import('../playing/player-events.js').VideoNode[]>}
 * @throws {Error} when the node does not answer, or not with a node list
 */
export async function askForNodes({ isFresh = false } = {}) {
  const { nodes } = await askJson('/_/nodes', isFresh ? 'no-store' : 'default')
  if (!Array.isArray(nodes) || nodes.length === 0) throw new TypeError('The node list is empty')
  return nodes
}

/**
 * The names of the videos that this node has.
 * @returns {Promise<string[]>}
 * @throws {Error} when it does not answer
 */
export async function askForVideos() {
  const { videos } = await askJson('/_/videos')
  return videos.map((/** @type {{ name: string }} */ { name }) => name)
}

/**
 * @param {string} path
 * @param {RequestCache} [cache]
 * @returns {Promise<any>}
 */
async function askJson(path, cache = 'default') {
  const response = await fetch(path, { cache, signal: AbortSignal.timeout(PATIENCE_MS) })
  if (!response.ok) throw new Error(`${path} was answered with status ${response.status}`)
  return readBoundedJson(response, MAX_BYTES)
}
