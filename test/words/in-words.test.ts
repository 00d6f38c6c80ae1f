import { expect, test } from 'vitest'
import {
  count,
  formatBytes,
  formatClock,
  formatMs,
  formatSeconds,
  formatShare,
  listSome,
  listWords,
} from '../../src/words/in-words.js'

test.for<[bytes: number, text: string]>([
  [0, '0 bytes'],
  [512, '512 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [1049, '1.0 kB'],
  [1050, '1.1 kB'],
  [99_900, '99.9 kB'],
  [99_949, '99.9 kB'],
  [99_950, '100 kB'],
  [100_000, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [6_700_000, '6.7 MB'],
  [2 ** 30, '1.1 GB'],
  [10 ** 12, '1.0 TB'],
  [5 * 10 ** 15, '5000 TB'],
])('%d bytes are %s', ([bytes, text]) => {
  expect(formatBytes(bytes)).toBe(text)
})

test('figures never get shorter in words than they are: at most three digits, and half a digit off', () => {
  const units: Record<string, number> = { bytes: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }
  for (let bytes = 2; bytes < 1e14; bytes = Math.ceil(bytes * 1.07)) {
    const [figure = '', unit = ''] = formatBytes(bytes).split(' ')
    expect(figure).toMatch(/^[0-9]{1,3}$|^[0-9]{1,2}\.[0-9]$/)
    const digitBytes = (units[unit] ?? 0) / (figure.includes('.') ? 10 : 1)
    expect(Math.abs(Number(figure) * (units[unit] ?? 0) - bytes)).toBeLessThanOrEqual(digitBytes * 0.501)
  }
})

test.for<[ms: number, text: string]>([
  [0, '0 ms'],
  [180.4, '180 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [1_440, '1.4 s'],
  [9_960, '10 s'],
  [75_000, '75 s'],
  [600_000, '10 min'],
])('%d ms are %s', ([ms, text]) => {
  expect(formatMs(ms)).toBe(text)
})

test.for<[ms: number, text: string]>([
  [311, '0.31 s'],
  [9_990, '9.99 s'],
  [10_040, '10.0 s'],
])('%d ms of start-up are %s', ([ms, text]) => {
  expect(formatSeconds(ms)).toBe(text)
})

test.for<[seconds: number, text: string]>([
  [0, '0:00'],
  [7, '0:07'],
  [7.9, '0:07'],
  [59.9, '0:59'],
  [60, '1:00'],
  [83, '1:23'],
  [3_599, '59:59'],
  [3_600, '1:00:00'],
  [3_723, '1:02:03'],
  [360_000, '100:00:00'],
  [Number.NaN, '0:00'],
  [-1, '0:00'],
])('%d seconds on the clock are %s', ([seconds, text]) => {
  expect(formatClock(seconds)).toBe(text)
})

test('a list of words ends with "and"', () => {
  expect(listWords([])).toBe('')
  expect(listWords(['node1'])).toBe('node1')
  expect(listWords(['node1', 'node2'])).toBe('node1 and node2')
  expect(listWords([4, 5, 6])).toBe('4, 5 and 6')
})

test('a long list names some and counts the rest', () => {
  expect(listSome([1, 2, 3], 3)).toBe('1, 2 and 3')
  expect(listSome([1, 2, 3, 4, 5], 3)).toBe('1, 2, 3 and 2 more')
})

test('one is no plural', () => {
  expect(count(1, 'chunk')).toBe('1 chunk')
  expect(count(0, 'chunk')).toBe('0 chunks')
  expect(count(11, 'request')).toBe('11 requests')
})

test.for<[part: number, whole: number, text: string]>([
  [0, 0, '0 %'],
  [0, 10, '0 %'],
  [1, 100_000, 'under 0.1 %'],
  [4.66, 100, '4.7 %'],
  [1, 3, '33 %'],
  [1, 1, '100 %'],
])('%d of %d is %s', ([part, whole, text]) => {
  expect(formatShare(part, whole)).toBe(text)
})
