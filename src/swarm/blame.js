// @ts-check
/**
 * Who sent which chunk wrong, and when. It is asked for elsewhere then; but a replica may be mended, so what all that
 * can be asked sent wrong is asked for again after a while. What that means for the node itself, breaker.js decides.
 */

/** A chunk that every node sent wrong is asked for again after this, then after twice as long, …. */
const FORGIVE_MS = { first: 2000, last: 16_000 }

/**
 * `nodes` are not asked for it; `liars` sent it wrong, and have not sent it right since.
 * @typedef {{ nodes: Set<string>, liars: Set<string>, atMs: number, patienceMs: number }} Case
 */

/** The blame of one swarm. Times are ms on its clock. */
export class Blame {
  /** @type {Map<number, Case>} */
  #cases = new Map()
  /** when each node sent a wrong chunk last @type {Map<string, number>} */
  #lastMs = new Map()

  /** @param {number} chunk @param {string} node which sent it with a wrong hash @param {number} nowMs */
  note(chunk, node, nowMs) {
    this.#lastMs.set(node, nowMs)
    const before = this.#cases.get(chunk)
    if (before === undefined) {
      const patienceMs = FORGIVE_MS.first
      this.#cases.set(chunk, { nodes: new Set([node]), liars: new Set([node]), atMs: nowMs, patienceMs })
      return
    }
    before.nodes.add(node)
    before.liars.add(node)
    before.atMs = nowMs
  }

  /** @param {number} chunk @returns {ReadonlySet<string>} nodes that are not asked for it */
  on(chunk) {
    return this.#cases.get(chunk)?.nodes ?? NO_NODES
  }

  /** @param {number} chunk @returns {ReadonlySet<string>} nodes that sent it wrong, those that are asked for it again included */
  liarsOn(chunk) {
    return this.#cases.get(chunk)?.liars ?? NO_NODES
  }

  /** @param {string} node @returns {number} when it last sent any chunk wrong */
  lastMs(node) {
    return this.#lastMs.get(node) ?? Number.NEGATIVE_INFINITY
  }

  /**
   * It is here, and good. Those others that sent it wrong did so all the same; who had sent it wrong was mended, and
   * so may be all else that it sent wrong.
   * @param {number} chunk
   * @param {string} node
   */
  clear(chunk, node) {
    const known = this.#cases.get(chunk)
    if (known === undefined) return
    known.patienceMs = FORGIVE_MS.first
    if (!known.liars.has(node)) return
    for (const [other, { nodes, liars }] of this.#cases) {
      nodes.delete(node)
      liars.delete(node)
      if (liars.size === 0) this.#cases.delete(other)
    }
  }

  /** Forgives what nobody else can be asked for. @param {readonly string[]} usable names of the nodes that can be asked @param {number} nowMs */
  forgive(usable, nowMs) {
    for (const known of this.#cases.values()) {
      if (known.nodes.size === 0 || nowMs - known.atMs <= known.patienceMs) continue
      if (!usable.every((name) => known.nodes.has(name))) continue
      known.nodes.clear()
      known.patienceMs = Math.min(2 * known.patienceMs, FORGIVE_MS.last)
    }
  }
}

/** @type {ReadonlySet<string>} */
const NO_NODES = new Set()
