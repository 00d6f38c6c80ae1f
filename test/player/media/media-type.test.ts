import { expect, test } from 'vitest'
import { mediaType } from '../../../src/node/media-types.ts'
import { mediaTypeOf } from '../../../src/player/media/media-type.js'

test.for([
  ...['a.mp4', 'a.M4V', 'week 1/a.webm', 'a.ogv', 'a.mov', 'a.mkv', 'a.mp3', 'a.m4a', 'a.aac', 'a.ogg'],
  ...['a.oga', 'a.opus', 'a.flac', 'a.wav', 'a.weba', 'a.exe', 'mp4', 'a.mp4/b', 'a.b.mp4', 'a.constructor'],
])('%s has the type that a node gives it', (name) => {
  expect(mediaTypeOf(name)).toBe(mediaType(name))
})
