import { expect, test } from 'vitest'
import { Silence } from '../../src/swarm/silence.js'

const USUAL_MS = 150

test('there is none without a request', () => {
  expect(new Silence().lastsMs(undefined, 99_999)).toBe(0)
})

test('it begins with the request, and anew with each byte', () => {
  const silence = new Silence()
  expect(silence.lastsMs(1000, 1500)).toBe(500)
  silence.noteByte(1600)
  expect(silence.lastsMs(1000, 1700)).toBe(100)
})

test('it does not begin before a request, however long ago the last byte was', () => {
  const silence = new Silence()
  silence.noteByte(0)
  expect(silence.lastsMs(60_000, 60_010)).toBe(10)
})

test('requests that are given up: what was more than usual adds up, until there is a byte', () => {
  const silence = new Silence()
  for (const sinceMs of [0, 10_000, 20_000]) silence.noteGivenUp(sinceMs, sinceMs + 400, USUAL_MS)
  expect(silence.lastsMs(30_000, 30_100)).toBe(3 * (400 - USUAL_MS) + 100)
  silence.noteByte(30_150)
  expect(silence.lastsMs(30_000, 30_200)).toBe(50)
})

test('it is never longer than the time that it was waited for, though requests overlap', () => {
  const silence = new Silence()
  for (let sinceMs = 0; sinceMs < 5000; sinceMs += 200) silence.noteGivenUp(sinceMs, sinceMs + 400, USUAL_MS)
  expect(silence.lastsMs(5000, 5200)).toBeLessThanOrEqual(5200)
})

test('requests that are given up before a node usually answers say nothing, though there was always one', () => {
  const silence = new Silence()
  for (let sinceMs = 0; sinceMs < 60_000; sinceMs += 250) silence.noteGivenUp(sinceMs, sinceMs + 260, 300)
  expect(silence.lastsMs(60_000, 60_250)).toBe(250)
})

test('what was held against it, or proved wrong, is forgotten', () => {
  const silence = new Silence()
  silence.noteGivenUp(0, 5000, USUAL_MS)
  silence.forget()
  expect(silence.lastsMs(6000, 6100)).toBe(100)
})
