// @ts-check
/** @import { SwarmEvent } from '../../../swarm/events.js' */
/** @import { PlayerEvent } from '../../playing/player-events.js' */
/** What is asked of whom. From it is seen who owes what is waited for, and who is asked for nothing any more. */

/** Nobody is called left out before he has been asked for nothing for so long, while others were. */
const LEFT_OUT_MS = 1_000

/** Folds events into what every node owes. */
export class Requests {
  /** chunk that is not here → nodes that were asked for it @type {Map<number, Set<string>>} */
  #asked = new Map()
  /** chunks that a reader waits for @type {Set<number>} */
  #waitedFor = new Set()
  /** what each node has yet to send, and when that last changed @type {Map<string, { chunks: Set<number>, atMs: number }>} */
  #owed = new Map()
  /** when anybody was last asked */
  #askedMs = Number.NEGATIVE_INFINITY

  /** @param {SwarmEvent | PlayerEvent} event */
  apply(event) {
    switch (event.type) {
      case 'asked': {
        const nodes = this.#asked.get(event.chunk) ?? new Set()
        this.#asked.set(event.chunk, nodes.add(event.node))
        this.#askedMs = event.atMs
        this.#owedBy(event).add(event.chunk)
        return
      }
      case 'arrived':
      case 'dropped':
        this.#owedBy(event).delete(event.chunk)
        return
      case 'waiting':
        this.#waitedFor.add(event.chunk)
        return
      case 'verified':
      case 'unverified':
        this.#asked.delete(event.chunk)
        this.#waitedFor.delete(event.chunk)
        return
      case 'delivered':
        this.#waitedFor.delete(event.chunk)
    }
  }

  /** Does a reader wait for something that this node was asked for? Only then it may be the cause of a stall. @param {string} node */
  isWaitedFor(node) {
    for (const chunk of this.#waitedFor) if (this.#asked.get(chunk)?.has(node)) return true
    return false
  }

  /**
   * Since when a node has been passed over.
   * @param {string} node
   * @param {number} sinceMs not before
   * @param {number} nowMs
   * @returns {number | undefined} `undefined`: it is not
   */
  leftOutSinceMs(node, sinceMs, nowMs) {
    const { chunks, atMs } = this.#owed.get(node) ?? { chunks: new Set(), atMs: sinceMs }
    const idleMs = Math.max(atMs, sinceMs)
    return chunks.size === 0 && this.#askedMs > idleMs && nowMs - idleMs >= LEFT_OUT_MS ? idleMs : undefined
  }

  /** @param {{ node: string, atMs: number }} event */
  #owedBy({ node, atMs }) {
    const { chunks } = this.#owed.get(node) ?? { chunks: new Set() }
    this.#owed.set(node, { chunks, atMs })
    return chunks
  }
}
