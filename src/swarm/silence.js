// @ts-check
/**
 * How long one node has owed us bytes and sent none. Times are those of our attention.
 * A request that is given up early proves little; but a node that hangs and is given up on again and again is found
 * out, because what was more than usual adds up, until it gives a sign of life.
 */

/** One node's silence. */
export class Silence {
  #lastByteMs = Number.NEGATIVE_INFINITY
  /** silence beyond what is usual, of requests that were given up before it was long enough to prove anything */
  #carriedMs = 0
  /** until when it is part of that */
  #carriedUntilMs = Number.NEGATIVE_INFINITY

  /** @param {number} nowMs */
  noteByte(nowMs) {
    this.#lastByteMs = nowMs
    this.#carriedMs = 0
  }

  /**
   * A request has ended before its time.
   * @param {number} sinceMs when it was made
   * @param {number} nowMs
   * @param {number} usualMs how much silence says nothing
   */
  noteGivenUp(sinceMs, nowMs, usualMs) {
    const extraMs = this.#since(sinceMs, nowMs) - usualMs
    if (extraMs <= 0) return
    this.#carriedMs += extraMs
    this.#carriedUntilMs = nowMs
  }

  /** It has shown that it lives, or what it owed was held against it already. */
  forget() {
    this.#carriedMs = 0
  }

  /** @param {number | undefined} sinceMs when the oldest request under way was made @param {number} nowMs */
  lastsMs(sinceMs, nowMs) {
    return sinceMs === undefined ? 0 : this.#carriedMs + this.#since(sinceMs, nowMs)
  }

  /** @param {number} sinceMs @param {number} nowMs */
  #since(sinceMs, nowMs) {
    return Math.max(0, nowMs - Math.max(sinceMs, this.#lastByteMs, this.#carriedUntilMs))
  }
}
