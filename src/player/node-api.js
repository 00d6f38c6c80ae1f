// @ts-check
/** What the page asks of the node that served it. */

/** No answer within this time counts as none. */
const PATIENCE_MS = 3_000

/**
 * The node list.
 * @returns {Promise<import('./player-events.js').VideoNode[]>}
 * @throws {Error} when the node does not answer, or not with a node list
 */
export async function askForNodes() {
  const { nodes } = await askJson('/_/nodes')
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

/** @param {string} path */
async function askJson(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(PATIENCE_MS) })
  if (!response.ok) throw new Error(`${path} was answered with status ${response.status}`)
  return response.json()
}
