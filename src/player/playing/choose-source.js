// @ts-check
/** Which node a video with one source at a time shall play from: whether to stay, and where to go. */

import { formatSeconds } from '../../words/in-words.js'

/** Nothing has come for so long: another node is tried. */
const STUCK_MS = 2_000
/** The same for a node that does not answer a health call either. */
const STUCK_AND_SILENT_MS = 1_000
/** Without another node the same one is asked again, but not while it may only be slow. */
const STUCK_ALONE_MS = 10_000
/** A node that failed comes last for so long. */
const PENALTY_MS = 10_000

/**
 * What is known of a node.
 * @typedef {object} SourceNode
 * @property {string} name
 * @property {boolean} isHealthy it answers, and has the file in the right version
 * @property {number} ms its last health call took; Infinity when there was none
 * @property {number} failedAtMs when the video last gave it up; -Infinity when never
 */
/**
 * @typedef {object} SourceState
 * @property {number} nowMs
 * @property {readonly SourceNode[]} nodes
 * @property {import('./player-events.js').Policy} policy
 * @property {string | undefined} current the node that the video plays from
 * @property {'node' | 'file' | undefined} error the video gave up, and which of them may be the cause
 * @property {number} stuckMs how long it has got nothing although it needs something
 * @property {number} loadedMs how long ago it got its source
 * @property {number} restMs how long a source has before it may be replaced after an error of its node
 */

/**
 * Decides. Pure.
 * @param {SourceState} state
 * @returns {{ node: string, why: string, hasFailed: boolean } | undefined} where to go, and whether because the
 *   current node failed; `undefined`: stay, or wait until a node is healthy
 */
export function chooseSource({ nowMs, nodes, policy, current, error, stuckMs, loadedMs, restMs }) {
  const isPenalized = (/** @type {SourceNode} */ node) => nowMs - node.failedAtMs < PENALTY_MS
  const candidates = nodes
    .filter(({ name, isHealthy }) => isHealthy && (policy.kind !== 'only' || policy.node === name))
    .sort((a, b) => Number(isPenalized(a)) - Number(isPenalized(b)) || a.ms - b.ms)
  const others = candidates.filter(({ name }) => name !== current)
  const [best] = others

  if (current === undefined) return best && { node: best.name, why: 'it answers fastest', hasFailed: false }
  if (policy.kind === 'only' && policy.node !== current) {
    return best && { node: best.name, why: 'it was chosen', hasFailed: false }
  }
  const hasError = error !== undefined
  if (error === 'node' && loadedMs < restMs) return undefined
  const isSilent = !nodes.some(({ name, isHealthy }) => name === current && isHealthy)
  if (!hasError && stuckMs < (isSilent ? STUCK_AND_SILENT_MS : STUCK_MS)) return undefined
  if (best !== undefined) {
    if (error === 'file') return { node: best.name, why: 'its copy may be a better one', hasFailed: false }
    // Whether the node sends nothing or the browser takes nothing, nobody can see from here.
    const nothing = `the video got nothing from ${current} for ${formatSeconds(stuckMs)}`
    const why = isSilent ? `${current} gives no answer` : hasError ? `${current} broke off` : nothing
    return { node: best.name, why, hasFailed: true }
  }
  if (isSilent || (!hasError && Math.min(stuckMs, loadedMs) < STUCK_ALONE_MS)) return undefined
  return { node: current, why: 'there is no other', hasFailed: true }
}
