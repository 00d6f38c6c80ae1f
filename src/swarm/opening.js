// @ts-check
/**
 * The first bytes of a file, piece by piece: a picture needs no more, and on a slow line a whole chunk takes most of a
 * second. Each piece is verified by itself, as a chunk is. What is wrong with one is told when its chunk is whole.
 */
import { PIECE_BYTES } from '../version/manifest.js'
import { verifyChunk } from './verify.js'

/** @typedef {import('./run.js').Run} Run */

/** The pieces that are here. */
export class Opening {
  #hashes
  #hash
  #onPiece
  /** the first pieces, verified @type {(Uint8Array<ArrayBuffer> | undefined)[]} */
  #pieces = []
  /** how many of its pieces each run has offered @type {WeakMap<Run, number>} */
  #offered = new WeakMap()

  /**
   * @param {readonly string[] | undefined} hashes SHA-256 of each, as hex; without them nothing is here before its chunk
   * @param {(bytes: Uint8Array<ArrayBuffer>) => Promise<string>} hash
   * @param {() => void} onPiece one more is here
   */
  constructor(hashes = [], hash, onPiece) {
    this.#hashes = hashes
    this.#hash = hash
    this.#onPiece = onPiece
  }

  /**
   * Takes what is whole of the first chunk, which is not whole itself.
   * @param {Run} run
   * @param {Uint8Array<ArrayBuffer>} part from the beginning of its chunk on
   */
  offer(run, part) {
    if (run.next > 0) return
    const whole = Math.min(this.#hashes.length, Math.floor(part.length / PIECE_BYTES))
    for (let index = this.#offered.get(run) ?? 0; index < whole; index++)
      if (this.#pieces[index] === undefined)
        void this.#verify(index, part.slice(index * PIECE_BYTES, (index + 1) * PIECE_BYTES))
    this.#offered.set(run, whole)
  }

  /**
   * @param {number} byte
   * @returns {Uint8Array<ArrayBuffer> | undefined} verified bytes from this one on
   */
  bytesFrom(byte) {
    return this.#pieces[Math.floor(byte / PIECE_BYTES)]?.subarray(byte % PIECE_BYTES)
  }

  /** The whole chunk is here. */
  clear() {
    this.#pieces = []
  }

  /** @param {number} index @param {Uint8Array<ArrayBuffer>} bytes */
  async #verify(index, bytes) {
    // A hash that cannot be computed is tried again, and told, for the whole chunk.
    const verdict = await verifyChunk(bytes, this.#hashes[index], this.#hash).catch(() => undefined)
    if (verdict?.kind !== 'verified') return
    this.#pieces[index] = bytes
    this.#onPiece()
  }
}
