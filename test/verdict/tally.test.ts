/** What a viewer of a scenario met with. */
import { expect, test } from 'vitest'
import { Tally, worstOf } from '../../src/verdict/tally.js'

test('a wait before the first picture is start-up', () => {
  const tally = new Tally()
  tally.apply({ type: 'delivered', atMs: 1, chunk: 0, waitedMs: 900 })
  tally.begin(100)
  tally.apply({ type: 'delivered', atMs: 2, chunk: 1, waitedMs: 300 })
  expect(tally.met(0).longestGapMs).toBe(300)
})

test('a stall counts from its beginning, and while it lasts', () => {
  const tally = new Tally()
  tally.apply({ type: 'stall', isOver: false, atMs: 1_100, ms: 100 })
  expect(tally.met(3_000)).toMatchObject({ stalls: 1, longestStallMs: 2_000, stands: true })
  tally.apply({ type: 'stall', isOver: true, atMs: 3_500, ms: 2_500 })
  expect(tally.met(9_000)).toMatchObject({ stalls: 1, longestStallMs: 2_500, stands: false })
})

test('bytes that came for nothing, and chunks that were wrong', () => {
  const tally = new Tally()
  tally.apply({ type: 'wasted', atMs: 0, node: 'node1', bytes: 7, why: 'cancelled' })
  tally.apply({ type: 'unverified', atMs: 0, chunk: 1, node: 'node1', bytes: 5 })
  tally.apply({ type: 'rejected', atMs: 0, chunk: 1, node: 'node1', expected: 'a', found: 'b' })
  expect(tally.met(0)).toMatchObject({ wastedBytes: 7, readBytes: 5, rejected: 1 })
})

test('of several viewers the worst counts', () => {
  const [one, other] = [new Tally(), new Tally()]
  one.apply({ type: 'rejected', atMs: 0, chunk: 1, node: 'node1', expected: 'a', found: 'b' })
  one.apply({ type: 'verified', atMs: 0, chunk: 1, node: 'node1', bytes: 10 })
  other.apply({ type: 'stall', isOver: false, atMs: 100, ms: 100 })
  other.apply({ type: 'wasted', atMs: 0, node: 'node1', bytes: 7, why: 'cancelled' })
  expect(worstOf([one.met(500), other.met(500)])).toEqual({
    ...{
      stalls: 1,
      longestStallMs: 500,
      stands: true,
      readBytes: 10,
      wastedBytes: 7,
      longestGapMs: 0,
      rejected: 0,
    },
    hadAll: false,
  })
})

test('who had all of the file before anything was done cannot be touched by it', () => {
  const good = { type: 'verified', atMs: 0, chunk: 0, node: 'node1', bytes: 100 } as const
  const [before, after] = [new Tally(), new Tally()]
  for (const tally of [before, after]) tally.begin(100)
  before.apply(good)
  for (const tally of [before, after]) tally.act()
  after.apply(good)
  after.act() // only what came before the first counts
  expect([before, after].map((tally) => tally.met(0).hadAll)).toEqual([true, false])
  expect(new Tally().met(0).hadAll).toBe(false)
})
