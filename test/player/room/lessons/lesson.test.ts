/** What a lesson needs to be played on the page, and what is said of the bets. */
import { describe, expect, test } from 'vitest'
import {
  awayMsOf,
  endMsOf,
  type Lesson,
  nodesOf,
  tellBets,
  whyNotHere,
} from '../../../../src/player/room/lessons/lesson.js'

const LESSON: Lesson = {
  ...{ name: 'x', title: 't', question: 'q?', choices: ['a', 'b'], right: 'a', why: 'w', seed: 0 },
  ...{ lookAheadSeconds: 15, expect: { stalls: 0 }, nodes: [] },
  actions: [
    { kind: 'crash', atMs: 1_000, node: 'node1' },
    { kind: 'set', atMs: 2_000, node: 'node2', faults: { hang: {} }, impairments: {} },
    { kind: 'start', atMs: 5_000, node: 'node1' },
  ],
}
const HERE = {
  ...{ names: ['node1', 'node2', 'node3'], kind: 'swarm' as const },
  ...{ isKnown: () => true, isOpen: () => true, isGone: () => false, canStart: () => true },
}

describe('it can be played', () => {
  test('where all that it needs is there', () => {
    expect(whyNotHere(LESSON, HERE)).toBeUndefined()
    expect(nodesOf(LESSON)).toEqual(['node1', 'node2'])
  })

  test.for<[why: string, here: Partial<typeof HERE> | { kind: 'switching' }, lesson: object]>([
    ['x.json: title: expected a text.', {}, { problem: 'x.json: title: expected a text' }],
    ['Here the page reads from one node at a time', { kind: 'switching' }, {}],
    ['It needs node1 and node2, and there is no such node of ours.', { names: ['a'] }, {}],
    ['The nodes are being asked', { isKnown: () => false, isOpen: () => false }, {}],
    ['node1 and node2 cannot be broken from here', { isOpen: () => false }, {}],
    ['node1 and node2 are gone', { isGone: () => true, canStart: () => false }, {}],
    ['It starts nodes again, and only npm start can do that.', { canStart: () => false }, {}],
    ['Its look-ahead of 7 s', {}, { lookAheadSeconds: 7 }],
  ])('not where %s', ([why, here, lesson]) => {
    expect(whyNotHere({ ...LESSON, ...lesson }, { ...HERE, ...here })).toContain(why)
  })

  test('where a node is gone that can be started', () => {
    expect(whyNotHere(LESSON, { ...HERE, isOpen: () => false, isGone: () => true })).toBeUndefined()
  })
})

test('it is over some seconds after its last step, or when the video is', () => {
  expect(endMsOf(LESSON, 90)).toBe(13_000)
  expect(endMsOf(LESSON, 7)).toBe(7_000)
  expect(endMsOf(LESSON, 3)).toBe(5_000)
  expect(endMsOf(LESSON, Number.NaN)).toBe(13_000)
})

test('a node that is killed is away until it is started, or until the end', () => {
  const crash = { kind: 'crash', atMs: 1_000, node: 'node1' } as const
  expect(awayMsOf(LESSON, crash, 13_000)).toBe(4_000)
  expect(awayMsOf(LESSON, { ...crash, node: 'node3' }, 13_000)).toBe(12_000)
})

test.for<[bets: number[], answer: 'yes' | 'no' | 'unknown', text: string]>([
  [[], 'yes', 'Nobody had bet.'],
  [[3, 1], 'yes', '3 of 4 bets were right.'],
  [[1, 0], 'yes', '1 of 1 bet was right.'],
  [[0, 2], 'yes', '0 of 2 bets were right.'],
  [[0, 1], 'yes', '0 of 1 bet was right.'],
  [[3, 1], 'no', '4 bets: 3 for “a” and 1 for “b”.'],
  [[0, 1], 'unknown', '1 bet: 1 for “b”.'],
])('bets %j, answer %s: %s', ([bets, answer, text]) => {
  expect(tellBets(LESSON, bets, answer)).toBe(text)
})
