// @ts-check
/** What a class may change while the video plays, and how that is kept over a reload: in the URL's hash. Pure. */

/** @typedef {2 | 5 | 15 | 60} LookAhead seconds that the player is fed ahead of the playhead */
/** @import { Policy } from './player-events.js' */
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
 * @param {string} [hash] of before: what else stands there stays
 */
export function writeChoices({ policy, lookAheadSeconds }, hash = '') {
  const fields = new URLSearchParams(hash.replace(/^#/, ''))
  fields.set('read', policy.kind === 'only' ? `only ${policy.node}` : policy.kind)
  fields.set('look-ahead', String(lookAheadSeconds))
  return `#${fields}`
}

/** @param {Policy} policy */
export const describePolicy = (policy) =>
  policy.kind === 'all'
    ? 'all nodes'
    : policy.kind === 'fastest'
      ? 'the fastest node only'
      : `${policy.node} only`
