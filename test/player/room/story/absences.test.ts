import { expect, test } from 'vitest'
import { Absences } from '../../../../src/player/room/story/absences.js'

/** A node that goes away and comes back, again and again. */
function comeAndGo(times: number, awayMs = 1_000, hereMs = 1_000) {
  const absences = new Absences()
  let atMs = 0
  for (let time = 0; time < times; time++) {
    absences.begin('node1', 'down', 'up', atMs)
    absences.end('node1', atMs + awayMs)
    atMs += awayMs + hereMs
  }
  return { absences, atMs }
}

test.for<[what: string, times: number, hereMs: number, isFlapping: boolean]>([
  ['who was back once and goes again may have bad luck', 1, 1_000, false],
  ['who was back twice, and goes soon after it each time, comes and goes', 2, 1_000, true],
  ['who stayed for a while before it goes again does not', 2, 11_000, false],
])('%s', ([, times, hereMs, isFlapping]) => {
  const { absences, atMs } = comeAndGo(times, 1_000, hereMs)
  absences.begin('node1', 'down', 'up', atMs)
  expect(absences.isFlapping('node1', atMs)).toBe(isFlapping)
})

test('who comes and goes is there while it is slow', () => {
  const { absences, atMs } = comeAndGo(2)
  absences.begin('node1', 'slow', 'up', atMs)
  expect(absences.isFlapping('node1', atMs)).toBe(false)
})

test('a node that was not away is not back', () => {
  expect(new Absences().end('node1', 1_000)).toBeUndefined()
})

test('its return is proven by a chunk that it was asked for since, and by no other', () => {
  const absences = new Absences()
  let proofs = 0
  absences.watchReturn('node1', () => proofs++)
  absences.bring('node1', 7)
  expect(proofs).toBe(0)
  absences.ask('node1', 8)
  absences.bring('node1', 8)
  absences.bring('node1', 8)
  expect(proofs).toBe(1)
})
