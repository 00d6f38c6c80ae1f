import { expect, onTestFinished, test, vi } from 'vitest'
import { startStream } from '../../../src/player/worker/stream-source.js'

const PAGE = 'http://node1.test/watch/talk.mp4'

/** A page whose video has just got its source; the worker says what the test has it say. */
function open(visibilityState: 'visible' | 'hidden' = 'visible') {
  vi.useFakeTimers()
  const document = Object.assign(new EventTarget(), { visibilityState })
  const pings: unknown[] = []
  const controller = { postMessage: (message: unknown) => pings.push(message) }
  const serviceWorker = Object.assign(new EventTarget(), { startMessages() {}, controller })
  vi.stubGlobal('navigator', { serviceWorker })
  vi.stubGlobal('location', { href: PAGE })
  vi.stubGlobal('document', document)
  const stop = new AbortController()
  onTestFinished(() => {
    stop.abort()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
  const video = Object.assign(new EventTarget(), { src: '', crossOrigin: null, preload: '' })
  const requests: (string | null)[] = []
  const state = { isReading: true, result: undefined as boolean | undefined }
  void startStream({
    video: video as unknown as HTMLVideoElement,
    onRequest: (range) => requests.push(range),
    isReading: () => state.isReading,
    signal: stop.signal,
  }).then((result) => {
    state.result = result
  })
  const id = () => new URL(video.src).searchParams.get('stream')
  const say = (request: object, ports: unknown[] = [{}]) =>
    serviceWorker.dispatchEvent(Object.assign(new Event('message'), { data: request, ports }))
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
  return { video, document, requests, state, stop, pings, id, say, pass }
}

test('requests of this stream are passed on, and the first one shows that they come here', async () => {
  const { requests, state, id, say, pass } = open()
  say({ type: 'stream', id: 'of another page', range: 'bytes=1-' })
  say({ type: 'stream', id: id(), range: 'bytes=2-' }, [])
  say({ type: 'news' })
  await pass(1_000)
  expect([requests, state.result]).toEqual([[], undefined])
  say({ type: 'stream', id: id(), range: null })
  await pass(0)
  expect(state.result).toBe(true)
  say({ type: 'stream', id: id(), range: 'bytes=9-' })
  expect(requests).toEqual([null, 'bytes=9-'])
})

test('no stream has the URL of another one', () => {
  expect(open().id()).not.toBe(open().id())
})

test.for<[what: string, fail: (page: ReturnType<typeof open>) => Promise<unknown> | unknown]>([
  ['that fails before it asks', ({ video }) => video.dispatchEvent(new Event('error'))],
  ['whose first request does not come', ({ pass }) => pass(3_000)],
])('a video %s is not fed by the worker', async ([, fail]) => {
  const page = open()
  await fail(page)
  await page.pass(0)
  expect(page.state.result).toBe(false)
})

test('a tab that nobody has looked at yet has all the time', async () => {
  const { document, state, pass } = open('hidden')
  await pass(60_000)
  expect(state.result).toBeUndefined()
  document.dispatchEvent(new Event('visibilitychange'))
  await pass(3_000)
  expect(state.result).toBe(false)
})

test('the worker is kept awake while an answer goes on, until the end', async () => {
  const { state, stop, pings, id, say, pass } = open()
  say({ type: 'stream', id: id(), range: null })
  await pass(40_000)
  expect(pings).toEqual([{ type: 'ping' }, { type: 'ping' }])
  state.isReading = false
  await pass(40_000)
  state.isReading = true
  stop.abort()
  await pass(40_000)
  expect(pings).toHaveLength(2)
})
