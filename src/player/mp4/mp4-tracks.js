// @ts-check
/**
 * What an MP4 says of itself, beside its tables: how long it is, and how its pictures are coded.
 * @see ISO/IEC 14496-12 §8.2.2, §8.4.3 and §8.5.2
 */
import { boxesIn, childBox } from './mp4-boxes.js'

/**
 * Reads a `moov` box. Pure; never throws.
 * @param {Uint8Array} moov its content
 * @returns {{ seconds?: number, pictures?: string }} `seconds`: missing or 0 in fragmented files; `pictures`: four
 *   letters, missing when there is no such track
 */
export function readMp4Tracks(moov) {
  const view = new DataView(moov.buffer, moov.byteOffset, moov.byteLength)
  try {
    const seconds = secondsOf(childBox(view, 'mvhd'))
    const pictures = boxesIn(view)
      .filter(({ type }) => type === 'trak')
      .map(({ content }) => picturesOf(content))
      .find((codec) => codec !== undefined)
    return { ...(seconds === undefined ? {} : { seconds }), ...(pictures === undefined ? {} : { pictures }) }
  } catch (error) {
    if (error instanceof RangeError) return {} // a box that is shorter than its fields
    throw error
  }
}

/** @param {DataView | undefined} mvhd @throws {RangeError} */
function secondsOf(mvhd) {
  if (mvhd === undefined) return undefined
  const isLong = mvhd.getUint8(0) === 1
  const scale = mvhd.getUint32(isLong ? 20 : 12)
  const units = isLong ? Number(mvhd.getBigUint64(24)) : mvhd.getUint32(16)
  return scale > 0 ? units / scale : undefined
}

/** @param {DataView} trak @throws {RangeError} */
function picturesOf(trak) {
  const handler = childBox(trak, 'mdia', 'hdlr')
  if (handler === undefined || letters(handler, 8) !== 'vide') return undefined
  const description = childBox(trak, 'mdia', 'minf', 'stbl', 'stsd')
  return description && letters(description, 12) // version and flags, number of entries, size of the first
}

/** @param {DataView} view @param {number} at @throws {RangeError} */
const letters = (view, at) => String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)))
