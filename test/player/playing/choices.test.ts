import { expect, test } from 'vitest'
import {
  type Choices,
  describePolicy,
  LOOK_AHEADS,
  readChoices,
  writeChoices,
} from '../../../src/player/playing/choices.js'
import type { Policy } from '../../../src/player/playing/player-events.js'

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

test('what else stands in the hash stays there', () => {
  const [choices] = ALL
  const hash = writeChoices(choices as Choices, '#lesson=hang&look-ahead=60')
  expect(new URLSearchParams(hash.slice(1)).get('lesson')).toBe('hang')
  expect(readChoices(hash, NODES)).toEqual(choices)
})

test('a policy is told in words', () => {
  expect(POLICIES.slice(0, 3).map(describePolicy)).toEqual([
    'all nodes',
    'the fastest node only',
    'node1 only',
  ])
})
