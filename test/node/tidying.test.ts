/** When a node collects what a crowd has left. Time is moved by hand. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Tidying } from '../../src/node/tidying.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function go(tidying: Tidying, connections: number): void {
  for (let count = 0; count < connections; count++) tidying.noteGone()
}

test('a crowd that has gone is tidied up after once', () => {
  const collect = vi.fn()
  go(new Tidying(collect), 2000)
  expect(collect).not.toHaveBeenCalled()
  vi.advanceTimersByTime(60_000)
  expect(collect).toHaveBeenCalledTimes(1)
})

test('a few who go are no crowd', () => {
  const collect = vi.fn()
  go(new Tidying(collect), 50)
  vi.advanceTimersByTime(60_000)
  expect(collect).not.toHaveBeenCalled()
})

test('while a crowd still goes nothing is collected, and stragglers do not put it off', () => {
  const collect = vi.fn()
  const tidying = new Tidying(collect)
  for (let second = 0; second < 10; second++) {
    go(tidying, 200)
    vi.advanceTimersByTime(1000 / 3)
  }
  expect(collect).not.toHaveBeenCalled()
  for (let straggler = 0; straggler < 20; straggler++) {
    go(tidying, 1)
    vi.advanceTimersByTime(100)
  }
  expect(collect).toHaveBeenCalledTimes(1)
})

test('the engine does collect', async () => {
  const before = process.memoryUsage().arrayBuffers
  leaveGarbage(64 * 1024 * 1024)
  go(new Tidying(), 100)
  vi.advanceTimersByTime(10_000)
  vi.useRealTimers()
  await vi.waitFor(() => expect(process.memoryUsage().arrayBuffers).toBeLessThan(before + 1024 * 1024))
})

const leaveGarbage = (sizeBytes: number): number => Buffer.alloc(sizeBytes).length
