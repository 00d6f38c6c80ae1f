import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { findMoov } from '../../../src/player/mp4/find-moov.js'
import { readMp4Times } from '../../../src/player/mp4/mp4-times.js'
import { seededRandom } from '../../helpers/random.ts'
import { box, moov, type TestTrack, u32 } from './mp4.ts'

const SAMPLE = fileURLToPath(new URL('../../../media/demo.mp4', import.meta.url))

/** Three chunks of two one-second samples, 10 bytes each, with holes between them. */
const VIDEO: TestTrack = {
  timescale: 100,
  offsets: [1000, 2000, 3000],
  perChunk: [[1, 2]],
  sizes: { each: 10, count: 6 },
  durations: [[6, 100]],
}

const timesOf = (content: Uint8Array, seconds: readonly number[]): (number | undefined)[] => {
  const timeToByte = readMp4Times(content)
  return seconds.map((second) => timeToByte?.(second))
}

describe('the bytes needed up to a time', () => {
  test('end with the chunk that is playing then', () => {
    expect(timesOf(moov(VIDEO), [0, 1.99, 2, 3.99, 4, 600])).toEqual([1020, 1020, 2020, 2020, 3020, 3020])
  })

  test.for<[what: string, tracks: TestTrack[], seconds: number[], expected: number[]]>([
    ['sizes that differ', [{ ...VIDEO, sizes: [1, 2, 3, 4, 5, 6] }], [0, 2, 4], [1003, 2007, 3011]],
    [
      'chunks of different length',
      [
        {
          ...VIDEO,
          perChunk: [
            [1, 1],
            [2, 4],
            [3, 1],
          ],
        },
      ],
      [0.9, 1, 4.9, 5],
      [1010, 2040, 2040, 3010],
    ],
    [
      'samples of different length',
      [
        {
          ...VIDEO,
          durations: [
            [1, 50],
            [5, 200],
          ],
        },
      ],
      [2.4, 2.5, 6.4, 6.5],
      [1020, 2020, 2020, 3020],
    ],
    ['64-bit offsets', [{ ...VIDEO, offsets: [1000, 5e9, 6e9], isLong: true }], [2, 4], [5e9 + 20, 6e9 + 20]],
    ['chunks out of order', [{ ...VIDEO, offsets: [9000, 1000, 5000] }], [0, 2, 4], [9020, 9020, 9020]],
    [
      'the track that is furthest ahead in the file',
      [VIDEO, { ...VIDEO, offsets: [1500, 1600, 1700] }],
      [0, 2],
      [1520, 2020],
    ],
    [
      'an edit list that skips the beginning',
      [{ ...VIDEO, edits: [[4000, 200]] }],
      [0, 1.9, 2],
      [2020, 2020, 3020],
    ],
    [
      'an edit list that begins later',
      [
        {
          ...VIDEO,
          edits: [
            [1000, -1],
            [6000, 0],
          ],
        },
      ],
      [2.9, 3],
      [1020, 2020],
    ],
  ])('%s', ([, tracks, seconds, expected]) => {
    expect(timesOf(moov(...tracks), seconds)).toEqual(expected)
  })
})

describe('nonsense', () => {
  test.for<[what: string, content: Uint8Array]>([
    ['nothing', Buffer.alloc(0)],
    ['no tracks', moov()],
    ['no tables, as in a fragmented file', moov({ ...VIDEO, offsets: [] })],
    ['no time scale', moov({ ...VIDEO, timescale: 0 })],
    ['more samples than any file has', moov({ ...VIDEO, sizes: { each: 1, count: 0xffffffff } })],
    ['a box that is longer than what holds it', Buffer.concat([u32(5000), Buffer.from('trak')])],
    ['random bytes', Buffer.from(Array.from({ length: 4096 }, seededBytes(1)))],
  ])('%s gives no times', ([, content]) => {
    expect(readMp4Times(content)).toBeUndefined()
  })

  test('tables that break off, or with any byte wrong, never throw', () => {
    const whole = moov(VIDEO, { ...VIDEO, sizes: [1, 2, 3, 4, 5, 6], edits: [[1, 2]] })
    for (let length = 0; length < whole.length; length++) timesOf(whole.subarray(0, length), [0, 3])
    for (let at = 0; at < whole.length; at++) {
      const broken = Buffer.from(whole)
      broken[at] = 0xff
      for (const byte of timesOf(broken, [0, 3])) if (byte !== undefined) expect(byte).not.toBeNaN()
    }
  })
})

describe('the sample video', () => {
  const bytes = readFileSync(SAMPLE)
  const read = async (start: number, end: number): Promise<Uint8Array> => bytes.subarray(start, end + 1)

  test.skipIf(!hasProbe())('needs at any time the bytes that ffprobe says, and hardly more', async () => {
    const found = await findMoov(bytes.length, read)
    const timeToByte = found.kind === 'found' ? readMp4Times(found.content) : undefined
    if (timeToByte === undefined) throw new Error('The sample has no times')
    const packets = packetsOf(SAMPLE)
    const neededAt = (seconds: number): number =>
      Math.max(...packets.filter(({ dts }) => dts <= seconds).map(({ end }) => end))
    for (let seconds = 0.013; seconds <= 90; seconds += 0.7) {
      // never on the edge of a frame
      expect(timeToByte(seconds), `at ${seconds} s`).toBeGreaterThanOrEqual(neededAt(seconds))
      expect(timeToByte(seconds), `at ${seconds} s`).toBeLessThanOrEqual(neededAt(seconds + 1.5))
    }
  })
})

function seededBytes(seed: number): () => number {
  const random = seededRandom(seed)
  return () => Math.floor(256 * random())
}

function hasProbe(): boolean {
  try {
    execFileSync('ffprobe', ['-version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Every frame of a file: when it is decoded, and where it ends. */
function packetsOf(file: string): { dts: number; end: number }[] {
  const args = ['-v', 'error', '-show_entries', 'packet=dts_time,pos,size', '-of', 'json', file]
  const { packets } = JSON.parse(execFileSync('ffprobe', args, { maxBuffer: 2 ** 27 }).toString()) as {
    packets: { dts_time: string; pos: string; size: string }[]
  }
  return packets.map(({ dts_time, pos, size }) => ({
    dts: Number(dts_time),
    end: Number(pos) + Number(size),
  }))
}

test('boxes are made as this test means them', () => {
  expect(box('free', Buffer.from('ab')).toString('latin1')).toBe('\0\0\0\nfreeab')
})
