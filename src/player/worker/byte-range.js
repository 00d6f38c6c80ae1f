// @ts-check
/** Which bytes a `<video>` asks for. */

/**
 * Reads the Range field of a video's request. Pure; never throws. A field that is absent, or no single range
 * of bytes, counts as the whole file: a server may ignore those, and no browser's video element sends any.
 * @param {string | null} header the field's value
 * @param {number} sizeBytes of the file
 * @returns {{ kind: 'part', start: number, end: number } | { kind: 'unsatisfiable' }} both ends inclusive
 * @see RFC 9110 §14.1.2
 */
export function parseByteRange(header, sizeBytes) {
  const [, first = '', last = ''] = /^\s*bytes\s*=\s*(\d*)-(\d*)\s*$/i.exec(header ?? '') ?? []
  const isValid = first + last !== '' && !(first !== '' && last !== '' && Number(last) < Number(first))
  const isSuffix = isValid && first === '' // bytes=-500 asks for the last 500 bytes
  const start = isSuffix ? Math.max(0, sizeBytes - Number(last)) : isValid ? Number(first) : 0
  const end = isSuffix || !isValid || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  return start <= end ? { kind: 'part', start, end } : { kind: 'unsatisfiable' }
}
