// @ts-check
/** How long a video has been getting nothing although it needs something. */

/**
 * What a look at the video sees.
 * @typedef {object} ProgressLook
 * @property {number} atMs
 * @property {boolean} isInNeed it cannot play on, or not show where it was sought to
 * @property {number} seconds where the playhead is
 * @property {number} bufferedSeconds all that it has
 */

/** Remembers when something last changed. */
export class ProgressMeter {
  #seconds = Number.NaN
  #bufferedSeconds = Number.NaN
  #changedAtMs = 0

  /**
   * @param {ProgressLook} look
   * @returns {number} ms without progress
   */
  look({ atMs, isInNeed, seconds, bufferedSeconds }) {
    const hasChanged = seconds !== this.#seconds || bufferedSeconds !== this.#bufferedSeconds
    if (hasChanged || !isInNeed) this.#changedAtMs = atMs
    this.#seconds = seconds
    this.#bufferedSeconds = bufferedSeconds
    return atMs - this.#changedAtMs
  }
}

/**
 * Looks at a video.
 * @param {HTMLVideoElement} video
 * @param {boolean} isToBegin it is paused only as it has not begun by itself yet, and for that it needs what comes next
 * @returns {Omit<ProgressLook, 'atMs'>}
 */
export function lookAtProgress(video, isToBegin) {
  const { buffered, currentTime: seconds, ended, paused, readyState, seeking } = video
  let bufferedSeconds = 0
  for (let index = 0; index < buffered.length; index++) {
    bufferedSeconds += buffered.end(index) - buffered.start(index)
  }
  const least =
    paused && !isToBegin && !seeking ? HTMLMediaElement.HAVE_CURRENT_DATA : HTMLMediaElement.HAVE_FUTURE_DATA
  return { isInNeed: !ended && (seeking || readyState < least), seconds, bufferedSeconds }
}
