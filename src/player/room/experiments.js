// @ts-check
/** What a class may change while the video plays, and how that is kept over a reload: in the URL's hash. Pure. */

/** @typedef {2 | 5 | 15 | 60} LookAhead seconds that the player is fed ahead of the playhead */
/** @import { Policy } from '../playing/player-events.js' */
/** @typedef {{ policy: Policy, lookAheadSeconds: LookAhead }} Choices */

/** @type {readonly LookAhead[]} */
export const LOOK_AHEADS = [2, 5, 15, 60]

/** @type {Choices} */
const DEFAULT = { policy: { kind: 'all' }, lookAheadSeconds: 15 }

/**
 * Reads the choices from a hash. What it does not understand, or names a node that does not exist, is left
 * at its default: the hash can be typed by anyone.
 * @param {string} hash `#read=only+node2&look-ahead=5`
 * @param {readonly string[]} nodes names
 * @returns {Choices}
 */
export function readChoices(hash, nodes) {
  const fields = new URLSearchParams(hash.replace(/^#/, ''))
  const read = fields.get('read') ?? ''
  const seconds = Number(fields.get('look-ahead'))
  const only = nodes.find((node) => read === `only ${node}`)
  return {
    policy:
      only !== undefined
        ? { kind: 'only', node: only }
        : read === 'fastest'
          ? { kind: 'fastest' }
          : DEFAULT.policy,
    lookAheadSeconds: LOOK_AHEADS.find((choice) => choice === seconds) ?? DEFAULT.lookAheadSeconds,
  }
}

/**
 * The hash that {@link readChoices} reads.
 * @param {Choices} choices
 */
export function writeChoices({ policy, lookAheadSeconds }) {
  const read = policy.kind === 'only' ? `only ${policy.node}` : policy.kind
  return `#${new URLSearchParams({ read, 'look-ahead': String(lookAheadSeconds) })}`
}

/** @param {Policy} policy */
export const describePolicy = (policy) =>
  policy.kind === 'all'
    ? 'all nodes'
    : policy.kind === 'fastest'
      ? 'the fastest node only'
      : `${policy.node} only`

/**
 * What another look-ahead means now: nothing that a browser has is thrown away, so a shorter one shows only when the
 * rest has been played.
 * @param {number} seconds that was chosen
 * @param {number} aheadSeconds that are buffered beyond the playhead
 */
export function tellLookAhead(seconds, aheadSeconds) {
  const rest =
    aheadSeconds < seconds + 1 ? '' : `; the ${Math.round(aheadSeconds)} s that are buffered play first`
  return `the look-ahead is ${seconds} s now${rest}`
}

/**
 * What to try with these choices, and what to look at.
 * @param {Choices} choices
 * @param {import('../playing/player-events.js').PlayerKind} kind where one node at a time is played, nothing is looked ahead
 */
export function suggest({ policy, lookAheadSeconds }, kind = 'swarm') {
  if (policy.kind === 'only') {
    return `Stop ${policy.node}: nobody takes over. How long does the buffer hide it? Look at the figures.`
  }
  if (kind === 'switching') {
    return 'Stop the node that plays: the page goes on from the next one. How long does the video stand still?'
  }
  if (policy.kind === 'fastest') {
    return 'Stop the node that delivers: the next fastest takes over. Compare its chunks with “all nodes”.'
  }
  switch (lookAheadSeconds) {
    case 2:
      return 'Stop a node when the buffer is down to 2 s, or reload first. Does the video still go on?'
    case 5:
      return 'Stop the node that served this page. Which node brings its chunks?'
    case 15:
      return 'Stop a node, then another. Then choose 2 s, reload, and do it again.'
    case 60:
      return 'Stop all nodes: the buffer hides it for up to a minute. Start one again in time.'
  }
}
