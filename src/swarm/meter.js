// @ts-check
/**
 * Meters one node's rate. Time counts only while a body of it is under way: who is not asked sends nothing, and is
 * not slow. Where we were not looking, the bytes seen show only how fast it is at least. So do the first ones of a body
 * that may have begun before we saw it: they may have lain in somebody's buffers.
 */

/**
 * @typedef {import('./attention.js').Attention} Attention
 * @typedef {import('./estimate.js').Estimate} Estimate
 */

/** What comes first has been on its way for about this long, and would otherwise have come in no time. */
const FIRST_PIECE_MS = 10

/** While a body goes on, less than this shows more of how it is cut into pieces than of its rate. */
const MIN_SAMPLE_MS = 50
/** What lay in buffers has come when a body was seen for as long as it was not, or for this. */
const MAX_DOUBT_MS = 1000

/** One node's meter. */
export class Meter {
  /** for how long bodies of it were watched, ms */
  meteredMs = 0
  #estimate
  #attention
  #bytes = 0
  /** since when a body is under way, on the clock of our attention @type {number | undefined} */
  #sinceMs
  /** what we had missed by then */
  #lostMs = 0
  /** for how long bytes may have come before they were seen */
  #unseenMs = 0

  /** @param {Estimate} estimate @param {Attention} attention */
  constructor(estimate, attention) {
    this.#estimate = estimate
    this.#attention = attention
  }

  get isRunning() {
    return this.#sinceMs !== undefined
  }

  /** The first byte of a body is here. @param {number} [unseenMs] for how long it may have come already */
  start(unseenMs = 0) {
    if (this.isRunning) return
    this.#begin()
    this.#unseenMs = unseenMs
    this.#sinceMs = this.#attention.now() - FIRST_PIECE_MS
  }

  /** @param {number} bytes */
  add(bytes) {
    this.#bytes += bytes
  }

  /** Takes a sample; call it now and then, and whenever a body has ended. @param {boolean} goesOn is one still under way? */
  sample(goesOn) {
    if (this.#sinceMs === undefined) return
    const ms = this.#attention.now() - this.#sinceMs
    const missedMs = this.#attention.lostMs - this.#lostMs
    if (missedMs > 0 && goesOn && !this.#attention.isCaughtUp) return
    const unseenMs = this.#unseenMs
    if (goesOn && ms < Math.max(MIN_SAMPLE_MS, Math.min(unseenMs, MAX_DOUBT_MS))) return
    if (missedMs > 0 || unseenMs > 0) this.#estimate.sampleRateAtLeast(this.#bytes, ms + missedMs + unseenMs)
    else {
      this.meteredMs += ms
      this.#estimate.sampleRate(this.#bytes, ms)
    }
    this.#begin()
    if (!goesOn) this.#sinceMs = undefined
  }

  #begin() {
    this.#bytes = 0
    this.#sinceMs = this.#attention.now()
    this.#lostMs = this.#attention.lostMs
    this.#unseenMs = 0
  }
}
