import { describe, expect, test } from 'vitest'
import {
  type Candidate,
  type ChooseOptions,
  completionMs,
  MAX_RUNS,
  type PlannedRun,
  planRuns,
  type Wanted,
} from '../../src/swarm/choose.js'

const CHUNK_BYTES = 100

/** Brings a chunk in 10 ms, 50 ms after it was asked for. */
const FAST: Candidate = {
  name: 'fast',
  rate: 10,
  isRateKnown: true,
  delayMs: 50,
  isDelayKnown: true,
  leftBytes: 0,
  runs: 0,
  isOnTrial: false,
  trialMs: 0,
}
/** Brings a chunk in 100 ms, 300 ms after it was asked for. */
const SLOW: Candidate = { ...FAST, name: 'slow', rate: 1, delayMs: 300 }

const OPTIONS: ChooseOptions = { budgetMs: 100, runMs: 50, firstRunBytes: 200, firstRuns: 1, leftBytes: 1e6 }

/** Chunks from 0 on that are all missing. */
function missing(count: number, other: Partial<Wanted> = {}): Wanted {
  return {
    chunks: Array.from({ length: count }, (_, chunk) => chunk),
    isFree: (chunk) => chunk < count,
    bytesOf: () => CHUNK_BYTES,
    isBadOn: () => false,
    isUrgent: () => false,
    ...other,
  }
}

const bytesFor = (plan: readonly PlannedRun[], name: string): number =>
  plan.reduce((sum, { node, first, last }) => sum + (node === name ? (last - first + 1) * CHUNK_BYTES : 0), 0)

const nodeOf = (plan: readonly PlannedRun[], chunk: number): string | undefined =>
  plan.find(({ first, last }) => first <= chunk && chunk <= last)?.node

test('who rescues what a reader waits for is asked for nothing beside it but what is as urgent', () => {
  const isUrgent = (chunk: number): boolean => chunk === 0
  const plan = planRuns(
    missing(4, { isUrgent }),
    [{ ...FAST, leftBytes: 100, runs: 1, isReserved: true }],
    OPTIONS,
  )
  expect(plan.map(({ first }) => first)).toEqual([0])
})

describe('the completion time', () => {
  test.for<[rule: string, node: Partial<Candidate>, ms: number]>([
    ['is delay and transfer for an idle node', {}, 60],
    ['is the rest of the queue and transfer for a busy one', { leftBytes: 1000 }, 110],
    ['is never less than the delay, however short the queue', { leftBytes: 10 }, 60],
    ['is later for a node on trial', { isOnTrial: true }, 560],
    ['is later for it by less, the longer it waits for its trial', { isOnTrial: true, trialMs: 1000 }, 310],
    ['is as for all others when that is overdue', { isOnTrial: true, trialMs: 2000 }, 60],
    ['is later for a node that has never answered', { isDelayKnown: false }, 460],
  ])('%s', ([, node, ms]) => {
    expect(completionMs({ ...FAST, ...node }, CHUNK_BYTES)).toBe(ms)
  })
})

describe('earliest completion', () => {
  test('the first chunk is for the node that has it first', () => {
    expect(nodeOf(planRuns(missing(40), [SLOW, FAST], OPTIONS), 0)).toBe('fast')
  })

  test('the slow node gets chunks that the fast one would have later than it', () => {
    const plan = planRuns(missing(100), [SLOW, FAST], OPTIONS)
    const [first] = plan.filter(({ node }) => node === 'slow')
    // The fast node has chunk n after (n + 1) x 10 ms, plus at first its delay; the slow one its first after 400 ms.
    expect(first?.first).toBeGreaterThanOrEqual(38)
    expect(first?.first).toBeLessThanOrEqual(42)
  })

  test('the slow node gets nothing where the fast one has room in time for all', () => {
    expect(bytesFor(planRuns(missing(20), [SLOW, FAST], OPTIONS), 'slow')).toBe(0)
  })

  test('the slow node never owns the head while the fast one, busy as it is, would be first', () => {
    for (let leftBytes = 0; leftBytes <= 6000; leftBytes += 100) {
      const busy = { ...FAST, leftBytes, runs: 1 }
      const plan = planRuns(missing(40, { isUrgent: (chunk) => chunk === 0 }), [SLOW, busy], OPTIONS)
      const isFastFirst = completionMs(busy, CHUNK_BYTES) * 1.05 < completionMs(SLOW, CHUNK_BYTES)
      if (isFastFirst) expect(nodeOf(plan, 0)).toBe('fast')
    }
  })

  test('a chunk waits for a fast node without room, and the slow one goes on further ahead', () => {
    const full = { ...FAST, leftBytes: 1500, runs: MAX_RUNS }
    const plan = planRuns(missing(100), [SLOW, full], OPTIONS)
    expect(plan.map(({ node }) => node)).toEqual(plan.map(() => 'slow'))
    expect(plan[0]?.first).toBeGreaterThan(10)
  })

  test('without nodes, or without chunks, there is no plan', () => {
    expect(planRuns(missing(3), [], OPTIONS)).toEqual([])
    expect(planRuns(missing(0), [FAST], OPTIONS)).toEqual([])
  })
})

describe('the byte budget', () => {
  test('bytes in flight are what the rate brings in the delay and the budget, and one run', () => {
    const bytes = bytesFor(planRuns(missing(100), [FAST], OPTIONS), 'fast')
    const budget = FAST.rate * (FAST.delayMs + OPTIONS.budgetMs)
    expect(bytes).toBeGreaterThanOrEqual(budget)
    expect(bytes).toBeLessThan(budget + FAST.rate * OPTIONS.runMs)
  })

  test('a node whose rate is unknown gets one first run', () => {
    const plan = planRuns(missing(100), [{ ...FAST, isRateKnown: false }], OPTIONS)
    expect(plan).toEqual([{ node: 'fast', first: 0, last: 1 }])
  })

  test('and no second one while the first comes: they would share its uplink', () => {
    const node = { ...FAST, isRateKnown: false, runs: 1, leftBytes: 10 }
    expect(planRuns(missing(100), [node], OPTIONS)).toEqual([])
  })

  test('but where they may be several: the next one is under way when the first ends', () => {
    const node = { ...FAST, isRateKnown: false, runs: 1, leftBytes: 10 }
    expect(planRuns(missing(100), [node], { ...OPTIONS, firstRuns: 2 })).toHaveLength(1)
  })

  test('no node gets more than its connections', () => {
    const deep = { ...OPTIONS, budgetMs: 1e6 }
    expect(planRuns(missing(1000), [FAST], deep)).toHaveLength(MAX_RUNS)
    expect(planRuns(missing(1000), [{ ...FAST, runs: MAX_RUNS - 1 }], deep)).toHaveLength(1)
    expect(planRuns(missing(1000), [{ ...FAST, runs: MAX_RUNS }], deep)).toEqual([])
  })

  test('what is urgent passes the budget, by itself', () => {
    const full = { ...FAST, leftBytes: 5000, runs: 2 }
    expect(planRuns(missing(20), [full], OPTIONS)).toEqual([])
    expect(planRuns(missing(20, { isUrgent: (chunk) => chunk === 0 }), [full], OPTIONS)).toEqual([
      { node: 'fast', first: 0, last: 0 },
    ])
  })

  test('what is urgent does not pass the limit of connections', () => {
    const full = { ...FAST, runs: MAX_RUNS }
    expect(planRuns(missing(20, { isUrgent: () => true }), [full], OPTIONS)).toEqual([])
  })
})

describe('the length of a run', () => {
  test.for<[rule: string, options: Partial<ChooseOptions>, node: Partial<Candidate>, chunks: number]>([
    ['as much as comes in the run time', {}, {}, 5],
    ['as much as comes in half the delay, when that is longer', {}, { delayMs: 200 }, 10],
    ['one chunk at least', { runMs: 1 }, { delayMs: 0 }, 1],
    ['half of what is left of the file', { leftBytes: 600 }, { delayMs: 0 }, 3],
    ['less, as less is left', { leftBytes: 400 }, { delayMs: 0 }, 2],
    ['one chunk at the end', { leftBytes: 100 }, { delayMs: 0 }, 1],
    ['as much as comes in the delay, however little is left', { leftBytes: 100 }, { delayMs: 30 }, 3],
  ])('%s', ([, options, node, chunks]) => {
    const [run] = planRuns(missing(50), [{ ...FAST, ...node }], { ...OPTIONS, ...options })
    expect(run).toEqual({ node: 'fast', first: 0, last: chunks - 1 })
  })

  test.for<[rule: string, wanted: Partial<Wanted>]>([
    ['it ends before a chunk that somebody brings', { isFree: (chunk) => chunk !== 2 }],
    ['it ends before a chunk that its node sent wrong', { isBadOn: (chunk) => chunk === 2 }],
  ])('%s', ([, wanted]) => {
    expect(planRuns(missing(50, wanted), [FAST], OPTIONS)[0]).toEqual({ node: 'fast', first: 0, last: 1 })
  })

  test('no chunk is planned twice', () => {
    const plan = planRuns(missing(200), [FAST, SLOW, { ...FAST, name: 'third', delayMs: 100 }], OPTIONS)
    const chunks = plan.flatMap(({ first, last }) =>
      Array.from({ length: last - first + 1 }, (_, n) => first + n),
    )
    expect(new Set(chunks).size).toBe(chunks.length)
  })
})

describe('a node on trial', () => {
  test('gets one run of one chunk', () => {
    expect(planRuns(missing(50), [{ ...FAST, isOnTrial: true }], OPTIONS)).toEqual([
      { node: 'fast', first: 0, last: 0 },
    ])
  })

  test('gets nothing more while that is under way', () => {
    expect(planRuns(missing(50), [{ ...FAST, isOnTrial: true, runs: 1 }], OPTIONS)).toEqual([])
  })

  test('gets a chunk further ahead, and never the one that a reader waits for, while others work', () => {
    const plan = planRuns(
      missing(100),
      [
        { ...FAST, isOnTrial: true },
        { ...SLOW, rate: 5 },
      ],
      OPTIONS,
    )
    expect(nodeOf(plan, 0)).toBe('slow')
    expect(plan.filter(({ node }) => node === 'fast')).toHaveLength(1)
  })
})

describe('a chunk that a node sent wrong', () => {
  test('is for another node, even if that has it later', () => {
    const isBadOn = (chunk: number, node: string): boolean => chunk === 0 && node === 'fast'
    const plan = planRuns(missing(10, { isBadOn }), [FAST, SLOW], OPTIONS)
    expect(nodeOf(plan, 0)).toBe('slow')
    expect(nodeOf(plan, 1)).toBe('fast')
  })

  test('is for nobody when all sent it wrong, and does not hold up the others', () => {
    const plan = planRuns(missing(10, { isBadOn: (chunk) => chunk === 0 }), [FAST, SLOW], OPTIONS)
    expect(nodeOf(plan, 0)).toBeUndefined()
    expect(nodeOf(plan, 1)).toBe('fast')
  })
})

describe('nodes that are equally good', () => {
  const equals = ['a', 'b', 'c'].map((name) => ({ ...FAST, name }))

  test('share the chunks about evenly', () => {
    const counts = new Map(equals.map(({ name }) => [name, 0]))
    for (let chunk = 0; chunk < 600; chunk++) {
      const [run] = planRuns(missing(1, { chunks: [chunk], isFree: () => false }), equals, OPTIONS)
      counts.set(run?.node ?? '', (counts.get(run?.node ?? '') ?? 0) + 1)
    }
    expect([...counts.keys()]).toEqual(['a', 'b', 'c'])
    for (const count of counts.values()) expect(count).toBeGreaterThan(120)
  })

  test('get the same chunks whoever asks, in whichever order it knows them', () => {
    for (let chunk = 0; chunk < 50; chunk++) {
      const wanted = missing(1, { chunks: [chunk] })
      expect(planRuns(wanted, equals.toReversed(), OPTIONS)).toEqual(planRuns(wanted, equals, OPTIONS))
    }
  })
})
