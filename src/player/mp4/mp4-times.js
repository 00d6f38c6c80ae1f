// @ts-check
/**
 * Which bytes of an MP4 must be there for the picture of a certain time: read from the sample tables of its
 * `moov` box. A track lies in the file as chunks of samples; a chunk of a track is not a chunk of the swarm.
 * @see ISO/IEC 14496-12 §8.6 and §8.7 for the tables
 */
import { boxesIn, childBox } from './mp4-boxes.js'

/** More samples than in any file that a browser plays; a table that claims more is nonsense. */
const MAX_SAMPLES = 50_000_000

/**
 * Reads a `moov` box. Pure; never throws.
 * @param {Uint8Array} moov the content of the box, without its head
 * @returns {((seconds: number) => number) | undefined} the first byte that is not needed up to this time;
 *   `undefined` when the tables are missing, as in fragmented files, or make no sense
 */
export function readMp4Times(moov) {
  try {
    const view = new DataView(moov.buffer, moov.byteOffset, moov.byteLength)
    const movieScale = timescaleOf(childBox(view, 'mvhd'))
    const tracks = boxesIn(view).flatMap(({ type, content }) => {
      const track = type === 'trak' ? readTrack(content, movieScale) : undefined
      return track === undefined ? [] : [track]
    })
    if (tracks.length === 0) return undefined
    return (seconds) => Math.max(...tracks.map((track) => track(seconds)))
  } catch (error) {
    if (error instanceof RangeError) return undefined // a table that is longer than its box
    throw error
  }
}

/**
 * @param {DataView} trak
 * @param {number} movieScale units per second of the edit list's durations
 * @returns {((seconds: number) => number) | undefined}
 * @throws {RangeError} when a table is cut short
 */
function readTrack(trak, movieScale) {
  const media = childBox(trak, 'mdia')
  const tables = childBox(trak, 'mdia', 'minf', 'stbl')
  const timescale = timescaleOf(media && childBox(media, 'mdhd'))
  const chunks = tables && readChunks(tables)
  if (chunks === undefined || chunks.ends.length === 0 || timescale === 0) return undefined
  const editSeconds = readEdit(childBox(trak, 'edts', 'elst'), timescale, movieScale)
  const { startTimes, ends } = chunks
  return (seconds) => {
    const time = (seconds + editSeconds) * timescale
    // The last chunk that begins by then; the first one is always needed.
    let low = 0
    let high = startTimes.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (/** @type {number} */ (startTimes[middle]) <= time) low = middle
      else high = middle - 1
    }
    return /** @type {number} */ (ends[low])
  }
}

/**
 * For each chunk of a track the time at which it begins, and the end of the furthest chunk up to there.
 * @param {DataView} stbl
 * @throws {RangeError}
 */
function readChunks(stbl) {
  const offsets = readOffsets(stbl)
  const sizes = readSizes(childBox(stbl, 'stsz'))
  const perChunk = runs(childBox(stbl, 'stsc'), 12) // first chunk from 1, samples per chunk, description
  const durations = runs(childBox(stbl, 'stts'), 8) // number of samples, duration of each
  if (!offsets || !sizes || !perChunk || !durations) return undefined
  const { count, sizeOf } = sizes
  if (count > MAX_SAMPLES) return undefined

  const startTimes = new Float64Array(offsets.count)
  const ends = new Float64Array(offsets.count)
  let sample = 0
  let time = 0
  let furthest = 0
  let durationRun = 0
  let leftInRun = durations.count > 0 ? durations.at(0, 0) : 0
  let chunkRun = 0
  for (let chunk = 0; chunk < offsets.count; chunk++) {
    while (chunkRun + 1 < perChunk.count && perChunk.at(chunkRun + 1, 0) <= chunk + 1) chunkRun++
    const samples = Math.min(perChunk.at(chunkRun, 1), count - sample)
    startTimes[chunk] = time
    furthest = Math.max(furthest, offsets.at(chunk) + sizeOf(sample, samples))
    ends[chunk] = furthest
    sample += samples
    for (let left = samples; left > 0 && durationRun < durations.count; ) {
      const taken = Math.min(left, leftInRun)
      time += taken * durations.at(durationRun, 1)
      left -= taken
      leftInRun -= taken
      if (leftInRun === 0 && ++durationRun < durations.count) leftInRun = durations.at(durationRun, 0)
    }
  }
  return { startTimes, ends }
}

/** @param {DataView} stbl @throws {RangeError} */
function readOffsets(stbl) {
  const short = runs(childBox(stbl, 'stco'), 4)
  if (short !== undefined)
    return { count: short.count, at: (/** @type {number} */ index) => short.at(index, 0) }
  const long = runs(childBox(stbl, 'co64'), 8)
  if (long === undefined) return undefined
  const at = (/** @type {number} */ index) => long.at(index, 0) * 2 ** 32 + long.at(index, 1)
  return { count: long.count, at }
}

/**
 * @param {DataView | undefined} stsz
 * @throws {RangeError}
 */
function readSizes(stsz) {
  if (stsz === undefined) return undefined
  const common = stsz.getUint32(4)
  const count = stsz.getUint32(8)
  /** Bytes of some samples that follow each other. */
  const sizeOf = (/** @type {number} */ first, /** @type {number} */ samples) => {
    if (common !== 0) return samples * common
    let bytes = 0
    for (let index = first; index < first + samples; index++) bytes += stsz.getUint32(12 + 4 * index)
    return bytes
  }
  return { count, sizeOf }
}

/**
 * A table of 32-bit numbers: version and flags, number of entries, entries.
 * @param {DataView | undefined} box
 * @param {number} entryBytes
 * @throws {RangeError} when the box is too short for its entries
 */
function runs(box, entryBytes) {
  if (box === undefined) return undefined
  const count = box.getUint32(4)
  if (8 + count * entryBytes > box.byteLength) throw new RangeError('The table is longer than its box')
  return {
    count,
    at: (/** @type {number} */ index, /** @type {number} */ field) =>
      box.getUint32(8 + index * entryBytes + 4 * field),
  }
}

/**
 * How much later than the movie's the track's own time is, seconds: an edit list can skip a beginning that is
 * only there to be decoded, or let the track begin later.
 * @param {DataView | undefined} elst
 * @param {number} timescale
 * @param {number} movieScale
 * @throws {RangeError}
 */
function readEdit(elst, timescale, movieScale) {
  if (elst === undefined) return 0
  const isLong = elst.getUint8(0) === 1
  const count = elst.getUint32(4)
  let delaySeconds = 0
  for (let index = 0; index < count; index++) {
    const at = 8 + index * (isLong ? 20 : 12)
    const duration = isLong ? Number(elst.getBigUint64(at)) : elst.getUint32(at)
    const mediaTime = isLong ? Number(elst.getBigInt64(at + 8)) : elst.getInt32(at + 4)
    if (mediaTime >= 0) return mediaTime / timescale - delaySeconds
    if (movieScale > 0) delaySeconds += duration / movieScale
  }
  return 0
}

/**
 * Units per second of `mvhd` and `mdhd`; 0 when there is none.
 * @param {DataView | undefined} header
 * @throws {RangeError}
 */
const timescaleOf = (header) => (header ? header.getUint32(header.getUint8(0) === 1 ? 20 : 12) : 0)
