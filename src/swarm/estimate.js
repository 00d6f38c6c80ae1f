// @ts-check
/**
 * What is known of a node's speed: its rate while bytes arrive, and its delay to the first byte. The rate is
 * metered in short intervals and not at the end of a chunk: a node that drops to a trickle may never get there.
 */

/** The weight of the past halves in this time. Bad news travels faster: it decides who gets the next chunk. */
const RATE_HALF_LIFE_MS = { up: 400, down: 250 }
/** What is usual changes slowly; compared with it, a node is slow. */
const USUAL_HALF_LIFE_MS = 10_000
/** Until there is a sample. */
const PRIOR = { bytesPerMs: 2 * 1024, delayMs: 200 }
/** Nobody is expected to be slower than this before it is seen: who trickles would else never have a rival. */
const LEAST_EXPECTED_BYTES_PER_MS = 64
/** Seen for less, a node was seen in one moment only, which may have been its worst. */
const WELL_KNOWN_MS = 5000
/** Shorter intervals say more of the machine than of the node. */
const MIN_INTERVAL_MS = 8

/** How much of the way to a longer delay each one makes the shortest go: it may be gone for good. */
const SOONEST_GIVES_WAY = 0.1

/** One node's rate and delay. */
export class Estimate {
  /** bytes per ms */
  rate = PRIOR.bytesPerMs
  /** ms to the first byte */
  delayMs = PRIOR.delayMs
  /** ms to the first byte when nothing was in its way, as far as it was seen lately */
  soonestMs = PRIOR.delayMs
  /** mean distance of the delay from its mean (the shape of RFC 6298 §2) */
  deviationMs = PRIOR.delayMs / 4
  /** bytes per ms over the last ten seconds or so; 0: not known yet */
  usualRate = 0
  isRateKnown = false
  isDelayKnown = false
  #bytes = 0
  #ms = 0
  /** for how long it was metered since its rate is known */
  #sampledMs = 0
  /** for how long it was metered in all, up to where that makes no difference */
  #knownMs = 0

  /** @param {number} [delayMs] as far as it was measured before */
  constructor(delayMs) {
    if (delayMs !== undefined) this.sampleDelay(delayMs)
  }

  /** @param {number} ms from the request to its first byte */
  sampleDelay(ms) {
    if (this.isDelayKnown) {
      this.deviationMs = 0.75 * this.deviationMs + 0.25 * Math.abs(ms - this.delayMs)
      this.delayMs = 0.8 * this.delayMs + 0.2 * ms
      this.soonestMs = Math.min(ms, this.soonestMs + SOONEST_GIVES_WAY * (ms - this.soonestMs))
    } else {
      this.delayMs = ms
      this.soonestMs = ms
      this.deviationMs = ms / 4
      this.isDelayKnown = true
    }
  }

  /**
   * Bytes that came while a body was under way. Intervals that are too short are put together.
   * @param {number} bytes
   * @param {number} ms
   */
  sampleRate(bytes, ms) {
    this.#bytes += bytes
    this.#ms += ms
    if (this.#ms < MIN_INTERVAL_MS) return
    const rate = this.#bytes / this.#ms
    if (!this.isRateKnown) this.#sampledMs = 0
    this.#sampledMs += this.#ms
    const halfLifeMs = rate < this.rate ? RATE_HALF_LIFE_MS.down : RATE_HALF_LIFE_MS.up
    this.rate += weightOf(this.#ms, halfLifeMs, this.#sampledMs) * (rate - this.rate)
    this.#noteUsual(rate, this.#ms)
    this.isRateKnown = true
    this.#bytes = 0
    this.#ms = 0
  }

  /**
   * Bytes that came in an interval of which a part was not watched: they may have lain here for long.
   * @param {number} bytes
   * @param {number} ms
   */
  sampleRateAtLeast(bytes, ms) {
    if (!this.isRateKnown || bytes > this.rate * ms) this.sampleRate(bytes, ms)
  }

  /** @param {number} rate @param {number} ms */
  #noteUsual(rate, ms) {
    this.#knownMs += ms
    this.usualRate += weightOf(ms, USUAL_HALF_LIFE_MS, this.#knownMs) * (rate - this.usualRate)
  }

  /**
   * What others of the same list bring is a better guess than any, of a node that was never seen to send.
   * @param {number} fastest bytes per ms, of the fastest that was
   */
  expect(fastest) {
    if (this.isRateKnown || this.usualRate > 0) return
    this.rate = Math.min(PRIOR.bytesPerMs, Math.max(fastest, LEAST_EXPECTED_BYTES_PER_MS))
  }

  /** The node was away: half of what was usual is a careful guess, and the first sample replaces it. */
  relearn() {
    if (this.isRateKnown) this.rate = Math.max(this.usualRate / 2, this.rate)
    this.isRateKnown = false
    this.#bytes = 0
    this.#ms = 0
  }

  /** It was careful for long enough: only asking can show how it is. */
  hope() {
    if (!this.isRateKnown && this.usualRate > 0) this.rate = Math.max(this.rate, this.usualRate)
  }

  /** Was it seen for long enough to know what is usual? */
  get isUsualKnown() {
    return this.#knownMs >= WELL_KNOWN_MS
  }

  /** All that was seen of it may have been trouble, and be over: it is thought of as of a node that is not known. */
  hopeForAnything() {
    this.rate = Math.max(this.rate, PRIOR.bytesPerMs)
    this.isRateKnown = false
  }

  /** @param {number} bytes @returns {number} ms that they take, the delay apart */
  transferMs(bytes) {
    return bytes / Math.max(this.rate, 1e-3)
  }
}

/**
 * Until there was much to see the mean of all that was is what is known: what comes first often comes at once, and who
 * then goes on at its ordinary rate has not become slow.
 * @param {number} ms of this sample
 * @param {number} halfLifeMs
 * @param {number} sampledMs of all samples with this one
 */
const weightOf = (ms, halfLifeMs, sampledMs) => Math.max(1 - 0.5 ** (ms / halfLifeMs), ms / sampledMs)
