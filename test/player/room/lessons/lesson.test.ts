/** What a lesson needs to be played on the page, and what is said of the bets. */
import { describe, expect, test } from 'vitest'
import { awayMsOf, type Lesson, tellBets, whyNotHere } from '../../../../src/player/room/lessons/lesson.js'

const LESSON: Lesson = {
  ...{ name: 'x', title: 't', question: 'q?', choices: ['a', 'b'], right: 'a', why: 'w', seed: 0 },
  ...{ lookAheadSeconds: 15, expect: { stalls: 0 } },
  nodes: ['node1', 'node2', 'node3'].map((name) => ({ name, latencyMs: 50 })),
  actions: [
    { kind: 'crash', atMs: 1_000, node: 'node1' },
    { kind: 'set', atMs: 2_000, node: 'node2', faults: { hang: {} }, impairments: {} },
    { kind: 'start', atMs: 5_000, node: 'node1' },
  ],
}
const HERE = {
  names: ['node1', 'node2', 'node3'],
  ownNames: ['node1', 'node2', 'node3'],
  kind: 'swarm' as const,
  ...{ isKnown: () => true, isOpen: () => true, isGone: () => false, canStart: () => true },
}

describe('it can be played', () => {
  test('where all that it needs is there', () => {
    expect(whyNotHere(LESSON, HERE)).toBeUndefined()
  })

  test.for<[why: string, here: Partial<typeof HERE> | { kind: 'switching' }, lesson: object]>([
    ['x.json: title: expected a text.', {}, { problem: 'x.json: title: expected a text' }],
    ['Here the page reads from one node at a time', { kind: 'switching' }, {}],
    ['It is about node1, node2 and node3, and the node list has other nodes.', { names: ['a'] }, {}],
    ['and the node list has other nodes', { names: ['node1', 'node2', 'node3', 'node4'] }, {}],
    ['and the node list has other nodes', { ownNames: ['node1', 'node2'] }, {}], // one is foreign
    ['The nodes are being asked', { isKnown: () => false, isOpen: () => false }, {}],
    ['node1, node2 and node3 cannot be broken from here', { isOpen: () => false }, {}],
    ['node1, node2 and node3 are gone', { isGone: () => true, canStart: () => false }, {}],
    ['It kills nodes, and only npm start can start them again.', { canStart: () => false }, {}],
    ['Its look-ahead of 7 s', {}, { lookAheadSeconds: 7 }],
  ])('not where %s', ([why, here, lesson]) => {
    expect(whyNotHere({ ...LESSON, ...lesson }, { ...HERE, ...here })).toContain(why)
  })

  test('where a node is gone that can be started', () => {
    expect(whyNotHere(LESSON, { ...HERE, isOpen: () => false, isGone: () => true })).toBeUndefined()
  })
})

test('a node that is killed is away until it is started, or until the end', () => {
  const crash = { kind: 'crash', atMs: 1_000, node: 'node1' } as const
  expect(awayMsOf(LESSON, crash, 13_000)).toBe(4_000)
  expect(awayMsOf(LESSON, { ...crash, node: 'node3' }, 13_000)).toBe(12_000)
  expect(awayMsOf(LESSON, { ...crash, node: 'node3' }, 1_000)).toBe(1_000) // it is to be gone before
})

test.for<[bets: number[], answer: 'yes' | 'no' | 'unknown', text: string]>([
  [[], 'yes', 'Nobody had bet. Right is “a”.'],
  [[], 'no', 'Nobody had bet.'],
  [[3, 1], 'yes', 'Right is “a”: 3 of 4 bets.'],
  [[1, 0], 'yes', 'Right is “a”: 1 of 1 bet.'],
  [[0, 2], 'yes', 'Right is “a”: none of 2 bets.'],
  [[0, 1], 'yes', 'Right is “a”: none of 1 bet.'],
  [[3, 1], 'no', '4 bets: 3 for “a” and 1 for “b”.'],
  [[0, 1], 'unknown', '1 bet: 1 for “b”.'],
])('bets %j, answer %s: %s', ([bets, answer, text]) => {
  expect(tellBets(LESSON, bets, answer)).toBe(text)
})
