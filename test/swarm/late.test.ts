import { describe, expect, test } from 'vitest'
import {
  canSpare,
  chunksToTake,
  hasHedgeBudget,
  isMuchLater,
  isSlowing,
  judgeOwed,
  type Lateness,
  type Owed,
  silenceIsDeathMs,
  silenceLimitMs,
} from '../../src/swarm/late.js'

/** The next chunk, which arrives as promised. */
const IN_TIME: Owed = {
  position: 0,
  isArriving: true,
  isSlowing: false,
  arrivalMs: 100,
  promisedMs: 100,
  silentMs: 0,
  silenceLimitMs: 150,
  elsewhereMs: 100,
  patienceMs: 0,
}

describe('a chunk that a node owes', () => {
  test.for<[rule: string, owed: Partial<Owed>, lateness: Lateness]>([
    ['is waited for while it comes as promised', {}, 'wait'],
    ['is waited for when another node would hardly be sooner', { arrivalMs: 199 }, 'wait'],
    ['is slow when another node would be much sooner', { arrivalMs: 201 }, 'slow'],
    ['is given more time in the second place', { arrivalMs: 299, position: 1 }, 'wait'],
    ['is slow in the second place, too', { arrivalMs: 301, position: 1 }, 'slow'],
    ['is not hedged from the third place on while it arrives', { arrivalMs: 9999, position: 2 }, 'wait'],
    [
      'is given to another node when it has not begun and breaks its promise',
      { arrivalMs: 500, promisedMs: 199, position: 2, isArriving: false },
      'reassign',
    ],
    [
      'is not given away for being far from its turn, as was known when it was asked for',
      { arrivalMs: 5000, promisedMs: 4800, position: 9, isArriving: false },
      'wait',
    ],
    [
      'is slow when its node is slowing and has broken its promise, however soon it seems to come now',
      { promisedMs: -301, isSlowing: true },
      'slow',
    ],
    ['is waited for a while longer by a node that is slowing', { promisedMs: -300, isSlowing: true }, 'wait'],
    ['is waited for when its promise was wrong from the beginning', { promisedMs: -9999 }, 'wait'],
    ['is not overdue in the second place', { promisedMs: -301, isSlowing: true, position: 1 }, 'wait'],
    [
      'is not overdue for a reader that can wait',
      { promisedMs: -301, isSlowing: true, patienceMs: 8000 },
      'wait',
    ],
    ['is silent when its node is quieter than usual', { silentMs: 151 }, 'silent'],
    ['is silent in the fourth place, too', { silentMs: 151, position: 3 }, 'silent'],
    ['is not silent from the fifth place on', { silentMs: 9999, position: 4 }, 'wait'],
    ['is not silent while its node is as quiet as usual', { silentMs: 150 }, 'wait'],
    [
      'is not hedged for a reader that can wait',
      { silentMs: 999, arrivalMs: 3999, patienceMs: 8000 },
      'wait',
    ],
    [
      'is urgent when a player would run dry before it comes',
      { arrivalMs: 901, elsewhereMs: 890, patienceMs: 900 },
      'urgent',
    ],
    [
      'is slow for a reader that can wait, but not for that long',
      { arrivalMs: 4001, patienceMs: 8000 },
      'slow',
    ],
    [
      'is urgent for a reader without patience, too, when it would be here much later than from another node',
      { arrivalMs: 2101 },
      'urgent',
    ],
    ['is merely slow when it would not be so much later', { arrivalMs: 2100 }, 'slow'],
    ['is not urgent in the second place', { arrivalMs: 9999, position: 1 }, 'slow'],
    ['is silent rather than slow, which may cost more', { silentMs: 151, arrivalMs: 9999 }, 'silent'],
  ])('%s', ([, owed, lateness]) => {
    expect(judgeOwed({ ...IN_TIME, ...owed })).toBe(lateness)
  })
})

test('a node is slowing that sends less than half of what is usual', () => {
  expect(isSlowing({ rate: 50, usualRate: 100 })).toBe(false)
  expect(isSlowing({ rate: 49, usualRate: 100 })).toBe(true)
})

test('of two that bring the same it is plain who will be first when the other needs twice as long', () => {
  expect(isMuchLater(200, 100)).toBe(false)
  expect(isMuchLater(201, 100)).toBe(true)
})

test('who has no more ahead than it takes to go back to a node needs all that can be had', () => {
  expect(canSpare(0)).toBe(false)
  expect(canSpare(1500)).toBe(false)
  expect(canSpare(1501)).toBe(true)
})

describe('silence', () => {
  test.for<
    [node: string, estimate: { delayMs: number; deviationMs: number }, usualMs: number, deathMs: number]
  >([
    ['near', { delayMs: 5, deviationMs: 1 }, 150, 1000],
    ['far', { delayMs: 300, deviationMs: 10 }, 330, 1000],
    ['far and restless', { delayMs: 300, deviationMs: 200 }, 900, 1250],
    ['very far', { delayMs: 2000, deviationMs: 100 }, 2300, 3400],
  ])('of a node that is %s', ([, estimate, usualMs, deathMs]) => {
    expect(silenceLimitMs(estimate)).toBe(usualMs)
    expect(silenceIsDeathMs(estimate)).toBe(deathMs)
  })
})

describe('the budget for hedges', () => {
  test.for<[rule: string, hedgedBytes: number, verifiedBytes: number, isOpen: boolean]>([
    ['allows a chunk from the start', 99, 0, true],
    ['allows no second one', 100, 0, false],
    ['grows with what was delivered', 100, 1000, true],
    ['grows by four in a hundred', 140, 1000, false],
  ])('%s', ([, hedgedBytes, verifiedBytes, isOpen]) => {
    expect(hasHedgeBudget(hedgedBytes, verifiedBytes, 100)).toBe(isOpen)
  })
})

describe('an idle node takes over the end of a request', () => {
  test.for<[rule: string, split: Parameters<typeof chunksToTake>[0], taken: number]>([
    [
      'so that both end at the same time',
      { chunks: 9, chunkMs: 100, delayMs: 0, leftMs: 1000, ownChunkMs: 100 },
      5,
    ],
    [
      'less of it, the longer it needs to begin',
      { chunks: 9, chunkMs: 100, delayMs: 600, leftMs: 1000, ownChunkMs: 100 },
      2,
    ],
    [
      'most of it, if it is much faster',
      { chunks: 9, chunkMs: 10, delayMs: 0, leftMs: 1000, ownChunkMs: 100 },
      9,
    ],
    [
      'nothing, if it would be later',
      { chunks: 9, chunkMs: 100, delayMs: 2000, leftMs: 1000, ownChunkMs: 100 },
      0,
    ],
    [
      'never a chunk that arrives already',
      { chunks: 2, chunkMs: 1, delayMs: 0, leftMs: 1000, ownChunkMs: 1 },
      2,
    ],
  ])('%s', ([, split, taken]) => {
    expect(chunksToTake(split)).toBe(taken)
  })
})
