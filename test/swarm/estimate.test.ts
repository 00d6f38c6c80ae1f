import { describe, expect, test } from 'vitest'
import { Estimate } from '../../src/swarm/estimate.js'

/** An estimate that has seen a steady rate for long. */
function steady(rate: number): Estimate {
  const estimate = new Estimate(50)
  for (let index = 0; index < 600; index++) estimate.sampleRate(rate * 100, 100)
  return estimate
}

describe('the delay', () => {
  test('is a guess until it was measured', () => {
    const estimate = new Estimate()
    expect(estimate.isDelayKnown).toBe(false)
    expect(estimate.delayMs).toBe(200)
  })

  test('is what was measured before, if that is given', () => {
    const estimate = new Estimate(70)
    expect(estimate.isDelayKnown).toBe(true)
    expect(estimate.delayMs).toBe(70)
  })

  test('is the first sample itself, and moves a fifth of the way with each one after it', () => {
    const estimate = new Estimate()
    estimate.sampleDelay(100)
    expect(estimate.delayMs).toBe(100)
    estimate.sampleDelay(200)
    expect(estimate.delayMs).toBe(120)
  })

  test('deviates the more, the more the samples differ', () => {
    const calm = new Estimate(100)
    const restless = new Estimate(100)
    for (let index = 0; index < 50; index++) {
      calm.sampleDelay(100)
      restless.sampleDelay(index % 2 === 0 ? 50 : 150)
    }
    expect(calm.deviationMs).toBeLessThan(1)
    expect(restless.deviationMs).toBeGreaterThan(40)
  })
})

describe('the rate', () => {
  test('is a guess until it was measured, and the first sample replaces it', () => {
    const estimate = new Estimate(50)
    expect(estimate.isRateKnown).toBe(false)
    estimate.sampleRate(100_000, 100)
    expect(estimate.isRateKnown).toBe(true)
    expect(estimate.rate).toBe(1000)
    expect(estimate.usualRate).toBe(1000)
  })

  test.for<[what: string, fastest: number, rate: number]>([
    ['what others bring', 375, 375],
    ['no more than the guess', 1e6, 2048],
    ['not so little that a node that trickles would have no rival', 0.1, 64],
  ])('of a node that was never seen is expected to be %s', ([, fastest, rate]) => {
    const estimate = new Estimate(50)
    estimate.expect(fastest)
    expect([estimate.rate, estimate.isRateKnown, estimate.usualRate]).toEqual([rate, false, 0])
  })

  test('of a node that was seen is not guessed by others', () => {
    const estimate = steady(1000)
    estimate.expect(375)
    expect(estimate.rate).toBeCloseTo(1000)
    estimate.relearn()
    estimate.expect(375)
    expect(estimate.rate).toBeCloseTo(1000)
  })

  test('puts intervals together that are too short to say anything', () => {
    const estimate = new Estimate(50)
    estimate.sampleRate(9000, 3)
    estimate.sampleRate(0, 4)
    expect(estimate.isRateKnown).toBe(false)
    estimate.sampleRate(1000, 3)
    expect(estimate.rate).toBe(1000)
  })

  test.for<[change: string, to: number, ms: number]>([
    ['rises half of the way in 400 ms', 3000, 400],
    ['falls half of the way in 250 ms: bad news travels faster', 0, 250],
  ])('%s', ([, to, ms]) => {
    const estimate = steady(1000)
    for (let past = 0; past < ms; past += 50) estimate.sampleRate(to * 50, 50)
    expect(estimate.rate).toBeCloseTo((1000 + to) / 2, 5)
  })

  test('does not depend on how often it is sampled', () => {
    const often = steady(1000)
    const seldom = steady(1000)
    for (let index = 0; index < 20; index++) often.sampleRate(100 * 10, 10)
    seldom.sampleRate(100 * 200, 200)
    expect(often.rate).toBeCloseTo(seldom.rate, 6)
  })

  test('is below a quarter of what is usual within a second after it dropped to a trickle', () => {
    const estimate = steady(4000)
    for (let index = 0; index < 10; index++) estimate.sampleRate(64 * 100, 100)
    expect(estimate.rate).toBeLessThan(estimate.usualRate / 4)
    expect(estimate.usualRate).toBeGreaterThan(3500)
  })

  test('is half of what was usual after the node was away, and the first sample replaces it', () => {
    const estimate = steady(4000)
    for (let index = 0; index < 10; index++) estimate.sampleRate(0, 100)
    estimate.relearn()
    expect(estimate.isRateKnown).toBe(false)
    expect(estimate.rate).toBe(estimate.usualRate / 2)
    estimate.sampleRate(300_000, 100)
    expect(estimate.rate).toBe(3000)
  })

  test('does not count bytes from before the node was away', () => {
    const estimate = steady(1000)
    estimate.sampleRate(1e9, 1)
    estimate.relearn()
    estimate.sampleRate(100_000, 100)
    expect(estimate.rate).toBe(1000)
  })

  test('of nothing at all still gives a time', () => {
    const estimate = new Estimate(50)
    estimate.sampleRate(0, 1000)
    expect(estimate.rate).toBe(0)
    expect(Number.isFinite(estimate.transferMs(1))).toBe(true)
  })
})
