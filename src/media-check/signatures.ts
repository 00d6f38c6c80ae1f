/** What a file is, by its first bytes. Pure. */

/** As many as are looked at. */
export const HEAD_BYTES = 4096

/** `plays`: a format of which nothing more is checked. */
export type Identity =
  | { readonly kind: 'mp4' | 'matroska' | 'wave' | 'plays' }
  | { readonly kind: 'other format'; readonly format: string }
  | { readonly kind: 'no media'; readonly found: string }

type Test = (head: Buffer) => boolean

/** Bytes in hexadecimal, at a place of the file. */
const bytes =
  (hex: string, at = 0): Test =>
  (head) =>
    head.subarray(at, at + hex.length / 2).toString('hex') === hex
/** Letters, by pattern, at a place of the file. */
const letters =
  (pattern: RegExp, at = 0): Test =>
  (head) =>
    pattern.test(head.toString('latin1', at))
const all =
  (...tests: readonly Test[]): Test =>
  (head) =>
    tests.every((test) => test(head))

const other = (format: string): Identity => ({ kind: 'other format', format })
const none = (found: string): Identity => ({ kind: 'no media', found })

/** The first that fits counts. */
const SIGNATURES: readonly (readonly [test: Test, identity: Identity])[] = [
  [letters(/^ftyp(?:heic|heix|hevc|mif1|msf1|avif|avis)/, 4), none('an image')],
  [letters(/^(?:ftyp|moov|mdat|free|skip|wide|pnot)/, 4), { kind: 'mp4' }],
  [bytes('1a45dfa3'), { kind: 'matroska' }],
  [all(letters(/^RIFF/), letters(/^WAVE/, 8)), { kind: 'wave' }],
  [letters(/^(?:OggS|fLaC|ID3)/), { kind: 'plays' }],
  [all(letters(/^RIFF/), letters(/^AVI /, 8)), other('AVI')],
  [bytes('3026b275'), other('Windows Media')],
  [letters(/^FLV/), other('Flash Video')],
  [bytes('000001ba'), other('MPEG-1 or MPEG-2')],
  [bytes('000001b3'), other('MPEG-1 or MPEG-2')],
  [all(bytes('47'), bytes('47', 188), bytes('47', 376)), other('MPEG transport stream')],
  [letters(/^\.RMF/), other('RealMedia')],
  [letters(/^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|head|body|svg)/i), none('an HTML or XML page')],
  [letters(/^%PDF/), none('a PDF document')],
  [bytes('504b0304'), none('a ZIP archive')],
  [bytes('1f8b'), none('a gzip archive')],
  [bytes('89504e47'), none('an image')],
  [bytes('ffd8ff'), none('an image')],
  [letters(/^GIF8/), none('an image')],
  [(head) => head.every((byte) => byte === 0), none('nothing but zeros')],
  [hasAudioFrame, { kind: 'plays' }],
]

/** @param head the first {@link HEAD_BYTES}, or all */
export function identify(head: Buffer): Identity {
  const known = SIGNATURES.find(([test]) => test(head))
  if (known !== undefined) return known[1]
  return none(isText(head) ? 'text' : 'what is no video or sound that is known here')
}

/** A frame of MPEG audio: MP3 or AAC. What stands in front of the first one, players skip. */
function hasAudioFrame(head: Buffer): boolean {
  for (let at = head.indexOf(0xff); at !== -1; at = head.indexOf(0xff, at + 1)) {
    const [, second = 0, third = 0xff] = head.subarray(at, at + 3)
    const isSync = second >= 0xe0
    const isAac = (second & 0xf6) === 0xf0
    const isMpeg = (second & 0x18) !== 0x08 && (second & 0x06) !== 0
    const hasRates = third >> 4 !== 15 && (third & 0x0c) !== 0x0c
    if (isSync && (isAac || (isMpeg && hasRates))) return true
  }
  return false
}

/** UTF-8 without control characters; the last letter may be cut. */
function isText(head: Buffer): boolean {
  const text = head.toString('utf8')
  for (const letter of text.slice(0, -1))
    if (letter === '\ufffd' || (letter < ' ' && !'\t\n\f\r'.includes(letter))) return false
  return true
}
