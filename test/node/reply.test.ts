import { createHash } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import { expect, test } from 'vitest'
import { viewFrom } from '../../src/node/directory.ts'
import type { ReplicaFacts } from '../../src/node/replica.ts'
import {
  isRange,
  type Refusal,
  type Reply,
  replyToOptions,
  replyWithContent,
  replyWithRefusal,
  replyWithReplica,
} from '../../src/node/reply.ts'
import type { RequestFields } from '../../src/node/request-fields.ts'
import { NODE_DEFAULTS } from '../../src/node-list.ts'

/** Numbered records of 10 bytes: a wrong slice names its own mistake. */
const FILE = Buffer.from(
  Array.from({ length: 100 }, (_, index) => `${String(index * 10).padStart(9, '0')}\n`).join(''),
)
const SIZE = FILE.length
const NOW = Date.UTC(2026, 5, 15)
const FACTS: ReplicaFacts = {
  name: 'demo.mp4',
  sizeBytes: SIZE,
  lastModifiedMs: Date.UTC(1994, 10, 6, 8, 49, 37),
  etag: '"v1"',
  sha256: createHash('sha256').update(FILE).digest('hex'),
}
const VIEW = viewFrom([], 'node1')
const LAST_MODIFIED = 'Sun, 06 Nov 1994 08:49:37 GMT'
const BOUNDARY = 'BOUNDARY'

const replyTo = (fields: Partial<RequestFields>, method = 'GET', facts = FACTS): Reply =>
  replyWithReplica(method, { hostLines: 1, ...fields }, facts, VIEW, () => BOUNDARY, NOW)

/** The header as a client sees it; fails when a name comes twice. */
function headerOf({ fields }: Reply): Record<string, string> {
  const header: Record<string, string> = {}
  for (let index = 0; index < fields.length; index += 2) {
    const [name = '', value = ''] = fields.slice(index, index + 2)
    expect(Object.keys(header)).not.toContain(name)
    header[name] = value
  }
  return header
}

/** What a GET would receive, checked against the announced length. */
function bodyOf(reply: Reply, file = FILE): Buffer {
  const body = Buffer.concat(
    reply.body.map((part) => (isRange(part) ? file.subarray(part.start, part.end + 1) : Buffer.from(part))),
  )
  expect(reply.lengthBytes ?? 0).toBe(body.length)
  return body
}

test.for<[rule: string, lastModifiedMs: number, sent: string | undefined]>([
  ['a time in the past is sent as it is', FACTS.lastModifiedMs, LAST_MODIFIED],
  ['a time in this second too', NOW, 'Mon, 15 Jun 2026 00:00:00 GMT'],
  ['a time in the future is that of the message, or just before', NOW + 1, 'Sun, 14 Jun 2026 23:59:59 GMT'],
  ['a year of five digits, too', Date.UTC(12_345, 0, 1), 'Sun, 14 Jun 2026 23:59:59 GMT'],
  ['a time that no date can name, too', 9e15, 'Sun, 14 Jun 2026 23:59:59 GMT'],
  ['a time before all dates is not sent', -9e15, undefined],
])('RFC 9110 §8.8.2.1: %s', ([, lastModifiedMs, sent]) => {
  for (const fields of [{}, { range: 'bytes=0-9' }]) {
    expect(headerOf(replyTo(fields, 'GET', { ...FACTS, lastModifiedMs }))['Last-Modified']).toBe(sent)
  }
})

test.for<[section: string, rule: string, fields: Partial<RequestFields>, method: string, status: number]>([
  ['§15.3.1', 'a plain GET gets 200', {}, 'GET', 200],
  ['§15.3.7', 'a range gets 206', { range: 'bytes=0-9' }, 'GET', 206],
  ['§14.2', 'HEAD ignores Range', { range: 'bytes=0-9' }, 'HEAD', 200],
  ['§14.2', 'HEAD ignores a Range that cannot be met', { range: 'bytes=5000-' }, 'HEAD', 200],
  ['§14.2', 'an unknown unit is ignored', { range: 'lines=0-9' }, 'GET', 200],
  ['§14.2', 'a malformed Range is ignored', { range: 'bytes=9-0' }, 'GET', 200],
  ['§15.5.17', 'a range behind the end gets 416', { range: 'bytes=1000-' }, 'GET', 416],
  ['§15.4.5', 'a matching If-None-Match gets 304', { ifNoneMatch: '"v1"' }, 'GET', 304],
  ['§15.4.5', '… also for HEAD', { ifNoneMatch: '"v1"' }, 'HEAD', 304],
  ['§15.4.5', 'an unmodified file gets 304', { ifModifiedSince: LAST_MODIFIED }, 'GET', 304],
  ['§15.5.13', 'a failed If-Match gets 412', { ifMatch: '"v2"' }, 'GET', 412],
  ['§15.5.13', '… also for HEAD', { ifMatch: '"v2"' }, 'HEAD', 412],
  ['§13.2.2', '304 comes before the range', { ifNoneMatch: '"v1"', range: 'bytes=0-9' }, 'GET', 304],
  ['§13.2.2', '304 comes before 416', { ifNoneMatch: '"v1"', range: 'bytes=1000-' }, 'GET', 304],
  ['§13.2.2', '412 comes before 416', { ifMatch: '"v2"', range: 'bytes=1000-' }, 'GET', 412],
  ['§13.2.2', '412 comes before 304', { ifMatch: '"v2"', ifNoneMatch: '"v1"' }, 'GET', 412],
  ['§13.1.5', 'a current If-Range gets the range', { ifRange: '"v1"', range: 'bytes=0-9' }, 'GET', 206],
  ['§13.1.5', 'an exact date as well', { ifRange: LAST_MODIFIED, range: 'bytes=0-9' }, 'GET', 206],
  ['§13.1.5', 'an old If-Range gets the whole file', { ifRange: '"v0"', range: 'bytes=0-9' }, 'GET', 200],
  ['§13.1.5', 'an old If-Range gets no 416', { ifRange: '"v0"', range: 'bytes=1000-' }, 'GET', 200],
  ['§13.1.5', 'a weak If-Range gets the whole file', { ifRange: 'W/"v1"', range: 'bytes=0-9' }, 'GET', 200],
  ['§13.1.5', 'If-Range without Range means nothing', { ifRange: '"v0"' }, 'GET', 200],
])('RFC 9110 %s: %s', ([, , fields, method, status]) => {
  expect(replyTo(fields, method).status).toBe(status)
})

test('the whole file comes with all that is known of it', () => {
  const reply = replyTo({})
  expect(headerOf(reply)).toEqual({
    'Content-Type': 'video/mp4',
    'Accept-Ranges': 'bytes',
    ETag: '"v1"',
    'Last-Modified': LAST_MODIFIED,
    'Cache-Control': 'no-cache',
    'Repr-Digest': `sha-256=:${createHash('sha256').update(FILE).digest('base64')}:`,
    Link: '</demo.mp4.meta4>; rel=describedby; type="application/metalink4+xml"',
  })
  expect(bodyOf(reply).equals(FILE)).toBe(true)
})

test('RFC 6249: the other nodes are told with each version that has a hash, and to each client as it sees them', () => {
  const own = { ...NODE_DEFAULTS, name: 'node1', host: '0.0.0.0', port: 8001, latencyMs: 0, root: '/a' }
  const other = { ...own, name: 'node2', port: 8002 }
  const linksFor = (host: string, facts: ReplicaFacts, fields: Partial<RequestFields> = {}): string[] => {
    const view = viewFrom([own, other], 'node1', host)
    const reply = replyWithReplica('GET', { hostLines: 1, ...fields }, facts, view, () => BOUNDARY, NOW)
    return reply.fields.flatMap((name, index) => (name === 'Link' ? [reply.fields[index + 1] ?? ''] : []))
  }
  const described = '</demo.mp4.meta4>; rel=describedby; type="application/metalink4+xml"'
  for (const host of ['10.0.0.7', '10.0.0.8', '10.0.0.7']) {
    const duplicate = `<http://${host}:8002/demo.mp4>; rel=duplicate; pri=1`
    expect(linksFor(host, FACTS)).toEqual([duplicate, described])
    expect(linksFor(host, FACTS, { range: 'bytes=0-9' })).toEqual([duplicate, described])
  }
  expect(linksFor('10.0.0.7', { ...FACTS, sha256: undefined })).toEqual([])
  expect(linksFor('10.0.0.7', FACTS, { ifNoneMatch: '"v1"' })).toEqual([])
})

test('RFC 9110 §9.3.2: HEAD is told what GET would be, length included', () => {
  const [get, head] = [replyTo({}), replyTo({ range: 'bytes=0-9' }, 'HEAD')]
  expect({ ...head, fields: headerOf(head) }).toEqual({ ...get, fields: headerOf(get) })
})

test('without a manifest that fits there is no digest', () => {
  expect(headerOf(replyTo({}, 'GET', { ...FACTS, sha256: undefined }))).not.toHaveProperty('Repr-Digest')
})

test('RFC 9110 §8.8.2.1: Last-Modified is the second that has begun', () => {
  const reply = replyTo({}, 'GET', { ...FACTS, lastModifiedMs: FACTS.lastModifiedMs + 999 })
  expect(headerOf(reply)['Last-Modified']).toBe(LAST_MODIFIED)
})

test.for<[range: string, start: number, end: number]>([
  ['bytes=0-0', 0, 0],
  ['bytes=0-', 0, SIZE - 1],
  ['bytes=-1', SIZE - 1, SIZE - 1],
  ['bytes=-5000', 0, SIZE - 1],
  ['bytes=995-5000', 995, SIZE - 1],
  ['bytes=123-456', 123, 456],
  ['bytes=123-200,150-456', 123, 456],
  ['bytes=123-456,5000-', 123, 456],
])('RFC 9110 §15.3.7.1: %s gets these bytes and says which', ([range, start, end]) => {
  const reply = replyTo({ range })
  expect(headerOf(reply)).toMatchObject({
    'Content-Type': 'video/mp4',
    'Content-Range': `bytes ${start}-${end}/${SIZE}`,
    ETag: '"v1"',
    'Cache-Control': 'no-cache',
  })
  expect(bodyOf(reply).toString()).toBe(FILE.subarray(start, end + 1).toString())
})

/** Reads multipart/byteranges as RFC 2046 §5.1.1 says, with none of our code. */
function readMultipart(body: Buffer, boundary: string): { header: Record<string, string>; bytes: string }[] {
  const [preamble, ...rest] = `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`)
  expect([preamble, rest.pop()]).toEqual(['', '--\r\n'])
  return rest.map((part) => {
    expect(part.startsWith('\r\n')).toBe(true)
    const divide = part.indexOf('\r\n\r\n')
    const lines = part.slice(2, divide).split('\r\n')
    const header = Object.fromEntries(lines.map((line) => line.split(': ') as [string, string]))
    return { header, bytes: part.slice(divide + 4) }
  })
}

test.for<[range: string, expected: [start: number, end: number][]]>([
  [
    'bytes=0-9,20-29',
    [
      [0, 9],
      [20, 29],
    ],
  ],
  [
    'bytes=-10,0-9',
    [
      [990, 999],
      [0, 9],
    ],
  ],
  [
    'bytes=0-0,5000-,-1,500-509',
    [
      [0, 0],
      [999, 999],
      [500, 509],
    ],
  ],
])('RFC 9110 §14.6: %s gets one part for each range', ([range, expected]) => {
  const reply = replyTo({ range })
  const header = headerOf(reply)
  expect(reply.status).toBe(206)
  expect(header).toMatchObject({ 'Content-Type': `multipart/byteranges; boundary=${BOUNDARY}`, ETag: '"v1"' })
  expect(header).not.toHaveProperty('Content-Range') // §15.3.7.2: only in the parts
  expect(readMultipart(bodyOf(reply), BOUNDARY)).toEqual(
    expected.map(([start, end]) => ({
      header: { 'Content-Type': 'video/mp4', 'Content-Range': `bytes ${start}-${end}/${SIZE}` },
      bytes: FILE.toString('latin1', start, end + 1),
    })),
  )
})

test('a boundary is made only where one is needed', () => {
  const refuse = (): string => {
    throw new Error('nothing has to be divided')
  }
  for (const range of [undefined, 'bytes=0-9', 'bytes=0-9,10-19', 'bytes=5000-']) {
    const fields = { hostLines: 1, ...(range === undefined ? {} : { range }) }
    expect(() => replyWithReplica('GET', fields, FACTS, VIEW, refuse, NOW)).not.toThrow()
  }
})

test('RFC 9110 §15.4.5: 304 has no body, and what a cache needs', () => {
  const reply = replyTo({ ifNoneMatch: '"v1"' })
  expect(headerOf(reply)).toEqual({ ETag: '"v1"', 'Cache-Control': 'no-cache' })
  expect([reply.body, reply.lengthBytes]).toEqual([[], undefined])
})

test('RFC 9110 §15.5.17: 416 tells the size of the file', () => {
  const reply = replyTo({ range: 'bytes=1000-1999' })
  expect(headerOf(reply)).toMatchObject({ 'Content-Range': `bytes */${SIZE}` })
  expect(bodyOf(reply).toString()).toMatch(/^416 Range Not Satisfiable: .+\n$/)
})

test.for([
  'bytes=0-',
  'bytes=-1',
  'bytes=5-',
  undefined,
])('an empty file is answered in whole (%s)', (range) => {
  const facts = { ...FACTS, sizeBytes: 0 }
  const reply = replyTo(range === undefined ? {} : { range }, 'GET', facts)
  expect([reply.status, reply.body, reply.lengthBytes]).toEqual([200, [], 0])
})

test.for<[name: string, policy: boolean]>([
  ['page.html', true],
  ['drawing.svg', true],
  ['script.js', true],
  ['notes', true],
  ['talk.mp4', false],
  ['song.mp3', false],
])('a browser runs nothing of %s', ([name, hasPolicy]) => {
  for (const fields of [{}, { range: 'bytes=0-9' }, { range: 'bytes=0-9,20-29' }]) {
    const header = headerOf(replyTo(fields, 'GET', { ...FACTS, name }))
    expect(header['Content-Security-Policy']).toBe(hasPolicy ? "default-src 'none'; sandbox" : undefined)
  }
})

test.for<Refusal>([400, 404, 405, 408, 412, 416, 421, 431, 500, 503])('%i is one line of text', (status) => {
  const reply = replyWithRefusal(status, ['X-More', 'yes'])
  expect(reply.status).toBe(status)
  expect(headerOf(reply)).toEqual({
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-More': 'yes',
  })
  const text = bodyOf(reply).toString()
  expect(text.startsWith(`${status} ${STATUS_CODES[status]}: `)).toBe(true)
  expect(text.split('\n')).toEqual([expect.stringMatching(/^[ -~]+$/), ''])
})

test('a refusal repeats nothing that the client sent', () => {
  const sent = { range: 'bytes=77777-', ifMatch: '"secret"', origin: 'http://evil.example' }
  for (const fields of [sent, { range: sent.range }]) {
    const reply = replyTo(fields, 'GET', { ...FACTS, name: 'secret.mp4' })
    expect(bodyOf(reply).toString()).not.toMatch(/77777|secret|evil/)
  }
})

test('the length of a page is counted in bytes', () => {
  const reply = replyWithContent('text/html', '<p>é 🎬</p>', ['Cache-Control', 'no-store'])
  expect(headerOf(reply)).toEqual({ 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' })
  expect(bodyOf(reply).toString()).toBe('<p>é 🎬</p>')
})

test('RFC 9110 §9.3.7: OPTIONS is told the methods, without content', () => {
  const reply = replyToOptions(['X-More', 'yes'])
  expect([reply.status, reply.body, reply.lengthBytes]).toEqual([204, [], undefined])
  expect(headerOf(reply)).toEqual({ Allow: 'GET, HEAD, OPTIONS', 'X-More': 'yes' })
})

test('the fields of one reply can grow without touching the next', () => {
  const before = headerOf(replyTo({}))
  replyTo({}).fields.push('Content-Length', '1')
  expect(headerOf(replyTo({}))).toEqual(before)
})
