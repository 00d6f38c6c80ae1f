/** Chance that can be had again, and the delays that are drawn with it. */
import { describe, expect, test } from 'vitest'
import { chanceOf } from '../../../src/chance.ts'
import type { Visit } from '../../../src/node/faults/fault.ts'
import { makeTail } from '../../../src/node/faults/tail.ts'

test('the same is decided the same', () => {
  expect(chanceOf(7, 'status', 'demo.mp4', 3, 0)).toBe(chanceOf(7, 'status', 'demo.mp4', 3, 0))
})

test('words do not run into each other', () => {
  expect(chanceOf('a', 'bc')).not.toBe(chanceOf('ab', 'c'))
})

test('it is spread evenly, whatever counts up', () => {
  for (const of of [
    (index: number) => chanceOf(index, 'status', 'demo.mp4', 0, 0),
    (index: number) => chanceOf(0, 'status', 'demo.mp4', index, 0),
    (index: number) => chanceOf(0, 'status', 'demo.mp4', 0, index),
  ]) {
    const tenths = new Array<number>(10).fill(0)
    for (let index = 0; index < 10_000; index++) {
      const tenth = Math.floor(of(index) * 10)
      tenths[tenth] = (tenths[tenth] ?? 0) + 1
    }
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150) // five standard deviations
  }
})

describe('the delays of a tail', () => {
  const draw = (correlation: number, count = 20_000): number[] => {
    const delayOf = makeTail({ medianMs: 40, p99Ms: 2000, correlation }, ({ name, chunk, nth }, ...further) =>
      chanceOf(7, 'tail', name, chunk, nth, ...further),
    )
    return Array.from({ length: count }, (_, nth) => delayOf({ name: 'demo.mp4', chunk: 3, nth } as Visit))
  }
  const part = (delays: readonly number[], share: number): number =>
    delays.toSorted((a, b) => a - b)[Math.floor(share * delays.length)] ?? 0

  test('have the median and the 99th percentile that were asked for', () => {
    const delays = draw(0)
    expect(part(delays, 0.5)).toBeGreaterThan(38)
    expect(part(delays, 0.5)).toBeLessThan(42)
    expect(part(delays, 0.99)).toBeGreaterThan(1700)
    expect(part(delays, 0.99)).toBeLessThan(2300)
  })

  test.for([0, 0.5, 0.9])('follow each other by %d', (correlation) => {
    const logs = draw(correlation).map(Math.log)
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length
    let [together, alone] = [0, 0]
    for (let index = 1; index < logs.length; index++) {
      const [before = 0, now = 0] = [logs[index - 1], logs[index]]
      together += (before - mean) * (now - mean)
      alone += (now - mean) ** 2
    }
    expect(together / alone).toBeCloseTo(correlation, 1)
  })

  test('are the same again', () => {
    expect(draw(0.5, 100)).toEqual(draw(0.5, 100))
  })
})
