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
} from '../../src/player/words.js'
import { formatBytes as formatBytesOfCommands } from '../../src/words.ts'

test('bytes are written on the page as the commands write them', () => {
  for (let bytes = 0; bytes < 1e14; bytes = Math.ceil(bytes * 1.31 + 1)) {
    expect(formatBytes(bytes)).toBe(formatBytesOfCommands(bytes))
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
  [7.9, '0:07'],
  [83, '1:23'],
  [3_723, '1:02:03'],
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
