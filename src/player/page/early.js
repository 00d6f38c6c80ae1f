// @ts-check
/** @import { VideoNode } from '../playing/player-events.js' */
/**
 * What the page asks before its scripts are here, while they come (first.js): what each node has of the video, and the
 * beginning of the file. Each of these would else wait for the one before it, and all of them for the scripts; and every
 * wait is as long as a node is far.
 */
import { encodeStorageName, fileUrl } from '../../version/url-path.js'
import { readChoices } from '../playing/choices.js'
import { EarlyAnswers } from './early-answers.js'
import { BEGINNING_BYTES, whoBegins } from './head-start.js'
import { nodesOfPage } from './node-api.js'
import { videoOfPath } from './video-of-path.js'

/** As a search and a swarm ask. */
const OPTIONS = /** @type {const} */ ({ cache: 'no-store', credentials: 'omit' })

const answers = new EarlyAnswers({
  fetch: (url, init) => fetch(url, init),
  now: () => performance.now(),
})

/** The node list that came with the page, for the first who asks @type {VideoNode[] | undefined} */
let nodes

/**
 * Who was asked for the first chunk.
 * @type {import('../../swarm/swarm.js').Begun | undefined}
 */
let begun

/** The node list that came with the page, if nobody has taken it: later it may be old. */
export function takeNodes() {
  const taken = nodes
  nodes = undefined
  return taken
}

/** Fetches, what was asked for early without asking again. @type {import('../../swarm/fetch-range.js').Fetch} */
export const fetchEarly = (url, init) => answers.fetch(url, init)

/** Who was asked for the first chunk, if somebody was and nobody has left it. */
export const whoHasBegun = () => begun

/**
 * Hangs up on what nobody has taken.
 * @returns how many bytes have come for nothing
 */
export function leaveEarly() {
  begun = undefined
  return answers.leave().reduce((sum, { bytes }) => sum + bytes, 0)
}

/**
 * @param {readonly VideoNode[]} listed
 * @param {string} video storage name
 */
function askAll(listed, video) {
  for (const node of listed) {
    if (node.isForeign) continue
    answers.ask(`${node.url}/_/manifest/${encodeStorageName(video)}`, { method: 'GET', ...OPTIONS })
    answers.ask(fileUrl(node, video), { method: 'HEAD', ...OPTIONS })
  }
  if (!mayHaveWorker) return // one node plays, and no script gets its bytes
  const names = listed.map(({ name }) => name)
  const node = whoBegins(listed, location.origin, readChoices(location.hash, names).policy)
  if (node === undefined) return
  begun = { node: node.name, bytes: BEGINNING_BYTES, startedMs: performance.now() }
  answers.ask(fileUrl(node, video), { headers: { Range: `bytes=0-${BEGINNING_BYTES - 1}` }, ...OPTIONS })
}

/** Asks. */
export function askEarly() {
  const video = videoOfPath(location.pathname)
  if (video === undefined) return
  nodes = nodesOfPage()
  if (nodes !== undefined) askAll(nodes, video)
}

/** As worker/prepare-worker.js says it, and whom that asks. */
const mayHaveWorker = globalThis.isSecureContext && 'serviceWorker' in navigator
