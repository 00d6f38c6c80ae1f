// @ts-check
/** Bulk: verified chunks leave the swarm for good, each once, in any order, no faster than they are taken. */

/** No more is asked for while this much waits to be taken. */
const MAX_UNTAKEN_BYTES = 32 * 2 ** 20

/**
 * @typedef {object} HandOverOptions
 * @property {import('./chunk-table.js').ChunkTable} chunks
 * @property {(chunk: number, bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>} onChunk takes a chunk
 * @property {boolean} usesMemoryAgain when `onChunk` is done with a chunk its memory is that of another one
 * @property {() => void} onTaken
 * @property {() => void} onRefused `onChunk` threw: nothing more can be taken
 */

/** The chunks of one download. */
export class HandOver {
  #options
  #untakenBytes = 0
  /** @type {{ resolve: () => void, reject: (error: Error) => void } | undefined} */
  #download

  /** @param {HandOverOptions} options */
  constructor(options) {
    this.#options = options
  }

  /** Does too much wait to be taken? */
  get isFull() {
    return this.#untakenBytes > MAX_UNTAKEN_BYTES
  }

  /** Is somebody waiting for all of them? */
  get isAwaited() {
    return this.#download !== undefined
  }

  /**
   * @returns {Promise<void>} settles when all were taken
   * @throws what `onChunk` threw, or what {@link HandOver.fail} is given
   */
  untilDone() {
    return new Promise((resolve, reject) => {
      this.#download = { resolve, reject }
      this.#noteDone()
    })
  }

  /** @param {number} chunk verified @param {Uint8Array<ArrayBuffer>} bytes */
  take(chunk, bytes) {
    const { chunks, onChunk, usesMemoryAgain, onTaken, onRefused } = this.#options
    chunks.markDone(chunk)
    this.#untakenBytes += bytes.length
    new Promise((resolve) => resolve(onChunk(chunk, bytes))).then(
      () => {
        this.#untakenBytes -= bytes.length
        if (usesMemoryAgain) chunks.useAgain(bytes)
        this.#noteDone()
        onTaken()
      },
      (error) => {
        this.fail(error)
        onRefused()
      },
    )
  }

  /** @param {Error} error why not all will come */
  fail(error) {
    this.#download?.reject(error)
  }

  #noteDone() {
    const { doneCount, count } = this.#options.chunks
    if (doneCount >= count && this.#untakenBytes === 0) this.#download?.resolve()
  }
}
