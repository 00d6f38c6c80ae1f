// @ts-check
/**
 * What is the file? Every node is asked at once, our own for the manifest too. The manifest is the authority for all that
 * follows: a chunk is true when it fits the manifest, whichever node sent it. Only our own nodes have that authority;
 * what somebody else's server says is never more than a claim.
 */

import { decideVersion } from '../version/versions.js'
import { Search } from './ask-nodes.js'
import { chooseUnverified } from './unverified.js'

/**
 * @typedef {import('./clock.js').Clock} Clock
 * @typedef {import('./fetch-range.js').Fetch} Fetch
 * @typedef {import('./fetch-range.js').SwarmFile} SwarmFile
 * @typedef {import('./ask-nodes.js').Reply} Reply
 * @typedef {import('./node.js').NodeAddress} NodeAddress
 * @typedef {import('../version/versions.js').Discarded} Discarded
 * @typedef {import('../version/versions.js').FileVersion} FileVersion
 */

/**
 * - `found`: `delays` has, for each node that answered, how long it took, by name. `versions`: all that our own nodes
 *   have, the one that counts first. `discarded`: nodes whose word could not be believed. `sources`: the names of the
 *   nodes that may be read together; the others may have other bytes, and without a manifest nobody would notice.
 * - `missing`: nodes answered, and none has the file. `no node`: nobody answered.
 * - `replies`: what each node said, by name; nothing of who was silent.
 * @typedef {{ kind: 'found', file: SwarmFile, isVerified: boolean, delays: ReadonlyMap<string, number>,
 *     versions: readonly FileVersion[], discarded: readonly Discarded[], sources: readonly string[],
 *     replies: ReadonlyMap<string, Reply> }
 *   | { kind: 'missing', discarded: readonly Discarded[], replies: ReadonlyMap<string, Reply> }
 *   | { kind: 'no node', replies: ReadonlyMap<string, Reply> }} Found
 */

/** No answer for this long is none, where nobody asks for more patience. */
const PATIENCE_MS = 3000

/**
 * Finds a file. Never rejects but with the signal's reason.
 * Waits for each of our nodes as long as it may take by the node list, so that a newer version is not missed: for one
 * that refuses not at all, for one that is silent no longer than that once another has a manifest.
 * @param {object} options
 * @param {readonly NodeAddress[]} options.nodes
 * @param {string} options.video storage name
 * @param {Fetch} options.fetch
 * @param {Clock} options.clock
 * @param {number} [options.patienceMs] how long to wait for the first who has the file; no shorter than the node list
 *   allows
 * @param {boolean} [options.hearsEverybody] waits for all with that patience, somebody else's servers too; default no
 * @param {(waiting: import('./ask-nodes.js').Waiting) => void} [options.onWait] told for whom it waits
 * @param {ReadonlyMap<string, Reply>} [options.known] what need not be asked, by the node's name
 * @param {() => number} [options.today] ms since 1970
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<Found>}
 */
export async function findFile({ nodes, video, fetch, clock, signal, ...options }) {
  const {
    patienceMs = PATIENCE_MS,
    hearsEverybody = false,
    known = new Map(),
    today = Date.now,
    onWait = () => {},
  } = options
  signal?.throwIfAborted()
  const search = new Search({ nodes, video, fetch, clock, patienceMs, hearsEverybody, known, onWait })
  const onAbort = () => search.end()
  signal?.addEventListener('abort', onAbort)
  try {
    const replies = await search.replies()
    signal?.throwIfAborted()
    return judge(nodes, video, replies, today())
  } finally {
    signal?.removeEventListener('abort', onAbort)
    search.end()
  }
}

/**
 * What the replies prove. Pure.
 * @param {readonly NodeAddress[]} nodes
 * @param {string} video
 * @param {ReadonlyMap<string, Reply>} replies
 * @param {number} nowMs since 1970
 * @returns {Found}
 */
function judge(nodes, video, replies, nowMs) {
  const claims = nodes.map(({ name, isForeign = false }) => ({ node: name, isForeign, ...replies.get(name) }))
  /** @type {Map<string, number>} */
  const delays = new Map()
  for (const { node, delayMs } of claims) if (delayMs !== undefined) delays.set(node, delayMs)

  const own = claims.filter(({ isForeign }) => !isForeign)
  const { manifest, versions, discarded } = decideVersion(own, nowMs)
  for (const { node, isForeign, problem } of claims)
    if (isForeign && problem !== undefined) discarded.push({ node, why: problem })
  if (manifest !== undefined) {
    const sources = nodes.map(({ name }) => name) // any chunk of anybody can be checked
    return {
      ...{ kind: 'found', file: manifest, isVerified: true },
      ...{ delays, versions, discarded, sources, replies },
    }
  }
  const unverified = chooseUnverified(claims)
  if (unverified !== undefined) {
    const { file, sources } = unverified
    return {
      ...{ kind: 'found', file: { name: video, ...file }, isVerified: false },
      ...{ delays, versions, discarded, sources, replies },
    }
  }
  if (delays.size > 0) return { kind: 'missing', discarded, replies }
  return { kind: 'no node', replies }
}
