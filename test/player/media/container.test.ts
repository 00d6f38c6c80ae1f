import { expect, test } from 'vitest'
import { readBeginning } from '../../../src/player/media/container.js'

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const packets = (): Uint8Array => {
  const all = new Uint8Array(1000)
  for (let at = 0; at < all.length; at += 188) all[at] = 0x47
  return all
}

test.for<[what: string, bytes: Uint8Array, expected: object]>([
  ['an MP4', bytes('\0\0\0\x20ftypisom'), { container: 'mp4' }],
  ['an old QuickTime file', bytes('\0\0\0\x08wide\0\0\0\0mdat'), { container: 'mp4' }],
  ['WebM', bytes('\x1aE\xdf\xa3…webm…V_VP9…A_OPUS'), { container: 'matroska', pictures: 'V_VP9' }],
  ['Matroska with sound only', bytes('\x1aE\xdf\xa3…A_OPUS'), { container: 'matroska' }],
  [
    'HEVC in Matroska',
    bytes('\x1aE\xdf\xa3…V_MPEGH/ISO/HEVC…'),
    { container: 'matroska', pictures: 'V_MPEGH/ISO/HEVC' },
  ],
  ['Theora', bytes('OggS…\x80theora\x03'), { container: 'ogg', pictures: 'theora' }],
  ['Vorbis', bytes('OggS…\x01vorbis'), { container: 'ogg' }],
  ['MP3 with a tag', bytes('ID3\x04'), { container: 'sound' }],
  ['MP3 without', bytes('\xff\xfb\x90\x00'), { container: 'sound' }],
  ['WAV', bytes('RIFF\0\0\0\0WAVEfmt '), { container: 'sound' }],
  ['AVI', bytes('RIFF\0\0\0\0AVI LIST'), { container: 'foreign', format: 'AVI' }],
  ['a transport stream', packets(), { container: 'foreign', format: 'MPEG transport stream' }],
  ['text', bytes('Dear class, this is no video.'), { container: 'unknown' }],
  ['nothing', bytes(''), { container: 'unknown' }],
])('%s is known by its first bytes', ([, bytes, expected]) => {
  expect(readBeginning(bytes)).toEqual(expected)
})
