// @ts-check
/** @import { PlayerKind, Policy } from './player-events.js' */
/** What the head of the page says beside the video's name: who served it, how it plays, is it checked. Pure. */
import { describePolicy } from './experiments.js'

/** @typedef {{ text: string, tone: 'plain' | 'good' | 'unsure', why: string }} Fact */

/**
 * @param {object} known
 * @param {string} known.server the node, or the host, that the page came from
 * @param {{ kind: PlayerKind, why: string }} [known.player] once there is one
 * @param {Policy} known.policy
 * @param {boolean} known.isVerified is there a manifest?
 * @returns {Fact[]}
 */
export function describeFacts({ server, player, policy, isVerified }) {
  /** @type {Fact} */
  const page = { text: `page from ${server}`, tone: 'plain', why: '' }
  if (player === undefined) return [page]
  if (player.kind === 'switching') {
    return [
      page,
      { text: 'plays from one node and switches', tone: 'unsure', why: player.why },
      { text: 'unverified', tone: 'unsure', why: 'the browser reads by itself and checks nothing' },
    ]
  }
  return [
    page,
    { text: `reads from ${describePolicy(policy)}`, tone: 'good', why: player.why },
    isVerified
      ? { text: 'every chunk verified', tone: 'good', why: 'against the hashes of the manifest' }
      : { text: 'unverified: there is no manifest', tone: 'unsure', why: 'npm run replicate writes one' },
  ]
}
