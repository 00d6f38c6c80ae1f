import { expect, test } from 'vitest'
import { mediaTypeOf } from '../../src/version/media-type.js'

test.for<[name: string, type: string]>([
  ['a.mp4', 'video/mp4'],
  ['A.M4V', 'video/mp4'],
  ['week 1/a.b.webm', 'video/webm'],
  ['a..opus', 'audio/ogg'],
  ...['mp4', '.mp4', 'a/.mp4', 'a.mp4/b', 'a.mp4.', 'a.exe', 'a.constructor', 'a.__proto__', ''].map(
    (name): [string, string] => [name, 'application/octet-stream'],
  ),
])('%s is %s', ([name, type]) => {
  expect(mediaTypeOf(name)).toBe(type)
})

test('who knows more types adds them, and changes none', () => {
  const more = { '.vtt': 'text/vtt', '.mp4': 'text/plain' }
  expect(mediaTypeOf('a.VTT', more)).toBe('text/vtt')
  expect(mediaTypeOf('a.mp4', more)).toBe('video/mp4')
  expect(mediaTypeOf('a.vtt')).toBe('application/octet-stream')
})
