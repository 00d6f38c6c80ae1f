import { expect, test } from 'vitest'
import type { MediaFacts } from '../../../src/player/media/media-facts.js'
import {
  describeMediaTrouble,
  isHopeless,
  type MediaSymptom,
} from '../../../src/player/media/media-trouble.js'

const error = (seconds = 0, code = 4): Extract<MediaSymptom, { kind: 'error' }> => ({
  kind: 'error',
  code,
  message: 'DEMUXER_ERROR_COULD_NOT_OPEN',
  seconds,
})
const NO_PICTURE: MediaSymptom = { kind: 'no picture' }
const CUT = { container: 'mp4', pictures: 'avc1', cut: { atSeconds: 18, ofSeconds: 30 } } as const

test.for<[what: string, MediaSymptom, MediaFacts | undefined, title: string, words: RegExp, command: RegExp]>(
  [
    [
      'text named .mp4',
      error(),
      { container: 'unknown' },
      'This is no video',
      /No browser plays it.*right file/,
      /^$/,
    ],
    [
      'an AVI',
      error(),
      { container: 'foreign', format: 'AVI' },
      'No browser plays this file',
      /an AVI file/,
      /libx264/,
    ],
    [
      'cut, its index lost',
      error(),
      { container: 'mp4', cut: {} },
      'This file is cut off',
      /index.*any browser.*Copy it again/,
      /^$/,
    ],
    [
      'cut, its index in front',
      { kind: 'ended early', seconds: 18, ofSeconds: 30 },
      CUT,
      'This file is cut off',
      /0:18 of 0:30.*every browser.*Copy it again/,
      /-c copy/,
    ],
    [
      'cut, and the decoder stops a little before',
      error(17.2, 3),
      CUT,
      'This file is cut off',
      /0:18 of 0:30/,
      /-c copy/,
    ],
    [
      'HEVC without a picture',
      NO_PICTURE,
      { container: 'mp4', pictures: 'hvc1' },
      'Sound without a picture',
      /HEVC.*Safari/,
      /libx264.*talk-h264\.mp4/,
    ],
    [
      'HEVC that is refused',
      error(),
      { container: 'matroska', pictures: 'V_MPEGH/ISO/HEVC' },
      'This browser cannot play the video',
      /HEVC.*Safari/,
      /libx264/,
    ],
    [
      'Theora',
      NO_PICTURE,
      { container: 'ogg', pictures: 'theora' },
      'Sound without a picture',
      /Theora.*VLC/,
      /libx264/,
    ],
    [
      'damaged in the middle',
      error(61, 3),
      { container: 'mp4', pictures: 'avc1' },
      'The video is damaged here',
      /1:01/,
      /libx264/,
    ],
    [
      'refused, nobody knows why',
      error(),
      undefined,
      'This browser cannot play the video',
      /Another browser/,
      /libx264/,
    ],
    [
      'ended early, nobody knows why',
      { kind: 'ended early', seconds: 3, ofSeconds: 30 },
      { container: 'mp4' },
      'The video ends too early',
      /0:30.*0:03.*Another browser/,
      /-c copy/,
    ],
    [
      'sound on a machine without any',
      { ...error(0, 3), message: 'OnMediaSinkAudioError' },
      { container: 'sound' },
      'This machine has no sound',
      /not the cause.*headphones/,
      /^$/,
    ],
  ],
)('%s is explained, with what to do', ([, symptom, facts, title, words, command]) => {
  const trouble = describeMediaTrouble(symptom, facts, 'week 1/talk.mov')
  expect(trouble.title).toBe(title)
  expect(`${trouble.why} ${trouble.todo}`).toMatch(words)
  expect(trouble.command).toMatch(command)
  expect(trouble.isSilent).toBe(symptom.kind === 'error' && symptom.seconds === 0) // else there is something to see or to hear
})

test('what stands in the file is not tried again; what the network did is', () => {
  expect(isHopeless(error(), { container: 'unknown' })).toBe(true)
  expect(isHopeless(error(0, 2), { container: 'unknown' })).toBe(false)
  expect(isHopeless(error(), { container: 'mp4', cut: {} })).toBe(true)
  expect(isHopeless(error(17.5), CUT)).toBe(true)
  expect(isHopeless(error(3), CUT)).toBe(false)
  expect(isHopeless(error(), { container: 'mp4', pictures: 'avc1' })).toBe(false)
  expect(isHopeless(error(), undefined)).toBe(false)
})

test('of sound only sound is made', () => {
  const { command } = describeMediaTrouble(error(), { container: 'sound' }, 'tone.flac')
  expect(command).toBe('ffmpeg -i tone.flac -vn -c:a aac tone-aac.m4a')
})
