import { expect, test } from 'vitest'
import { streamIdOf, streamUrl } from '../../../src/player/worker/stream-url.js'

const PAGE = 'http://127.0.0.1:8001/watch/week%201/talk.mp4?ahead=5#t=3'

test('a stream is found under the URL of its page', () => {
  const url = streamUrl(PAGE, '7')
  expect(url).toBe('http://127.0.0.1:8001/watch/week%201/talk.mp4?stream=7')
  expect(streamIdOf(new URL(url))).toBe('7')
})

test.for([
  PAGE,
  'http://127.0.0.1:8001/watch/stream',
  'http://127.0.0.1:8001/stream.mp4?stream=7',
  'http://127.0.0.1:8001/watch/a.mp4?streams=7',
])('%s is no stream', (url) => {
  expect(streamIdOf(new URL(url))).toBeUndefined()
})
