/** What a node does with requests that are odd, wrong or hostile as HTTP: it answers once, and lives on. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import {
  exchangeRaw,
  exchangeUntilClosed,
  field,
  fieldLines,
  getHead,
  parseReplies,
  RawConnection,
  request,
} from '../helpers/http.ts'
import { startTestNode, type TestNode } from '../helpers/node.ts'
import { numberedRecords, writeReplica } from '../helpers/storage.ts'

const RECORDS = numberedRecords(100)
const TEXT = RECORDS.toString()
const LARGE = numberedRecords(200_000)
const HOST = 'Host: 127.0.0.1'
const NOTHING_ALLOWED = '405 Method Not Allowed: a node answers GET, HEAD and OPTIONS\n'

async function startWithVideo(latencyMs = 0): Promise<TestNode> {
  const node = await startTestNode({ latencyMs })
  writeReplica(node.root, 'demo.mp4', RECORDS)
  writeReplica(node.root, 'large.mp4', LARGE)
  return node
}

async function expectAlive(node: TestNode): Promise<void> {
  expect(await request(node, '/health')).toMatchObject({ status: 200 })
}

describe('a method', () => {
  test.for([
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'TRACE',
    'PROPFIND',
    'PURGE',
    'CONNECT',
    'BREW', // what the parser of Node.js does not know
    'get', // methods have a case, RFC 9110 §9.1
    'GETT',
    'X-y_z',
  ])('that a node does not have gets 405 and the ones it has: %s (RFC 9110 §15.5.6)', async (method) => {
    const node = await startWithVideo()
    const target = method === 'CONNECT' ? 'evil.example:443' : '/demo.mp4'
    const replies = await exchangeUntilClosed(node, `${method} ${target} HTTP/1.1\r\n${HOST}\r\n\r\n`)
    expect(replies).toHaveLength(1)
    for (const reply of replies) {
      expect([reply.status, reply.text]).toEqual([405, NOTHING_ALLOWED])
      expect(field(reply, 'Allow')).toBe('GET, HEAD, OPTIONS')
      expect(field(reply, 'Connection')).toBe('close')
    }
    await expectAlive(node)
  })

  test.for([
    '/',
    '/health',
    '/demo.mp4',
    '/other.mp4',
    '/_/videos',
    '/_/scenarios',
  ])('is refused whatever the path: POST %s', async (target) => {
    const node = await startWithVideo()
    expect(await request(node, target, { method: 'POST' })).toMatchObject({ status: 405 })
  })

  test.for([
    '*',
    '/demo.mp4',
    '/other.mp4',
    '/',
  ])('OPTIONS %s says which there are (RFC 9110 §9.3.7)', async (target) => {
    const node = await startWithVideo()
    const reply = await exchangeRaw(node, `OPTIONS ${target} HTTP/1.1\r\n${HOST}\r\n\r\n`, 'OPTIONS')
    expect([reply.status, field(reply, 'Allow')]).toEqual([204, 'GET, HEAD, OPTIONS'])
  })

  test('other than OPTIONS has no use for * (RFC 9112 §3.2.4)', async () => {
    const node = await startWithVideo()
    expect(await exchangeRaw(node, getHead('*'))).toMatchObject({ status: 400 })
  })
})

describe('a body', () => {
  /** What would be answered if a body were read as a request. */
  const SMUGGLED = getHead('/demo.mp4')

  test.for<[what: string, head: string, body: string, status: number]>([
    ['of a GET', `GET /health HTTP/1.1\r\n${HOST}\r\nContent-Length: ${SMUGGLED.length}`, SMUGGLED, 200],
    ['of a HEAD', `HEAD /health HTTP/1.1\r\n${HOST}\r\nContent-Length: ${SMUGGLED.length}`, SMUGGLED, 200],
    ['of a POST', `POST /health HTTP/1.1\r\n${HOST}\r\nContent-Length: ${SMUGGLED.length}`, SMUGGLED, 405],
    [
      'in chunks of a GET',
      `GET /health HTTP/1.1\r\n${HOST}\r\nTransfer-Encoding: chunked`,
      `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`,
      200,
    ],
    [
      'of a GET, of which half is sent',
      `GET /health HTTP/1.1\r\n${HOST}\r\nContent-Length: 9999`,
      SMUGGLED,
      200,
    ],
    ['of a GET, announced and not sent', `GET /health HTTP/1.1\r\n${HOST}\r\nContent-Length: 9999`, '', 200],
    [
      'of a GET, with another request behind it',
      `GET /health HTTP/1.1\r\n${HOST}\r\nContent-Length: 5`,
      `12345${SMUGGLED}`,
      200,
    ],
    [
      'that is offered first',
      `GET /health HTTP/1.1\r\n${HOST}\r\nExpect: 100-continue\r\nContent-Length: 9`,
      '',
      200,
    ],
    [
      'of a POST that is offered first',
      `POST / HTTP/1.1\r\n${HOST}\r\nExpect: 100-continue\r\nContent-Length: 9`,
      '',
      405,
    ],
  ])('%s is never read as a request: one answer, then the connection ends', async ([
    ,
    head,
    body,
    status,
  ]) => {
    const node = await startWithVideo()
    const method = head.split(' ')[0] ?? ''
    const replies = await exchangeUntilClosed(node, `${head}\r\n\r\n${body}`, [method])
    expect(replies.map((reply) => reply.status)).toEqual([status])
    expect(replies.map((reply) => field(reply, 'Connection'))).toEqual(['close'])
    await expectAlive(node)
  })

  test('that comes late, behind the answer, is no request either', async () => {
    const node = await startWithVideo()
    const connection = await RawConnection.open(node)
    connection.send(`GET /health HTTP/1.1\r\n${HOST}\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n`)
    await connection.replies(1)
    connection.send(SMUGGLED)
    expect(parseReplies(await connection.untilClosed())).toHaveLength(1)
  })

  test('of no bytes leaves the connection open', async () => {
    const node = await startWithVideo()
    const connection = await RawConnection.open(node)
    connection.send(getHead('/health', 'Content-Length: 0') + getHead('/demo.mp4'))
    const replies = await connection.replies(2)
    expect(replies.map(({ status }) => status)).toEqual([200, 200])
    expect(replies[1]?.text).toBe(TEXT)
  })

  test('of many megabytes is not read: the answer is there before it', async () => {
    const node = await startWithVideo()
    const connection = await RawConnection.open(node)
    connection.send(`PUT /demo.mp4 HTTP/1.1\r\n${HOST}\r\nContent-Length: 99999999999\r\n\r\n`)
    connection.send(Buffer.alloc(64 * 1024 * 1024))
    await connection.until(() => connection.receivedBytes > 0)
    expect(parseReplies(connection.received).map(({ status }) => status)).toEqual([405])
    await expectAlive(node)
  })
})

describe('Expect', () => {
  test.for([
    '100-continue',
    '200-ok',
    '',
  ])('%s of a request without a body changes nothing', async (value) => {
    const node = await startWithVideo()
    const reply = await exchangeRaw(node, getHead('/demo.mp4', `Expect: ${value}`))
    expect(reply).toMatchObject({ status: 200, text: TEXT }) // no 100 before it
  })
})

describe('requests behind each other on one connection', () => {
  const targets = ['/demo.mp4', '/other.mp4', '/large.mp4', '/health', '/%', '/demo.mp4']

  test.for([
    0, 30,
  ])('are all answered, in their order, at a latency of %i ms (RFC 9112 §9.3.2)', async (latencyMs) => {
    const node = await startWithVideo(latencyMs)
    const connection = await RawConnection.open(node)
    connection.send(targets.map((target) => getHead(target)).join(''))
    const replies = await connection.replies(targets.length)
    expect(replies.map(({ status }) => status)).toEqual([200, 404, 200, 200, 400, 200])
    expect(replies[0]?.text).toBe(TEXT)
    expect(replies[2]?.body.equals(LARGE)).toBe(true)
    expect(replies[5]?.text).toBe(TEXT)
  })

  test('may come a byte at a time', async () => {
    const node = await startWithVideo()
    const connection = await RawConnection.open(node)
    for (const byte of getHead('/demo.mp4', 'Range: bytes=10-19') + getHead('/demo.mp4')) {
      connection.send(byte)
      await new Promise(setImmediate)
    }
    const replies = await connection.replies(2)
    expect(replies.map(({ text }) => text)).toEqual([TEXT.slice(10, 20), TEXT])
  })

  test('end with the one that says so (RFC 9112 §9.6)', async () => {
    const node = await startWithVideo()
    const replies = await exchangeUntilClosed(
      node,
      getHead('/demo.mp4', 'Connection: close') + getHead('/health'),
    )
    expect(replies.map(({ text }) => text)).toEqual([TEXT])
  })

  test('end with one of HTTP/1.0 (RFC 9112 §9.3)', async () => {
    const node = await startWithVideo()
    const replies = await exchangeUntilClosed(node, 'GET /demo.mp4 HTTP/1.0\r\n\r\n')
    expect(replies).toMatchObject([{ status: 200, text: TEXT }])
  })

  test('end quietly when the client resets a connection that asked for a tunnel', async () => {
    const node = await startWithVideo(30)
    const socket = connect(node.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(`${getHead('/large.mp4')}CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n\r\n`)
    await once(socket, 'data')
    socket.resetAndDestroy()
    await expect.poll(() => node.records.length).toBe(1)
    await expectAlive(node)
  })

  test.for<[what: string, next: string]>([
    ['CONNECT', `CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n\r\n`],
    ['an unknown method', `BREW / HTTP/1.1\r\n${HOST}\r\n\r\n`],
    ['garbage', '\x01\x02\x03\r\n\r\n'],
    ['a header that is too large', getHead('/', `X: ${'x'.repeat(20_000)}`)],
    ['a POST', `POST / HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ])('keep their answers when %s follows: none is taken for another', async ([, next]) => {
    const node = await startWithVideo(30)
    const connection = await RawConnection.open(node)
    connection.send(getHead('/large.mp4') + next)
    const [first, ...others] = parseReplies(await connection.untilClosed())
    // The connection may be cut before the first answer, but nothing else may stand in its place.
    if (first !== undefined) {
      expect(first.status).toBe(200)
      expect(LARGE.subarray(0, first.body.length).equals(first.body)).toBe(true)
    }
    for (const other of others) expect(other.status).toBeGreaterThanOrEqual(400)
    await expectAlive(node)
  })

  test('that arrive behind a full answer keep theirs too: CONNECT', async () => {
    const node = await startWithVideo()
    const connection = await RawConnection.open(node)
    connection.send(getHead('/demo.mp4'))
    await connection.replies(1)
    connection.send(`CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n\r\n`)
    const replies = parseReplies(await connection.untilClosed())
    expect(replies.map(({ status }) => status)).toEqual([200, 405])
  })
})

describe('what is no request', () => {
  test.for<[what: string, bytes: string, status: number]>([
    ['garbage', '\x00\x01\x02\xff\xfe\r\n\r\n', 400],
    ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['a line without a version', 'GET /health\r\n\r\n', 400],
    ['a version that there is not', `GET /health HTTP/1.9\r\n${HOST}\r\n\r\n`, 400],
    ['a beginning of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['a space in the target', `GET /a b HTTP/1.1\r\n${HOST}\r\n\r\n`, 400],
    ['a line without a colon', `GET / HTTP/1.1\r\n${HOST}\r\nno field\r\n\r\n`, 400],
    ['a space before the colon (RFC 9112 §5.1)', `GET / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n`, 400],
    ['a line that starts with a space (RFC 9112 §2.2)', `GET / HTTP/1.1\r\n ${HOST}\r\n\r\n`, 400],
    ['NUL in a value (RFC 9110 §5.5)', `GET / HTTP/1.1\r\n${HOST}\r\nX: a\0b\r\n\r\n`, 400],
    ['a carriage return in a value (RFC 9112 §2.2)', `GET / HTTP/1.1\r\n${HOST}\r\nX: a\rb\r\n\r\n`, 400],
    ['an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 400],
    ['a header of 20 kB', getHead('/', `X: ${'x'.repeat(20_000)}`), 431],
    [
      'many fields of 20 kB together',
      getHead('/', ...Array.from({ length: 200 }, (_, i) => `X${i}: ${'x'.repeat(100)}`)),
      431,
    ],
    ['a target of 20 kB', getHead(`/${'x'.repeat(20_000)}`), 431],
  ])('%s, gets one answer and the end of the connection (RFC 9112 §2.2)', async ([, bytes, status]) => {
    const node = await startWithVideo()
    const replies = await exchangeUntilClosed(node, bytes)
    expect(replies.map((reply) => [reply.status, field(reply, 'Connection')])).toEqual([[status, 'close']])
    expect(replies[0]?.text).toMatch(new RegExp(`^${status} [A-Za-z ]+: [a-z ]+\n$`))
    await expectAlive(node)
  })

  test('because it never ends, ends when the client hangs up', async () => {
    const node = await startWithVideo()
    for (const bytes of ['', 'G', 'GET /', 'GET / HTTP/1.1\r\n', `GET / HTTP/1.1\r\n${HOST}\r\n`]) {
      const connection = await RawConnection.open(node)
      connection.send(bytes)
      await new Promise(setImmediate)
      connection.hangUp()
    }
    await expectAlive(node)
  })
})

test('a request line of HTTP/2.0 gets 505 (RFC 9110 §15.6.6)', async () => {
  const node = await startWithVideo()
  const lines = ['GET /health HTTP/2.0', HOST, 'Connection: close', '', '']
  const [reply] = await exchangeUntilClosed(node, lines.join('\r\n'))
  expect(reply?.status).toBe(505)
})

describe('a message whose length two readers could see differently (threat 29)', () => {
  const SMUGGLED = getHead('/demo.mp4')
  test.for<[what: string, lines: string[], body: string]>([
    [
      'Content-Length and Transfer-Encoding',
      ['Content-Length: 6', 'Transfer-Encoding: chunked'],
      '0\r\n\r\nX',
    ],
    [
      'Transfer-Encoding and Content-Length',
      ['Transfer-Encoding: chunked', 'Content-Length: 6'],
      '0\r\n\r\nX',
    ],
    ['two lengths', ['Content-Length: 0', 'Content-Length: 5'], '12345'],
    ['a list of lengths', ['Content-Length: 0, 5'], '12345'],
    ['a signed length', ['Content-Length: +5'], '12345'],
    ['a negative length', ['Content-Length: -1'], ''],
    ['a length in hexadecimal', ['Content-Length: 0x5'], '12345'],
    ['a length beyond all numbers', [`Content-Length: ${'9'.repeat(30)}`], ''],
    ['a coding that is unknown', ['Transfer-Encoding: gzip'], ''],
    ['a coding behind chunked', ['Transfer-Encoding: chunked, gzip'], '0\r\n\r\n'],
    ['chunked that is not', ['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
    ['two codings in two lines', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], '0\r\n\r\n'],
    ['a space before the colon', ['Transfer-Encoding : chunked'], '0\r\n\r\n'],
  ])('is refused: %s (RFC 9112 §6.3)', async ([, lines, body]) => {
    for (const method of ['GET', 'POST']) {
      const node = await startWithVideo()
      const head = `${method} /health HTTP/1.1\r\n${[HOST, ...lines].join('\r\n')}\r\n\r\n`
      const replies = await exchangeUntilClosed(node, head + body + SMUGGLED)
      expect([method, ...replies.map(({ status }) => status)]).toEqual([method, 400])
      await expectAlive(node)
    }
  })

  test.for<[what: string, chunks: string]>([
    ['a chunk size that is none', 'zz\r\n'],
    ['a chunk size beyond all numbers', `${'f'.repeat(40)}\r\n`],
    ['a chunk that is longer than it says', '1\r\n12\r\n'],
    ['an extension that never ends', `1;${'x'.repeat(100_000)}`],
  ])('is cut off: %s', async ([, chunks]) => {
    const node = await startWithVideo()
    const connection = await RawConnection.open(node)
    connection.send(
      `GET /health HTTP/1.1\r\n${HOST}\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}${SMUGGLED}`,
    )
    const replies = parseReplies(await connection.untilClosed())
    expect(replies.length).toBeLessThanOrEqual(1)
    expect(replies.filter(({ text }) => text === TEXT)).toEqual([])
    await expectAlive(node)
  })
})

describe('a field', () => {
  test.for([
    '__proto__: x',
    'constructor: x',
    'toString: x',
    'hasOwnProperty: x',
    'X-Empty:',
    'Upgrade: websocket',
    'Upgrade: h2c',
    'Connection: upgrade',
    'Connection: keep-alive, , x',
    'Keep-Alive: timeout=-1',
    'Referer: \xff\xfe',
    'Accept-Encoding: gzip, br',
    'Accept: text/html;q=1',
    'Range-Unit: bytes',
    'Cookie: __proto__=1',
  ])('that a node has no use for changes nothing: %s (threat 13)', async (line) => {
    const node = await startWithVideo()
    const lines = [line, 'Range: bytes=10-19', ...(line.startsWith('Upgrade') ? ['Connection: upgrade'] : [])]
    const reply = await exchangeRaw(node, getHead('/demo.mp4', ...lines))
    expect(reply).toMatchObject({ status: 206, text: TEXT.slice(10, 20) })
    expect(fieldLines(reply, 'Content-Encoding')).toEqual([])
  })

  test('may be there in hundreds', async () => {
    const node = await startWithVideo()
    const many = Array.from({ length: 500 }, (_, index) => `x${index}: y`)
    const reply = await exchangeRaw(node, getHead('/demo.mp4', ...many, 'Range: bytes=10-19'))
    expect(reply).toMatchObject({ status: 206, text: TEXT.slice(10, 20) })
  })
})
