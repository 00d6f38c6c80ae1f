import { expect, test } from 'vitest'
import { growthRows, powerOf } from '../../bench/growth/growth.ts'

test.for<[what: string, values: number[], power: number]>([
  ['as the size', [3, 30, 300], 1],
  ['not at all', [7, 7, 7], 0],
  ['as its square', [1, 100, 10_000], 2],
  ['as its root, whatever else it costs', [5, 5 * Math.sqrt(10), 50], 0.5],
  ['the other way', [100, 10, 1], -1],
])('what grows %s', ([, values, power]) => {
  expect(powerOf([1, 10, 100], values)).toBeCloseTo(power, 10)
})

test('what grows faster than it may is named, and a bit of noise is not', () => {
  const unit = String
  const rows = growthRows(
    'nodes',
    [1, 10, 100],
    ['one', 'ten', 'a hundred'],
    [
      { name: 'even', values: [8, 8.5, 9], unit, maxPower: 0 },
      { name: 'odd', values: [8, 16, 32], unit, maxPower: 0 },
      { name: 'fair', values: [1, 10, 100], unit, maxPower: 1 },
      { name: 'unfair', values: [1, 30, 900], unit, maxPower: 1 },
    ],
  )
  expect(rows[0]).toEqual(['nodes', 'one', 'ten', 'a hundred', 'grows with', 'target'])
  expect(rows.slice(1).map((row) => row.slice(-2))).toEqual([
    ['size^0.03', 'does not grow'],
    ['size^0.30', 'NOT: does not grow'],
    ['size^1.00', 'at most as the size'],
    ['size^1.48', 'NOT: at most as the size'],
  ])
})
