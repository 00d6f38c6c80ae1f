/** The boxes of an MP4, from the first to the last: are they all there, and is the index among them? */
import type { MediaFinding, ReadAt } from './finding.ts'

/** Four letters; anything else is no box. */
const BOX_TYPE = /^[\x20-\x7e\xa9]{4}$/
/** The longest head: size, type, and the size again in 64 bits. */
const HEAD_BYTES = 16

interface Box {
  readonly type: string
  /** as it says; may lie behind the end of the file */
  readonly end: number
}

/**
 * Walks over the boxes of an MP4 without reading what is in them.
 * @returns `undefined` when nothing is wrong. Rejects as `readAt` does.
 */
export async function checkMp4(sizeBytes: number, readAt: ReadAt): Promise<MediaFinding | undefined> {
  let hasIndex = false
  let hasMediaBefore = false
  for (let at = 0; at < sizeBytes; ) {
    const box = readBox(Buffer.from(await readAt(at, HEAD_BYTES)), at, sizeBytes)
    if (box === undefined) break // what stands behind the last box disturbs no player
    if (box.end > sizeBytes)
      return { kind: 'cut', missingBytes: box.end - sizeBytes, playsBeginning: hasIndex }
    if (box.type === 'moov') hasIndex = true
    if (box.type === 'mdat' && !hasIndex) hasMediaBefore = true
    at = box.end
  }
  if (!hasIndex) return { kind: 'no index' }
  return hasMediaBefore ? { kind: 'index at end' } : undefined
}

function readBox(head: Buffer, at: number, sizeBytes: number): Box | undefined {
  if (head.length < 8) return undefined
  const type = head.toString('latin1', 4, 8)
  if (!BOX_TYPE.test(type)) return undefined
  const stated = head.readUInt32BE(0)
  if (stated === 0) return { type, end: sizeBytes } // to the end of the file
  if (stated !== 1) return stated < 8 ? undefined : { type, end: at + stated }
  if (head.length < HEAD_BYTES) return undefined
  const long = Number(head.readBigUInt64BE(8))
  return long < HEAD_BYTES ? undefined : { type, end: at + long }
}
