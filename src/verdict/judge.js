// @ts-check
/** What was expected beside what was measured. Three-valued: yes, no, or not known, with what could not be seen. Pure. */
import { count, formatMs, formatShare } from '../words/in-words.js'

/**
 * What must be so at the end of a scenario; what is absent may be as it is.
 * @typedef {object} Expectation
 * @property {number} [stalls] at most
 * @property {number} [leastStalls] at least
 * @property {number} [wastedShare] of all bytes that came, at most
 * @property {number} [longestGapMs] the longest that the reader waited for the bytes that it needed next, at most
 * @property {number} [rejected] chunks that were thrown away for their hash, at least
 */

/**
 * How it went.
 * @typedef {import('./tally.js').Met & Circumstances} Measured
 *
 * @typedef {object} Circumstances
 * @property {number | undefined} firstPictureMs
 * @property {number} latestMs what was done latest was done so much after its time
 * @property {string} undone why it proves nothing, in words; '' when it does: a step that could not be done
 * @property {string} excuse what else than the nodes can be the cause of what went wrong, in words; '' when nothing
 */

/** @typedef {'yes' | 'no' | 'unknown'} Answer */
/** What was measured beside what was expected. @typedef {{ readonly text: string, readonly isMet: boolean }} Check */
/** `notKnown`: why it is not; '' when it is. @typedef {{ readonly answer: Answer, readonly checks: readonly Check[], readonly notKnown: string }} Verdict */

/** The answers in words. @type {Readonly<Record<Answer, string>>} */
export const ANSWER_WORDS = {
  yes: 'As expected: yes',
  no: 'As expected: no',
  unknown: 'As expected: not known',
}

/** What a scenario says of why it goes so, which is a fact only when it did. @param {string} why @param {Answer} answer */
export const tellWhy = (why, answer) => (answer === 'yes' ? why : `What was expected, and why: ${why}`)

/** @param {Measured} measured */
export const wastedShareOf = ({ readBytes, wastedBytes }) =>
  readBytes + wastedBytes === 0 ? 0 : wastedBytes / (readBytes + wastedBytes)

/**
 * @param {Expectation} expected
 * @param {Measured} measured
 * @returns {Verdict}
 */
export function judge(expected, measured) {
  const checks = check(expected, measured).map(([text, isMet]) => ({ text, isMet }))
  const notKnown = (/** @type {string} */ why) =>
    /** @type {const} */ ({ answer: 'unknown', checks, notKnown: why })
  const { firstPictureMs, undone, excuse, hadAll } = measured
  if (firstPictureMs === undefined) return notKnown('nobody saw a picture')
  if (hadAll) return notKnown('all of the video had come before anything was done')
  if (undone !== '') return notKnown(undone)
  if (checks.every(({ isMet }) => isMet)) return { answer: 'yes', checks, notKnown: '' }
  return excuse === '' ? { answer: 'no', checks, notKnown: '' } : notKnown(excuse)
}

/**
 * @param {Expectation} expected
 * @param {Measured} measured
 */
function check({ stalls, leastStalls, wastedShare, longestGapMs, rejected }, measured) {
  /** @type {[what: string, isMet: boolean][]} */
  const checks = []
  if (stalls !== undefined || leastStalls !== undefined) {
    const [least, most] = [leastStalls ?? 0, stalls ?? Number.POSITIVE_INFINITY]
    const longest = measured.stalls === 0 ? '' : ` (the longest ${formatMs(measured.longestStallMs)})`
    const atEnd = measured.stands ? ', and the picture stands at the end' : ''
    checks.push([
      `stalls: ${measured.stalls}, expected ${sayBounds(least, most)}${longest}${atEnd}`,
      measured.stalls >= least && measured.stalls <= most && !measured.stands,
    ])
  }
  if (longestGapMs !== undefined)
    checks.push([
      `longest wait: ${formatMs(measured.longestGapMs)}, expected ${formatMs(longestGapMs)} at most`,
      measured.longestGapMs <= longestGapMs,
    ])
  if (wastedShare !== undefined) {
    const share = wastedShareOf(measured)
    checks.push([
      `wasted: ${formatShare(share, 1)}, expected ${formatShare(wastedShare, 1)} at most`,
      share <= wastedShare,
    ])
  }
  if (rejected !== undefined)
    checks.push([
      `thrown away for a wrong hash: ${count(measured.rejected, 'chunk')}, expected ${rejected} at least`,
      measured.rejected >= rejected,
    ])
  return checks
}

/** @param {number} least @param {number} most */
function sayBounds(least, most) {
  if (most === 0) return 'none'
  if (least === most) return String(most)
  if (least === 0) return `${most} at most`
  return most === Number.POSITIVE_INFINITY ? `${least} at least` : `${least} to ${most}`
}
