// @ts-check
/** Reads one range of the file in order: what a `<video>` or a pipe gets. It takes a chunk only when it is asked to. */

/**
 * What a reader needs of its swarm.
 * @typedef {object} ReaderSource
 * @property {(byte: number) => Uint8Array<ArrayBuffer> | undefined} bytesFrom verified ones, from this one on
 * @property {(chunk: number) => boolean} isFed may it be delivered already?
 * @property {(byte: number) => number} indexOf
 * @property {() => number} now
 * @property {(chunk: number) => void} onWaiting
 * @property {(chunk: number, waitedMs: number) => void} onDelivered
 * @property {(reader: Reader) => void} onMoved its position changed
 * @property {(reader: Reader) => void} onClosed
 */

/** One reader. `next` is called again only when its promise has settled. */
export class Reader {
  /** the byte that it needs next */
  position
  /** its last byte */
  end
  /** has it been asked for bytes that it has not given yet? */
  isWaiting = false
  /** since when it has waited for nodes, if it does @type {number | undefined} */
  waitingSinceMs
  #source
  #isClosed = false
  /** why it ended before its time @type {Error | undefined} */
  #failure
  /** @type {(() => void) | undefined} */
  #wake

  /** @param {number} start @param {number} end last byte @param {ReaderSource} source */
  constructor(start, end, source) {
    this.position = start
    this.end = end
    this.#source = source
  }

  /**
   * @returns {Promise<Uint8Array | undefined>} the next bytes, at most a chunk; `undefined` at the end
   * @throws the error that it was cancelled with
   */
  async next() {
    const source = this.#source
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure
      if (this.#isClosed) return undefined
      if (this.position > this.end) {
        this.cancel()
        return undefined
      }
      const chunk = source.indexOf(this.position)
      const isFed = source.isFed(chunk)
      const bytes = isFed ? source.bytesFrom(this.position) : undefined
      if (bytes !== undefined) return this.#deliver(chunk, bytes)
      if (isFed && this.waitingSinceMs === undefined) {
        this.waitingSinceMs = source.now()
        source.onWaiting(chunk)
      }
      this.isWaiting = true
      await /** @type {Promise<void>} */ (
        new Promise((resolve) => {
          this.#wake = resolve
        })
      )
    }
  }

  /** @param {number} chunk @param {Uint8Array} bytes */
  #deliver(chunk, bytes) {
    const waitedMs = this.waitingSinceMs === undefined ? 0 : this.#source.now() - this.waitingSinceMs
    this.waitingSinceMs = undefined
    this.isWaiting = false
    const piece = bytes.subarray(0, this.end - this.position + 1)
    this.position += piece.length
    this.#source.onDelivered(chunk, waitedMs)
    this.#source.onMoved(this)
    return piece
  }

  /** Something has changed that it may have waited for. */
  wake() {
    this.#wake?.()
  }

  /** Ends it; a `next` that waits gets `undefined`, or the error. @param {Error} [error] */
  cancel(error) {
    if (this.#isClosed) return
    this.#failure = error
    this.#isClosed = true
    this.#source.onClosed(this)
    this.#wake?.()
  }
}
