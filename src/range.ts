/**
 * What a Range field asks of a file: the one lesson in pure form. It knows no socket, disk or reply.
 * See RFC 9110 §14; `node/reply.ts` turns the answer into 200, 206 or 416.
 */

/** Bytes of a file, both ends inclusive, `0 <= start <= end < size of the file`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** What to answer: the whole file (200), these ranges in the order asked (206), or nothing of it (416). */
export type RangeResult =
  | { readonly kind: 'whole' }
  | { readonly kind: 'parts'; readonly ranges: readonly ByteRange[] }
  | { readonly kind: 'unsatisfiable' }

/** A request for more separate ranges than this gets the whole file: no player needs them (§14.2). */
export const MAX_RANGES = 16

const WHOLE: RangeResult = { kind: 'whole' }

/** `bytes=` and the list behind it. The unit's case does not matter (§14.1); no space belongs here. */
const RANGES_SPECIFIER = /^bytes=(.*)$/i
/** `0-499`, `500-` or `-500`; digits are ASCII digits and nothing else (§14.1.1, §14.1.2). */
const RANGE_SPEC = /^[ \t]*([0-9]*)-([0-9]*)[ \t]*$/
/** A list may have empty elements; they mean nothing (§5.6.1.2). */
const EMPTY_ELEMENT = /^[ \t]*$/

/**
 * Reads a Range field for a file of known size. Pure; never throws.
 *
 * A malformed field or another unit is ignored, as §14.2 allows, and an empty file has no bytes to
 * choose from: both are `whole`. Overlapping and touching ranges are joined (§15.3.7.2). A field that
 * asks for more bytes than the file has, or for more than {@link MAX_RANGES} ranges, is a client that
 * would be served better, or an attacker that would be served worse, by the whole file.
 * @param header the field value, `undefined` when absent
 * @param sizeBytes size of the file, a whole number
 * @see RFC 9110 §14.1.2 and §14.2
 */
export function parseRange(header: string | undefined, sizeBytes: number): RangeResult {
  const rangeSet = RANGES_SPECIFIER.exec(header ?? '')?.[1]
  if (rangeSet === undefined || sizeBytes === 0) return WHOLE

  // White space may stand around a comma, and so never before the first element (§5.6.1.2).
  if (/^[ \t]+[^ \t,]/.test(rangeSet)) return WHOLE
  const specs = rangeSet.split(',').filter((element) => !EMPTY_ELEMENT.test(element))
  if (specs.length === 0) return WHOLE

  const ranges: ByteRange[] = []
  let askedBytes = 0
  for (const spec of specs) {
    const range = readRangeSpec(spec, sizeBytes)
    if (range === 'invalid') return WHOLE
    if (range === 'unsatisfiable') continue
    ranges.push(range)
    askedBytes += range.end - range.start + 1
  }
  if (ranges.length === 0) return { kind: 'unsatisfiable' }
  if (askedBytes > sizeBytes) return WHOLE

  const joined = joinRanges(ranges)
  return joined.length > MAX_RANGES ? WHOLE : { kind: 'parts', ranges: joined }
}

/** Reads one `0-499`, `500-` or `-500` and clamps it to a file that is not empty. */
function readRangeSpec(spec: string, sizeBytes: number): ByteRange | 'invalid' | 'unsatisfiable' {
  const [, first = '', last = ''] = RANGE_SPEC.exec(spec) ?? []
  if (first + last === '') return 'invalid'
  const lastByte = sizeBytes - 1
  if (first === '') {
    const lengthBytes = Math.min(toNumber(last), sizeBytes) // longer than the file: all of it, §14.1.2
    return lengthBytes === 0 ? 'unsatisfiable' : { start: sizeBytes - lengthBytes, end: lastByte }
  }
  if (last !== '' && isSmaller(last, first)) return 'invalid' // §14.1.1
  const start = toNumber(first)
  if (start > lastByte) return 'unsatisfiable'
  return { start, end: last === '' ? lastByte : Math.min(toNumber(last), lastByte) }
}

/** Digits as a number; exact wherever a file size can reach, above that only known to be too large. */
const toNumber = (digits: string): number => Math.min(Number(digits), Number.MAX_SAFE_INTEGER)

/** Compares digit strings of any length: past 2^53 two different numbers look alike to `<`. */
const isSmaller = (a: string, b: string): boolean =>
  a.length <= 15 && b.length <= 15 ? Number(a) < Number(b) : BigInt(a) < BigInt(b)

/** Joins ranges that overlap or touch; a joined range stands where its first member stood (§15.3.7.2). */
function joinRanges(ranges: readonly ByteRange[]): readonly ByteRange[] {
  if (ranges.length === 1) return ranges
  const byStart = ranges.map((range, position) => ({ ...range, position })).sort((a, b) => a.start - b.start)
  const joined: typeof byStart = []
  for (const range of byStart) {
    const previous = joined.at(-1)
    if (previous === undefined || range.start > previous.end + 1) {
      joined.push(range)
    } else {
      previous.end = Math.max(previous.end, range.end)
      previous.position = Math.min(previous.position, range.position)
    }
  }
  return joined.sort((a, b) => a.position - b.position).map(({ start, end }) => ({ start, end }))
}
