// @ts-check
/**
 * Calls `/health` of nodes: often while one is away, to have it back soon; now and then while it is up, if wished.
 * A call that is late is told, and goes on: a slow node answers it in the end, and so does a hung process that wakes
 * up. Beside it new ones are made, for a call that was lost on the way is never answered.
 * Who lacks the file is asked for its head in place of its health: that shows as well that it lives, and when it has it.
 */
import { afterAttentively } from './attention.js'
import { MAX_HEALTH_BYTES, skipBounded } from './read-bounded.js'
import { whyNoAnswer } from './unreachable.js'

/**
 * @typedef {import('./clock.js').Clock} Clock
 * @typedef {import('./node.js').SwarmNode} SwarmNode
 */

/** Between two calls to a node that is away: its return is noticed within a second. */
const AWAY_MS = 400
/** Between two calls to a node that lacks the file: a replica may come, or become current, at any moment. */
const LACKING_MS = 2000
/** An answer may take so long, or as long as is usual for the node. */
const TIMEOUT_MS = 1500
/** A browser opens six connections to one server. */
const MAX_CALLS = 3
/** Hardly any node is set up to be slower than that. */
const GIVE_UP_MS = 65_000

/**
 * What one call found: the answer's time, whether it was told before that there is none yet, and the head of the file if
 * that was asked for; that there is none yet, and since when it was waited for; or why there is none.
 * @typedef {{ kind: 'answer', ms: number, isLate: boolean, head?: import('./replica.js').FileHead } | { kind: 'silent', sinceMs: number, forMs: number }
 *   | { kind: 'error', status: number } | { kind: 'none', why: string }} Beat
 */

/** The heartbeats of one swarm. */
export class Heartbeats {
  #fetch
  #clock
  #periodMs
  #fileUrlOf
  #onBeat
  #isClosed = false
  /** @type {Map<SwarmNode, Watched>} */
  #watched = new Map()

  /**
   * @param {object} options
   * @param {import('./fetch-range.js').Fetch} options.fetch
   * @param {Clock} options.clock
   * @param {number} options.periodMs for nodes that are up; 0: never
   * @param {(node: SwarmNode) => string} options.fileUrlOf
   * @param {(node: SwarmNode, beat: Beat) => void} options.onBeat
   */
  constructor({ fetch, clock, periodMs, fileUrlOf, onBeat }) {
    this.#fetch = fetch
    this.#clock = clock
    this.#periodMs = periodMs
    this.#fileUrlOf = fileUrlOf
    this.#onBeat = onBeat
  }

  /** Watches a node from now on. @param {SwarmNode} node */
  watch(node) {
    if (this.#isClosed) return
    const watched = this.#watched.get(node) ?? new Watched()
    this.#watched.set(node, watched)
    if (watched.isCalling) return // it will tell soon
    this.#schedule(node, watched, node.breaker.lacksFile ? LACKING_MS : 0)
  }

  /** Ends every call. */
  close() {
    this.#isClosed = true
    for (const watched of this.#watched.values()) {
      this.#clock.clearTimeout(watched.timer)
      watched.endCalls()
    }
    this.#watched.clear()
  }

  /** @param {SwarmNode} node @param {Watched} watched @param {number} ms */
  #schedule(node, watched, ms) {
    this.#clock.clearTimeout(watched.timer)
    watched.timer = this.#clock.setTimeout(() => {
      watched.timer = undefined
      void this.#call(node, watched)
    }, ms)
  }

  /** @param {SwarmNode} node @param {Watched} watched */
  async #call(node, watched) {
    const sinceMs = this.#clock.now()
    watched.isCalling = true
    let isLate = false
    const limitMs = Math.max(TIMEOUT_MS, node.deathMs)
    const callOff = afterAttentively(this.#clock, limitMs, () => {
      isLate = true
      watched.isCalling = false
      this.#tell(node, watched, { kind: 'silent', sinceMs, forMs: this.#clock.now() - sinceMs })
    })
    const abort = new AbortController()
    const giveUp = this.#clock.setTimeout(() => abort.abort(), Math.max(GIVE_UP_MS, 2 * limitMs))
    const call = {
      end: () => {
        abort.abort()
        callOff()
        this.#clock.clearTimeout(giveUp)
      },
    }
    watched.add(call)
    /** @type {Beat} */
    let beat
    try {
      const isHead = node.breaker.lacksFile
      const response = await this.#fetch(isHead ? this.#fileUrlOf(node) : node.healthUrl, {
        method: isHead ? 'HEAD' : 'GET',
        cache: 'no-store',
        credentials: 'omit',
        signal: abort.signal,
      })
      await skipBounded(response, MAX_HEALTH_BYTES)
      // A server that has no such page answers all the same, so it is there.
      const ms = this.#clock.now() - sinceMs
      if (isHead) beat = { kind: 'answer', ms, isLate, head: response }
      else if (response.status < 500) beat = { kind: 'answer', ms, isLate }
      else beat = { kind: 'error', status: response.status }
    } catch (error) {
      beat = { kind: 'none', why: whyNoAnswer(error) } // that is what is told
    }
    if (this.#isClosed || abort.signal.aborted) return
    if (beat.kind === 'none' && !watched.isNewest(call)) return watched.remove(call) // the newest knows better
    watched.endCalls()
    this.#tell(node, watched, beat)
  }

  /** @param {SwarmNode} node @param {Watched} watched @param {Beat} beat */
  #tell(node, watched, beat) {
    watched.isTelling = true // who asks to watch the node now has to wait for the next call like everybody
    this.#onBeat(node, beat)
    watched.isTelling = false
    const isAway = node.breaker.needsHealth
    const periodMs = isAway ? AWAY_MS : node.breaker.lacksFile ? LACKING_MS : this.#periodMs
    // It may have answered when it woke up, or be so slow now: another call shows which.
    const isAtOnce = beat.kind === 'silent' ? isAway : beat.kind === 'answer' && node.isDelayDoubtful
    if (!this.#isClosed && (periodMs > 0 || isAtOnce)) this.#schedule(node, watched, isAtOnce ? 0 : periodMs)
  }
}

/** One node's calls, the oldest first. */
class Watched {
  /** when the next call is made @type {unknown} */
  timer
  /** is the newest call under way, and in time? */
  #isCalling = false
  isTelling = false
  /** @type {{ end: () => void }[]} */
  #calls = []

  get isCalling() {
    return this.#isCalling || this.isTelling
  }

  set isCalling(isCalling) {
    this.#isCalling = isCalling
  }

  /** @param {{ end: () => void }} call */
  add(call) {
    this.#calls.push(call)
    if (this.#calls.length > MAX_CALLS) for (const { end } of this.#calls.splice(1, 1)) end()
  }

  /** @param {{ end: () => void }} call */
  isNewest(call) {
    return this.#calls.at(-1) === call
  }

  /** @param {{ end: () => void }} call */
  remove(call) {
    call.end()
    this.#calls = this.#calls.filter((other) => other !== call)
  }

  endCalls() {
    for (const { end } of this.#calls.splice(0)) end()
    this.#isCalling = false
  }
}
