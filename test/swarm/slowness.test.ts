import { describe, expect, test } from 'vitest'
import { Attention } from '../../src/swarm/attention.js'
import { Estimate } from '../../src/swarm/estimate.js'
import { Meter } from '../../src/swarm/meter.js'
import { Slowness } from '../../src/swarm/slowness.js'
import { VirtualClock } from './simulation.ts'

const CHUNK_BYTES = 256 * 1024

function made(rate: number, usualRate: number, seenMs = 30_000) {
  const estimate = new Estimate(50)
  for (let atMs = 0; atMs < seenMs; atMs += 100) estimate.sampleRate(usualRate * 100, 100)
  estimate.rate = rate
  const meter = new Meter(estimate, new Attention(new VirtualClock()))
  return { estimate, meter, slowness: new Slowness(estimate, meter, CHUNK_BYTES) }
}

describe('a node', () => {
  test.for<[rule: string, rate: number, usualRate: number, isCalledSlow: boolean, shows: boolean]>([
    ['that sends a little less than usual is not slow', 400, 500, false, false],
    ['that sends far less than usual is', 90, 500, false, true],
    ['that brings a chunk in no time is not, whatever is usual', 1000, 100_000, false, false],
    ['that has always been slow has not become so', 5, 5, false, false],
    ['that is called slow is so until it is well above that', 200, 500, true, true],
    ['that is well above that is slow no more', 300, 500, true, false],
  ])('%s', ([, rate, usualRate, isCalledSlow, shows]) => {
    expect(made(rate, usualRate).slowness.shows(isCalledSlow)).toBe(shows)
  })

  test('is called slow only when it has sent little for long, and time in which it sends nothing does not count', () => {
    const { meter, slowness } = made(50, 500)
    expect(slowness.isToBeTold()).toBe(false)
    expect(slowness.isToBeTold()).toBe(false)
    meter.meteredMs += 699
    expect(slowness.isToBeTold()).toBe(false)
    meter.meteredMs += 1
    expect(slowness.isToBeTold()).toBe(true)
  })

  test('that recovers meanwhile is not', () => {
    const { meter, slowness, estimate } = made(50, 500)
    slowness.isToBeTold()
    estimate.rate = 500
    meter.meteredMs += 500
    slowness.isToBeTold()
    estimate.rate = 50
    meter.meteredMs += 500
    expect(slowness.isToBeTold()).toBe(false)
  })
})

describe('a node that nobody asks any more, being slower than it was', () => {
  test.for([10, 300])('gets another chance after two seconds, at first with a cautious guess: %i', (rate) => {
    const { estimate, slowness } = made(rate, 500)
    slowness.giveAnotherChance(2000)
    expect(estimate.isRateKnown).toBe(true)
    slowness.giveAnotherChance(2001)
    expect(estimate.isRateKnown).toBe(false)
    expect(estimate.rate).toBe(Math.max(rate, estimate.usualRate / 2))
    slowness.giveAnotherChance(4001)
    expect(estimate.rate).toBe(estimate.usualRate)
  })

  test('gets the next one later, if it was of no use', () => {
    const { estimate, slowness } = made(10, 500)
    slowness.giveAnotherChance(2001)
    estimate.sampleRate(1000, 100)
    slowness.giveAnotherChance(4000)
    expect(estimate.isRateKnown).toBe(true)
    slowness.giveAnotherChance(4001)
    expect(estimate.isRateKnown).toBe(false)
  })

  test('keeps its rate when that is as usual', () => {
    const { estimate, slowness } = made(480, 500)
    slowness.giveAnotherChance(600_000)
    expect(estimate.isRateKnown).toBe(true)
  })
})

describe('a node that was as slow as now whenever it was seen, and that nobody asks beside a faster one', () => {
  test.for<[what: string, seenMs: number, fastest: number, idleMs: number, isForgotten: boolean]>([
    ['is given the benefit of the doubt when it was hardly seen', 1_000, 1000, 30_001, true],
    ['but not at once', 1_000, 1000, 30_000, false],
    ['nor when it was seen for long', 6_000, 1000, 600_000, false],
    ['nor when it is not so much slower', 1_000, 600, 600_000, false],
  ])('%s', ([, seenMs, fastest, idleMs, isForgotten]) => {
    const { estimate, slowness } = made(150, 150, seenMs)
    expect(slowness.giveAnotherChance(idleMs, fastest)).toBe(isForgotten)
    expect(estimate.isRateKnown).toBe(!isForgotten)
    if (isForgotten) expect(estimate.rate).toBeGreaterThanOrEqual(fastest)
  })
})
