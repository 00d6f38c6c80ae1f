// @ts-check
/** @import { PlayerKind, Policy } from './player-events.js' */
/** What the head of the page says beside the video's name: who served it, how it plays, is it checked. Pure. */
import { describePolicy } from './experiments.js'

/** @import { Discarded, FileVersion } from '../swarm/versions.js' */
/** @typedef {{ text: string, tone: 'plain' | 'good' | 'unsure', why: string }} Fact */

/**
 * @param {object} known
 * @param {string} known.server the node, or the host, that the page came from
 * @param {number} [known.copyAtMs] the page was opened from a copy in this browser: when the server last had the same,
 *   ms since 1970
 * @param {string} [known.listChanges] the server has another node list: what is different
 * @param {{ kind: PlayerKind, why: string }} [known.player] once there is one
 * @param {Policy} known.policy
 * @param {boolean} known.isVerified is there a manifest?
 * @param {readonly FileVersion[]} [known.versions] that our nodes have, the one that is played first
 * @param {readonly Discarded[]} [known.discarded] whose word could not be believed
 * @returns {Fact[]}
 */
export function describeFacts({ versions = [], discarded = [], ...known }) {
  const playing = [describeSource(known), ...describePlaying(known)]
  return [...playing, ...describeList(known), ...describeVersions(versions), ...describeDiscarded(discarded)]
}

/** @param {Pick<Parameters<typeof describeFacts>[0], 'server' | 'copyAtMs'>} known @returns {Fact} */
function describeSource({ server, copyAtMs }) {
  if (copyAtMs === undefined) return { text: `page from ${server}`, tone: 'plain', why: '' }
  const why = `${server} did not answer, or not in time, when the page was opened; it had the same page and node list at ${timeOf(copyAtMs)}`
  return { text: 'page from a copy in this browser', tone: 'unsure', why }
}

/** @param {Pick<Parameters<typeof describeFacts>[0], 'server' | 'listChanges'>} known @returns {Fact[]} */
const describeList = ({ server, listChanges }) =>
  listChanges === undefined
    ? []
    : [
        {
          text: 'the node list has changed: reload the page',
          tone: 'unsure',
          why: `${server} has another one: ${listChanges}`,
        },
      ]

/** @param {Pick<Parameters<typeof describeFacts>[0], 'player' | 'policy' | 'isVerified'>} known @returns {Fact[]} */
function describePlaying({ player, policy, isVerified }) {
  if (player === undefined) return []
  if (player.kind === 'switching') {
    return [
      { text: 'plays from one node and switches', tone: 'unsure', why: player.why },
      { text: 'unverified', tone: 'unsure', why: 'the browser reads by itself and checks nothing' },
    ]
  }
  return [
    { text: `reads from ${describePolicy(policy)}`, tone: 'good', why: player.why },
    isVerified
      ? { text: 'every chunk verified', tone: 'good', why: 'against the hashes of the manifest' }
      : { text: 'unverified: there is no manifest', tone: 'unsure', why: 'npm run replicate writes one' },
  ]
}

/** @param {readonly FileVersion[]} versions @returns {Fact[]} */
function describeVersions([played, ...others]) {
  if (played === undefined || others.length === 0) return []
  const text = `replicas differ: this is the version of ${played.nodes.join(', ')}`
  const rest = others.map(({ nodes, mtimeMs }) => `${nodes.join(', ')}: another one, of ${timeOf(mtimeMs)}`)
  return [{ text, tone: 'unsure', why: [`it is of ${timeOf(played.mtimeMs)}`, ...rest].join('; ') }]
}

/** @param {readonly Discarded[]} discarded @returns {Fact[]} */
const describeDiscarded = (discarded) =>
  discarded.map(({ node, why }) => ({ text: `${node} is not believed: ${why}`, tone: 'unsure', why: '' }))

/** @param {number} ms since 1970 */
const timeOf = (ms) =>
  new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')
