// @ts-check
/**
 * The picture comes first. To build and draw the control room takes the page a quarter of a second on a small machine, and
 * before the first picture that time is missing: bytes wait for the page to hand them on.
 */

/** Without a picture for so long, the page shows what it does instead. */
const PATIENCE_MS = 1_000

/**
 * @param {EventTarget} video
 * @param {import('../../swarm/clock.js').Clock} clock
 * @returns {Promise<void>} settles when there is a picture, or none for long
 */
export const pictureFirst = (video, clock) =>
  new Promise((resolve) => {
    video.addEventListener('loadeddata', () => resolve(), { once: true })
    clock.setTimeout(resolve, PATIENCE_MS)
  })
