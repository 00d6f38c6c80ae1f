// @ts-check
/** Calls `/health` of nodes: often while one is away, to have it back soon; now and then while it is up, if wished. */
import { explainFailure } from './fetch-range.js'
import { MAX_HEALTH_BYTES, skipBounded } from './read-bounded.js'

/**
 * @typedef {import('./clock.js').Clock} Clock
 * @typedef {import('./node.js').SwarmNode} SwarmNode
 */

/** Between two calls to a node that is away: its return is noticed within a second. */
const AWAY_MS = 400
/** No answer for this long is none, unless the node list allows more. A hung process that wakes up answers the call that waits. */
const TIMEOUT_MS = 1500

/**
 * What one call found: the answer's time, or why there is none, in words that claim no more than is known here.
 * @typedef {{ ms: number } | { why: string } | 'silent'} Beat
 */

/** The heartbeats of one swarm. */
export class Heartbeats {
  #fetch
  #clock
  #periodMs
  #onBeat
  #isClosed = false
  /** what is scheduled or under way for each node @type {Map<SwarmNode, { timer?: unknown, abort?: AbortController }>} */
  #calls = new Map()

  /**
   * @param {object} options
   * @param {import('./fetch-range.js').Fetch} options.fetch
   * @param {Clock} options.clock
   * @param {number} options.periodMs for nodes that are up; 0: never
   * @param {(node: SwarmNode, beat: Beat) => void} options.onBeat
   */
  constructor({ fetch, clock, periodMs, onBeat }) {
    this.#fetch = fetch
    this.#clock = clock
    this.#periodMs = periodMs
    this.#onBeat = onBeat
  }

  /** Watches a node from now on. @param {SwarmNode} node */
  watch(node) {
    if (this.#isClosed || this.#calls.get(node)?.abort !== undefined) return // the call under way goes on
    this.#schedule(node, 0)
  }

  /** Ends every call. */
  close() {
    this.#isClosed = true
    for (const { timer, abort } of this.#calls.values()) {
      if (timer !== undefined) this.#clock.clearTimeout(timer)
      abort?.abort()
    }
    this.#calls.clear()
  }

  /** @param {SwarmNode} node @param {number} ms */
  #schedule(node, ms) {
    const before = this.#calls.get(node)?.timer
    if (before !== undefined) this.#clock.clearTimeout(before)
    this.#calls.set(node, { timer: this.#clock.setTimeout(() => void this.#call(node), ms) })
  }

  /** @param {SwarmNode} node */
  async #call(node) {
    const abort = new AbortController()
    this.#calls.set(node, { abort })
    const timeoutMs = Math.max(TIMEOUT_MS, node.answerLimitMs)
    const timer = this.#clock.setTimeout(() => abort.abort(), timeoutMs)
    const startedMs = this.#clock.now()
    /** @type {Beat} */
    let beat
    try {
      const response = await this.#fetch(node.healthUrl, {
        cache: 'no-store',
        credentials: 'omit',
        signal: abort.signal,
      })
      await skipBounded(response, MAX_HEALTH_BYTES)
      // A server that has no such page answers all the same, so it is there.
      const { status } = response
      beat = status < 500 ? { ms: this.#clock.now() - startedMs } : { why: `it answers ${status}` }
    } catch (error) {
      beat = abort.signal.aborted ? 'silent' : { why: explainFailure(error, 'nobody answers there') }
    }
    this.#clock.clearTimeout(timer)
    if (this.#isClosed) return
    this.#onBeat(node, beat) // who asks to watch the node now has to wait for the next call like everybody
    this.#calls.delete(node)
    const isAway = node.breaker.needsHealth
    const periodMs = isAway ? AWAY_MS : this.#periodMs
    if (periodMs > 0 && !this.#calls.has(node))
      this.#schedule(node, beat === 'silent' && isAway ? 0 : periodMs)
  }
}
