// @ts-check
/**
 * The picture comes first. To build and draw the control room takes the page a quarter of a second on a small machine, and
 * before the picture moves that time is missing: bytes wait for the page to hand them on.
 */

/** Without a picture that moves for so long, the page shows what it does instead. */
const PATIENCE_MS = 1_000

/**
 * @param {EventTarget} video
 * @param {import('../../swarm/clock.js').Clock} clock
 * @returns {Promise<void>} settles when the picture moves, or does not for long
 */
export const pictureFirst = (video, clock) =>
  new Promise((resolve) => {
    video.addEventListener('playing', () => resolve(), { once: true })
    clock.setTimeout(resolve, PATIENCE_MS)
  })
