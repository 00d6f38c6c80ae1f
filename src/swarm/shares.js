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

/**
 * @typedef {import('./events.js').Told} Told
 * @typedef {import('./events.js').WasteReason} WasteReason
 */

/** So many are kept for those who will finish them. */
const MAX_PARTS = 8

/** What requests left behind that ended in the middle of a chunk, and what of it was of no use. */
export class Remains {
  /** @type {Map<number, Part>} */
  #parts = new Map()
  /** the bytes of several nodes made no good chunk: one of them is to bring all of it @type {Set<number>} */
  #unmixable = new Set()
  #hashes
  #tell

  /**
   * @param {readonly string[] | undefined} hashes of the chunks
   * @param {(event: Told) => void} tell
   */
  constructor(hashes, tell) {
    this.#hashes = hashes
    this.#tell = tell
  }

  /** May it be made of the bytes of several nodes? Only a hash can tell whether they belong together. @param {number} chunk */
  isMixable(chunk) {
    return this.#hashes?.[chunk] !== undefined && !this.#unmixable.has(chunk)
  }

  /** What several nodes sent of it makes no good chunk. @param {number} chunk */
  noteMixed(chunk) {
    this.#unmixable.add(chunk)
    this.waste(this.take(chunk), 'cancelled')
  }

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
   * @param {WasteReason} why what is not kept is of no use
   */
  keep(chunk, part, why) {
    const before = this.take(chunk)
    const isLonger = before === undefined || part.bytes >= before.bytes
    this.#parts.set(chunk, isLonger ? part : before)
    this.waste(isLonger ? before : part, why)
    const [oldest = chunk] = this.#parts.keys()
    if (this.#parts.size > MAX_PARTS) this.waste(this.take(oldest), 'cancelled')
  }

  /** @param {(chunk: number) => boolean} isWanted of what is kept */
  giveUp(isWanted) {
    for (const chunk of [...this.#parts.keys()])
      if (!isWanted(chunk)) this.waste(this.take(chunk), 'cancelled')
  }

  /** @param {Part | undefined} part that is given up @param {WasteReason} why */
  waste(part, why) {
    for (const share of part?.shares ?? [])
      if (share.drop()) this.#tell({ type: 'wasted', node: share.node.name, bytes: share.bytes, why })
  }
}
