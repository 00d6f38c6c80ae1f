// @ts-check
/** The moment of the first picture, or of a file without any the first sound. */

/** Who tells of a picture at all has told of it before the clock is there. */
const MOVED_SECONDS = 0.1
/** Who has heard so much without a picture has a file without: WebKit may know of its pictures much later than of its data. */
const SOUND_SECONDS = 3

/**
 * Calls back once, when the video shows its first picture, or has played sound for long enough to have none: then with
 * the moment at which the sound began.
 * @param {HTMLVideoElement} video
 * @param {(atMs: number) => void} onFrame on `performance.now()`, so since the navigation began
 */
export function onFirstFrame(video, onFrame) {
  const ended = new AbortController()
  const { signal } = ended
  const done = (atMs = performance.now()) => {
    if (signal.aborted) return
    ended.abort()
    onFrame(atMs)
  }
  const callback =
    'requestVideoFrameCallback' in video ? video.requestVideoFrameCallback(() => done()) : undefined
  // Browsers that do not tell of each show one as soon as they have it.
  const hasData = () => {
    if (callback === undefined && video.videoWidth > 0) done()
  }
  video.addEventListener('loadeddata', hasData, { signal })
  video.addEventListener('playing', hasData, { signal })
  // WebKitGTK has the callback and never calls it: there a picture is what the clock has moved past.
  const startSeconds = video.currentTime
  /** @type {number | undefined} */
  let movedAtMs
  const hasMoved = () => {
    const isSeen = document.visibilityState === 'visible' && !video.paused && !video.seeking
    const seconds = Math.abs(video.currentTime - startSeconds)
    if (!isSeen || seconds <= MOVED_SECONDS) return
    movedAtMs ??= performance.now()
    if (video.videoWidth > 0) done()
    else if (seconds > SOUND_SECONDS) done(movedAtMs)
  }
  video.addEventListener('timeupdate', hasMoved, { signal })
  // Which comes four times a second, or later on a busy machine: while it plays, each frame of the screen is a look.
  let isLooking = false
  const look = () => {
    isLooking = !signal.aborted && !video.paused
    if (!isLooking) return
    requestAnimationFrame(look)
    hasMoved()
  }
  video.addEventListener('playing', () => isLooking || look(), { signal })
  if (callback !== undefined) {
    signal.addEventListener('abort', () => video.cancelVideoFrameCallback(callback), { once: true })
  }
}
