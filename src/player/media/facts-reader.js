// @ts-check
/** @import { MediaFacts } from './media-facts.js' */
/**
 * What the file is, learned once from whoever gives it: a browser that loads a file itself tells nobody its bytes, so
 * a script reads some of them beside it.
 */
import { readMediaFacts } from './media-facts.js'

/** Reads of the file, both inclusive. @typedef {(start: number, end: number) => Promise<Uint8Array>} Read */

/** Learns it, at the first reading that comes through. */
export class FactsReader {
  #sizeBytes
  #source
  #onFacts
  #isKnown = false
  /** the reading that goes on @type {Promise<boolean> | undefined} */
  #learning

  /**
   * @param {object} options
   * @param {number} options.sizeBytes of the file
   * @param {() => Read | undefined} options.source whom the file is read from now; `undefined`: from nobody
   * @param {(facts: MediaFacts) => void} options.onFacts told once
   */
  constructor({ sizeBytes, source, onFacts }) {
    this.#sizeBytes = sizeBytes
    this.#source = source
    this.#onFacts = onFacts
  }

  /**
   * Reads what the file is, unless that is known or being read.
   * @returns {Promise<boolean>} whether it is known now. Never rejects.
   */
  learn() {
    this.#learning ??= this.#read().finally(() => {
      this.#learning = undefined
    })
    return this.#learning
  }

  /** @returns {Promise<boolean>} does the source give some of the file? Never rejects. */
  async isReadable() {
    if (!this.#isKnown) return this.learn()
    return (await this.#source()?.(0, 0).catch(() => undefined)) !== undefined
  }

  async #read() {
    const read = this.#source()
    if (this.#isKnown || read === undefined) return this.#isKnown
    try {
      this.#onFacts((await readMediaFacts(this.#sizeBytes, read)).facts)
      this.#isKnown = true
    } catch {} // from another source, or later
    return this.#isKnown
  }
}
