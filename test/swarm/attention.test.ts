import { describe, expect, test } from 'vitest'
import { Attention, afterAttentively } from '../../src/swarm/attention.js'
import { BusyLoop } from './busy-loop.ts'
import { VirtualClock } from './simulation.ts'

/** Looks every 20 ms, as a swarm does. */
async function lookFor(clock: VirtualClock, attention: Attention, ms: number): Promise<void> {
  for (let past = 0; past < ms; past += 20) {
    clock.setTimeout(() => attention.now(), 20)
    await clock.run(() => false, 20)
  }
}

describe('the clock of our attention', () => {
  test('goes on while we look', async () => {
    const clock = new VirtualClock()
    const attention = new Attention(clock)
    await lookFor(clock, attention, 1000)
    expect(attention.now()).toBe(1000)
    expect(attention.lostMs).toBe(0)
  })

  test('stands still while we sleep, but for as long as a look may be late', async () => {
    const clock = new VirtualClock()
    const attention = new Attention(clock)
    await lookFor(clock, attention, 100)
    clock.sleep(3_600_000)
    expect(attention.now()).toBe(160)
    expect(attention.lostMs).toBe(3_600_000 - 60)
    expect(attention.isCaughtUp).toBe(false)
    await lookFor(clock, attention, 60)
    expect(attention.isCaughtUp).toBe(true)
  })
})

describe('a time limit', () => {
  async function firesAtMs(block: (loop: BusyLoop, clock: VirtualClock) => void): Promise<number> {
    const clock = new VirtualClock()
    const loop = new BusyLoop(clock)
    let atMs = Number.NaN
    afterAttentively(loop.clock, 1500, () => {
      atMs = clock.now()
    })
    block(loop, clock)
    await clock.run(() => !Number.isNaN(atMs))
    return atMs
  }

  test('is over in its time, and a last look', async () => {
    expect(await firesAtMs(() => {})).toBe(1520)
  })

  test('runs on for what we missed', async () => {
    expect(await firesAtMs((loop) => loop.block(10_000))).toBeGreaterThan(11_000)
  })

  test('ends never with a task that lasted: what came meanwhile is seen first', async () => {
    const atMs = await firesAtMs((loop, clock) => void clock.setTimeout(() => loop.block(400), 1490))
    expect(atMs).toBe(1890 + 20)
  })

  test('that is called off is never over', async () => {
    const clock = new VirtualClock()
    let isOver = false
    const callOff = afterAttentively(clock, 100, () => {
      isOver = true
    })
    callOff()
    await clock.run(() => isOver, 1000)
    expect(isOver).toBe(false)
    expect(clock.pending).toBe(0)
  })
})
