// @ts-check
/** What kind of file this is, by its first bytes: a name says only what somebody called it. Pure. */

/** As much as {@link readBeginning} wants to see: the codecs of Matroska and Ogg are named near the beginning. */
export const BEGINNING_BYTES = 64 * 1024

/**
 * - `mp4`, `matroska` (WebM too), `ogg`: containers of browsers
 * - `sound`: sound without a container, which browsers play
 * - `foreign`: a video that no browser plays, see `format`
 * - `unknown`: nothing that we know
 * @typedef {'mp4' | 'matroska' | 'ogg' | 'sound' | 'foreign' | 'unknown'} Container
 */
/**
 * @typedef {object} Beginning
 * @property {Container} container
 * @property {string} [format] name of a foreign one
 * @property {string} [pictures] the codec of the pictures, where it stands there
 */

/** @type {readonly (readonly [at: number, text: string, container: Container, format?: string])[]} */
const SIGNATURES = [
  ...['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot', 'moof', 'styp'].map(
    (type) => /** @type {const} */ ([4, type, 'mp4']),
  ),
  [0, '\x1aE\xdf\xa3', 'matroska'],
  [0, 'OggS', 'ogg'],
  [0, 'ID3', 'sound'],
  [0, 'fLaC', 'sound'],
  [8, 'WAVE', 'sound'],
  [8, 'AVI ', 'foreign', 'AVI'],
  [0, 'FLV', 'foreign', 'Flash video'],
  [0, '\x30\x26\xb2\x75', 'foreign', 'Windows Media'],
  [0, '\x00\x00\x01\xba', 'foreign', 'MPEG'],
  [0, '.RMF', 'foreign', 'RealMedia'],
]
/** A transport stream is packets of this size, each of which begins with the same byte. */
const PACKET_BYTES = 188
const PACKET_SIGN = 0x47

/**
 * Looks at the first bytes of a file.
 * @param {Uint8Array} bytes up to {@link BEGINNING_BYTES}
 * @returns {Beginning}
 */
export function readBeginning(bytes) {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  const [, , container, format] = SIGNATURES.find(([at, sign]) => text.startsWith(sign, at)) ?? []
  if (container === 'matroska') return withPictures(container, /V_[A-Z0-9/]+/.exec(text)?.[0])
  if (container === 'ogg') return withPictures(container, text.includes('\x80theora') ? 'theora' : undefined)
  if (container !== undefined) return format === undefined ? { container } : { container, format }
  if (bytes[0] === PACKET_SIGN && bytes[PACKET_BYTES] === PACKET_SIGN)
    return { container: 'foreign', format: 'MPEG transport stream' }
  // MP3 and AAC without a head of their own begin with the eleven set bits of a frame.
  const isFrame = bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0
  return { container: isFrame ? 'sound' : 'unknown' }
}

/** @param {Container} container @param {string | undefined} pictures @returns {Beginning} */
const withPictures = (container, pictures) =>
  pictures === undefined ? { container } : { container, pictures }
