/** How many can watch. */
import { expect, test } from 'vitest'
import { supplyFor } from '../../src/viewing/arithmetic.ts'

test('what the nodes send, divided by what the video needs', () => {
  expect(supplyFor([3000, 3000, 3000], 6_000_000, 60)).toEqual({ kbps: 9000, neededKbps: 800, viewers: 11 })
})

test('a node without a limit leaves it to the machine, none at all to nobody', () => {
  expect(supplyFor([3000, 0], 6_000_000, 60).viewers).toBe(Number.POSITIVE_INFINITY)
  expect(supplyFor([], 6_000_000, 60).viewers).toBe(0)
})
