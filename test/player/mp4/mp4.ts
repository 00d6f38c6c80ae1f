/** Builds the boxes of small MP4s, with tables that a test can read. */

/** Big-endian numbers of 32 bits. */
export const u32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeInt32BE(value | 0, 4 * index)
  return bytes
}

export const box = (type: string, ...content: Uint8Array[]): Buffer => {
  const body = Buffer.concat(content)
  return Buffer.concat([u32(8 + body.length), Buffer.from(type, 'latin1'), body])
}

/** A table: version and flags, number of entries, entries. */
const table = (type: string, entries: readonly (readonly number[])[]): Buffer =>
  box(type, u32(0, entries.length, ...entries.flat()))

export interface TestTrack {
  readonly timescale: number
  /** where its chunks begin */
  readonly offsets: readonly number[]
  /** first chunk (from 1), samples per chunk */
  readonly perChunk: readonly (readonly [number, number])[]
  /** of each sample, or of all of them */
  readonly sizes: readonly number[] | { readonly each: number; readonly count: number }
  /** number of samples, duration of each */
  readonly durations: readonly (readonly [number, number])[]
  /** duration in the movie's units, media time */
  readonly edits?: readonly (readonly [number, number])[]
  /** 64-bit offsets */
  readonly isLong?: boolean
}

export const MOVIE_SCALE = 1000

/** The content of a `moov` box. */
export const moov = (...tracks: readonly TestTrack[]): Buffer =>
  Buffer.concat([box('mvhd', u32(0, 0, 0, MOVIE_SCALE, 0)), ...tracks.map(trak)])

function trak({ timescale, offsets, perChunk, sizes, durations, edits, isLong = false }: TestTrack): Buffer {
  const stsz = 'each' in sizes ? u32(0, sizes.each, sizes.count) : u32(0, 0, sizes.length, ...sizes)
  const stbl = box(
    'stbl',
    table('stts', durations),
    table(
      'stsc',
      perChunk.map(([first, samples]) => [first, samples, 1]),
    ),
    box('stsz', stsz),
    isLong
      ? table(
          'co64',
          offsets.map((offset) => [Math.floor(offset / 2 ** 32), offset % 2 ** 32]),
        )
      : table(
          'stco',
          offsets.map((offset) => [offset]),
        ),
  )
  const edts =
    edits &&
    box(
      'edts',
      table(
        'elst',
        edits.map(([duration, time]) => [duration, time, 0x10000]),
      ),
    )
  const mdia = box('mdia', box('mdhd', u32(0, 0, 0, timescale, 0)), box('minf', stbl))
  return box('trak', ...(edts ? [edts] : []), mdia)
}
