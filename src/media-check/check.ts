/**
 * What a file that claims to be a video or a sound is, from its first bytes and its boxes: cut, empty, text?
 * Only what can be known without playing it. Pure but for the reader that it is given.
 */
import path from 'node:path'
import type { MediaFinding, ReadAt } from './finding.ts'
import { checkMatroska } from './matroska.ts'
import { checkMp4 } from './mp4.ts'
import { HEAD_BYTES, identify } from './signatures.ts'

/** Names of what is to be played; subtitles, playlists and segments are something else. */
const PLAYED = new Set(
  '.mp4 .m4v .mov .3gp .m4a .webm .weba .mkv .ogv .ogg .oga .opus .mp3 .aac .flac .wav .avi .mpg .mpeg'.split(
    ' ',
  ),
)

/**
 * Checks a file.
 * @param name says what it claims to be; what claims nothing is not checked
 * @returns `undefined` when nothing is known against it. Rejects as `readAt` does.
 */
export async function checkMedia(
  name: string,
  sizeBytes: number,
  readAt: ReadAt,
): Promise<MediaFinding | undefined> {
  if (!PLAYED.has(path.extname(name).toLowerCase())) return undefined
  if (sizeBytes === 0) return { kind: 'empty' }
  const head = Buffer.from(await readAt(0, HEAD_BYTES))
  const identity = identify(head)
  switch (identity.kind) {
    case 'mp4':
      return checkMp4(sizeBytes, readAt)
    case 'matroska':
      return checkMatroska(head, sizeBytes)
    case 'wave':
      return checkWave(head, sizeBytes)
    case 'other format':
    case 'no media':
      return identity
    case 'plays':
      return undefined
  }
}

/** `RIFF`, the size of what follows, `WAVE`. A recorder that was interrupted has left 0 or the largest size. */
function checkWave(head: Buffer, sizeBytes: number): MediaFinding | undefined {
  const statedBytes = head.readUInt32LE(4)
  const missingBytes = statedBytes === 0xffff_ffff ? 0 : statedBytes + 8 - sizeBytes
  return missingBytes > 0 ? { kind: 'cut', missingBytes, playsBeginning: true } : undefined
}
