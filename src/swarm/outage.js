// @ts-check
/** When a reader needs what nobody can be asked for: why that is so, told at once, when it changes, and when it is over. */

/**
 * @typedef {import('./breaker.js').Breaker} Breaker
 * @typedef {import('./events.js').OutageReason} OutageReason
 * @typedef {import('./events.js').Told} Told
 */

/** Tells of the outages of one swarm, one at a time. */
export class Outage {
  /** @type {OutageReason | undefined} */
  #why
  #tell

  /** @param {(event: Told) => void} tell */
  constructor(tell) {
    this.#tell = tell
  }

  /** Does one last? */
  get isOpen() {
    return this.#why !== undefined
  }

  /** @param {OutageReason | undefined} why `undefined`: there is none, or it is over */
  note(why) {
    if (why === this.#why) return
    this.#why = why
    this.#tell(why === undefined ? { type: 'outage', isOver: true } : { type: 'outage', isOver: false, why })
  }
}

/**
 * Why none of the nodes that may be asked brings what is needed. Those that do not answer count only when none does.
 * Pure.
 * @param {readonly Breaker[]} allowed of the nodes that the policy allows
 * @param {readonly Breaker[]} others of all other nodes
 * @param {ReadonlySet<Breaker>} wrong of those that sent wrong what is needed
 * @param {number} nowMs
 * @returns {OutageReason}
 */
export function outageReason(allowed, others, wrong, nowMs) {
  if (others.some((breaker) => !wrong.has(breaker) && breaker.wouldAdmit(nowMs))) return 'not allowed'
  const reasons = new Set(
    (allowed.length > 0 ? allowed : others).map((breaker) =>
      breaker.state !== 'open' && wrong.has(breaker) ? 'bad data' : reasonOf(breaker),
    ),
  )
  if (reasons.size > 1) reasons.delete('nobody answers')
  const [first = 'nobody answers', second] = reasons
  return second === undefined ? first : 'mixed'
}

/** @param {Breaker} breaker of a node that cannot be asked @returns {OutageReason} */
function reasonOf(breaker) {
  switch (breaker.failure) {
    case 'other version':
      return 'replaced'
    case 'missing':
      return 'missing'
    case 'bad data':
      return 'bad data'
    case 'wrong answer':
    case 'ill':
    case 'busy':
      return 'wrong answers'
    default: // its health may answer while its file does not come
      return breaker.needsHealth || breaker.isPromising ? 'nobody answers' : 'wrong answers'
  }
}
