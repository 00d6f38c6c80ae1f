// @ts-check
/** Has the chunks of one file judged, and is patient with a runtime that refuses to compute a hash. */
import { verifyChunk } from './verify.js'

/** It may be short of memory, for example: it is asked again after these. */
const HASH_AGAIN_MS = [250, 500, 1000]

/** The judge of one swarm. */
export class Verifier {
  #file
  #hash
  #clock
  #isClosed = false

  /**
   * @param {import('./fetch-range.js').SwarmFile} file
   * @param {(bytes: Uint8Array<ArrayBuffer>) => Promise<string>} hash
   * @param {import('./clock.js').Clock} clock
   */
  constructor(file, hash, clock) {
    this.#file = file
    this.#hash = hash
    this.#clock = clock
  }

  /** Asks for no hash a second time any more. */
  close() {
    this.#isClosed = true
  }

  /**
   * A hash that cannot be computed is our failure, and says nothing of the bytes: they wait for a while.
   * @param {number} chunk
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @param {string} from the node that sent it
   * @returns {Promise<import('./verify.js').Verdict | Error>} an error: there is no verdict
   */
  async judge(chunk, bytes, from) {
    for (let tries = 0; ; tries++) {
      try {
        return await verifyChunk(bytes, this.#file.chunks?.[chunk], this.#hash)
      } catch (cause) {
        const waitMs = HASH_AGAIN_MS[tries]
        if (this.#isClosed || waitMs === undefined) {
          const why = cause instanceof Error ? cause.message : String(cause)
          return new Error(`Chunk ${chunk}, which came from ${from}, cannot be checked: ${why}`, { cause })
        }
        await new Promise((resolve) => this.#clock.setTimeout(() => resolve(undefined), waitMs))
      }
    }
  }
}
