/** Chance that can be had again. */
import { expect, test } from 'vitest'
import { chanceOf } from '../../../src/node/faults/chance.ts'

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
