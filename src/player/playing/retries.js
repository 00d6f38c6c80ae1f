// @ts-check
/** When a video that gave up is tried again, and when no more. Pure but for what it remembers. */

const FIRST_PAUSE_MS = 250
const LAST_PAUSE_MS = 4_000
/** So often the same place is tried, when the file may be the cause. */
const TRIES = 3
/** Who has played for so long since has got past it. Only that counts: a video says `playing` before it does. */
const PROGRESS_SECONDS = 2
/** From one look to the next the playhead moves less than this; what is more is a seek. */
const STEP_SECONDS = 1

/** Counts failures without progress between them. */
export class Retries {
  #failures = 0
  #playedSeconds = 0
  #seconds = Number.NaN

  /**
   * The video gave up.
   * @param {boolean} isNetwork then it is tried for as long as it takes
   * @returns {number | undefined} ms to wait; `undefined`: no more
   */
  fail(isNetwork) {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LAST_PAUSE_MS)
    this.#failures++
    this.#playedSeconds = 0
    return isNetwork || this.#failures <= TRIES ? pauseMs : undefined
  }

  /**
   * The playhead was seen.
   * @param {number} seconds
   */
  see(seconds) {
    const step = seconds - this.#seconds
    this.#seconds = seconds
    if (!(step > 0 && step < STEP_SECONDS)) return
    this.#playedSeconds += step
    if (this.#playedSeconds >= PROGRESS_SECONDS) this.#failures = 0
  }
}
