// @ts-check
/**
 * Meters one node's rate. Time counts only while a body of it is under way: who is not asked sends nothing, and is
 * not slow. Where we were not looking, the bytes seen show only how fast it is at least. So do those of a body whose first
 * byte is seen later than it was due: they may have lain in somebody's buffers, or the node may have become farther away.
 * How such a body goes on is better known than how it began, which is then left out.
 */

/**
 * @typedef {import('./attention.js').Attention} Attention
 * @typedef {import('./estimate.js').Estimate} Estimate
 */

/** What comes first has been on its way for about this long, and would otherwise have come in no time. */
const FIRST_PIECE_MS = 10
/** What lay ready has come by then, and less than this shows more of how a body is cut into pieces than of its rate. */
const SETTLED_MS = 50
/** What was in buffers has come by the time for which a late body has been seen, or by this. */
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
  /** when its last byte came, and what we had missed by then */
  #last = { ms: 0, lostMs: 0 }
  /** for how long bytes may have come before they were seen */
  #unseenMs = 0
  #isBeginning = false
  /** it was under way before anybody could see it */
  #isTakenOver = false
  /** its beginning was not counted, and nothing since */
  #isLeftOut = false

  /** @param {Estimate} estimate @param {Attention} attention */
  constructor(estimate, attention) {
    this.#estimate = estimate
    this.#attention = attention
  }

  get isRunning() {
    return this.#sinceMs !== undefined
  }

  /**
   * The first byte of a body is here.
   * @param {number} [unseenMs] for how long it may have come already
   * @param {boolean} [isTakenOver] it was under way before anybody could see it
   */
  start(unseenMs = 0, isTakenOver = false) {
    if (this.isRunning) return
    this.#begin(this.#now())
    this.#unseenMs = unseenMs
    this.#sinceMs = this.#attention.now() - FIRST_PIECE_MS
    this.#isBeginning = true
    this.#isTakenOver = isTakenOver
    this.#isLeftOut = false
  }

  /** @param {number} bytes */
  add(bytes) {
    this.#bytes += bytes
    this.#last = this.#now()
  }

  /** Takes a sample; call it now and then, and whenever a body has ended. @param {boolean} goesOn is one still under way? */
  sample(goesOn) {
    if (this.#sinceMs === undefined) return
    const now = this.#now()
    // From byte to byte: an interval that ends between two pieces would have one too many or too few.
    const end = this.#bytes > 0 && now.ms - this.#last.ms < SETTLED_MS ? this.#last : now
    const seenMs = end.ms - this.#sinceMs
    const missedMs = end.lostMs - this.#lostMs
    if (goesOn && now.lostMs > this.#lostMs && !this.#attention.isCaughtUp) return
    if (goesOn && seenMs < Math.max(SETTLED_MS, Math.min(this.#unseenMs, MAX_DOUBT_MS))) return
    const unseenMs = missedMs + this.#unseenMs
    const isKnown = this.#estimate.isRateKnown
    if (this.#isBeginning && (this.#isTakenOver || (this.#unseenMs > 0 && goesOn && !isKnown)))
      this.#isLeftOut = true
    else if (!this.#isLeftOut || isKnown || seenMs >= SETTLED_MS) this.#count(seenMs, unseenMs)
    this.#isBeginning = false
    this.#begin(end)
    if (!goesOn) this.#sinceMs = undefined
  }

  /** @param {number} seenMs @param {number} unseenMs before that, or within */
  #count(seenMs, unseenMs) {
    this.#isLeftOut = false
    if (unseenMs > 0) this.#estimate.sampleRateAtLeast(this.#bytes, seenMs + unseenMs)
    else {
      this.meteredMs += seenMs
      this.#estimate.sampleRate(this.#bytes, seenMs)
    }
  }

  /** @param {{ ms: number, lostMs: number }} at */
  #begin({ ms, lostMs }) {
    this.#bytes = 0
    this.#sinceMs = ms
    this.#lostMs = lostMs
    this.#unseenMs = 0
  }

  /** on the clock of our attention, and what that has missed */
  #now() {
    return { ms: this.#attention.now(), lostMs: this.#attention.lostMs }
  }
}
