// @ts-check
/**
 * A circuit breaker for one node: closed while it works, open after a failure, and on trial with one request
 * before it is trusted again. What failed decides when: a node that is down or silent is let back as soon as a
 * `/health` call succeeds, one that lacks the file as soon as a HEAD shows it, one that answers wrongly has to wait longer
 * each time, a liar longest.
 */

/** The wait after a failure that a healthy node repeats; doubled each time. */
const BACKOFF_MS = { first: 500, last: 8000 }
/** For who lacks the file, doubled each time: a HEAD tells when it is worth it, unless a HEAD does not tell. */
const LACKING_MS = { first: 2000, last: 10_000 }
/** For a liar, doubled each time: one chunk shows whether it still lies, and it may be needed. */
const QUARANTINE_MS = { first: 8000, last: 32_000 }
/** So many chunks with a wrong hash make a liar, and one of a node that can be spared. */
const LIES_BEFORE_QUARANTINE = 2
/** A node that is busy may ask for at most this much patience. */
const MAX_RETRY_AFTER_MS = 30_000

/**
 * @typedef {'refused' | 'cut' | 'silent' | 'ill' | 'missing' | 'other version' | 'wrong answer' | 'busy' | 'bad data'} FailureKind
 */

/** Failures after which `/health` tells when a trial is worth it. @type {ReadonlySet<FailureKind | undefined>} */
const UNREACHABLE = new Set(/** @type {FailureKind[]} */ (['refused', 'cut', 'silent', 'ill']))
/** Failures after which a HEAD of the file tells it. @type {ReadonlySet<FailureKind>} */
const LACKING = new Set(/** @type {FailureKind[]} */ (['missing', 'other version']))

/** One node's breaker. Times are ms on the swarm's clock. */
export class Breaker {
  /** @type {'closed' | 'open' | 'trial'} */
  state = 'closed'
  /** `/health` must have answered before the next trial */
  needsHealth = false
  /** a HEAD must have shown the file before the next trial: a chunk of another version would come for nothing */
  lacksFile = false
  /** when the trial began */
  trialSinceMs = 0
  /** earliest time of the next trial */
  untilMs = 0
  #backoffMs = BACKOFF_MS.first
  #lackingMs = LACKING_MS.first
  #lies = 0
  /** nobody needed it when it lied for the first time */
  #isSpared = false
  #quarantineMs = QUARANTINE_MS.first
  /** why it failed last, since the last chunk that was good @type {FailureKind | undefined} */
  failure
  /** failures since the last chunk that was good */
  #failures = 0
  #random

  /** @param {() => number} random 0 up to 1, so that many readers do not come back at once */
  constructor(random) {
    this.#random = random
  }

  /**
   * May the node be asked now? An open breaker whose time has come turns to trial.
   * @param {number} nowMs
   */
  admits(nowMs) {
    if (this.state === 'open' && this.wouldAdmit(nowMs)) this.#try(nowMs)
    return this.state !== 'open'
  }

  /** The same, and nothing turns. @param {number} nowMs */
  wouldAdmit(nowMs) {
    return this.state !== 'open' || (!this.needsHealth && !this.lacksFile && nowMs >= this.untilMs)
  }

  /** Until when nobody asks it though it may answer; `undefined`: that is not so, or not known. */
  get notBeforeMs() {
    return this.state === 'open' && !this.needsHealth && !this.lacksFile ? this.untilMs : undefined
  }

  /** May a node that is not trusted yet be expected to work? It could not be reached, once, and its health is back. */
  get isPromising() {
    return UNREACHABLE.has(this.failure) && !this.needsHealth && this.#failures <= 1
  }

  /**
   * The node failed. Several requests that fail at once count as one failure.
   * @param {FailureKind} kind
   * @param {number} nowMs
   * @param {number} [retryAfterMs] what a busy node asked for
   */
  fail(kind, nowMs, retryAfterMs) {
    if (kind === 'bad data' && ++this.#lies < LIES_BEFORE_QUARANTINE) return // it may be one bad spot on a disk
    const wasOpen = this.state === 'open'
    this.state = 'open'
    this.failure = kind
    if (UNREACHABLE.has(kind)) this.needsHealth = true
    this.lacksFile = !this.needsHealth && (this.lacksFile || LACKING.has(kind))
    if (wasOpen) return
    this.untilMs = nowMs + this.#waitMs(kind, retryAfterMs)
    this.#failures++
  }

  /** Nobody needs the node now: its next lie is one too many, though it may be one bad spot on a disk. */
  spare() {
    this.#isSpared = this.#lies === 0
    this.#lies = Math.max(this.#lies, LIES_BEFORE_QUARANTINE - 1)
  }

  /** Was it left out for a single lie? Who comes to need it tries it before its time. */
  get isSpared() {
    return this.#isSpared && this.state === 'open'
  }

  /** @param {FailureKind} kind @param {number | undefined} retryAfterMs */
  #waitMs(kind, retryAfterMs) {
    switch (kind) {
      case 'bad data':
        return this.#quarantine()
      case 'missing':
      case 'other version':
        return this.#lack()
      case 'busy':
        if (retryAfterMs === undefined) return this.#backOff()
        return Math.min(Math.max(retryAfterMs, BACKOFF_MS.first), MAX_RETRY_AFTER_MS) // 0 would be a busy loop
      case 'wrong answer':
        return this.#backOff()
      default: // its health tells when it is back, unless it was healthy and failed all the same
        return this.#failures === 0 ? 0 : this.#backOff()
    }
  }

  #backOff() {
    const waitMs = this.#backoffMs * (0.8 + 0.4 * this.#random())
    this.#backoffMs = Math.min(2 * this.#backoffMs, BACKOFF_MS.last)
    return waitMs
  }

  #lack() {
    const waitMs = this.#lackingMs
    this.#lackingMs = Math.min(2 * this.#lackingMs, LACKING_MS.last)
    return waitMs
  }

  #quarantine() {
    const waitMs = this.#quarantineMs
    this.#quarantineMs = Math.min(2 * this.#quarantineMs, QUARANTINE_MS.last)
    return waitMs
  }

  /** There is nobody else: a liar is tried before its time, with one request. @param {number} nowMs @returns {boolean} whether it is now */
  tryAnyway(nowMs) {
    if (this.state !== 'open' || !this.isLiar || this.needsHealth) return false
    this.#try(nowMs)
    return true
  }

  /** @param {number} nowMs */
  #try(nowMs) {
    this.#isSpared = false
    this.state = 'trial'
    this.trialSinceMs = nowMs
  }

  /** `/health` answered. */
  healthy() {
    this.needsHealth = false
  }

  /** A HEAD no longer shows that it lacks the file. */
  mayHaveFile() {
    this.lacksFile = false
  }

  /** A chunk from this node was good. @returns {boolean} whether the node was on trial until now */
  succeed() {
    const wasOnTrial = this.state === 'trial'
    this.#backoffMs = BACKOFF_MS.first
    this.#lackingMs = LACKING_MS.first
    this.#failures = 0
    if (this.state !== 'open') this.failure = undefined // what was asked for before the failure proves nothing
    if (!wasOnTrial) this.#quarantineMs = QUARANTINE_MS.first
    if (this.state === 'trial') this.state = 'closed'
    if (wasOnTrial) this.#lies = 0
    return wasOnTrial
  }

  /** Was it caught lying often enough to be quarantined? */
  get isLiar() {
    return this.#lies >= LIES_BEFORE_QUARANTINE
  }
}
