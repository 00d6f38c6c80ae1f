// @ts-check
/** The moment of the first picture. */

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
  if (callback !== undefined) {
    signal.addEventListener('abort', () => video.cancelVideoFrameCallback(callback), { once: true })
  }
  return () => ended.abort()
}
