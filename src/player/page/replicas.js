// @ts-check
/** @import { SwarmEvent } from '../../swarm/events.js' */
/** @import { PlayerEvent } from '../playing/player-events.js' */
/** Which version of the video each node has by now, as far as its answers show it. */

/** @typedef {'this' | 'another' | 'none'} Replica */

/** Folds events into the last that is known of every replica. */
export class Replicas {
  /** only nodes that have shown something since the page was opened @type {ReadonlyMap<string, Replica>} */
  now = new Map()
  /** whose last answer was that it does not have this version @type {Set<string>} */
  #lacking = new Set()

  /** @param {SwarmEvent | PlayerEvent} event @returns {boolean} whether something is known anew */
  apply(event) {
    // Who is switched to was asked for its version before.
    if (event.type === 'switched') return this.#note(event.to, 'this')
    const replica = this.#shownBy(event)
    return replica !== undefined && 'node' in event && this.#note(event.node, replica)
  }

  /** @param {string} node @param {Replica} replica @returns {boolean} whether that is news */
  #note(node, replica) {
    if (this.now.get(node) === replica) return false
    this.now = new Map(this.now).set(node, replica)
    return true
  }

  /** @param {SwarmEvent | PlayerEvent} event @returns {Replica | undefined} */
  #shownBy(event) {
    switch (event.type) {
      case 'verified':
      case 'unverified':
        // What was under way when the file was replaced says nothing of now.
        return this.#lacking.has(event.node) ? undefined : 'this'
      case 'node': {
        const wasLacking = this.#lacking.delete(event.node)
        if (event.state === 'up' && wasLacking) return 'this'
        if (event.state !== 'other version' && event.state !== 'missing') return undefined
        this.#lacking.add(event.node)
        return event.state === 'missing' ? 'none' : 'another'
      }
      default:
        return undefined
    }
  }
}
