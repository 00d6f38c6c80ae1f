// @ts-check
/**
 * When the picture stands although it should move: the one figure by which a viewer judges all the rest.
 */
import { secondsAhead } from './seconds-ahead.js'
import { wasAwake } from './wakefulness.js'

/** The picture stands when its time is unchanged for so long. */
const STALL_MS = 100
/** With so much ahead it lacks nothing that a node could bring. */
export const FULL_SECONDS = 2
/** What stands so long is told also when it lacks nothing: before that a browser that has much to do is nobody's affair. */
const FULL_STALL_MS = 1_000
const LOOK_MS = 50

/**
 * What a look at the video sees.
 * @typedef {object} Look
 * @property {number} atMs
 * @property {number} seconds where the playhead is
 * @property {boolean} shouldMove it is playing: neither paused nor ended, and without an error
 * @property {boolean} isSeeking
 * @property {boolean} lacksData what it plays in the next seconds is not there
 */
/** `ms`: how long it has stood by now. @typedef {{ type: 'stall', isOver: boolean, atMs: number, ms: number }} Stall */

/** Finds stalls in a series of looks. Pure but for what it remembers of them. */
export class StallMeter {
  #movedAtMs = Number.NaN
  #lookedAtMs = Number.NaN
  #seconds = Number.NaN
  #isStalled = false
  /** did it lack data at any look since it moved? */
  #hasLacked = false
  /** was it sought, and has it not moved since? To wait for a new place is no stall, also when it is found. */
  #isArriving = false

  /**
   * @param {Look} look
   * @returns {Stall | undefined} what has changed
   */
  look({ atMs, seconds, shouldMove, isSeeking, lacksData }) {
    const isBlind = !wasAwake(this.#lookedAtMs, atMs)
    const hasMoved = seconds !== this.#seconds
    this.#isArriving = isSeeking || (this.#isArriving && !hasMoved)
    this.#lookedAtMs = atMs
    this.#seconds = seconds
    if (!shouldMove || hasMoved || this.#isArriving) {
      const ms = atMs - this.#movedAtMs
      this.#movedAtMs = atMs
      this.#hasLacked = false
      if (!this.#isStalled) return undefined
      this.#isStalled = false
      return { type: 'stall', isOver: true, atMs, ms }
    }
    if (this.#isStalled) return undefined
    if (isBlind) this.#movedAtMs = atMs
    this.#hasLacked ||= lacksData
    const ms = atMs - this.#movedAtMs
    if (ms < (this.#hasLacked ? STALL_MS : FULL_STALL_MS)) return undefined
    this.#isStalled = true
    return { type: 'stall', isOver: false, atMs, ms }
  }
}

/**
 * Reports the stalls of a video from its first picture on; what comes before that is start-up.
 *
 * Nobody knows better than who hands out the bytes whether they are missing. What the browser says of them is not enough:
 * WebKit, where it has much to do, tells of its buffer late, at first not at all, and may throw it away and begin anew;
 * Firefox says for seconds after it stood that it could go on.
 * @param {HTMLVideoElement} video
 * @param {(seconds: number) => boolean} owes has the video yet to be handed what it plays in the next seconds?
 * @param {(stall: Stall) => void} onStall
 */
export function watchStalls(video, owes, onStall) {
  const meter = new StallMeter()
  setInterval(() => {
    const { currentTime: seconds, seeking: isSeeking, paused, ended, error } = video
    const shouldMove = !paused && !ended && error === null
    const lacksData = secondsAhead(video) < FULL_SECONDS && owes(FULL_SECONDS)
    const stall = meter.look({ atMs: performance.now(), seconds, shouldMove, isSeeking, lacksData })
    if (stall !== undefined) onStall(stall)
  }, LOOK_MS)
}
