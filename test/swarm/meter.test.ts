import { beforeEach, describe, expect, test } from 'vitest'
import { Attention } from '../../src/swarm/attention.js'
import { Estimate } from '../../src/swarm/estimate.js'
import { Meter } from '../../src/swarm/meter.js'
import { VirtualClock } from './simulation.ts'

describe('the rate of a node', () => {
  let clock = new VirtualClock()
  let attention = new Attention(clock)
  let estimate = new Estimate(50)
  let meter = new Meter(estimate, attention)
  beforeEach(() => {
    clock = new VirtualClock()
    attention = new Attention(clock)
    estimate = new Estimate(50)
    meter = new Meter(estimate, attention)
  })

  /** A body under way, at so many bytes per ms. */
  async function receive(ms: number, bytesPerMs: number, goesOn = true): Promise<void> {
    meter.start()
    for (let past = 0; past < ms; past += 20) {
      clock.setTimeout(() => attention.now(), 20)
      await clock.run(() => false, 20)
      meter.add(20 * bytesPerMs)
      if (past % 100 === 80) meter.sample(true)
    }
    meter.sample(goesOn)
  }

  test('is what comes while a body is under way', async () => {
    await receive(1000, 400)
    expect(estimate.rate).toBeCloseTo(400, -1)
    expect(meter.meteredMs).toBe(1010) // the first piece was on its way already
  })

  test('is not judged by the first pieces of a body that goes on', async () => {
    await receive(20, 1000)
    expect(estimate.isRateKnown).toBe(false)
    await receive(1000, 400)
    expect(estimate.rate).toBeLessThan(450)
  })

  test('of a body that ends at once is known all the same', async () => {
    await receive(20, 1000, false)
    expect(estimate.isRateKnown).toBe(true)
  })

  test('is not less for the time in which it was not asked', async () => {
    await receive(1000, 400, false)
    for (let call = 0; call < 100; call++) {
      await clock.run(() => false, 100)
      meter.sample(false)
    }
    expect(estimate.rate).toBeCloseTo(400, -1)
    await receive(1000, 400)
    expect(estimate.rate).toBeCloseTo(400, -1)
  })

  test('is not less for the time in which we were busy', async () => {
    await receive(1000, 400)
    clock.sleep(800)
    await receive(100, 400)
    await receive(1000, 400)
    expect(estimate.rate).toBeGreaterThan(390)
    expect(estimate.rate).toBeLessThan(405)
  })

  test('is not more for the bytes that waited for us meanwhile', async () => {
    await receive(1000, 400)
    clock.sleep(800)
    attention.now()
    meter.sample(true)
    meter.add(800 * 400)
    await receive(100, 400)
    expect(estimate.rate).toBeLessThan(405)
    expect(estimate.usualRate).toBeLessThan(405)
  })

  test('is less when less comes', async () => {
    await receive(1000, 400)
    for (let times = 0; times < 10; times++) await receive(100, 25)
    expect(estimate.rate).toBeLessThan(0.25 * estimate.usualRate)
  })

  test('that was seen only in part is known all the same, if nothing else is', async () => {
    meter.start()
    clock.sleep(1000)
    meter.add(400_000)
    meter.sample(false)
    expect(estimate.isRateKnown).toBe(true)
    expect(estimate.rate).toBeLessThanOrEqual(400)
  })

  test('is not more for bytes that came before they were seen: who is late may have been here for long', async () => {
    meter.start(700)
    meter.add(256_000)
    await clock.run(() => false, 20)
    meter.sample(false)
    expect(estimate.rate).toBeLessThan(375)
    expect(estimate.rate).toBeGreaterThan(300)
  })

  test('is not more for them though a body goes on', async () => {
    meter.start(700)
    await receive(20, 10)
    meter.add(256_000)
    await receive(1000, 375)
    expect(estimate.rate).toBeLessThan(400)
  })

  test('is that of the rest of a late body, where nothing else is known', async () => {
    meter.start(700)
    meter.add(10_000)
    await receive(1500, 375)
    expect(estimate.rate).toBeGreaterThan(360)
    expect(estimate.rate).toBeLessThan(390)
  })

  test('is that of the rest of a body that others began, and unknown if there is none', async () => {
    meter.start(0, true)
    meter.add(256_000)
    meter.sample(false)
    meter.start(0, true)
    meter.add(256_000)
    await receive(100, 375)
    await receive(20, 375, false)
    expect(estimate.isRateKnown).toBe(false)
    meter.start(0, true)
    meter.add(256_000)
    await receive(500, 375, false)
    expect(estimate.rate).toBeGreaterThan(360)
    expect(estimate.rate).toBeLessThan(390)
  })

  test('is not less for a late beginning, which may be the delay of the node', async () => {
    await receive(2000, 375, false)
    meter.start(2000)
    await receive(100, 375)
    expect(estimate.rate).toBeCloseTo(375, -1)
    await receive(3000, 375, false)
    expect(estimate.rate).toBeGreaterThan(370)
  })

  test('that falls is seen in a late body, too', async () => {
    await receive(2000, 375, false)
    meter.start(300)
    await receive(400, 10)
    await receive(1000, 10)
    expect(estimate.rate).toBeLessThan(100)
  })
})
