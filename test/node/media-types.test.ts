import { expect, test } from 'vitest'
import { isPlayable, mediaType } from '../../src/node/media-types.ts'

test.for<[name: string, type: string, playable: boolean]>([
  ['a.mp4', 'video/mp4', true],
  ['a.m4v', 'video/mp4', true],
  ['a.webm', 'video/webm', true],
  ['a.ogv', 'video/ogg', true],
  ['a.mov', 'video/quicktime', true],
  ['a.mkv', 'video/matroska', true],
  ['a.mp3', 'audio/mpeg', true],
  ['a.m4a', 'audio/mp4', true],
  ['a.aac', 'audio/aac', true],
  ['a.ogg', 'audio/ogg', true],
  ['a.opus', 'audio/ogg', true],
  ['a.flac', 'audio/flac', true],
  ['a.wav', 'audio/wav', true],
  ['a.vtt', 'text/vtt; charset=utf-8', false],
  ['a.srt', 'application/x-subrip', false],
  ['a.m3u8', 'application/vnd.apple.mpegurl', false],
  ['a.mpd', 'application/dash+xml', false],
  ['a.ts', 'video/mp2t', true],
  ['a.m4s', 'video/iso.segment', true],
  ['A.MP4', 'video/mp4', true],
  ['week 1/a.b.mp4', 'video/mp4', true],
  ['a.mp4/b', 'application/octet-stream', false],
  ['mp4', 'application/octet-stream', false],
  ['a.mp4.html', 'application/octet-stream', false],
])('%s is %s', ([name, type, playable]) => {
  expect(mediaType(name)).toBe(type)
  expect(isPlayable(mediaType(name))).toBe(playable)
})

test.for([
  ...['html', 'htm', 'xhtml', 'svg', 'svgz', 'xml', 'xsl', 'mhtml', 'shtml'],
  ...['js', 'mjs', 'css', 'wasm', 'json', 'pdf', 'swf', 'txt'],
  ...['', 'constructor', '__proto__', 'toString', 'HTML'],
])('what ends in ".%s" is of a type that no browser runs', (ending) => {
  expect(mediaType(`a.${ending}`)).toBe('application/octet-stream')
})
