// @ts-check
/** The moment of the first picture. */

/** Who tells of a picture at all has told of it before the clock is there. */
const MOVED_SECONDS = 0.1

/**
 * Calls back once, when the video shows its first picture.
 * @param {HTMLVideoElement} video
 * @param {(atMs: number) => void} onFrame on `performance.now()`, so since the navigation began
 * @returns {() => void} ends the waiting
 */
export function onFirstFrame(video, onFrame) {
  const ended = new AbortController()
  const { signal } = ended
  const done = () => {
    if (signal.aborted) return
    ended.abort()
    onFrame(performance.now())
  }
  const callback = 'requestVideoFrameCallback' in video ? video.requestVideoFrameCallback(done) : undefined
  // A file without pictures, and browsers that do not tell of each: they show one as soon as they have it.
  const hasData = () => {
    if (callback === undefined || video.videoWidth === 0) done()
  }
  video.addEventListener('loadeddata', hasData, { signal })
  video.addEventListener('playing', hasData, { signal })
  // WebKitGTK has the callback and never calls it: there a picture is what the clock has moved past.
  const startSeconds = video.currentTime
  const hasMoved = () => {
    const isSeen = document.visibilityState === 'visible' && !video.paused && !video.seeking
    if (isSeen && Math.abs(video.currentTime - startSeconds) > MOVED_SECONDS) done()
  }
  video.addEventListener('timeupdate', hasMoved, { signal })
  if (callback !== undefined) {
    signal.addEventListener('abort', () => video.cancelVideoFrameCallback(callback), { once: true })
  }
  return () => ended.abort()
}
