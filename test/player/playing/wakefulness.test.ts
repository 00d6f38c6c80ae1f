import { expect, test } from 'vitest'
import { wasAwake } from '../../../src/player/playing/wakefulness.js'

test.for<[what: string, lookedAtMs: number, nowMs: number, isAwake: boolean]>([
  ['a look soon after the last one knows what was between', 10_000, 10_050, true],
  ['so does one after a second, as in a hidden tab', 10_000, 11_000, true],
  ['a look after a minute knows nothing of it', 10_000, 70_000, false],
  ['nor does the first one', Number.NaN, 10_000, false],
])('%s', ([, lookedAtMs, nowMs, isAwake]) => {
  expect(wasAwake(lookedAtMs, nowMs)).toBe(isAwake)
})
