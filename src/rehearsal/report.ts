/** Shows a rehearsal: what is asked, what happens, and the verdict. */
import { style } from '../cli/terminal.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { ANSWER_WORDS, type Answer, type Measured, tellWhy, type Verdict } from '../verdict/judge.js'
import { formatMs } from '../words/in-words.js'

const ANSWERS = { yes: 'green', no: 'red', unknown: 'yellow' } as const

/** Exit codes, as of programs that check: 0 yes, 1 no, 2 not known. */
export const EXIT_CODES: Readonly<Record<Answer, number>> = { yes: 0, no: 1, unknown: 2 }

/** What the class is asked first. */
export function printQuestion({ title, question, choices }: Scenario): void {
  console.log(style('bold', title))
  console.log(`${question}\n${choices.map((choice) => `  - ${choice}`).join('\n')}\n`)
}

/** ` 9.2 s  reader  node1: no answer`. */
export const printLine = (atMs: number, who: string, text: string): void =>
  console.log(`${(atMs / 1000).toFixed(1).padStart(5)} s  ${who.padEnd(6)}  ${text}`)

export function printVerdict(
  { why, right }: Scenario,
  verdict: Verdict,
  { firstPictureMs, latestMs }: Measured,
): void {
  const first = firstPictureMs === undefined ? '' : `first picture after ${formatMs(firstPictureMs)}`
  const late = `each fault in force within ${formatMs(latestMs)} of its time`
  console.log(`\n${[...linesOf(verdict), first, late].filter((line) => line !== '').join('\n')}`)
  console.log(style(ANSWERS[verdict.answer], ANSWER_WORDS[verdict.answer]))
  if (verdict.answer === 'yes' && right !== undefined) console.log(`So it is: ${right}`)
  console.log(`\n${tellWhy(why, verdict.answer)}`)
}

/** A line for each expectation, and why it is not known, if so. */
const linesOf = ({ checks, notKnown }: Verdict): string[] => [
  ...checks.map(({ text, isMet }) => `${isMet ? 'yes' : 'no '}  ${text}`),
  notKnown === '' ? '' : `not known: ${notKnown}`,
]
