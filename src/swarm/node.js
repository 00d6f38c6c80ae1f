// @ts-check
/** One node of the swarm: what it is doing for us, and what is known of it. */
import { Breaker } from './breaker.js'
import { Estimate } from './estimate.js'
import { silenceIsDeathMs, silenceLimitMs } from './late.js'
import { Meter } from './meter.js'
import { headLimitMs } from './patience.js'
import { Silence } from './silence.js'
import { Slowness } from './slowness.js'

/** A first byte that is later than it was due by more than this may have lain in a buffer, or the node became farther away. */
const LATE_MS = 50

/**
 * Where a node is, and what the node list says of it. Its files lie directly below `url`.
 * @typedef {Place & import('./patience.js').Listed} NodeAddress
 *
 * @typedef {object} Place
 * @property {string} name
 * @property {string} url without a slash at its end
 * @property {string} [healthUrl] default `<url>/health`
 * @property {boolean} [isForeign] somebody else's server: what it says of a file is a claim, never proof
 * @property {number} [delayMs] to the first byte, as far as it was measured before
 * @property {string} [otherVersion] why what it said before is of another version of the file
 */

/**
 * @typedef {import('./attention.js').Attention} Attention
 * @typedef {import('./choose.js').Candidate} Candidate
 * @typedef {import('./events.js').NodeState} NodeState
 * @typedef {import('./run.js').Run} Run
 */

/** A node as one reader sees it. */
export class SwarmNode {
  name
  url
  healthUrl
  /** as it was found, before anything was asked of it */
  otherVersion
  estimate
  breaker
  slowness
  /** @type {NodeState} */
  state = 'unknown'
  /** requests under way, in their order @type {Set<Run>} */
  runs = new Set()
  /** one of its replies has begun, and promised what was asked for */
  hasBegun = false
  receivedBytes = 0
  verifiedBytes = 0
  /** when its last byte came, on the swarm's clock */
  lastByteMs = Number.NEGATIVE_INFINITY
  /** was the delay measured while it may have hung? */
  isDelayDoubtful = false
  #answerLimitMs
  #attention
  #meter
  #silence = new Silence()

  /**
   * @param {NodeAddress} address
   * @param {object} swarm
   * @param {() => number} swarm.random
   * @param {Attention} swarm.attention
   * @param {number} swarm.chunkSize bytes
   */
  constructor({ name, url, healthUrl, delayMs, otherVersion, ...listed }, { random, attention, chunkSize }) {
    this.name = name
    this.url = url
    this.healthUrl = healthUrl ?? `${url}/health`
    this.otherVersion = otherVersion
    this.#answerLimitMs = headLimitMs(listed)
    this.estimate = new Estimate(delayMs)
    this.breaker = new Breaker(random)
    this.#attention = attention
    this.#meter = new Meter(this.estimate, attention)
    this.slowness = new Slowness(this.estimate, this.#meter, chunkSize)
  }

  /** Bytes asked for that are not here. */
  get leftBytes() {
    let bytes = 0
    for (const run of this.runs) bytes += run.leftBytes
    return bytes
  }

  /** @param {number} nowMs on the swarm's clock @returns {Candidate} */
  candidateAt(nowMs) {
    return {
      name: this.name,
      rate: Math.max(this.estimate.rate, 1e-3),
      isRateKnown: this.estimate.isRateKnown,
      delayMs: this.estimate.delayMs,
      isDelayKnown: this.estimate.isDelayKnown,
      leftBytes: this.leftBytes,
      runs: this.runs.size,
      isReserved: this.#isReserved,
      isOnTrial: this.breaker.state === 'trial',
      trialMs: nowMs - this.breaker.trialSinceMs,
    }
  }

  /** Would what it is asked for now come beside a rescue? */
  get #isReserved() {
    const nowMs = this.#attention.now()
    return [...this.runs].some(
      (run) => run.isRescue && run.next <= run.last && run.aloneMs(nowMs) > this.estimate.delayMs,
    )
  }

  /** A request begins. @param {Run} run */
  addRun(run) {
    this.runs.add(run)
  }

  /** A request has ended. @param {Run} run */
  removeRun(run) {
    this.#silence.noteGivenUp(run.askedMs, this.#attention.now(), silenceLimitMs(this.estimate))
    this.runs.delete(run)
    this.meter()
  }

  /** @param {Run} run @param {number} nowMs on the swarm's clock */
  noteFirstByte(run, nowMs) {
    const delayMs = nowMs - run.startedMs
    const wasWatched = delayMs - (this.#attention.now() - run.askedMs) < 1
    // The soonest that it could begin to come is when it was asked for: a delay measured while we were busy is too long.
    const unseenMs = nowMs - Math.max(run.startedMs, this.lastByteMs)
    // Also by a delay that no longer counts: whether it is late, or another node now, its bytes may have waited.
    const isLate = unseenMs > LATE_MS && delayMs > this.estimate.soonestMs + LATE_MS
    // Bytes that wait in front of a request on the same uplink are no delay of the node, and neither is our own.
    const isItsOwn = wasWatched && !this.#meter.isRunning
    if (isItsOwn || delayMs < this.estimate.delayMs) this.estimate.sampleDelay(delayMs)
    this.#meter.start(isLate ? unseenMs : 0, run.isTakenOver)
  }

  /** @param {number} bytes @param {number} nowMs on the swarm's clock */
  noteBytes(bytes, nowMs) {
    this.lastByteMs = nowMs
    this.#silence.noteByte(this.#attention.now())
    this.#meter.add(bytes)
  }

  /** Takes a sample of the rate; call it now and then. */
  meter() {
    let goesOn = false
    for (const run of this.runs) goesOn ||= run.firstByteMs !== undefined
    this.#meter.sample(goesOn)
  }

  /** How long it has owed us bytes without sending any, as far as we were there to see it. */
  get silentMs() {
    const [oldest] = this.runs
    return this.#silence.lastsMs(oldest?.askedMs, this.#attention.now())
  }

  /** From which silence on it counts as gone: as the node list allows, until more is known. */
  get deathMs() {
    const deathMs = silenceIsDeathMs(this.estimate)
    return this.estimate.isDelayKnown ? deathMs : Math.max(deathMs, this.#answerLimitMs)
  }

  /** It has shown that it lives, or what it owed was held against it already. */
  forgetSilence() {
    this.#silence.forget()
  }
}
