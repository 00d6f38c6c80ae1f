import { expect, test } from 'vitest'
import { ProgressMeter } from '../../../src/player/playing/progress.js'

test('the time without progress counts only while something is needed and nothing changes', () => {
  const meter = new ProgressMeter()
  const look = (atMs: number, isInNeed: boolean, seconds: number, bufferedSeconds: number): number =>
    meter.look({ atMs, isInNeed, seconds, bufferedSeconds })
  expect(look(1_000, true, 0, 0)).toBe(0)
  expect(look(2_000, true, 0, 0)).toBe(1_000)
  expect(look(3_000, true, 0, 1)).toBe(0) // data came
  expect(look(3_500, true, 0, 1)).toBe(500)
  expect(look(4_000, true, 0.5, 1)).toBe(0) // it played
  expect(look(9_000, false, 0.5, 1)).toBe(0) // paused
  expect(look(9_250, true, 0.5, 1)).toBe(250)
})
