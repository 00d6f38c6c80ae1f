import { expect, test } from 'vitest'
import { findMoov } from '../../../src/player/mp4/find-moov.js'
import { box, u32 } from './mp4.ts'

const FTYP = box('ftyp', Buffer.from('isom0000'))
const MOOV = box('moov', Buffer.from('the tables'))
const MDAT = box('mdat', Buffer.alloc(5000))
const TAIL = Buffer.alloc(16)
/** A box whose size stands behind its type, in 64 bits. */
const LONG_MDAT = Buffer.concat([u32(1), Buffer.from('mdat'), u32(0, 5016), Buffer.alloc(5000)])

/** What is found in a file, and which ranges were read for it. */
async function find(...boxes: Uint8Array[]): Promise<{ found: string; reads: string[]; end: number }> {
  const file = Buffer.concat(boxes)
  const reads: string[] = []
  let end = 0
  const found = await findMoov(
    file.length,
    async (start, end) => {
      reads.push(`${start}-${end}`)
      return file.subarray(start, end + 1)
    },
    (next) => {
      end = next.end
    },
  )
  const text = found.kind === 'found' ? Buffer.from(found.content).toString() : found.kind
  return { found: text, reads, end }
}

test.for<[what: string, boxes: Uint8Array[]]>([
  ['before the media', [FTYP, MOOV, MDAT]],
  ['behind the media', [FTYP, MDAT, MOOV, TAIL]],
  ['behind media of 64-bit size', [FTYP, box('free'), LONG_MDAT, MOOV, TAIL]],
  ['in an old file without a type', [box('wide'), MDAT, MOOV, TAIL]],
])('the tables are found %s', async ([, boxes]) => {
  const { found, reads, end } = await find(...boxes)
  expect(found).toBe('the tables')
  expect(reads.length).toBeLessThanOrEqual(boxes.length + 1)
  const before = boxes.slice(0, boxes.indexOf(MOOV) + 1)
  expect(end).toBe(Buffer.concat(before).length) // whoever limits the reading was told in time
})

test.for<[what: string, boxes: Uint8Array[]]>([
  ['an empty file', []],
  ['a short file', [FTYP]],
  ['a fragmented file', [FTYP, box('moof', Buffer.alloc(90)), MOOV, TAIL]],
  [
    'a file that is no MP4',
    [Buffer.from('\x1aE\xdf\xa3 this is Matroska, or so', 'latin1'), Buffer.alloc(99)],
  ],
  ['a box that is shorter than its head', [FTYP, u32(4), Buffer.from('mdat'), TAIL]],
  ['boxes without end', [FTYP, ...Array.from({ length: 100 }, () => box('free')), MOOV, TAIL]],
  ['tables that are said to be huge', [FTYP, u32(1), Buffer.from('moov'), u32(0, 2 ** 30), TAIL]],
  ['empty tables', [FTYP, box('moov'), MDAT]],
])('%s has no tables', async ([, boxes]) => {
  const { found, reads } = await find(...boxes)
  expect(found).toBe('none')
  expect(reads.length).toBeLessThan(40)
})

test.for<[what: string, boxes: Uint8Array[]]>([
  ['in the media before its tables', [FTYP, u32(99_999), Buffer.from('mdat'), TAIL]],
  ['in its tables', [FTYP, MOOV.subarray(0, -1)]],
])('a file that ends %s is cut', async ([, boxes]) => {
  expect((await find(...boxes)).found).toBe('cut')
})

test('a read that fails is told', async () => {
  await expect(findMoov(100, () => Promise.reject(new Error('no node')))).rejects.toThrow('no node')
})

test('tables that are huge are not read, also where the file could hold them', async () => {
  const head = Buffer.concat([u32(2 ** 30), Buffer.from('moov'), Buffer.alloc(8)])
  const reads: number[] = []
  const found = await findMoov(2 ** 31, async (start, end) => {
    reads.push(end - start + 1)
    return head
  })
  expect({ found, reads }).toEqual({ found: { kind: 'none' }, reads: [head.length] })
})
