import { expect, test } from 'vitest'
import { type Choices, LOOK_AHEADS } from '../../../src/player/playing/choices.js'
import type { Policy } from '../../../src/player/playing/player-events.js'
import { suggest, tellLookAhead } from '../../../src/player/room/experiments.js'

const POLICIES: Policy[] = [{ kind: 'all' }, { kind: 'fastest' }, { kind: 'only', node: 'node1' }]
const ALL: Choices[] = POLICIES.flatMap((policy) =>
  LOOK_AHEADS.map((lookAheadSeconds) => ({ policy, lookAheadSeconds })),
)

test('every choice comes with something to try', () => {
  for (const choices of ALL) expect(suggest(choices)).toMatch(/^Stop .*[.?]$/)
  expect(new Set(ALL.map((choices) => suggest(choices))).size).toBeGreaterThanOrEqual(LOOK_AHEADS.length + 2)
})

test('where the look-ahead has no effect, nothing is said of it', () => {
  for (const choices of ALL) expect(suggest(choices, 'switching')).not.toMatch(/\d s\b|chunks/)
})

test.for<[seconds: number, buffered: number, text: string]>([
  [60, 15, 'the look-ahead is 60 s now'],
  [15, 15.4, 'the look-ahead is 15 s now'],
  [2, 14.6, 'the look-ahead is 2 s now; the 15 s that are buffered play first'],
])('a look-ahead of %i s, with %f s buffered, is told as what it does', ([seconds, buffered, text]) => {
  expect(tellLookAhead(seconds, buffered)).toBe(text)
})
