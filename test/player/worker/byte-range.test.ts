import { describe, expect, test } from 'vitest'
import { parseByteRange } from '../../../src/player/worker/byte-range.js'

const WHOLE = { kind: 'part', start: 0, end: 99 }

describe('a Range field, for a file of 100 bytes', () => {
  test.for<[what: string, header: string | null, expected: object]>([
    ['absent: the whole file', null, WHOLE],
    ['open', 'bytes=0-', WHOLE],
    ['open, from the middle', 'bytes=40-', { kind: 'part', start: 40, end: 99 }],
    ['the first byte', 'bytes=0-0', { kind: 'part', start: 0, end: 0 }],
    ['both ends inclusive', 'bytes=10-19', { kind: 'part', start: 10, end: 19 }],
    ['longer than the file', 'bytes=90-500', { kind: 'part', start: 90, end: 99 }],
    ['the last bytes', 'bytes=-10', { kind: 'part', start: 90, end: 99 }],
    ['more last bytes than there are', 'bytes=-500', WHOLE],
    ['no last bytes', 'bytes=-0', { kind: 'unsatisfiable' }],
    ['behind the end', 'bytes=100-', { kind: 'unsatisfiable' }],
    ['upper case and spaces', ' Bytes = 5-6 ', { kind: 'part', start: 5, end: 6 }],
    ['backwards: ignored', 'bytes=9-5', WHOLE],
    ['no numbers: ignored', 'bytes=-', WHOLE],
    ['another unit: ignored', 'seconds=1-2', WHOLE],
    ['several ranges: ignored', 'bytes=0-1,5-6', WHOLE],
  ])('%s', ([, header, expected]) => {
    expect(parseByteRange(header, 100)).toEqual(expected)
  })

  test('an empty file has no range', () => {
    expect(parseByteRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' })
  })
})
