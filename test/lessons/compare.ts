/**
 * Does what a program said stand in the README? Words have to be the same; how wide the columns of a table are has
 * not. A figure that is another each time may differ where a rule beside the block names it: it keeps its shape
 * (as many digits behind the point) and stays in a range.
 */

/** What may stand in place of a text of the README. */
export interface Allowance {
  /** as the README has it, so that the README's own figure is held to the rule too */
  readonly text: string
  readonly instead:
    | { readonly kind: 'range'; readonly min: number; readonly max: number }
    | { readonly kind: 'pattern'; readonly pattern: string }
}

/** A line of the README that stands for any number of lines. */
export const ELLIPSIS = '…'

const NUMBER = /[0-9]+(?:\.([0-9]+))?/

/** What a rule is missing, in words. Pure. @param visible the text that a reader of the README sees around it */
export function problemOf({ text, instead }: Allowance, visible: string): string | undefined {
  if (!hasToken(visible, text)) return `the rule for “${text}” stands beside a text that does not have it`
  if (instead.kind === 'pattern')
    return new RegExp(`^(?:${instead.pattern})$`).test(text)
      ? undefined
      : `“${text}” does not follow its own rule, ${instead.pattern}`
  const value = Number(NUMBER.exec(text)?.[0] ?? Number.NaN)
  return value >= instead.min && value <= instead.max
    ? undefined
    : `“${text}” is not from ${instead.min} to ${instead.max}, as its own rule wants`
}

/** Pure. @returns whether this line is what the README promises */
export function isLine(expected: string, actual: string, allowances: readonly Allowance[] = []): boolean {
  const { pattern, ranges } = compile(expected, allowances)
  const found = new RegExp(`^${pattern}$`).exec(squeeze(actual))
  return found !== null && areInRange(found, ranges)
}

/** Pure. @returns whether a text with line breaks has what the README quotes */
export function isIn(expected: string, actual: string, allowances: readonly Allowance[] = []): boolean {
  const { pattern, ranges } = compile(expected, allowances)
  return [...squeeze(actual.replaceAll('\n', ' ')).matchAll(new RegExp(pattern, 'g'))].some((found) =>
    areInRange(found, ranges),
  )
}

/**
 * The first difference, in words. Pure.
 * @param isWhole must nothing follow?
 */
export function firstDifference(
  expected: readonly string[],
  actual: readonly string[],
  allowances: readonly Allowance[] = [],
  isWhole = true,
): string | undefined {
  let at = 0
  let maySkip = false
  for (const line of expected) {
    if (line.trim() === ELLIPSIS) {
      maySkip = true
      continue
    }
    const from = at
    while (maySkip && at < actual.length && !isLine(line, actual[at] ?? '', allowances)) at++
    maySkip = false
    const said = actual[at]
    if (said === undefined || !isLine(line, said, allowances))
      return `expected  ${line}\n     found  ${said ?? actual[from] ?? '(nothing more)'}`
    at++
  }
  if (isWhole && !maySkip && at < actual.length) return `expected  (nothing more)\n     found  ${actual[at]}`
  return undefined
}

/** @param text of the README, which becomes a pattern with a group for each figure that may differ */
function compile(text: string, allowances: readonly Allowance[]): { pattern: string; ranges: Range[] } {
  let rest = squeeze(text)
  let pattern = ''
  const ranges: Range[] = []
  while (rest !== '') {
    const allowance = allowances.find(
      (one) => rest.startsWith(one.text) && hasToken(rest, one.text, 0) && !/[0-9.]$/.test(pattern),
    )
    if (allowance === undefined) {
      // a number as a whole, so that no rule applies in the middle of it
      const [piece = ''] = /^[0-9]+(?:\.[0-9]+)*|^[\s\S]/.exec(rest) ?? []
      pattern += escaped(piece)
      rest = rest.slice(piece.length)
      continue
    }
    rest = rest.slice(allowance.text.length)
    if (allowance.instead.kind === 'pattern') pattern += `(?:${allowance.instead.pattern})`
    else {
      const [number = '', decimals] = NUMBER.exec(allowance.text) ?? []
      const at = allowance.text.indexOf(number)
      const shape = decimals === undefined ? '[0-9]+' : `[0-9]+\\.[0-9]{${decimals.length}}`
      pattern += `${escaped(allowance.text.slice(0, at))}(${shape})${escaped(allowance.text.slice(at + number.length))}`
      ranges.push(allowance.instead)
    }
  }
  return { pattern, ranges }
}

type Range = Extract<Allowance['instead'], { kind: 'range' }>

const areInRange = (found: RegExpExecArray, ranges: readonly Range[]): boolean =>
  ranges.every(({ min, max }, index) => Number(found[index + 1]) >= min && Number(found[index + 1]) <= max)

/** Does a text have this one, and not as a part of a longer number? @param at only there */
function hasToken(text: string, token: string, at?: number): boolean {
  for (let from = at ?? text.indexOf(token); from !== -1; from = text.indexOf(token, from + 1)) {
    const [before, behind] = [text[from - 1] ?? '', text.slice(from + token.length, from + token.length + 2)]
    const isPart =
      (/^[0-9]/.test(token) && /[0-9.]/.test(before)) || (/[0-9]$/.test(token) && /^\.?[0-9]/.test(behind))
    if (!isPart) return true
    if (at !== undefined) return false
  }
  return false
}

const squeeze = (line: string): string => line.trim().replace(/\s+/g, ' ')
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
