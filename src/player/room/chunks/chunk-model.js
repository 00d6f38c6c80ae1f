// @ts-check
/** @import { SwarmEvent } from '../../../swarm/events.js' */
/** @import { PlayerEvent } from '../../playing/player-events.js' */
/** What is known of every chunk of the file: who delivered it, who is asked for it, was a copy refused. */

const NOBODY = -1

/**
 * A strip of the chunk map: one chunk, or several where the map has fewer strips than the file has chunks.
 * @typedef {object} Strip
 * @property {number} first index of its first chunk
 * @property {number} end index behind its last chunk
 * @property {readonly { node: number, share: number }[]} shares how much of it which node delivered
 * @property {number} asked the node that is asked for one of its chunks; -1: none is
 * @property {boolean} isRejected was a copy of one of its chunks refused?
 */

/** Folds events into the state of every chunk; its size depends on the file alone. */
export class ChunkModel {
  /** changes whenever a picture of the chunks would @type {number} */
  version = 0
  /** the node that delivered a chunk */
  #owner
  /** chunk → nodes that are asked for it, oldest first @type {Map<number, number[]>} */
  #asked = new Map()
  /** @type {Set<number>} */
  #rejected = new Set()
  #names

  /**
   * @param {number} count how many chunks the file has
   * @param {readonly string[]} names of the nodes, in the order of the node list
   */
  constructor(count, names) {
    this.#owner = new Int16Array(count).fill(NOBODY)
    this.#names = names
  }

  get count() {
    return this.#owner.length
  }

  /** @param {SwarmEvent | PlayerEvent} event */
  apply(event) {
    switch (event.type) {
      case 'asked':
        return this.#ask(event.chunk, this.#names.indexOf(event.node))
      case 'verified':
      case 'unverified':
        this.#owner[event.chunk] = this.#names.indexOf(event.node)
        this.#asked.delete(event.chunk) // whoever else was asked for it is no longer needed
        this.version++
        return
      case 'rejected':
        this.#rejected.add(event.chunk)
        return this.#forget(event.chunk, this.#names.indexOf(event.node))
      case 'unused':
      case 'dropped':
        return this.#forget(event.chunk, this.#names.indexOf(event.node))
    }
  }

  /**
   * @param {number} chunk
   * @returns {{ owner: number, asked: number, isRejected: boolean }} nodes by their place; -1: none
   */
  at(chunk) {
    return {
      owner: this.#owner[chunk] ?? NOBODY,
      asked: this.#asked.get(chunk)?.at(-1) ?? NOBODY,
      isRejected: this.#rejected.has(chunk),
    }
  }

  /**
   * The whole file as that many strips of equal width, or as one strip a chunk when that is fewer.
   * @param {number} most
   * @returns {Strip[]}
   */
  strips(most) {
    const strips = Math.max(0, Math.min(Math.floor(most), this.count))
    return Array.from({ length: strips }, (_, strip) =>
      this.#strip(Math.floor((strip * this.count) / strips), Math.floor(((strip + 1) * this.count) / strips)),
    )
  }

  /**
   * @param {number} first
   * @param {number} end
   * @returns {Strip}
   */
  #strip(first, end) {
    /** @type {Map<number, number>} */
    const delivered = new Map()
    let asked = NOBODY
    let isRejected = false
    for (let chunk = first; chunk < end; chunk++) {
      const state = this.at(chunk)
      if (state.owner !== NOBODY) delivered.set(state.owner, (delivered.get(state.owner) ?? 0) + 1)
      if (state.asked !== NOBODY) asked = state.asked
      isRejected ||= state.isRejected
    }
    const shares = [...delivered]
      .sort(([one], [other]) => one - other)
      .map(([node, chunks]) => ({ node, share: chunks / (end - first) }))
    return { first, end, shares, asked, isRejected }
  }

  /**
   * @param {number} chunk
   * @param {number} node
   */
  #ask(chunk, node) {
    this.#asked.set(chunk, [...(this.#asked.get(chunk) ?? []).filter((other) => other !== node), node])
    this.version++
  }

  /**
   * @param {number} chunk
   * @param {number} node
   */
  #forget(chunk, node) {
    const left = (this.#asked.get(chunk) ?? []).filter((other) => other !== node)
    if (left.length === 0) this.#asked.delete(chunk)
    else this.#asked.set(chunk, left)
    this.version++
  }
}
