import { describe, expect, test } from 'vitest'
import { fetchRange, judgeHead, type Outcome, type SwarmFile } from '../../src/swarm/fetch-range.js'

const SHA256 = 'a'.repeat(64)
const OTHER_SHA256 = 'b'.repeat(64)
const FILE: SwarmFile = { name: 'talk.mp4', size: 1000, chunkSize: 100, sha256: SHA256 }

/** The head that a right answer to bytes 100-199 has. */
const RIGHT = { 'Content-Range': 'bytes 100-199/1000', ETag: `"${SHA256}"` }

type Judged = { kind: Exclude<Outcome['kind'], 'complete' | 'stopped'>; why: RegExp; retryAfterMs?: number }

describe('the head of an answer to bytes 100-199', () => {
  test.for<[rule: string, status: number, fields: Record<string, string>, expected: Judged | undefined]>([
    ['§15.3.7: 206 with the range that was asked for', 206, RIGHT, undefined],
    ['§14.4: the size may be unknown', 206, { 'Content-Range': 'bytes 100-199/*' }, undefined],
    [
      '§14.1: the names of range units are case-insensitive',
      206,
      { 'Content-Range': 'Bytes 100-199/1000' },
      undefined,
    ],
    ['an ETag is not needed', 206, { 'Content-Range': RIGHT['Content-Range'] }, undefined],
    ['an ETag that is no hash proves nothing', 206, { ...RIGHT, ETag: '"5f3c-6123"' }, undefined],
    ['a weak ETag proves nothing', 206, { ...RIGHT, ETag: `W/"${OTHER_SHA256}"` }, undefined],
    [
      'an ETag with another hash is another version',
      206,
      { ...RIGHT, ETag: `"${OTHER_SHA256}"` },
      { kind: 'other version', why: /ETag/ },
    ],
    [
      'another size is another version',
      206,
      { ...RIGHT, 'Content-Range': 'bytes 100-199/999' },
      { kind: 'other version', why: /999 bytes, not 1000/ },
    ],
    [
      'another first byte',
      206,
      { ...RIGHT, 'Content-Range': 'bytes 0-199/1000' },
      { kind: 'wrong answer', why: /answers bytes 100-199 with "bytes 0-199\/1000"/ },
    ],
    [
      'another last byte',
      206,
      { ...RIGHT, 'Content-Range': 'bytes 100-149/1000' },
      { kind: 'wrong answer', why: /100-149/ },
    ],
    ['another unit', 206, { 'Content-Range': 'items 100-199/1000' }, { kind: 'wrong answer', why: /items/ }],
    ['no Content-Range', 206, {}, { kind: 'wrong answer', why: /no Content-Range/ }],
    [
      'several ranges',
      206,
      { 'Content-Type': 'multipart/byteranges; boundary=x' },
      { kind: 'wrong answer', why: /no Content-Range/ },
    ],
    [
      '§14.2: Range was ignored',
      200,
      { ETag: RIGHT.ETag },
      { kind: 'wrong answer', why: /200 in place of 206/ },
    ],
    [
      '§15.5.17: the range lies outside',
      416,
      { 'Content-Range': 'bytes */90' },
      { kind: 'other version', why: /shorter/ },
    ],
    ['not found', 404, {}, { kind: 'missing', why: /does not have the file/ }],
    ['gone', 410, {}, { kind: 'missing', why: /410/ }],
    ['busy, with seconds', 503, { 'Retry-After': '3' }, { kind: 'busy', why: /503/, retryAfterMs: 3000 }],
    ['busy, and it does not say for how long', 503, {}, { kind: 'busy', why: /503/ }],
    [
      'busy, until a date: as if it did not say',
      503,
      { 'Retry-After': 'Fri, 31 Dec 2027 23:59:59 GMT' },
      { kind: 'busy', why: /503/ },
    ],
    ['busy, with nonsense', 503, { 'Retry-After': '-3' }, { kind: 'busy', why: /503/ }],
    ['too many requests', 429, { 'Retry-After': '1' }, { kind: 'busy', why: /429/, retryAfterMs: 1000 }],
    ['no permission', 403, {}, { kind: 'wrong answer', why: /403/ }],
    ['an error of its own', 500, {}, { kind: 'wrong answer', why: /500/ }],
    ['no content', 204, {}, { kind: 'wrong answer', why: /204/ }],
  ])('%s', ([, status, fields, expected]) => {
    const headers = new Headers(fields)
    const failure = judgeHead({ status, get: (name) => headers.get(name) }, 100, 199, FILE)
    if (expected === undefined) return expect(failure).toBeUndefined()
    expect(failure).toMatchObject({ kind: expected.kind, why: expect.stringMatching(expected.why) })
    expect(failure?.why).not.toMatch(/[()]/) // it is told in brackets
    if (failure?.kind === 'busy') expect(failure.retryAfterMs).toBe(expected.retryAfterMs)
  })

  test('without a hash of the file, no ETag says anything', () => {
    const headers = new Headers({ ...RIGHT, ETag: `"${OTHER_SHA256}"` })
    const file = { name: 'talk.mp4', size: 1000, chunkSize: 100 }
    expect(judgeHead({ status: 206, get: (name) => headers.get(name) }, 100, 199, file)).toBeUndefined()
  })
})

/** A body that comes in pieces of these lengths, and then ends, breaks off, or stays silent. */
function body(pieces: readonly number[], end: 'end' | 'cut' | 'silence' = 'end') {
  const state = { isCancelled: false }
  const queue = [...pieces]
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const length = queue.shift()
      if (length !== undefined) controller.enqueue(new Uint8Array(length))
      else if (end === 'end') controller.close()
      else if (end === 'cut')
        controller.error(Object.assign(new TypeError('terminated'), { cause: { code: 'UND_ERR_SOCKET' } }))
      else return new Promise<void>(() => {}) // nothing comes any more
      return undefined
    },
    cancel: () => {
      state.isCancelled = true
    },
  })
  return { stream, state }
}

/** Asks for bytes 100-199. `wanted` is after how many bytes no more are. */
async function ask(
  answer: (init: RequestInit) => Promise<Response>,
  { signal = new AbortController().signal, wanted = Number.POSITIVE_INFINITY } = {},
) {
  let receivedBytes = 0
  let asked: { input: string; init: RequestInit } | undefined
  const outcome = await fetchRange({
    url: 'http://node1/talk.mp4',
    start: 100,
    end: 199,
    file: FILE,
    fetch: (input, init = {}) => {
      asked = { input: String(input), init }
      return answer(init)
    },
    signal,
    onBytes: (bytes) => {
      receivedBytes += bytes.length
      return receivedBytes < wanted
    },
  })
  return { outcome, receivedBytes, asked }
}

const partial = (stream: ReadableStream<Uint8Array> | null): Response =>
  new Response(stream, { status: 206, headers: RIGHT })

describe('a request', () => {
  test('asks for the range, past every cache, and needs no preflight', async () => {
    const { asked } = await ask(() => Promise.resolve(partial(body([100]).stream)))
    expect(asked?.input).toBe('http://node1/talk.mp4')
    expect(asked?.init).toMatchObject({ cache: 'no-store', credentials: 'omit' })
    expect([...new Headers(asked?.init.headers)]).toEqual([['range', 'bytes=100-199']])
  })

  test.for<
    [rule: string, pieces: number[], end: 'end' | 'cut', kind: Outcome['kind'], why: RegExp, bytes: number]
  >([
    ['is complete when all bytes came', [60, 40], 'end', 'complete', /^$/, 100],
    ['is cut when the body ends too soon', [60, 39], 'end', 'cut', /1 bytes short/, 99],
    ['is cut when there is no byte at all', [], 'end', 'cut', /100 bytes short/, 0],
    ['is cut when the connection breaks off', [60], 'cut', 'cut', /connection was cut/, 60],
    [
      'is a wrong answer when more comes than was asked for',
      [60, 41],
      'end',
      'wrong answer',
      /more than/,
      60,
    ],
  ])('%s', async ([, pieces, end, kind, why, bytes]) => {
    const { outcome, receivedBytes } = await ask(() => Promise.resolve(partial(body(pieces, end).stream)))
    expect(outcome.kind).toBe(kind)
    expect('why' in outcome ? outcome.why : '').toMatch(why)
    expect(receivedBytes).toBe(bytes)
  })

  test.for<[why: string, error: unknown]>([
    [
      'the connection was refused',
      Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }),
    ],
    ['there is no such host', Object.assign(new TypeError('fetch failed'), { cause: { code: 'ENOTFOUND' } })],
    ['it cannot be reached', new TypeError('Failed to fetch')], // a browser does not tell more
  ])('is refused: %s', async ([why, error]) => {
    expect((await ask(() => Promise.reject(error))).outcome).toEqual({ kind: 'refused', why })
  })

  test('with a wrong head hands on no byte and hangs up', async () => {
    const { stream, state } = body([1000])
    const result = await ask(() => Promise.resolve(new Response(stream, { status: 200 })))
    expect(result).toMatchObject({ outcome: { kind: 'wrong answer' }, receivedBytes: 0 })
    expect(state.isCancelled).toBe(true)
  })

  test('without a body is a wrong answer', async () => {
    expect((await ask(() => Promise.resolve(partial(null)))).outcome).toMatchObject({ kind: 'wrong answer' })
  })

  test('hangs up when no more is wanted', async () => {
    const { stream, state } = body([50, 10], 'silence')
    const { outcome, receivedBytes } = await ask(() => Promise.resolve(partial(stream)), { wanted: 60 })
    expect(outcome).toEqual({ kind: 'stopped' })
    expect(receivedBytes).toBe(60)
    expect(state.isCancelled).toBe(true)
  })

  test('is complete when no more is wanted and all is here', async () => {
    const { outcome } = await ask(() => Promise.resolve(partial(body([100]).stream)), { wanted: 100 })
    expect(outcome).toEqual({ kind: 'complete' })
  })

  test('that is aborted before its answer is stopped, and no failure', async () => {
    const abort = new AbortController()
    const asking = ask(
      ({ signal }) =>
        new Promise((_, reject) =>
          signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))),
        ),
      { signal: abort.signal },
    )
    abort.abort()
    expect((await asking).outcome).toEqual({ kind: 'stopped' })
  })

  test('that is aborted during its body is stopped, and hands on nothing after that', async () => {
    const abort = new AbortController()
    let push = (_length: number): void => {}
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        push = (length) => controller.enqueue(new Uint8Array(length))
      },
    })
    const asking = ask(() => Promise.resolve(partial(stream)), { signal: abort.signal })
    push(30)
    await new Promise((resolve) => setImmediate(resolve))
    abort.abort()
    push(30)
    expect(await asking).toMatchObject({ outcome: { kind: 'stopped' }, receivedBytes: 30 })
  })
})
