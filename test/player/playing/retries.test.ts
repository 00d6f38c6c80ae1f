import { expect, test } from 'vitest'
import { Retries } from '../../../src/player/playing/retries.js'

/** Plays so many seconds, looking at the playhead four times a second. */
const play = (retries: Retries, from: number, seconds: number): void => {
  for (let at = 0; at <= seconds; at += 0.25) retries.see(from + at)
}

test('what the file may be the cause of is tried with growing pauses, and then no more', () => {
  const retries = new Retries()
  expect([1, 2, 3, 4].map(() => retries.fail(false))).toEqual([250, 500, 1000, undefined])
})

test('what the network may be the cause of is tried for as long as it takes', () => {
  const retries = new Retries()
  const pauses = Array.from({ length: 9 }, () => retries.fail(true))
  expect(pauses.slice(-3)).toEqual([4000, 4000, 4000])
})

test('a picture here and there is no progress, a seek is none, and seconds of playing are', () => {
  const retries = new Retries()
  retries.fail(false)
  play(retries, 10, 0.5)
  expect(retries.fail(false)).toBe(500)
  retries.see(10)
  retries.see(50) // sought
  expect(retries.fail(false)).toBe(1000)
  play(retries, 50, 3)
  expect(retries.fail(false)).toBe(250)
})
