// @ts-check
/** A video with a new source, or the same one again, goes on as it was. */

/**
 * Brings a video whose source was just set back to where it was. Volume and `muted` stay by themselves.
 * @param {HTMLVideoElement} video
 * @param {Pick<HTMLVideoElement, 'currentTime' | 'paused' | 'playbackRate'>} state of before
 */
export function resume(video, { currentTime, paused, playbackRate }) {
  if (currentTime > 0) video.currentTime = currentTime // before there is metadata this is where it will start
  video.playbackRate = playbackRate
  // A new source would begin by itself, as on a page that was just opened: only who pauses now stays paused.
  if (paused) return video.pause()
  // Rejected when the browser wants a click first, or when the source is replaced again: both show by themselves.
  video.play().catch(() => {})
}
