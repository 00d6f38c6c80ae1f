import { expect, test } from 'vitest'
import { summarize } from '../../src/picking/probe.ts'

type Healths = Parameters<typeof summarize>[0]

const times = (...timesMs: number[]): Healths => timesMs.map((timeMs) => ({ timeMs }))
const [REFUSED, SILENT, OTHER] = ['refused', 'silent', 'not a node'] as const

test.for<[rule: string, healths: Healths, medianMs: number, timesMs: number[]]>([
  ['one call is its own median', times(7), 7, [7]],
  ['the median of three counts, not the fastest', times(90, 10, 50), 50, [90, 10, 50]],
  ['one slow call does not count', times(10, 9000, 12), 12, [10, 9000, 12]],
  ['of five, the third counts', times(5, 1, 4, 2, 3), 3, [5, 1, 4, 2, 3]],
  ['times are compared as numbers', times(100, 9, 20), 20, [100, 9, 20]],
  [
    'of an even number, the faster of the two in the middle counts',
    times(40, 10, 30, 20),
    20,
    [40, 10, 30, 20],
  ],
  ['a failure counts as the slowest', [{ timeMs: 10 }, REFUSED, { timeMs: 20 }], 20, [10, 20]],
  ['one answer of two is enough', [SILENT, { timeMs: 10 }], 10, [10]],
])('%s', ([, healths, medianMs, timesMs]) => {
  expect(summarize(healths)).toEqual({ state: 'up', medianMs, timesMs })
})

test.for<[rule: string, healths: Healths, state: string]>([
  ['refused is refused', [REFUSED, REFUSED, REFUSED], 'refused'],
  ['silence is silence', [SILENT, SILENT, SILENT], 'silent'],
  ['something else is not a node', [OTHER, OTHER, OTHER], 'not a node'],
  ['most calls decide', [{ timeMs: 10 }, REFUSED, REFUSED], 'refused'],
  ['most calls decide, wherever they stand', [SILENT, { timeMs: 10 }, SILENT], 'silent'],
  ['one failure is enough when there was one call', [OTHER], 'not a node'],
  ['no call is silence', [], 'silent'],
])('%s', ([, healths, state]) => {
  expect(summarize(healths)).toEqual({ state })
})

test('the calls are left in the order they had', () => {
  const healths = times(3, 1, 2)
  summarize(healths)
  expect(healths).toEqual(times(3, 1, 2))
})
