/**
 * The README as a script. Its blocks are typed as they stand; what a reader does besides (a key, a look at the
 * page) stands in comments, which GitHub does not show:
 *
 *   <!-- lesson
 *   press ctrl-c in node1      a step of its own, here
 *   in node2                   the next block is typed in this terminal; otherwise in the one called `main`
 *   57.5 = 50..150             where the next block says 57.5, the program may say another figure of that range
 *   refused ~ refused|down     the same for words, as a pattern
 *   -->
 *
 * CONTRIBUTING.md lists them all.
 */
import { type Allowance, problemOf } from './compare.ts'

/** A command and what stands below it. */
export interface Typed {
  readonly command: string
  readonly output: readonly string[]
}

/** Something that happens to the page, or that it has to show. */
export type PageStep =
  | { readonly kind: 'opens' | 'reload' | 'leave' }
  | { readonly kind: 'open'; readonly url: string }
  | { readonly kind: 'choose' | 'shows'; readonly text: string; readonly allowances: readonly Allowance[] }
  | { readonly kind: 'plays' | 'seek'; readonly seconds: number }

/** What is done besides typing. */
export type Act =
  | { readonly kind: 'press'; readonly key: string; readonly terminal: string }
  | { readonly kind: 'start'; readonly command: string; readonly terminal: string }
  | {
      readonly kind: 'wait'
      readonly text: string
      readonly terminal: string
      readonly allowances: readonly Allowance[]
    }
  | { readonly kind: 'pause'; readonly seconds: number }
  | { readonly kind: 'page'; readonly step: PageStep }

export type Step = { readonly lesson: string; readonly line: number } & (
  | { readonly kind: 'act'; readonly act: Act }
  | {
      readonly kind: 'type'
      readonly terminal: string
      /** the last command goes on, and its terminal with it */
      readonly stays: boolean
      readonly typed: readonly Typed[]
      /** what happens while the first command runs */
      readonly meanwhile: readonly Act[]
      readonly allowances: readonly Allowance[]
    }
  | {
      readonly kind: 'quote'
      /** a terminal whose output has these lines; `undefined`: the page shows them */
      readonly terminal: string | undefined
      readonly lines: readonly string[]
      readonly allowances: readonly Allowance[]
    }
)

/** A README that cannot be carried out says where and why. */
export class LessonError extends Error {
  override name = 'LessonError'
}

/** Languages of blocks that somebody types or that quote what is said. */
const SPOKEN = new Set(['sh', 'console', 'text'])
const MAIN = 'main'

/** What comments say of the next block. */
interface Beside {
  terminal?: string
  log?: string
  stays?: boolean
  isOnPage?: boolean
  isSkipped?: boolean
  allowances: Allowance[]
  meanwhile: Act[]
}

/**
 * Reads the README. Pure.
 * @throws LessonError for a block of which nobody says how it is to be carried out, and for a comment that is none
 */
export function readLessons(readme: string): Step[] {
  const steps: Step[] = []
  const visible = new Map<string, string>()
  const lines = readme.split('\n')
  let lesson = ''
  let beside: Beside = { allowances: [], meanwhile: [] }
  let isPending = false
  for (let index = 0; index < lines.length; index++) {
    const text = lines[index] ?? ''
    const line = index + 1
    const heading = /^#+ (.*)/.exec(text)?.[1]
    const language = /^```(\w*)$/.exec(text)?.[1]
    const comment = /^<!-- lesson\b(.*)$/.exec(text)
    if (comment === null) visible.set(lesson, `${visible.get(lesson) ?? ''}${text}\n`)
    if (heading !== undefined) lesson = heading
    else if (comment !== null) {
      let body = comment[1] ?? ''
      while (!body.includes('-->') && index + 1 < lines.length) body += `\n${lines[++index]}`
      for (const said of saidIn(body.replace(/-->[\s\S]*/, ''))) {
        if (said.trim() === '') continue
        const act = at(line, () => readComment(said.trim(), beside))
        if (act !== undefined) steps.push({ lesson, line, kind: 'act', act })
      }
      isPending = beside.allowances.length + beside.meanwhile.length > 0 || Object.keys(beside).length > 2
    } else if (language !== undefined) {
      const end = lines.indexOf('```', index + 1)
      if (end === -1) throw new LessonError(`README.md:${line}: this block has no end`)
      const block = lines.slice(index + 1, end)
      visible.set(lesson, `${visible.get(lesson) ?? ''}${block.join('\n')}\n`)
      index = end
      if (SPOKEN.has(language) && beside.isSkipped !== true)
        steps.push({ lesson, line, ...readBlock(language, block, beside, line) })
      else if (isPending && beside.isSkipped !== true)
        throw new LessonError(
          `README.md:${line}: a comment says how to run a block of ${language || 'no language'}`,
        )
      beside = { allowances: [], meanwhile: [] }
      isPending = false
    }
  }
  if (isPending)
    throw new LessonError('README.md: a comment at the end is about a block that does not follow')
  for (const step of steps) {
    for (const allowance of allowancesOf(step)) {
      const problem = problemOf(
        allowance,
        step.kind === 'type' ? textOf(step) : (visible.get(step.lesson) ?? ''),
      )
      if (problem !== undefined) throw new LessonError(`README.md:${step.line}: ${problem}`)
    }
  }
  return steps
}

/** Says where a complaint belongs. */
function at<T>(line: number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof LessonError ? new LessonError(`README.md:${line}: ${error.message}`) : error
  }
}

function allowancesOf(step: Step): readonly Allowance[] {
  if (step.kind !== 'act') return step.allowances
  const { act } = step
  if (act.kind === 'wait') return act.allowances
  return act.kind === 'page' && 'allowances' in act.step ? act.step.allowances : []
}

const textOf = ({ typed }: Extract<Step, { kind: 'type' }>): string =>
  typed.flatMap(({ output }) => output).join('\n')

/** A line says several things with semicolons between them; a pattern may have some of its own. */
const saidIn = (comment: string): string[] =>
  comment.split('\n').flatMap((line) => (line.includes(' ~ ') ? [line] : line.split(';')))

type Spoken =
  | Omit<Extract<Step, { kind: 'type' }>, 'lesson' | 'line'>
  | Omit<Extract<Step, { kind: 'quote' }>, 'lesson' | 'line'>

function readBlock(language: string, block: readonly string[], beside: Beside, line: number): Spoken {
  const { allowances, meanwhile, terminal = MAIN, stays = false } = beside
  if (language === 'text') {
    if (beside.log === undefined && beside.isOnPage !== true)
      throw new LessonError(
        `README.md:${line}: say where this is seen: “on the page”, or “in the log of NAME”`,
      )
    return { kind: 'quote', terminal: beside.log, lines: block.filter((text) => text !== ''), allowances }
  }
  const typed =
    language === 'sh' ? block.map((command) => ({ command, output: [] })) : readConsole(block, line)
  return { kind: 'type', terminal, stays, typed, meanwhile, allowances }
}

function readConsole(block: readonly string[], line: number): Typed[] {
  const typed: { command: string; output: string[] }[] = []
  for (const text of block) {
    if (text.startsWith('$ ')) typed.push({ command: text.slice(2), output: [] })
    else if (typed.length === 0) throw new LessonError(`README.md:${line}: what is typed begins with “$ ”`)
    else typed.at(-1)?.output.push(text)
  }
  return typed
}

/** What a comment may say of the next block. */
const BESIDE: readonly [pattern: RegExp, note: (beside: Beside, word: string) => void][] = [
  [/^in the log of (\S+)$/, (beside, word) => Object.assign(beside, { log: word })],
  [/^in (\S+)$/, (beside, word) => Object.assign(beside, { terminal: word })],
  [/^stays$/, (beside) => Object.assign(beside, { stays: true })],
  [/^on the page$/, (beside) => Object.assign(beside, { isOnPage: true })],
  [/^not run: (.+)$/, (beside) => Object.assign(beside, { isSkipped: true })],
  [/^meanwhile (.+)$/, (beside, word) => beside.meanwhile.push(required(readAct(word, []), word))],
]

/** One line of a comment: a step, or something about the next block, which goes into `beside`. */
function readComment(said: string, beside: Beside): Act | undefined {
  for (const [pattern, note] of BESIDE) {
    const match = pattern.exec(said)
    if (match === null) continue
    note(beside, match[1] ?? '')
    return undefined
  }
  const act = readAct(said, beside.allowances)
  if (act === undefined) beside.allowances.push(required(readAllowance(said), said))
  else if (usesAllowances(act)) beside.allowances = []
  return act
}

function required<T>(read: T | undefined, said: string): T {
  if (read === undefined) throw new LessonError(`nobody knows how to “${said}”`)
  return read
}

const usesAllowances = (act: Act): boolean =>
  act.kind === 'wait' || (act.kind === 'page' && 'allowances' in act.step)

function readAct(said: string, allowances: readonly Allowance[]): Act | undefined {
  const [, press, pressIn] = /^press (\S+) in (\S+)$/.exec(said) ?? []
  if (press !== undefined && pressIn !== undefined) return { kind: 'press', key: press, terminal: pressIn }
  const [, start, startIn] = /^start (.+) in (\S+)$/.exec(said) ?? []
  if (start !== undefined && startIn !== undefined)
    return { kind: 'start', command: start, terminal: startIn }
  const [, waitIn, wait] = /^(\S+) says (.+)$/.exec(said) ?? []
  if (wait !== undefined && waitIn !== undefined && waitIn !== 'page')
    return { kind: 'wait', text: wait, terminal: waitIn, allowances }
  const [, pause] = /^wait ([0-9.]+) s$/.exec(said) ?? []
  if (pause !== undefined) return { kind: 'pause', seconds: Number(pause) }
  const step = readPageStep(said, allowances)
  return step && { kind: 'page', step }
}

function readPageStep(said: string, allowances: readonly Allowance[]): PageStep | undefined {
  const [, url] = /^page open (\S+)$/.exec(said) ?? []
  if (url !== undefined) return { kind: 'open', url }
  const [, action, seconds] = /^page (plays|seek) ([0-9.]+) s$/.exec(said) ?? []
  if ((action === 'plays' || action === 'seek') && seconds !== undefined)
    return { kind: action, seconds: Number(seconds) }
  const [, kind, text] = /^page (choose|shows) (.+)$/.exec(said) ?? []
  if ((kind === 'choose' || kind === 'shows') && text !== undefined) return { kind, text, allowances }
  const [, simple] = /^page (opens|reload|leave)$/.exec(said) ?? []
  return simple === 'opens' || simple === 'reload' || simple === 'leave' ? { kind: simple } : undefined
}

function readAllowance(said: string): Allowance | undefined {
  const [, number, min, max] = /^(.*\S) = ([0-9.]+?)\.\.([0-9.]+)$/.exec(said) ?? []
  if (number !== undefined && /[0-9]/.test(number))
    return { text: number, instead: { kind: 'range', min: Number(min), max: Number(max) } }
  const [, text, pattern] = /^(.*\S) ~ (.+)$/.exec(said) ?? []
  return text !== undefined && pattern !== undefined
    ? { text, instead: { kind: 'pattern', pattern } }
    : undefined
}
