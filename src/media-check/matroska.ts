/** WebM and Matroska: a head, and one segment that says how long it is, unless it was recorded live. */
import type { MediaFinding } from './finding.ts'

const SEGMENT = 0x18538067

/** Does the segment end within the file? Pure. @param head the first bytes of the file */
export function checkMatroska(head: Buffer, sizeBytes: number): MediaFinding | undefined {
  const header = readSize(head, 4)
  if (header?.value === undefined) return undefined
  const at = header.next + header.value
  if (at + 4 > head.length || head.readUInt32BE(at) !== SEGMENT) return undefined
  const segment = readSize(head, at + 4)
  if (segment?.value === undefined) return undefined
  const missingBytes = segment.next + segment.value - sizeBytes
  return missingBytes > 0 ? { kind: 'cut', missingBytes, playsBeginning: true } : undefined
}

/**
 * A number of 1 to 8 bytes; how many stand in front of its first 1 bit says its length.
 * @returns `value` is `undefined` where all its bits are 1: the size is not known
 * @see RFC 8794 §4
 */
function readSize(bytes: Buffer, at: number): { value: number | undefined; next: number } | undefined {
  const first = bytes[at] ?? 0
  const length = Math.clz32(first) - 23
  if (first === 0 || at + length > bytes.length) return undefined
  let value = first - (1 << (8 - length))
  let isUnknown = value === (1 << (8 - length)) - 1
  for (const byte of bytes.subarray(at + 1, at + length)) {
    value = value * 256 + byte
    isUnknown &&= byte === 0xff
  }
  return { value: isUnknown ? undefined : value, next: at + length }
}
