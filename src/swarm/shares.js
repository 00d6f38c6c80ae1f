// @ts-check
/**
 * A chunk that one node began and another one can finish: what is here of it, and whose bytes these are. A node that
 * fails in the middle of a chunk, or is overtaken there, so costs nothing but time.
 */

/** The bytes of one node in one chunk. A second request for the chunk may go on from a copy of them. */
export class Share {
  node
  bytes
  #copies = 1

  /** @param {import('./node.js').SwarmNode} node @param {number} bytes */
  constructor(node, bytes) {
    this.node = node
    this.bytes = bytes
  }

  copy() {
    this.#copies++
    return this
  }

  /** One copy is given up. @returns {boolean} whether it was the last: they were of no use. One that is part of a good chunk is never given up */
  drop() {
    return --this.#copies === 0
  }
}

/**
 * What is here of a chunk.
 * @typedef {object} Part
 * @property {Uint8Array<ArrayBuffer>} memory of the whole chunk
 * @property {number} bytes how many of it are here, from its beginning on
 * @property {Share[]} shares whose they are
 */

/** So many are kept for those who will finish them. */
const MAX_PARTS = 8

/** What requests left behind that ended in the middle of a chunk. */
export class Remains {
  /** @type {Map<number, Part>} */
  #parts = new Map()

  /** @param {number} chunk */
  has(chunk) {
    return this.#parts.has(chunk)
  }

  /** @param {number} chunk @returns {Part | undefined} it is no longer kept here */
  take(chunk) {
    const part = this.#parts.get(chunk)
    this.#parts.delete(chunk)
    return part
  }

  /**
   * Keeps the longest of each chunk, and the newest of all.
   * @param {number} chunk
   * @param {Part} part
   * @returns {Part | undefined} what is not kept for it
   */
  keep(chunk, part) {
    const before = this.take(chunk)
    const isLonger = before === undefined || part.bytes >= before.bytes
    this.#parts.set(chunk, isLonger ? part : before)
    if (before !== undefined) return isLonger ? before : part
    const [oldest = chunk] = this.#parts.keys()
    return this.#parts.size > MAX_PARTS ? this.take(oldest) : undefined
  }

  /** The chunks that something is kept of. */
  get chunks() {
    return [...this.#parts.keys()]
  }
}
