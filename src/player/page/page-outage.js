// @ts-check
/** @import { SwarmEvent } from '../../swarm/events.js' */
/** @import { PageState } from './page-state.js' */
/** @import { PlayerEvent, Policy } from '../playing/player-events.js' */
/**
 * The outage of a page, while it lasts: why nobody can be read from, since when, and what there is instead. When the
 * version that plays is nowhere to be had, the page looks for the file again, as it did at the beginning.
 */

/** Between two looks. */
const AGAIN_MS = 3_000

/** For these reasons there may be another version now. @type {ReadonlySet<string | undefined>} */
const WORTH_A_LOOK = new Set(['replaced', 'missing', 'mixed'])

/** @typedef {Extract<PageState, { kind: 'outage' }>} OutageState */

/** Keeps account of it. */
export class PageOutage {
  #find
  #clock
  #onChange
  #policy
  /** @type {{ why: OutageState['why'], sinceMs: number } | undefined} */
  #open
  /** nodes that have another version, as it was found @type {readonly string[]} */
  #elsewhere = []
  #isLooking = false

  /**
   * @param {object} options
   * @param {() => Promise<readonly string[]>} options.find looks for the file: names of the nodes that have another
   *   version of it than the one that plays
   * @param {import('../../swarm/clock.js').Clock} options.clock
   * @param {() => void} options.onChange there is something else to say
   * @param {Policy} options.policy
   */
  constructor({ find, clock, onChange, policy }) {
    this.#find = find
    this.#clock = clock
    this.#onChange = onChange
    this.#policy = policy
  }

  /** @param {Policy} policy */
  setPolicy(policy) {
    this.#policy = policy
    if (this.#open !== undefined) this.#onChange()
  }

  /** @param {SwarmEvent | PlayerEvent} event */
  apply(event) {
    // Another player tells by itself what it lacks.
    const isOver = event.type === 'started' || (event.type === 'outage' && event.isOver)
    if (isOver && this.#open !== undefined) {
      this.#open = undefined
      this.#elsewhere = []
      this.#onChange()
    }
    if (event.type !== 'outage' || event.isOver) return
    this.#open = { why: event.why, sinceMs: this.#open?.sinceMs ?? event.atMs }
    this.#onChange()
    void this.#look()
  }

  /** What to say now; `undefined`: there is no outage. @returns {OutageState | undefined} */
  get state() {
    if (this.#open === undefined) return undefined
    const { why, sinceMs } = this.#open
    const seconds = (this.#clock.now() - sinceMs) / 1000
    return { kind: 'outage', why, policy: this.#policy, elsewhere: this.#elsewhere, seconds }
  }

  async #look() {
    if (this.#isLooking) return
    this.#isLooking = true
    while (WORTH_A_LOOK.has(this.#open?.why)) {
      const elsewhere = await this.#find().catch(() => []) // it is looked for again
      if (this.#open !== undefined && elsewhere.join() !== this.#elsewhere.join()) {
        this.#elsewhere = elsewhere
        this.#onChange()
      }
      await new Promise((resolve) => void this.#clock.setTimeout(() => resolve(undefined), AGAIN_MS))
    }
    this.#isLooking = false
  }
}
