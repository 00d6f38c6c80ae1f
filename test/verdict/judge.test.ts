/** What was expected, beside what was measured. */
import { expect, test } from 'vitest'
import { judge, type Measured } from '../../src/verdict/judge.js'

const FINE: Measured = {
  ...{
    stalls: 0,
    longestStallMs: 0,
    stands: false,
    hadAll: false,
    readBytes: 99_000,
    wastedBytes: 1_000,
    rejected: 0,
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
    checks: [
      { text: 'stalls: 0, expected none', isMet: true },
      { text: 'longest wait: 900 ms, expected 1.0 s at most', isMet: true },
      { text: 'wasted: 1.0 %, expected 5.0 % at most', isMet: true },
    ],
    notKnown: '',
  })
})

test('no, when one is not, and then it is said which', () => {
  const { answer, checks } = judge(
    { stalls: 0, wastedShare: 0.05 },
    { ...FINE, stalls: 2, longestStallMs: 1500 },
  )
  expect(answer).toBe('no')
  expect(checks[0]).toEqual({ text: 'stalls: 2, expected none (the longest 1.5 s)', isMet: false })
})

test('not known, when a step could not be done, whatever was measured', () => {
  expect(judge({ stalls: 0 }, { ...FINE, undone: 'node2 does not answer' })).toMatchObject({
    answer: 'unknown',
    checks: [{ text: 'stalls: 0, expected none', isMet: true }],
    notKnown: 'node2 does not answer',
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

test.for<[expected: Parameters<typeof judge>[0], measured: Partial<Measured>, line: string]>([
  [{ leastStalls: 1, stalls: 1 }, { stalls: 0 }, 'no   stalls: 0, expected 1'],
  [
    { leastStalls: 1, stalls: 3 },
    { stalls: 2, longestStallMs: 200 },
    'yes  stalls: 2, expected 1 to 3 (the longest 200 ms)',
  ],
  [
    { leastStalls: 2 },
    { stalls: 1, longestStallMs: 200 },
    'no   stalls: 1, expected 2 at least (the longest 200 ms)',
  ],
  [
    { stalls: 1 },
    { stalls: 1, longestStallMs: 9_000, stands: true },
    'no   stalls: 1, expected 1 at most (the longest 9.0 s), and the picture stands at the end',
  ],
  [{ rejected: 1 }, { rejected: 0 }, 'no   thrown away for a wrong hash: 0 chunks, expected 1 at least'],
  [{ wastedShare: 0.1 }, { readBytes: 0, wastedBytes: 0 }, 'yes  wasted: 0 %, expected 10 % at most'],
])('%j beside %j', ([expected, measured, line]) => {
  const { answer, checks } = judge(expected, { ...FINE, ...measured })
  expect(checks.map(({ text, isMet }) => `${isMet ? 'yes' : 'no '}  ${text}`)).toEqual([line])
  expect(answer).toBe(line.startsWith('yes') ? 'yes' : 'no')
})

test('not known, when all of the video had come before anything was done', () => {
  expect(judge({ stalls: 0 }, { ...FINE, hadAll: true })).toMatchObject({
    answer: 'unknown',
    notKnown: 'all of the video had come before anything was done',
  })
})
