/** Our `fetch` against servers that do all that servers do, and what they should not. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { httpFetch } from '../../src/http-client/http-fetch.ts'
import { readBounded, readBoundedJson } from '../../src/swarm/read-bounded.js'
import { freePorts, listen, until } from '../helpers/command.ts'
import { randomBytesOf } from '../helpers/random.ts'

const MiB = 2 ** 20

/** A server for one test. */
interface TestServer {
  readonly url: string
  readonly server: Server
  /** of every connection that was ever made, those that are closed too */
  readonly sockets: readonly Socket[]
  readonly requests: readonly IncomingMessage[]
}

async function serve(answer: RequestListener): Promise<TestServer> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answer(request, response)
  })
  return { ...(await start(server)), server, requests }
}

/** A server that speaks in bytes: `answer` is called for each request head. */
const serveRaw = (answer: (socket: Socket) => void): Promise<Pick<TestServer, 'url' | 'sockets'>> =>
  start(createTcpServer((socket) => void socket.on('data', () => answer(socket))))

async function start<T extends Server | TcpServer>(server: T) {
  const sockets: Socket[] = []
  server.on('connection', (socket: Socket) => {
    sockets.push(socket)
    socket.on('error', () => {}) // a client that hangs up is no fault of the test
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: `http://127.0.0.1:${await listen(server as Server)}`, sockets }
}

async function readAll(response: Awaited<ReturnType<typeof httpFetch>>): Promise<Buffer> {
  return Buffer.from(await readBounded(response, Number.MAX_SAFE_INTEGER))
}

/** An error that may have one of the system's as its cause. */
type Failed = Error & { readonly cause?: { readonly code?: string } }

/** What a promise is rejected with. @throws Error when it is not */
async function rejection(promise: Promise<unknown>): Promise<Failed> {
  const value = await promise.then(
    () => undefined,
    (error: Failed) => error,
  )
  if (value === undefined) throw new Error('It was not rejected')
  return value
}

/** Sends the head of a body, and of the body only what it is given. */
function begin(response: ServerResponse, lengthBytes: number, body: Uint8Array | string): void {
  response.writeHead(200, { 'Content-Length': lengthBytes })
  response.write(body)
}

describe('an answer', () => {
  test('has its status and its headers, by any case of their names', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(206, { 'Content-Range': 'bytes 0-2/9' })
      response.end('abc')
    })
    const { status, ok, headers } = await httpFetch(url, {})
    expect([status, ok]).toEqual([206, true])
    expect(headers.get('content-RANGE')).toBe('bytes 0-2/9')
    expect(headers.get('ETag')).toBeNull()
  })

  test.for([
    [200, true],
    [204, true],
    [304, false],
    [404, false],
    [503, false],
  ] as const)('of %d is ok: %s', async ([code, isOk]) => {
    const { url } = await serve((_, response) => void response.writeHead(code).end())
    const response = await httpFetch(url, {})
    expect([response.status, response.ok]).toEqual([code, isOk])
    expect((await readAll(response)).length).toBe(0)
  })

  test('of many pieces is the same bytes in the same order', async () => {
    const content = randomBytesOf(3 * MiB + 7, 1)
    const { url } = await serve((_, response) => void response.end(content))
    expect((await readAll(await httpFetch(url, {}))).equals(content)).toBe(true)
  })

  test('comes piece by piece, while the rest is not sent yet', async () => {
    const sent: ServerResponse[] = []
    const { url } = await serve((_, response) => {
      begin(response, 6, 'abc')
      sent.push(response)
    })
    const reader = (await httpFetch(url, {})).body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('abc')
    sent[0]?.end('def')
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('def')
    expect(await reader?.read()).toEqual({ done: true, value: undefined })
    expect(await reader?.read()).toEqual({ done: true, value: undefined })
  })

  test('that has no length ends with its connection', async () => {
    const { url } = await serveRaw((socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\nall of it'))
    expect((await readAll(await httpFetch(url, {}))).toString()).toBe('all of it')
  })

  test('is read as JSON, and what is none is refused', async () => {
    const { url } = await serve(
      ({ url }, response) => void response.end(url === '/good' ? '{"name":"é"}' : '{'),
    )
    const read = async (path: string) => readBoundedJson(await httpFetch(url + path, {}), 100)
    expect(await read('/good')).toEqual({ name: 'é' })
    expect(await rejection(read('/bad'))).toBeInstanceOf(SyntaxError)
  })

  test('to HEAD is its head alone', async () => {
    const { url, requests } = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': 1000 }).end()
    })
    const response = await httpFetch(url, { method: 'HEAD' })
    expect(requests[0]?.method).toBe('HEAD')
    expect(response.headers.get('Content-Length')).toBe('1000')
    expect((await readAll(response)).length).toBe(0)
  })
})

test('a request has the headers that it was given', async () => {
  const { url, requests } = await serve((_, response) => void response.end())
  await readAll(await httpFetch(`${url}/a%20b`, { headers: { Range: 'bytes=1-2' } }))
  expect(requests[0]?.headers.range).toBe('bytes=1-2')
  expect(requests[0]?.url).toBe('/a%20b')
})

describe('a body that nobody reads', () => {
  test('is not taken from the network, and all there when it is read', async () => {
    const content = randomBytesOf(32 * MiB, 2)
    let hasLeft = false
    const { url } = await serve((_, response) => {
      response.end(content, () => {
        hasLeft = true
      })
    })
    const response = await httpFetch(url, {})
    const reader = response.body?.getReader()
    const pieces = [(await reader?.read())?.value ?? new Uint8Array()]
    await delay(300) // long enough for all of it, on loopback
    expect(hasLeft).toBe(false)
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read())
      pieces.push(next.value)
    expect(Buffer.concat(pieces).equals(content)).toBe(true)
    await until('all of it has left', () => hasLeft)
  })

  test('is no hurry for the other requests to that server', async () => {
    const { url } = await serve(
      ({ url }, response) => void response.end(url === '/big' ? Buffer.alloc(32 * MiB) : 'x'),
    )
    const big = await httpFetch(`${url}/big`, {})
    expect((await readAll(await httpFetch(`${url}/small`, {}))).toString()).toBe('x')
    await big.body?.cancel()
  })
})

describe('what goes wrong', () => {
  test('nobody listens: a TypeError that says so in its cause', async () => {
    const [port] = await freePorts(1)
    const error = await rejection(httpFetch(`http://127.0.0.1:${port}/`, {}))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.cause?.code).toBe('ECONNREFUSED')
  })

  test.for<[what: string, answer: string]>([
    ['no HTTP at all', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['the end of the connection in place of a head', ''],
    ['half a head', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ])('%s: a TypeError', async ([, answer]) => {
    const { url } = await serveRaw((socket) => void socket.end(answer))
    expect(await rejection(httpFetch(url, {}))).toBeInstanceOf(TypeError)
  })

  test.for<[how: string, cut: (socket: Socket | null) => void]>([
    ['closed', (socket) => socket?.destroy()],
    ['reset', (socket) => socket?.resetAndDestroy()],
  ])('a connection %s in the middle of the body: what came, then a TypeError', async ([, cut]) => {
    const { url } = await serve((_, response) => {
      begin(response, 10, 'abc')
      setTimeout(() => cut(response.socket), 50)
    })
    const reader = (await httpFetch(url, {})).body?.getReader()
    expect((await reader?.read())?.value).toHaveLength(3)
    const error = await rejection(reader?.read() ?? Promise.resolve())
    expect(error).toBeInstanceOf(TypeError)
    expect(error.cause?.code).toBe('ECONNRESET')
    expect(await rejection(reader?.read() ?? Promise.resolve())).toBeInstanceOf(TypeError)
  })

  test('a cut body is none', async () => {
    const { url } = await serve((_, response) => {
      begin(response, 10, '{}')
      setTimeout(() => response.destroy(), 20)
    })
    expect(await rejection(readAll(await httpFetch(url, {})))).toBeInstanceOf(TypeError)
  })

  test('a URL that is none, or of another kind', async () => {
    for (const url of ['nonsense', 'ftp://127.0.0.1/a'])
      expect(await rejection(httpFetch(url, {}))).toBeInstanceOf(TypeError)
  })
})

describe('an abort', () => {
  const reason = new Error('enough')

  test('before the request: nothing is asked', async () => {
    const { url, requests } = await serve((_, response) => void response.end())
    expect(await rejection(httpFetch(url, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(requests).toHaveLength(0)
  })

  test('while the head is awaited: its reason, and the connection is closed', async () => {
    const { url, sockets, requests } = await serve(() => {})
    const abort = new AbortController()
    const asked = rejection(httpFetch(url, { signal: abort.signal }))
    await until('it is asked', () => requests.length === 1)
    abort.abort(reason)
    expect(await asked).toBe(reason)
    await until('the connection is closed', () => sockets.every(({ destroyed }) => destroyed))
  })

  test('while the body comes: the read that waits is rejected, and the connection is closed', async () => {
    const { url, sockets } = await serve((_, response) => begin(response, 10, 'abc'))
    const abort = new AbortController()
    const reader = (await httpFetch(url, { signal: abort.signal })).body?.getReader()
    await reader?.read()
    const read = rejection(reader?.read() ?? Promise.resolve())
    abort.abort(reason)
    await read
    await until('the connection is closed', () => sockets.every(({ destroyed }) => destroyed))
  })

  test('of one that waits behind many others that hang is heard at once', async () => {
    const { url } = await serve(() => {})
    const others = new AbortController()
    const hanging = Array.from({ length: 12 }, () => rejection(httpFetch(url, { signal: others.signal })))
    const abort = new AbortController()
    const asked = rejection(httpFetch(url, { signal: abort.signal }))
    await delay(50)
    abort.abort(reason)
    expect(await Promise.race([asked, delay(2000, 'nothing')])).toBe(reason)
    others.abort(reason)
    await Promise.all(hanging)
  })

  test('may be that of many requests at once, and nobody is warned of a leak', async () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error): void => void warnings.push(warning)
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    const { url, sockets } = await serve(() => {})
    const abort = new AbortController()
    const asked = Array.from({ length: 20 }, () => rejection(httpFetch(url, { signal: abort.signal })))
    await until('all are asked', () => sockets.length === 20)
    abort.abort(reason)
    expect(new Set(await Promise.all(asked))).toEqual(new Set([reason]))
    expect(warnings).toEqual([])
  })

  test('after the end changes nothing', async () => {
    const { url } = await serve((_, response) => void response.end('abc'))
    const abort = new AbortController()
    const response = await httpFetch(url, { signal: abort.signal })
    expect((await readAll(response)).toString()).toBe('abc')
    abort.abort(reason)
    await delay(20)
  })
})

test('cancel closes the connection, whatever was still to come', async () => {
  const { url, sockets } = await serve((_, response) => begin(response, 32 * MiB, Buffer.alloc(MiB)))
  const response = await httpFetch(url, {})
  await response.body?.cancel()
  await until('the connection is closed', () => sockets.every(({ destroyed }) => destroyed))
})

describe('a redirect', () => {
  test.for([301, 302, 303, 307, 308])('of %d is followed with the same headers', async (code) => {
    const { url, requests } = await serve((request, response) => {
      if (request.url === '/b') response.end('here it is')
      else response.writeHead(code, { Location: '/b' }).end('moved')
    })
    const response = await httpFetch(`${url}/a`, { headers: { Range: 'bytes=0-9' } })
    expect((await readAll(response)).toString()).toBe('here it is')
    expect(requests[1]?.headers.range).toBe('bytes=0-9')
  })

  test.for([
    301, 302, 303, 307, 308,
  ])('of %d to another server is told, and nobody asked there', async (code) => {
    const there = await serve((_, response) => void response.end('somebody else says'))
    const { url } = await serve((_, response) => {
      response.writeHead(code, { Location: `${there.url}/b` }).end('moved')
    })
    const response = await httpFetch(`${url}/a`, {})
    expect(response.status).toBe(code)
    expect((await readAll(response)).toString()).toBe('moved')
    expect(there.requests).toHaveLength(0)
  })

  test('with an endless body is followed all the same', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/b') return void response.end('here it is')
      response.writeHead(302, { Location: '/b' })
      const send = (): void => {
        while (response.write(Buffer.alloc(64 * 1024)));
      }
      response.on('drain', send)
      send()
    })
    expect((await readAll(await httpFetch(`${url}/a`, {}))).toString()).toBe('here it is')
  })

  test.for([
    ['/other/b', '/other/b'],
    ['b', '/folder/b'],
    ['?v=2', '/folder/a?v=2'],
    ['../b', '/b'],
  ] as const)('to %s is to %s', async ([location, expected]) => {
    const { url } = await serve((request, response) => {
      if (request.url === '/folder/a') response.writeHead(302, { Location: location }).end()
      else response.end(request.url)
    })
    expect((await readAll(await httpFetch(`${url}/folder/a`, {}))).toString()).toBe(expected)
  })

  test('that goes round and round is followed five times, and then told', async () => {
    const { url, requests } = await serve(
      (_, response) => void response.writeHead(302, { Location: '/' }).end(),
    )
    const { status, ok } = await httpFetch(url, {})
    expect([status, ok]).toEqual([302, false])
    expect(requests).toHaveLength(6)
  })

  test('of five steps arrives', async () => {
    const { url } = await serve((request, response) => {
      const step = Number(request.url?.slice(1))
      if (step === 5) response.end('there')
      else response.writeHead(302, { Location: `/${step + 1}` }).end()
    })
    expect((await readAll(await httpFetch(`${url}/0`, {}))).toString()).toBe('there')
  })

  test('to nowhere, or to a bad address, is told as it is', async () => {
    const { url } = await serve((request, response) => {
      response.writeHead(302, request.url === '/bad' ? { Location: 'http://:99999/' } : {}).end()
    })
    expect((await httpFetch(url, {})).status).toBe(302)
    expect((await httpFetch(`${url}/bad`, {})).status).toBe(302)
  })
})

describe('a connection', () => {
  test('is used again', async () => {
    const { url, sockets } = await serve((_, response) => void response.end('x'))
    for (let request = 0; request < 5; request++) {
      await readAll(await httpFetch(url, {}))
      await delay(1) // it is free again in the next turn
    }
    expect(sockets).toHaveLength(1)
  })

  test.for<[how: string, close: (socket: Socket) => void]>([
    ['closed', (socket) => socket.end()],
    ['reset', (socket) => socket.resetAndDestroy()],
  ])('that the server has %s as the next request came is no failure', async ([, close]) => {
    let requests = 0
    const { url, sockets } = await serveRaw((socket) => {
      requests++
      if (requests === 2)
        close(socket) // unanswered, as when an idle connection is closed at that moment
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx')
    })
    await readAll(await httpFetch(url, {}))
    await delay(1)
    expect((await readAll(await httpFetch(url, {}))).toString()).toBe('x')
    expect([requests, sockets.length]).toEqual([3, 2])
  })

  test('that is new and closed without an answer is a failure, and nothing is asked twice', async () => {
    let requests = 0
    const { url } = await serveRaw((socket) => {
      requests++
      socket.destroy()
    })
    const error = await rejection(httpFetch(url, {}))
    expect(error.cause?.code).toBe('ECONNRESET')
    expect(requests).toBe(1)
  })

  test('that is used again and reset in the middle of a body is not asked again', async () => {
    let requests = 0
    const { url } = await serveRaw((socket) => {
      requests++
      if (requests === 2) {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc')
        setTimeout(() => socket.resetAndDestroy(), 50)
      } else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx')
    })
    await readAll(await httpFetch(url, {}))
    await delay(1)
    const response = await httpFetch(url, {})
    expect(await rejection(readAll(response))).toBeInstanceOf(TypeError)
    await delay(100)
    expect(requests).toBe(2)
  })
})
