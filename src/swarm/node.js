// @ts-check
/** One node of the swarm: what it is doing for us, and what is known of it. */
import { Breaker } from './breaker.js'
import { Estimate } from './estimate.js'
import { silenceLimitMs } from './late.js'
import { headLimitMs } from './patience.js'

/**
 * Where a node is. Its files lie directly below `url`.
 * @typedef {object} NodeAddress
 * @property {string} name
 * @property {string} url without a slash at its end
 * @property {string} [healthUrl] default `<url>/health`
 * @property {boolean} [isForeign] somebody else's server: what it says of a file is a claim, never proof
 * @property {number} [latencyMs] as the node list has it, and so the next two
 * @property {number} [jitterMs]
 * @property {number} [bandwidthKbps] 0: unlimited
 * @property {number} [delayMs] to the first byte, as far as it was measured before
 */

/**
 * @typedef {import('./choose.js').Candidate} Candidate
 * @typedef {import('./events.js').NodeState} NodeState
 * @typedef {import('./run.js').Run} Run
 */

/** A node that is this much below its usual rate is slow, and no longer slow when it is well above that. */
const SLOW = { below: 0.25, above: 0.5 }
/** Slow, too, is what takes so many times as long as the best of the others from the start. */
const SLOW_AGAINST_BEST = 1 / 24

/** What comes first has been on its way for about this long, and would otherwise have come in no time. */
const FIRST_PIECE_MS = 10
/** Whatever is usual for a node: one that brings a chunk in this time is not slow. */
const FAST_ENOUGH_MS = 300
/** Who is slow for shorter than this is not called so. */
const SLOW_FOR_MS = 1000

/** Who became slow is not chosen any more, and could not show that it recovered: it gets another chance after this, then after twice as long, … */
const FIRST_CHANCE_MS = 2000
const LAST_CHANCE_MS = 16_000

/** A node as one reader sees it. */
export class SwarmNode {
  name
  url
  healthUrl
  estimate
  breaker
  /** @type {NodeState} */
  state = 'unknown'
  /** requests under way @type {Set<Run>} */
  runs = new Set()
  lastByteMs = Number.NEGATIVE_INFINITY
  /** since when it has owed us something without a break */
  #owingSinceMs = 0
  /** silence beyond what is usual, of requests that were given up before it was long enough to prove anything */
  #carriedMs = 0
  receivedBytes = 0
  verifiedBytes = 0
  /** when it last sent a chunk with a wrong hash */
  liedMs = Number.NEGATIVE_INFINITY
  #chanceAfterMs = FIRST_CHANCE_MS
  /** since when it has looked slow @type {number | undefined} */
  #slowSinceMs
  /** since when the rate is being metered; `undefined` while no body arrives @type {number | undefined} */
  #meteredMs
  #meteredBytes = 0
  /** how long an answer may take by the node list, 0 where it says nothing */
  answerLimitMs

  /** @param {NodeAddress} address @param {() => number} random */
  constructor({ name, url, healthUrl, delayMs, ...listed }, random) {
    this.name = name
    this.url = url
    this.healthUrl = healthUrl ?? `${url}/health`
    this.estimate = new Estimate(delayMs)
    this.answerLimitMs = listed.latencyMs === undefined ? 0 : headLimitMs(listed)
    this.breaker = new Breaker(random)
  }

  /** Bytes asked for that are not here. */
  get leftBytes() {
    let bytes = 0
    for (const run of this.runs) bytes += run.leftBytes
    return bytes
  }

  /** @returns {Candidate} */
  get candidate() {
    return {
      name: this.name,
      rate: Math.max(this.estimate.rate, 1e-3),
      isRateKnown: this.estimate.isRateKnown,
      delayMs: this.estimate.delayMs,
      isDelayKnown: this.estimate.isDelayKnown,
      leftBytes: this.leftBytes,
      runs: this.runs.size,
      isOnTrial: this.breaker.state === 'trial',
    }
  }

  /** A request begins. @param {Run} run @param {number} nowMs */
  addRun(run, nowMs) {
    if (this.runs.size === 0) this.#owingSinceMs = nowMs
    this.runs.add(run)
  }

  /** A request has ended. @param {Run} run @param {number} nowMs */
  removeRun(run, nowMs) {
    const silentMs = this.silentMs(nowMs)
    this.runs.delete(run)
    if (this.runs.size === 0)
      this.#carriedMs = Math.max(this.#carriedMs, silentMs - silenceLimitMs(this.estimate))
  }

  /** @param {Run} run @param {number} nowMs */
  noteFirstByte(run, nowMs) {
    // Bytes that wait in front of a request on the same uplink are no delay of the node.
    if (this.#meteredMs === undefined || nowMs - run.startedMs < this.estimate.delayMs)
      this.estimate.sampleDelay(nowMs - run.startedMs)
    this.#meteredMs ??= nowMs - FIRST_PIECE_MS
  }

  /** @param {number} bytes @param {number} nowMs */
  noteBytes(bytes, nowMs) {
    this.lastByteMs = nowMs
    this.#carriedMs = 0
    this.#meteredBytes += bytes
  }

  /** Takes a sample of the rate; call it now and then, and whenever a run has ended. @param {number} nowMs */
  meter(nowMs) {
    if (this.#meteredMs === undefined) return
    this.estimate.sampleRate(this.#meteredBytes, nowMs - this.#meteredMs)
    this.#meteredBytes = 0
    this.#meteredMs = this.#hasBody() ? nowMs : undefined
  }

  #hasBody() {
    for (const run of this.runs) if (run.firstByteMs !== undefined) return true
    return false
  }

  /** How long it has owed us bytes without sending any. @param {number} nowMs */
  silentMs(nowMs) {
    if (this.runs.size === 0) return 0
    return this.#carriedMs + Math.max(0, nowMs - Math.max(this.#owingSinceMs, this.lastByteMs))
  }

  /** Forgets a bad rate after a while without requests. @param {number} nowMs */
  giveAnotherChance(nowMs) {
    const { rate, usualRate, isRateKnown } = this.estimate
    if (!isRateKnown || this.runs.size > 0) return
    if (rate > usualRate * SLOW.above) this.#chanceAfterMs = FIRST_CHANCE_MS
    else if (nowMs - this.lastByteMs > this.#chanceAfterMs) {
      this.#chanceAfterMs = Math.min(2 * this.#chanceAfterMs, LAST_CHANCE_MS)
      this.estimate.relearn()
    }
  }

  /**
   * Has it been slow for long enough to say so? A hiccup is not worth a word.
   * @param {number} bestRate @param {number} chunkSize @param {number} nowMs
   */
  hasBecomeSlow(bestRate, chunkSize, nowMs) {
    this.#slowSinceMs = this.isSlow(bestRate, chunkSize) ? (this.#slowSinceMs ?? nowMs) : undefined
    return this.#slowSinceMs !== undefined && nowMs - this.#slowSinceMs >= SLOW_FOR_MS
  }

  /** @param {number} bestRate of all nodes, bytes per ms @param {number} chunkSize bytes */
  isSlow(bestRate, chunkSize) {
    const { rate, usualRate, isRateKnown } = this.estimate
    if (!isRateKnown) return this.state === 'slow'
    if (this.estimate.transferMs(chunkSize) < FAST_ENOUGH_MS) return false
    const factor = this.state === 'slow' ? SLOW.above : SLOW.below
    return rate < usualRate * factor || rate < bestRate * SLOW_AGAINST_BEST
  }
}
