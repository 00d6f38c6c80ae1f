// @ts-check
/**
 * Why a request failed before it had an answer, or in the middle of one, in words that say no more than is known.
 * Node.js tells refused, cut and unknown hosts apart. A browser tells a page only that nothing came.
 */

const CUT = 'the connection was cut'

/** @param {unknown} error with which `fetch` rejected: there was no answer */
export const whyNoAnswer = (error) => known(error) ?? 'it cannot be reached'

/** @param {unknown} error with which the body of an answer ended */
export const whyCut = (error) => known(error) ?? CUT

/** @param {number} bytes that did not come of an answer which ended in order */
export const tooShort = (bytes) => `the answer ended ${bytes} bytes short`

/** Did an answer end before its end, as far as these words say? @param {string} why */
export const wasCut = (why) => why === CUT || /^the answer ended \d+ bytes short$/.test(why)

/** @param {unknown} error */
function known(error) {
  const { cause } = /** @type {{ cause?: { code?: unknown } }} */ (error)
  switch (cause?.code) {
    case 'ECONNREFUSED':
      return 'the connection was refused'
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return CUT
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'there is no such host'
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no way leads there'
    default:
      return undefined
  }
}
