// @ts-check
/**
 * When the picture stands although it should move: the one figure by which a viewer judges all the rest.
 */

/** The picture stands when its time is unchanged for so long. */
const STALL_MS = 100
const LOOK_MS = 50
/** When nobody has looked for so long, the page or the machine slept, and nothing is known of that time. */
const ASLEEP_MS = 1_500

/**
 * What a look at the video sees.
 * @typedef {object} Look
 * @property {number} atMs
 * @property {number} seconds where the playhead is
 * @property {boolean} shouldMove it is playing: neither paused nor seeking nor ended
 * @property {boolean} isWaiting it says by itself that it has run out of data
 */
/** @typedef {{ type: 'stall', isOver: false, atMs: number } | { type: 'stall', isOver: true, atMs: number, ms: number }} Stall */

/** Finds stalls in a series of looks. Pure but for what it remembers of them. */
export class StallMeter {
  #movedAtMs = Number.NaN
  #lookedAtMs = Number.NaN
  #seconds = Number.NaN
  #isStalled = false

  /**
   * @param {Look} look
   * @returns {Stall | undefined} what has changed
   */
  look({ atMs, seconds, shouldMove, isWaiting }) {
    const isBlind = !(atMs - this.#lookedAtMs <= ASLEEP_MS)
    const hasMoved = seconds !== this.#seconds
    this.#lookedAtMs = atMs
    this.#seconds = seconds
    if (!shouldMove || (hasMoved && !isWaiting)) {
      const since = this.#movedAtMs
      this.#movedAtMs = atMs
      if (!this.#isStalled) return undefined
      this.#isStalled = false
      return { type: 'stall', isOver: true, atMs, ms: atMs - since }
    }
    if (this.#isStalled) return undefined
    if (isBlind || hasMoved) this.#movedAtMs = atMs
    if (!isWaiting && atMs - this.#movedAtMs < STALL_MS) return undefined
    this.#isStalled = true
    return { type: 'stall', isOver: false, atMs }
  }
}

/**
 * Reports the stalls of a video from its first picture on; what comes before that is start-up.
 * @param {HTMLVideoElement} video
 * @param {(stall: Stall) => void} onStall
 * @returns {() => void} ends it
 */
export function watchStalls(video, onStall) {
  const meter = new StallMeter()
  const look = (isWaiting = false) => {
    const shouldMove = !video.paused && !video.seeking && !video.ended && video.error === null
    const stall = meter.look({ atMs: performance.now(), seconds: video.currentTime, shouldMove, isWaiting })
    if (stall !== undefined) onStall(stall)
  }
  const onWaiting = () => look(true)
  video.addEventListener('waiting', onWaiting)
  const timer = setInterval(look, LOOK_MS)
  return () => {
    video.removeEventListener('waiting', onWaiting)
    clearInterval(timer)
  }
}
