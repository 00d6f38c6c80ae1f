import { expect, test } from 'vitest'
import type { Policy } from '../../../src/player/playing/player-events.js'
import {
  type Choices,
  describePolicy,
  LOOK_AHEADS,
  readChoices,
  suggest,
  tellLookAhead,
  writeChoices,
} from '../../../src/player/room/experiments.js'

const NODES = ['node1', 'a & b=#"<']
const POLICIES: Policy[] = [
  { kind: 'all' },
  { kind: 'fastest' },
  { kind: 'only', node: 'node1' },
  { kind: 'only', node: 'a & b=#"<' },
]
const ALL: Choices[] = POLICIES.flatMap((policy) =>
  LOOK_AHEADS.map((lookAheadSeconds) => ({ policy, lookAheadSeconds })),
)

test('what is written into the hash is read from it again', () => {
  for (const choices of ALL) expect(readChoices(writeChoices(choices), NODES)).toEqual(choices)
})

test.for([
  '',
  '#',
  '#read=only+node9&look-ahead=3',
  '#look-ahead=-5&read=everything',
  '#%ff%fe',
  '#read=only',
  '#look-ahead=5e0x',
])('hash "%s" leaves the defaults', (hash) => {
  expect(readChoices(hash, NODES)).toEqual({ policy: { kind: 'all' }, lookAheadSeconds: 15 })
})

test('each half of a hash counts without the other', () => {
  expect(readChoices('#look-ahead=2', NODES)).toEqual({ policy: { kind: 'all' }, lookAheadSeconds: 2 })
  expect(readChoices('#read=fastest', NODES)).toEqual({ policy: { kind: 'fastest' }, lookAheadSeconds: 15 })
})

test('every choice comes with something to try', () => {
  for (const choices of ALL) expect(suggest(choices)).toMatch(/^Stop .*[.?]$/)
  expect(new Set(ALL.map((choices) => suggest(choices))).size).toBeGreaterThanOrEqual(LOOK_AHEADS.length + 2)
})

test('where the look-ahead has no effect, nothing is said of it', () => {
  for (const choices of ALL) expect(suggest(choices, 'switching')).not.toMatch(/\d s\b|chunks/)
})

test('a policy is told in words', () => {
  expect(POLICIES.slice(0, 3).map(describePolicy)).toEqual([
    'all nodes',
    'the fastest node only',
    'node1 only',
  ])
})

test.for<[seconds: number, buffered: number, text: string]>([
  [60, 15, 'the look-ahead is 60 s now'],
  [15, 15.4, 'the look-ahead is 15 s now'],
  [2, 14.6, 'the look-ahead is 2 s now; the 15 s that are buffered play first'],
])('a look-ahead of %i s, with %f s buffered, is told as what it does', ([seconds, buffered, text]) => {
  expect(tellLookAhead(seconds, buffered)).toBe(text)
})
