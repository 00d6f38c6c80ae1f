/** What was expected beside what was measured. Three-valued: yes, no, or not known, with what could not be seen. Pure. */
import { formatMs, formatShare } from '../words/in-words.js'
import type { Expectation } from './scenario.ts'

/** What a rehearsal measured, the worst of all viewers. */
export interface Measured {
  readonly stalls: number
  readonly longestStallMs: number
  readonly wastedShare: number
  readonly longestGapMs: number
  readonly firstPictureMs: number | undefined
  /** what was done latest was done so much after its time */
  readonly latestMs: number
  /** why it proves nothing, in words; '' when it does: a step that could not be done */
  readonly undone: string
  /** what else than the nodes can be the cause of what went wrong, in words; '' when nothing */
  readonly excuse: string
}

export type Answer = 'yes' | 'no' | 'unknown'

export interface Verdict {
  readonly answer: Answer
  /** a line for each expectation */
  readonly lines: readonly string[]
}

/** Exit codes, as of programs that check: 0 yes, 1 no, 2 not known. */
export const EXIT_CODES: Readonly<Record<Answer, number>> = { yes: 0, no: 1, unknown: 2 }

export function judge(expected: Expectation, measured: Measured): Verdict {
  const checks: [what: string, isMet: boolean][] = []
  const { stalls, wastedShare, longestGapMs } = expected
  if (stalls !== undefined)
    checks.push([
      `stalls: ${measured.stalls}, expected ${stalls === 0 ? 'none' : `${stalls} at most`}` +
        (measured.stalls === 0 ? '' : ` (the longest ${formatMs(measured.longestStallMs)})`),
      measured.stalls <= stalls,
    ])
  if (longestGapMs !== undefined)
    checks.push([
      `longest wait: ${formatMs(measured.longestGapMs)}, expected ${formatMs(longestGapMs)} at most`,
      measured.longestGapMs <= longestGapMs,
    ])
  if (wastedShare !== undefined)
    checks.push([
      `wasted: ${formatShare(measured.wastedShare, 1)}, expected ${formatShare(wastedShare, 1)} at most`,
      measured.wastedShare <= wastedShare,
    ])
  const lines = checks.map(([what, isMet]) => `${isMet ? 'yes' : 'no '}  ${what}`)
  if (measured.firstPictureMs === undefined)
    return { answer: 'unknown', lines: [...lines, 'not known: nobody saw a picture'] }
  if (measured.undone !== '') return { answer: 'unknown', lines: [...lines, `not known: ${measured.undone}`] }
  if (checks.every(([, isMet]) => isMet)) return { answer: 'yes', lines }
  if (measured.excuse !== '') return { answer: 'unknown', lines: [...lines, `not known: ${measured.excuse}`] }
  return { answer: 'no', lines }
}
