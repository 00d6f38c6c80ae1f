// @ts-check
/** Finds the `moov` box of an MP4, which says where everything else is: before the media or behind it. */
import { BOX_HEAD_BYTES, readBoxHead } from './mp4-boxes.js'

/** What may stand in front of it; after anything else this is no MP4, or a fragmented one. */
const OTHERS = new Set(['ftyp', 'mdat', 'free', 'skip', 'wide', 'pnot', 'uuid', 'meta', 'pdin'])
const MAX_BOXES = 32
/** The tables of ten hours are smaller. */
const MAX_MOOV_BYTES = 64 * 1024 * 1024

/** @typedef {{ readonly start: number, readonly end: number }} Extent `end` is exclusive */

/**
 * - `found`: with its content
 * - `cut`: the file ends in the middle of what stands before it, or of the box itself
 * - `none`: there is none, or none that makes sense
 * @typedef {{ kind: 'found', content: Uint8Array } | { kind: 'cut' } | { kind: 'none' }} Found
 */

/**
 * Walks from box to box.
 * @param {number} sizeBytes of the file
 * @param {(start: number, end: number) => Promise<Uint8Array>} read of the file, both inclusive
 * @param {(next: Extent) => void} [onNext] told what is read next, and at the end of the `moov` box itself
 * @returns {Promise<Found>} Rejects as `read` does.
 */
export async function findMoov(sizeBytes, read, onNext = () => {}) {
  let start = 0
  for (let boxes = 0; boxes < MAX_BOXES && start + BOX_HEAD_BYTES <= sizeBytes; boxes++) {
    onNext({ start, end: start + BOX_HEAD_BYTES })
    const bytes = await read(start, start + BOX_HEAD_BYTES - 1)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const restBytes = sizeBytes - start
    const head = readBoxHead(view, 0, restBytes) ?? readBoxHead(view, 0, Infinity)
    if (head === undefined || !(head.type === 'moov' || OTHERS.has(head.type))) return { kind: 'none' }
    if (head.type === 'moov' && (head.sizeBytes > MAX_MOOV_BYTES || head.sizeBytes === head.headBytes))
      return { kind: 'none' }
    if (head.sizeBytes > restBytes) return { kind: 'cut' }
    const end = start + head.sizeBytes
    if (head.type === 'moov') {
      onNext({ start, end })
      return { kind: 'found', content: await read(start + head.headBytes, end - 1) }
    }
    start = end
  }
  return { kind: 'none' }
}
