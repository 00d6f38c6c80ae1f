// @ts-check
/** How a video begins by itself, on a page that was just opened. */

/** With its first pictures here, what is to come before it moves comes soon, or is not asked for. */
const PATIENCE_MS = 2_000

/**
 * A browser begins by itself only when it believes that it can play to the end: more than the look-ahead feeds, and of
 * a file without a length never. Two pictures are enough to be shown, and the first chunk to move: then all nodes are at
 * work on what follows. Rejected where a click is wanted first: the video shows that.
 * @param {HTMLVideoElement} video
 * @param {Promise<unknown>} [beginning] settles when the first chunk is here
 */
export function playWhenPossible(video, beginning = Promise.resolve()) {
  const { autoplay } = video
  const play = async () => {
    await Promise.race([beginning, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))])
    video.autoplay = autoplay
    if (autoplay && video.paused) video.play().catch(() => {})
  }
  video.addEventListener('canplay', () => void play(), { once: true })
}

/**
 * Keeps a browser from beginning by itself: Firefox does with less than a second, which it thinks will go on coming, and
 * then stands. {@link playWhenPossible} lets it.
 * @param {HTMLVideoElement} video
 * @returns {() => void} takes it back
 */
export function holdBack(video) {
  const { autoplay } = video
  video.autoplay = false
  return () => {
    video.autoplay = autoplay
  }
}
