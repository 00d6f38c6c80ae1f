// @ts-check
/**
 * The URL that the video element gets for its bytes. It is the watch page's own URL with a query, so it can
 * collide with no storage name, and lies in the worker's scope. No node ever answers it: the worker does.
 */

const FIELD = 'stream'

/**
 * Where the video element finds a stream of its page. Pure.
 * @param {string} pageUrl of the watch page
 * @param {string} id of the stream; one page may have several, one after the other
 */
export function streamUrl(pageUrl, id) {
  const url = new URL(pageUrl)
  url.hash = ''
  url.search = new URLSearchParams({ [FIELD]: id }).toString()
  return url.href
}

/**
 * The id of the stream that a URL names, `undefined` for every other URL. Pure.
 * @param {URL} url
 */
export const streamIdOf = (url) =>
  url.pathname.startsWith('/watch/') ? (url.searchParams.get(FIELD) ?? undefined) : undefined
