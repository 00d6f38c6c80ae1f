// @ts-check
/**
 * A picture that stands with its next seconds there. No node can change that, and some browsers get over it only by
 * beginning again: WebKitGTK stands so at the start of some files, of a plain video too, and now and then where a
 * looped one has jumped back to its beginning.
 */
import { secondsAhead } from './seconds-ahead.js'
import { wasAwake } from './wakefulness.js'

/** A browser that has much to do moves on before that. */
const STUCK_MS = 4_000
/** After a jump it decodes from the last whole picture before that place. */
const STUCK_SEEKING_MS = 8_000
const AHEAD_SECONDS = 2
const LOOK_MS = 500

/**
 * Calls back whenever the video has stood for some seconds with the next ones there.
 * @param {HTMLVideoElement} video
 * @param {() => void} onStuck
 * @returns {() => void} ends it
 */
export function watchStuck(video, onStuck) {
  let lookedAtMs = Number.NaN
  let sinceMs = Number.NaN
  let place = Number.NaN
  let wasSeeking = false
  const timer = setInterval(() => {
    const nowMs = performance.now()
    const { currentTime, ended, error, paused, seeking } = video
    const shouldMove = !paused && !ended && error === null
    const isSeen = document.visibilityState === 'visible' && wasAwake(lookedAtMs, nowMs)
    lookedAtMs = nowMs
    const isSame = currentTime === place && seeking === wasSeeking
    const isStanding = isSeen && shouldMove && isSame && secondsAhead(video) >= AHEAD_SECONDS
    place = currentTime
    wasSeeking = seeking
    if (!isStanding) sinceMs = nowMs
    if (nowMs - sinceMs < (seeking ? STUCK_SEEKING_MS : STUCK_MS)) return
    sinceMs = nowMs
    onStuck()
  }, LOOK_MS)
  return () => clearInterval(timer)
}
