/** What was expected, beside what was measured. */
import { expect, test } from 'vitest'
import { judge, type Measured } from '../../src/rehearsal/verdict.ts'

const FINE: Measured = {
  ...{
    stalls: 0,
    longestStallMs: 0,
    wastedShare: 0.01,
    longestGapMs: 900,
    latestMs: 5,
    firstPictureMs: 500,
    undone: '',
    excuse: '',
  },
}

test('yes, when all of it is met', () => {
  expect(judge({ stalls: 0, longestGapMs: 1000, wastedShare: 0.05 }, FINE)).toEqual({
    answer: 'yes',
    lines: [
      'yes  stalls: 0, expected none',
      'yes  longest wait: 900 ms, expected 1.0 s at most',
      'yes  wasted: 1.0 %, expected 5.0 % at most',
    ],
  })
})

test('no, when one is not, and then it is said which', () => {
  const { answer, lines } = judge(
    { stalls: 0, wastedShare: 0.05 },
    { ...FINE, stalls: 2, longestStallMs: 1500 },
  )
  expect(answer).toBe('no')
  expect(lines[0]).toBe('no   stalls: 2, expected none (the longest 1.5 s)')
})

test('not known, when a step could not be done, whatever was measured', () => {
  expect(judge({ stalls: 0 }, { ...FINE, undone: 'node2 does not answer' })).toMatchObject({
    answer: 'unknown',
    lines: ['yes  stalls: 0, expected none', 'not known: node2 does not answer'],
  })
})

test('not known, when something else may have been the cause; what is met is met all the same', () => {
  const excuse = 'this machine stood still for 900 ms'
  expect(judge({ stalls: 0 }, { ...FINE, excuse }).answer).toBe('yes')
  expect(judge({ stalls: 0 }, { ...FINE, stalls: 1, excuse }).answer).toBe('unknown')
})

test('not known, when nobody saw a picture', () => {
  expect(judge({ stalls: 0 }, { ...FINE, firstPictureMs: undefined }).answer).toBe('unknown')
})
