// @ts-check
/** @import { PlayerKind, Policy } from '../playing/player-events.js' */
/** What the head of the page says beside the video's name: who served it, how it plays, is it checked. Pure. */
import { describePolicy } from '../playing/choices.js'

/** @import { Replica } from './replicas.js' */
/** @import { Discarded, FileVersion } from '../../version/versions.js' */
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
 * @param {ReadonlyMap<string, Replica>} [known.replicas] what nodes have shown since
 * @param {readonly Discarded[]} [known.discarded] whose word could not be believed
 * @returns {Fact[]}
 */
export function describeFacts({ versions = [], replicas = new Map(), discarded = [], ...known }) {
  const playing = [describeSource(known), ...describePlaying(known)]
  return [
    ...playing,
    ...describeList(known),
    ...describeVersions(versions, replicas),
    ...describeDiscarded(discarded),
  ]
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

/**
 * What was found when the page was opened holds of a node until it has shown something else.
 * @param {readonly FileVersion[]} versions
 * @param {ReadonlyMap<string, Replica>} replicas
 * @returns {Fact[]}
 */
function describeVersions([played, ...others], replicas) {
  const shown = (/** @type {Replica} */ replica) =>
    [...replicas].flatMap(([node, now]) => (now === replica ? [node] : []))
  const unseen = (/** @type {readonly string[]} */ nodes) => nodes.filter((node) => !replicas.has(node))
  const older = others.map(({ nodes, mtimeMs }) => ({ nodes: unseen(nodes), mtimeMs }))
  const another = shown('another')
  const differing = inOrder([...older.flatMap(({ nodes }) => nodes), ...another])
  if (differing.length === 0) return []
  const having = inOrder([...new Set([...unseen(played?.nodes ?? []), ...shown('this')])])
  const text =
    having.length > 0
      ? `replicas differ: this is the version of ${having.join(', ')}`
      : `${differing.join(', ')} ${differing.length === 1 ? 'has' : 'have'} another version now`
  const why = [
    ...(played === undefined ? [] : [`it is of ${timeOf(played.mtimeMs)}`]),
    ...older.flatMap(({ nodes, mtimeMs }) =>
      nodes.length === 0 ? [] : [`${nodes.join(', ')}: another one, of ${timeOf(mtimeMs)}`],
    ),
    ...(another.length === 0 ? [] : [`${another.join(', ')}: another one`]),
  ]
  return [{ text, tone: 'unsure', why: why.join('; ') }]
}

/** @param {readonly Discarded[]} discarded @returns {Fact[]} */
const describeDiscarded = (discarded) =>
  discarded.map(({ node, why }) => ({ text: `${node} is not believed: ${why}`, tone: 'unsure', why: '' }))

/** node2 before node10. @param {string[]} names */
const inOrder = (names) => names.sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))

/** @param {number} ms since 1970 */
const timeOf = (ms) =>
  new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')
