// @ts-check
/**
 * A picture that stands with its next seconds there. No node can change that, and some browsers get over it only by
 * beginning again: WebKitGTK stands so at the start of some files, of a plain video too.
 */
import { secondsAhead } from './seconds-ahead.js'
import { wasAwake } from './wakefulness.js'

/** A browser that has much to do moves on before that. */
const STUCK_MS = 4_000
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
  const timer = setInterval(() => {
    const nowMs = performance.now()
    const { currentTime, ended, error, paused, seeking } = video
    const shouldMove = !paused && !ended && !seeking && error === null
    const isSeen = document.visibilityState === 'visible' && wasAwake(lookedAtMs, nowMs)
    lookedAtMs = nowMs
    const isStanding = isSeen && shouldMove && currentTime === place && secondsAhead(video) >= AHEAD_SECONDS
    place = currentTime
    if (!isStanding) sinceMs = nowMs
    if (nowMs - sinceMs < STUCK_MS) return
    sinceMs = nowMs
    onStuck()
  }, LOOK_MS)
  return () => clearInterval(timer)
}
