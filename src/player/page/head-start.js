// @ts-check
/** @import { Policy, VideoNode } from '../playing/player-events.js' */
/**
 * Whom to ask for the beginning of a file before anybody knows which version of it counts. What comes is used when it
 * is of that version, and verified like all else; else it came for nothing. Pure.
 */
import { listedDelayMs, listedTransferMs } from '../../swarm/patience.js'
import { SMALLEST_CHUNK_BYTES } from '../../version/manifest.js'
import { isServerOf } from './own-server.js'

/** The first chunk of all files but the largest. */
export const BEGINNING_BYTES = SMALLEST_CHUNK_BYTES
/** What the node that serves the page has to send beside it: the scripts. */
const SCRIPTS_BYTES = 80 * 1024

/**
 * Who would have it first, by what the node list says.
 * @param {readonly VideoNode[]} nodes
 * @param {string} origin web origin of the page
 * @param {Policy} policy which nodes may be asked
 * @returns {VideoNode | undefined} `undefined`: nobody is to be asked before more is known
 */
export function whoBegins(nodes, origin, policy) {
  if (policy.kind === 'fastest') return undefined // that will show
  const own = nodes.filter(({ isForeign }) => !isForeign)
  const allowed = policy.kind === 'only' ? own.filter(({ name }) => name === policy.node) : own
  const msOf = (/** @type {VideoNode} */ node) => {
    const bytes = BEGINNING_BYTES + (isServerOf(node, origin) ? SCRIPTS_BYTES : 0)
    return listedDelayMs(node) + listedTransferMs(node, bytes)
  }
  return [...allowed].sort((a, b) => msOf(a) - msOf(b))[0]
}
