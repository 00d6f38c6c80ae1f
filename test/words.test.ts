import { expect, test } from 'vitest'
import { count, formatBytes } from '../src/words.ts'

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

test.for<[number: number, text: string]>([
  [0, '0 requests'],
  [1, '1 request'],
  [2, '2 requests'],
  [11, '11 requests'],
])('%i of a request are %s', ([number, text]) => {
  expect(count(number, 'request')).toBe(text)
})
