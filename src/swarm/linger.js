// @ts-check
/**
 * Readers go and come: WebKit ends its request after each piece and asks for the next one where it left off. What was
 * asked of the nodes for the last reader is therefore given up only when nobody has come for a while; what the next one
 * does not want, when he comes.
 */

/** WebKit comes back within hundredths of a second, and within half of one on a machine that has much to do. */
const LINGER_MS = 500

export class Linger {
  #clock
  #giveUp
  /** @type {unknown} */
  #timer

  /**
   * @param {import('./clock.js').Clock} clock
   * @param {() => void} giveUp ends what no reader wants that is there now
   */
  constructor(clock, giveUp) {
    this.#clock = clock
    this.#giveUp = giveUp
  }

  /** A reader has gone. @param {boolean} isLast is there no other one, who reads on elsewhere? */
  gone(isLast) {
    this.end()
    if (!isLast) return this.#giveUp()
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined
      this.#giveUp()
    }, LINGER_MS)
  }

  /** A reader has come. */
  come() {
    if (this.#timer === undefined) return
    this.end()
    this.#giveUp()
  }

  end() {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
