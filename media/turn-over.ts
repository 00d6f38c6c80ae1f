/**
 * Makes another version of a video, which a class can tell at a glance: the same file, upside down. An MP4 says
 * with a matrix how its picture is to be shown; only that is changed, so that even the size stays the same.
 *
 *   npx tsx media/turn-over.ts media/demo.mp4 demo-v2.mp4
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { boxesIn, childBox } from '../src/player/mp4/mp4-boxes.js'

/** Of a track header: its matrix, nine numbers of 4 bytes, and behind it width and height (ISO 14496-12 §8.3.2). */
const MATRIX_FROM_END = 44
const WIDTH_FROM_END = 8
const HEIGHT_FROM_END = 4
/** 1 and -1 as the matrix has them, with 16 bits behind the point. */
const ONE = 0x00010000
const MINUS_ONE = -ONE

/** Turns the picture over where it stands. @returns whether there was one */
function turnOver(bytes: Uint8Array): boolean {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const movie = childBox(file, 'moov')
  const headers = (movie === undefined ? [] : boxesIn(movie))
    .filter(({ type }) => type === 'trak')
    .flatMap(({ content }) => childBox(content, 'tkhd') ?? [])
    .filter((header) => header.byteLength >= MATRIX_FROM_END && widthOf(header) > 0)
  for (const header of headers) {
    const at = header.byteLength - MATRIX_FROM_END
    const isUpright = header.getInt32(at) >= 0
    header.setInt32(at, isUpright ? MINUS_ONE : ONE)
    header.setInt32(at + 16, isUpright ? MINUS_ONE : ONE)
    // Turned about its corner, the picture is moved back to where it was.
    header.setInt32(at + 24, isUpright ? widthOf(header) : 0)
    header.setInt32(at + 28, isUpright ? header.getInt32(header.byteLength - HEIGHT_FROM_END) : 0)
  }
  return headers.length > 0
}

const widthOf = (header: DataView): number => header.getInt32(header.byteLength - WIDTH_FROM_END)

const [source, target] = process.argv.slice(2)
if (source === undefined || target === undefined) {
  console.error('usage: turn-over VIDEO NEW_VIDEO')
  process.exitCode = 2
} else {
  const bytes = readFileSync(source)
  if (turnOver(bytes)) {
    writeFileSync(target, bytes)
    console.log(`${target}: ${source}, upside down`)
  } else {
    console.error(`error: ${source} is no MP4 with a picture. Take another video.`)
    process.exitCode = 1
  }
}
