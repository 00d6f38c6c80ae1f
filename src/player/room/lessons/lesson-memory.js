// @ts-check
/** What a tab remembers of a lesson while the page loads itself anew, so that each is played from the first byte on. */
/** @import { Lesson } from './lesson.js' */

const KEY = 'lesson'

/**
 * `isDue`: it is to be played as soon as there is a picture.
 * @typedef {{ readonly lesson: Lesson, readonly bets: readonly number[], readonly isDue: boolean }} Remembered
 */

/** @param {Remembered} what @returns {boolean} whether it can be remembered */
export function remember(what) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(what))
    return true
  } catch {
    return false
  }
}

/**
 * What was remembered, which is due only once: who reloads in the middle of a lesson does not begin it again.
 * @returns {Remembered | undefined}
 */
export function recall() {
  try {
    const what = JSON.parse(sessionStorage.getItem(KEY) ?? 'null')
    if (what === null) return undefined
    sessionStorage.removeItem(KEY)
    return what
  } catch {
    return undefined
  }
}
