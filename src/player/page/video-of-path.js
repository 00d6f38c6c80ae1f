// @ts-check
/** Which video a watch page is for. */

/**
 * The name of the video that a path of the watch page is about.
 * @param {string} pathname `/watch/week%201/talk.mp4`
 * @returns {string | undefined} `undefined`: it names none
 */
export function videoOfPath(pathname) {
  try {
    return decodeURIComponent(/^\/watch\/(.+)$/.exec(pathname)?.[1] ?? '') || undefined
  } catch {
    return undefined // not UTF-8, or a stray percent sign
  }
}
