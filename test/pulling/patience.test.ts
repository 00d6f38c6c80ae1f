import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Patience } from '../../src/pulling/patience.ts'

let lost = 0
let patience: Patience

beforeEach(() => {
  vi.useFakeTimers()
  lost = 0
  patience = new Patience(1000, () => lost++)
})
afterEach(() => vi.useRealTimers())

test('it is lost when nothing comes for so long, and not before', () => {
  patience.begin()
  vi.advanceTimersByTime(999)
  expect(lost).toBe(0)
  vi.advanceTimersByTime(1)
  expect(lost).toBe(1)
})

test('whatever comes renews it', () => {
  patience.begin()
  for (let times = 0; times < 5; times++) {
    vi.advanceTimersByTime(999)
    patience.renew()
  }
  expect(lost).toBe(0)
})

test('while nothing is waited for it does not run, whatever comes', () => {
  patience.begin()
  patience.end()
  patience.renew()
  vi.advanceTimersByTime(10_000)
  expect(lost).toBe(0)
  patience.begin()
  vi.advanceTimersByTime(1000)
  expect(lost).toBe(1)
})
