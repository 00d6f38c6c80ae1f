// @ts-check
/** What a tab remembers of a lesson while the page loads itself anew, so that each is played from the first byte on. */
/** @import { Lesson } from './lesson.js' */

const KEY = 'lesson'

/** @typedef {{ readonly lesson: Lesson, readonly bets: readonly number[] }} Remembered */

/** @param {Remembered} what @throws {Error} where nothing may be remembered */
export function remember(what) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(what))
  } catch (cause) {
    throw new Error('this browser remembers nothing over a reload', { cause })
  }
}

/**
 * What is to be played as soon as there is a picture. Once: who reloads in the middle of a lesson does not begin it again.
 * @returns {Remembered | undefined}
 */
export function recall() {
  try {
    const what = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') ?? undefined
    sessionStorage.removeItem(KEY)
    return what
  } catch {
    return undefined
  }
}
