// @ts-check
/** What the page knows from the node that served it, and what it asks of that. */
/** @import { VideoNode } from '../playing/player-events.js' */
import { readBoundedJson } from '../../swarm/read-bounded.js'

/** No answer within this time counts as none: longer than a node may be told to take (node-list.ts). */
const PATIENCE_MS = 125_000
/** More than any list of ours. */
const MAX_BYTES = 1024 * 1024

/**
 * The node list as it was when the page was made: the node puts it into the page (node/watch-page.ts).
 * @returns {VideoNode[] | undefined} `undefined`: it has none
 */
export function nodesOfPage() {
  try {
    const { nodes } = JSON.parse(document.getElementById('node-list')?.textContent ?? '')
    return isNodeList(nodes) ? nodes : undefined
  } catch {
    return undefined // a page that no node has made
  }
}

/**
 * The node list as it is now.
 * @param {{ isFresh?: boolean }} [options] `isFresh`: from the node itself and not from the service worker's copy
 * @returns {Promise<VideoNode[]>}
 * @throws {Error} when the node does not answer, or not with a node list
 */
export async function askForNodes({ isFresh = false } = {}) {
  const { nodes } = await askJson('/_/nodes', isFresh ? 'no-store' : 'default')
  if (!isNodeList(nodes)) throw new TypeError('The node list is empty')
  return nodes
}

/** @param {unknown} nodes @returns {nodes is VideoNode[]} */
const isNodeList = (nodes) => Array.isArray(nodes) && nodes.length > 0

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
 * What a class can bet on.
 * @returns {Promise<(import('../room/lessons/lesson.js').Lesson | import('../room/lessons/lesson.js').Unplayable)[]>}
 * @throws {Error} when the node does not answer
 */
export async function askForLessons() {
  const { scenarios } = await askJson('/_/scenarios')
  return scenarios
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
