// @ts-check
/** With the policy `fastest`: the one node that is read from, kept as long as nothing speaks against it. */

/**
 * @typedef {import('./blame.js').Blame} Blame
 * @typedef {import('./node.js').SwarmNode} SwarmNode
 */

/** A node that sent a bad chunk is left for so long, where another is to be had. */
const DISGRACE_MS = 10_000

/** The favourite of one swarm. */
export class Favourite {
  /** @type {SwarmNode | undefined} */
  #node
  #blame

  /** @param {Blame} blame */
  constructor(blame) {
    this.#blame = blame
  }

  /** Chooses anew the next time. */
  forget() {
    this.#node = undefined
  }

  /**
   * The node that is read from now.
   * @param {readonly SwarmNode[]} admitted at least one
   * @param {readonly ReadonlySet<string>[]} liars of each chunk that a reader needs next: who sent it wrong
   * @param {number} nowMs
   * @returns {SwarmNode}
   */
  among(admitted, liars, nowMs) {
    const choice = this.#choice(admitted, liars, nowMs)
    if (this.#node === undefined || !choice.includes(this.#node))
      this.#node = choice.reduce((a, b) => (b.estimate.delayMs < a.estimate.delayMs ? b : a))
    return this.#node
  }

  /**
   * A bad chunk is a blemish, but who has just the needed one wrong is of no use.
   * @param {readonly SwarmNode[]} admitted
   * @param {readonly ReadonlySet<string>[]} liars
   * @param {number} nowMs
   */
  #choice(admitted, liars, nowMs) {
    const able = admitted.filter(({ name }) => !liars.some((names) => names.has(name)))
    const some = able.length > 0 ? able : admitted
    const good = some.filter(
      ({ state, name }) => state !== 'slow' && nowMs - this.#blame.lastMs(name) > DISGRACE_MS,
    )
    return good.length > 0 ? good : some
  }
}
