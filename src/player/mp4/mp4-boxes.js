// @ts-check
/** Boxes, of which an MP4 is made: size, four letters, content, which may be boxes again. */

/** @typedef {{ readonly type: string, readonly content: DataView }} Box */
/** @typedef {{ readonly type: string, readonly headBytes: number, readonly sizeBytes: number }} BoxHead */

/** As many bytes as the head of a box may have. */
export const BOX_HEAD_BYTES = 16

/**
 * Reads the head of a box. Pure; never throws.
 * @param {DataView} view
 * @param {number} at where it begins
 * @param {number} restBytes from there to the end of what holds it: a box of size 0 takes it all
 * @returns {BoxHead | undefined} `undefined` for what is no box
 */
export function readBoxHead(view, at, restBytes) {
  if (at + 8 > view.byteLength) return undefined
  const size = view.getUint32(at)
  const type = String.fromCharCode(...[4, 5, 6, 7].map((index) => view.getUint8(at + index)))
  const isLong = size === 1
  if (isLong && at + BOX_HEAD_BYTES > view.byteLength) return undefined
  const headBytes = isLong ? BOX_HEAD_BYTES : 8
  const sizeBytes = isLong ? Number(view.getBigUint64(at + 8)) : size === 0 ? restBytes : size
  return sizeBytes >= headBytes && sizeBytes <= restBytes ? { type, headBytes, sizeBytes } : undefined
}

/**
 * The boxes in the content of a box, up to the first that makes no sense. Pure; never throws.
 * @param {DataView} view
 * @returns {Box[]}
 */
export function boxesIn(view) {
  const boxes = []
  for (let at = 0; at < view.byteLength; ) {
    const head = readBoxHead(view, at, view.byteLength - at)
    if (head === undefined) break
    const { type, headBytes, sizeBytes } = head
    const content = new DataView(view.buffer, view.byteOffset + at + headBytes, sizeBytes - headBytes)
    boxes.push({ type, content })
    at += sizeBytes
  }
  return boxes
}

/**
 * The content of a box in a box in a box. Pure; never throws.
 * @param {DataView} view
 * @param {string[]} path types, the outermost first
 * @returns {DataView | undefined}
 */
export function childBox(view, ...path) {
  /** @type {DataView | undefined} */
  let found = view
  for (const type of path) found = found && boxesIn(found).find((box) => box.type === type)?.content
  return found
}
