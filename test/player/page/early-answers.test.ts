import { expect, test } from 'vitest'
import { EarlyAnswers } from '../../../src/player/page/early-answers.js'
import { readBounded } from '../../../src/swarm/read-bounded.js'

const URL = 'http://node1.test/talk.mp4'
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

/** A network that answers when it is told to. */
function open() {
  let nowMs = 0
  const calls: {
    key: string
    signal: AbortSignal
    resolve: (response: Response) => void
    reject: (error: Error) => void
  }[] = []
  const answers = new EarlyAnswers({
    now: () => nowMs,
    fetch: (url, { method = 'GET', headers = {}, signal = new AbortController().signal }) =>
      new Promise((resolve, reject) => {
        calls.push({ key: `${method} ${url} ${headers['Range'] ?? ''}`.trim(), signal, resolve, reject })
      }),
  })
  const pass = (ms: number): void => {
    nowMs += ms
  }
  return { answers, calls, pass }
}

test('whoever asks for what was asked for gets that answer, and how long the node took', async () => {
  const { answers, calls, pass } = open()
  answers.ask(URL, { method: 'HEAD' })
  pass(50)
  calls[0]?.resolve(new Response(null, { headers: { ETag: '"a"' } }))
  await settle()
  pass(400) // nobody was there to take it
  const response = await answers.fetch(URL, { method: 'HEAD', cache: 'no-store' })
  expect([response.status, response.headers.get('ETag'), response.tookMs]).toEqual([200, '"a"', 50])
  expect(calls.map(({ key }) => key)).toEqual([`HEAD ${URL}`])
})

test('what was asked for with another method, of another place, or was taken already, is asked for', async () => {
  const { answers, calls } = open()
  answers.ask(URL, { headers: { Range: 'bytes=0-99' } })
  void answers.fetch(URL, { method: 'HEAD' })
  void answers.fetch(URL, { headers: { Range: 'bytes=100-199' } })
  void answers.fetch('http://node2.test/talk.mp4', { headers: { Range: 'bytes=0-99' } })
  void answers.fetch(URL, { headers: { Range: 'bytes=0-49' } }) // of a file that ends there
  void answers.fetch(URL, { headers: { Range: 'bytes=0-49' } })
  expect(calls.map(({ key }) => key)).toEqual([
    `GET ${URL} bytes=0-99`,
    `HEAD ${URL}`,
    `GET ${URL} bytes=100-199`,
    'GET http://node2.test/talk.mp4 bytes=0-99',
    `GET ${URL} bytes=0-49`,
  ])
})

test.for<[what: string, end: number, asked: number]>([
  ['a file that ends before the range', 49, 1],
  ['a file with larger chunks', 199, 2],
])('whoever asks for the beginning of %s gets the bytes asked for', async ([, end, asked]) => {
  const { answers, calls } = open()
  const answerWith = (call: number, last: number): void =>
    calls[call]?.resolve(
      new Response(new Uint8Array(last + 1), {
        status: 206,
        headers: { 'Content-Range': `bytes 0-${last}/${end + 1}` },
      }),
    )
  answers.ask(URL, { headers: { Range: 'bytes=0-99' } })
  answerWith(0, Math.min(99, end))
  const fetched = answers.fetch(URL, { headers: { Range: `bytes=0-${end}` } })
  await settle()
  answerWith(1, end)
  expect((await fetched).headers.get('Content-Range')).toBe(`bytes 0-${end}/${end + 1}`)
  expect(calls).toHaveLength(asked)
  // What came for nothing is counted.
  expect(answers.leave().map(({ bytes }) => bytes)).toEqual(asked === 1 ? [] : [100])
})

test('a body comes before it is wanted, and is whole', async () => {
  const { answers, calls } = open()
  answers.ask(URL, {})
  const pieces = [1, 2, 3]
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const piece = pieces.shift()
    if (piece === undefined) controller.close()
    else controller.enqueue(new Uint8Array(1000).fill(piece))
  }
  calls[0]?.resolve(new Response(new ReadableStream({ pull }, { highWaterMark: 0 })))
  await settle()
  expect(pieces).toEqual([])
  const bytes = await readBounded(await answers.fetch(URL, {}), 10_000)
  expect(Buffer.from(bytes).equals(Buffer.concat([1, 2, 3].map((n) => Buffer.alloc(1000, n))))).toBe(true)
})

test('a node that refuses is told to whoever asks, and to nobody else', async () => {
  const { answers, calls } = open()
  answers.ask(URL, {})
  calls[0]?.reject(new TypeError('Failed to fetch'))
  await settle()
  await expect(answers.fetch(URL, {})).rejects.toThrow('Failed to fetch')
})

test('whoever takes it may hang up', async () => {
  const { answers, calls } = open()
  const abort = new AbortController()
  answers.ask(URL, {})
  void answers.fetch(URL, { signal: abort.signal })
  expect(calls[0]?.signal.aborted).toBe(false)
  abort.abort()
  expect(calls[0]?.signal.aborted).toBe(true)
})

test('what nobody takes is hung up on, and counted', async () => {
  const { answers, calls } = open()
  answers.ask(URL, {})
  answers.ask('http://node2.test/talk.mp4', {})
  calls[0]?.resolve(new Response(new Uint8Array(500)))
  await settle()
  void answers.fetch('http://node2.test/talk.mp4', {})
  expect(answers.leave()).toEqual([{ url: URL, bytes: 500 }])
  expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, false])
  expect(answers.leave()).toEqual([])
})
