import { describe, expect, test } from 'vitest'
import { type Allowance, firstDifference, isIn, isLine, problemOf } from './compare.ts'

const from = (text: string, min: number, max: number): Allowance => ({
  text,
  instead: { kind: 'range', min, max },
})
const like = (text: string, pattern: string): Allowance => ({ text, instead: { kind: 'pattern', pattern } })

describe('a line is what the README promises', () => {
  test.for<[what: string, expected: string, actual: string, allowances: Allowance[]]>([
    ['when it is the same', 'node1 is up', 'node1 is up', []],
    ['whatever the width of a column', 'up   57.5  yes', 'up 57.5     yes', []],
    ['with another figure in its range', 'median 57.5 ms', 'median 61.2 ms', [from('57.5', 50, 99)]],
    ['at both ends of a range', '57.5 to 58.5', '50.0 to 99.0', [from('57.5', 50, 99), from('58.5', 50, 99)]],
    ['with a rule for a figure and its unit', '8 of 8 MB', '8 of 9 MB', [from('8 MB', 1, 10)]],
    ['with other words of a pattern', 'it was refused', 'it was cut', [like('refused', 'refused|cut')]],
    ['with signs that patterns are made of', 'a (b) [c] $1.5 * ?', 'a (b) [c] $1.5 * ?', []],
  ])('%s', ([, expected, actual, allowances]) => {
    expect(isLine(expected, actual, allowances)).toBe(true)
  })
})

describe('a line is not what the README promises', () => {
  test.for<[what: string, expected: string, actual: string, allowances: Allowance[]]>([
    ['with another word', 'node1 is up', 'node1 is down', []],
    ['with one word more', 'node1 is up', 'node1 is up again', []],
    ['with another figure that no rule names', '26 chunks', '27 chunks', [from('57.5', 50, 99)]],
    ['below the range', 'median 57.5 ms', 'median 49.9 ms', [from('57.5', 50, 99)]],
    ['above the range', 'median 57.5 ms', 'median 99.1 ms', [from('57.5', 50, 99)]],
    ['in another shape', 'median 57.5 ms', 'median 61 ms', [from('57.5', 50, 99)]],
    ['with a rule for a part of a longer number', '157.5 ms', '161.2 ms', [from('57.5', 50, 99)]],
    ['with a rule for the beginning of a longer number', '8.5 ms', '9.5 ms', [from('8', 1, 10)]],
    [
      'with words that the pattern has not',
      'it was refused',
      'it was late',
      [like('refused', 'refused|cut')],
    ],
    ['where a dot stands for no other sign', 'demo.mp4', 'demo-mp4', []],
  ])('%s', ([, expected, actual, allowances]) => {
    expect(isLine(expected, actual, allowances)).toBe(false)
  })
})

test.for<[what: string, expected: string[], actual: string[], difference: RegExp | undefined]>([
  ['the same lines', ['a', 'b'], ['a', 'b'], undefined],
  ['a line too few', ['a', 'b'], ['a'], /expected {2}b\n +found {2}\(nothing more\)/],
  ['a line too many', ['a'], ['a', 'b'], /expected {2}\(nothing more\)\n +found {2}b/],
  ['another line', ['a', 'b'], ['a', 'c'], /expected {2}b\n +found {2}c/],
  ['the wrong order', ['a', 'b'], ['b', 'a'], /expected {2}a\n +found {2}b/],
  ['lines left out', ['a', '…', 'd'], ['a', 'b', 'c', 'd'], undefined],
  ['nothing left out', ['a', '…', 'd'], ['a', 'd'], undefined],
  ['anything to the end', ['a', '…'], ['a', 'b', 'c'], undefined],
  ['lines left out before one that never comes', ['…', 'd'], ['a', 'b'], /expected {2}d/],
])('%s', ([, expected, actual, difference]) => {
  const found = firstDifference(expected, actual)
  if (difference === undefined) expect(found).toBeUndefined()
  else expect(found).toMatch(difference)
})

test('what a running command says later is no difference', () => {
  expect(firstDifference(['a'], ['a', 'b'], [], false)).toBeUndefined()
  expect(firstDifference(['a', 'b'], ['a'], [], false)).toContain('nothing more')
})

test('a quoted text is looked for in all that a page shows, with its figures in their ranges', () => {
  const page = 'node1 went down.\nThe video stood still\nfor 4.1 s.'
  expect(isIn('stood still for 5.3 s', page, [from('5.3', 4, 7)])).toBe(true)
  expect(isIn('stood still for 5.3 s', page, [from('5.3', 5, 7)])).toBe(false)
  expect(isIn('stood still for 5.3 s', page)).toBe(false)
})

test.for<[what: string, allowance: Allowance, visible: string, problem: RegExp | undefined]>([
  ['a figure that stands there and is in its range', from('5.3', 4, 7), 'for 5.3 s', undefined],
  ['a figure that was changed in the text alone', from('5.3', 4, 7), 'for 6.3 s', /does not have it/],
  ['a figure that is a part of another', from('5.3', 4, 7), 'for 15.3 s', /does not have it/],
  ['a figure outside of its own range', from('9.3', 4, 7), 'for 9.3 s', /not from 4 to 7/],
  ['words that do not follow their own pattern', like('late', 'refused|cut'), 'late', /own rule/],
])('a rule is held against the README too: %s', ([, allowance, visible, problem]) => {
  if (problem === undefined) expect(problemOf(allowance, visible)).toBeUndefined()
  else expect(problemOf(allowance, visible)).toMatch(problem)
})
