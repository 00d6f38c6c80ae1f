// @ts-check
/** How a video begins by itself, on a page that was just opened. */

/**
 * A browser begins by itself only when it believes that it can play to the end: more than the look-ahead feeds, and of
 * a file without a length never. Two pictures are enough. Rejected where a click is wanted first: the video shows that.
 * @param {HTMLVideoElement} video
 */
export function playWhenPossible(video) {
  const play = () => {
    if (video.autoplay && video.paused) video.play().catch(() => {})
  }
  video.addEventListener('canplay', play, { once: true })
}
