// @ts-check
/**
 * Has one node become slow, that is, does it send far less than it used to? Who has always been slow has not become
 * so; who is not asked is not slow; and a hiccup is not worth a word.
 */

/**
 * @typedef {import('./estimate.js').Estimate} Estimate
 * @typedef {import('./meter.js').Meter} Meter
 */

/** A node that is this much below its usual rate is slow, no longer slow when it is well above that, and as usual from here on. */
const FACTOR = { below: 0.25, above: 0.5, usual: 0.9 }
/** Whatever is usual for a node: one that brings a chunk in this time is not slow. */
const FAST_ENOUGH_MS = 300
/** For so long its bodies must have been slow, one after the other. */
const SLOW_FOR_MS = 700

/** Who became slower is not chosen any more, and could not show that it recovered: it gets another chance after this, then after twice as long, … */
const CHANCE_MS = { first: 2000, last: 16_000 }
/** What was known of one that was away, or seen hardly at all, means nothing after so long, and then again. */
const ANYTHING_MS = 10_000
/** Who needs longer for a chunk is not asked beside any other. */
const HOPELESS_MS = 2000
/** What was not asked for so long is called slow no more; and if hardly anything was seen of it before, that is forgotten. */
const FORGOTTEN_MS = 30_000

/** One node's slowness. */
export class Slowness {
  #estimate
  #meter
  #chunkSize
  #chanceAfterMs = CHANCE_MS.first
  /** how long it must have been idle for the next such chance */
  #anythingAfterMs = ANYTHING_MS
  /** how much had been metered when it began to look slow @type {number | undefined} */
  #sinceMeteredMs

  /** @param {Estimate} estimate @param {Meter} meter @param {number} chunkSize bytes */
  constructor(estimate, meter, chunkSize) {
    this.#estimate = estimate
    this.#meter = meter
    this.#chunkSize = chunkSize
  }

  /** Does it look slow now? @param {boolean} isCalledSlow already */
  shows(isCalledSlow) {
    const { rate, usualRate, isRateKnown } = this.#estimate
    if (!isRateKnown) return isCalledSlow
    if (this.#estimate.transferMs(this.#chunkSize) < FAST_ENOUGH_MS) return false
    return rate < usualRate * (isCalledSlow ? FACTOR.above : FACTOR.below)
  }

  /** Has it looked slow for long enough to say so? Ask now and then. */
  isToBeTold() {
    const { meteredMs } = this.#meter
    const isSlow = this.shows(this.#sinceMeteredMs !== undefined)
    this.#sinceMeteredMs = isSlow ? (this.#sinceMeteredMs ?? meteredMs) : undefined
    return this.#sinceMeteredMs !== undefined && meteredMs - this.#sinceMeteredMs >= SLOW_FOR_MS
  }

  /** Did it answer so late, or was it so slow in all the little time it was seen, that nobody would ask it again? */
  get #looksHopeless() {
    const { isUsualKnown, delayMs } = this.#estimate
    return (
      delayMs > HOPELESS_MS || (!isUsualKnown && this.#estimate.transferMs(this.#chunkSize) > HOPELESS_MS)
    )
  }

  /** Was it, in all the little time it was seen, far slower than another one is? @param {number} fastest bytes per ms */
  #isOutshone(fastest) {
    const { isUsualKnown, rate } = this.#estimate
    return !isUsualKnown && rate < fastest * FACTOR.below
  }

  /** Is it too long ago to be said? @param {number} idleMs since its last byte */
  isForgotten(idleMs) {
    return idleMs > FORGOTTEN_MS
  }

  /**
   * Forgets a bad rate after a while without requests, the caution after another, and then what was usual.
   * @param {number} idleMs since its last byte
   * @param {number} [fastest] bytes per ms of the fastest of all; beside that one it may not be worth asking
   * @returns {boolean} whether its delay is worth another look, too
   */
  giveAnotherChance(idleMs, fastest = 0) {
    const { rate, usualRate, isRateKnown } = this.#estimate
    if (!isRateKnown && idleMs > CHANCE_MS.first) this.#estimate.hope()
    if (!isRateKnown || this.#looksHopeless) {
      if (Number.isFinite(idleMs) && idleMs > this.#anythingAfterMs) {
        this.#anythingAfterMs = idleMs + ANYTHING_MS
        this.#estimate.hopeForAnything()
        return true
      }
      if (!isRateKnown) return false
    } else if (this.#isOutshone(fastest) && this.isForgotten(idleMs)) {
      this.#estimate.hopeForAnything()
      return true
    } else this.#anythingAfterMs = ANYTHING_MS
    if (rate > usualRate * FACTOR.usual) this.#chanceAfterMs = CHANCE_MS.first
    else if (idleMs > this.#chanceAfterMs) {
      this.#chanceAfterMs = Math.min(2 * this.#chanceAfterMs, CHANCE_MS.last)
      this.#estimate.relearn()
    }
    return false
  }
}
