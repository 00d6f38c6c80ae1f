/** What a node holds on to, and for how long: descriptors, memory, connections, and the wait before a reply. */
import { readdirSync, readlinkSync, truncateSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { startNode } from '../../src/node/server.ts'
import { NODE_DEFAULTS } from '../../src/node-list.ts'
import { commandLine, RunningCommand } from '../helpers/command.ts'
import { exchangeRaw, field, getHead, parseReplies, RawConnection, request } from '../helpers/http.ts'
import { startTestNode, type TestNode } from '../helpers/node.ts'
import {
  numberedRecords,
  temporaryFolder,
  writeReplica,
  writeReplicaWithManifest,
} from '../helpers/storage.ts'

const isLinux = process.platform === 'linux'
const MIB = 1024 * 1024
const RECORDS = numberedRecords(100)
const TEXT = RECORDS.toString()

/** Far more than lies between a node and a reader who does not read. It takes no space on the disk. */
const HUGE_BYTES = 256 * MIB

async function startWithHugeFile(config: Parameters<typeof startTestNode>[0] = {}): Promise<TestNode> {
  const node = await startTestNode(config)
  writeReplica(node.root, 'huge.mp4', '')
  truncateSync(path.join(node.root, 'huge.mp4'), HUGE_BYTES)
  writeReplicaWithManifest(node.root, 'demo.mp4', RECORDS)
  return node
}

/** Asks for a file, reads the beginning and no more. */
async function startSlowReader(node: TestNode, ...heads: string[]): Promise<RawConnection> {
  const connection = await RawConnection.open(node)
  connection.send(heads.join(''))
  await connection.until(() => connection.receivedBytes > 0)
  connection.pause()
  return connection
}

const HUGE = getHead('/huge.mp4')

/** Waits for what has to come true, at some time before the test is given up. */
const eventually = <T>(assertion: () => T): Promise<T> =>
  vi.waitFor(assertion, { timeout: 20_000, interval: 20 })

/** How many descriptors of a process lead into a folder. */
const openDescriptors = (folder: string, pid = process.pid): number =>
  readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith(`${folder}${path.sep}`)
    } catch {
      return false // the one that reads this folder
    }
  }).length

describe.runIf(isLinux)('every descriptor is given back (threat 14)', () => {
  const ask =
    (target: string, headers: Record<string, string> = {}, method = 'GET') =>
    (node: TestNode): Promise<unknown> =>
      request(node, target, { method, headers })
  const hangUpAfter =
    (...heads: string[]) =>
    async (node: TestNode): Promise<void> =>
      (await startSlowReader(node, ...heads)).hangUp()

  test.for<[what: string, act: (node: TestNode) => Promise<unknown>]>([
    ['a whole file', ask('/demo.mp4')],
    ['a range', ask('/demo.mp4', { range: 'bytes=0-9' })],
    ['several ranges', ask('/demo.mp4', { range: 'bytes=0-9,20-29' })],
    ['a hopeless range', ask('/demo.mp4', { range: 'bytes=5000-' })],
    ['HEAD', ask('/huge.mp4', {}, 'HEAD')],
    ['nothing new', ask('/demo.mp4', { 'if-none-match': '*' })],
    ['a failed precondition', ask('/demo.mp4', { 'if-match': '"other"' })],
    ['a manifest', ask('/_/manifest/demo.mp4')],
    ['the list of videos', ask('/_/videos')],
    ['the page', ask('/')],
    ['a folder', ask('/.')],
    ['a hang-up in the middle', hangUpAfter(HUGE)],
    [
      'a hang-up in the middle of ranges',
      hangUpAfter(getHead('/huge.mp4', 'Range: bytes=0-99999999,100000009-')),
    ],
    ['a hang-up with more requests waiting', hangUpAfter(HUGE, HUGE, getHead('/demo.mp4'))],
    [
      'a hang-up at once',
      async (node) => {
        const connection = await RawConnection.open(node)
        connection.send(HUGE)
        await new Promise(setImmediate)
        connection.hangUp()
      },
    ],
  ])('after %s, 100 times', async ([, act]) => {
    const node = await startWithHugeFile()
    for (let round = 0; round < 10; round++) await Promise.all(Array.from({ length: 10 }, () => act(node)))
    await eventually(() => expect(openDescriptors(node.root)).toBe(0))
    expect(await request(node, '/demo.mp4')).toMatchObject({ status: 200, text: TEXT })
  })

  test('after the hang-ups of readers who all held one, and one reader keeps it', async () => {
    const node = await startWithHugeFile()
    const readers = await Promise.all(Array.from({ length: 20 }, () => startSlowReader(node, HUGE)))
    expect(openDescriptors(node.root)).toBeGreaterThan(0)
    const [last, ...others] = readers
    for (const reader of others) reader.hangUp()
    await eventually(() => expect(node.records).toHaveLength(others.length))
    expect(openDescriptors(node.root)).toBeGreaterThan(0)
    last?.hangUp()
    await eventually(() => expect(openDescriptors(node.root)).toBe(0))
    expect(new Set(node.records.map(({ end }) => end))).toEqual(new Set(['hung up']))
  })

  test('after a file was truncated under its readers', async () => {
    const node = await startWithHugeFile()
    const readers = await Promise.all(Array.from({ length: 20 }, () => startSlowReader(node, HUGE)))
    truncateSync(path.join(node.root, 'huge.mp4'), 1)
    for (const reader of readers) reader.resume()
    await eventually(() => expect(node.records.map(({ end }) => end)).toEqual(Array(20).fill('cut')))
    await eventually(() => expect(openDescriptors(node.root)).toBe(0))
  })

  test('after the node was closed under its readers', async () => {
    const node = await startWithHugeFile()
    await Promise.all(Array.from({ length: 20 }, () => startSlowReader(node, HUGE)))
    await node.close()
    await eventually(() => expect(openDescriptors(node.root)).toBe(0))
  })
})

describe('a hang-up', () => {
  test.for<[wait: string, config: Parameters<typeof startTestNode>[0]]>([
    ['the simulated latency', { latencyMs: 60_000 }],
    ['the latency with its jitter', { latencyMs: 60_000, jitterMs: 1 }],
    ['a narrow uplink', { bandwidthKbps: 1 }],
  ])('ends %s at once (threat 14)', async ([, config]) => {
    const node = await startWithHugeFile(config)
    const connections = await Promise.all(Array.from({ length: 50 }, () => RawConnection.open(node)))
    for (const connection of connections) connection.send(HUGE)
    await wait(50) // most are waiting now; the others will find themselves alone
    expect(node.records).toEqual([])
    for (const connection of connections) connection.hangUp()
    await eventually(() => expect(node.records).toHaveLength(50))
    expect(new Set(node.records.map(({ end }) => end))).toEqual(new Set(['hung up']))
    expect(Math.max(...node.records.map(({ totalMs }) => totalMs))).toBeLessThan(60_000)
    if (isLinux) await eventually(() => expect(openDescriptors(node.root)).toBe(0))
  })

  test('of one reader leaves the others who share the file alone', async () => {
    const node = await startWithHugeFile({ bandwidthKbps: 400_000 })
    const [one, other] = [await startSlowReader(node, HUGE), RawConnection.open(node)]
    const kept = await other
    kept.send(getHead('/huge.mp4', `Range: bytes=-${4 * MIB}`))
    one.hangUp()
    const [reply] = await kept.replies(1)
    expect(reply).toMatchObject({ status: 206, missingBytes: 0 })
    expect(reply?.body.equals(Buffer.alloc(4 * MIB))).toBe(true)
  })
})

describe('a reader who does not read', () => {
  /** Bytes of buffers in this process when they have stopped to grow. */
  async function settledBufferBytes(): Promise<number> {
    let before = -1
    for (;;) {
      const now = process.memoryUsage().arrayBuffers
      if (now === before) return now
      before = now
      await wait(150)
    }
  }

  test('costs two blocks of memory and not the file (threat 15)', async () => {
    const node = await startWithHugeFile()
    const before = await settledBufferBytes()
    const readers = await Promise.all(Array.from({ length: 40 }, () => startSlowReader(node, HUGE)))
    const after = await settledBufferBytes()
    expect((after - before) / MIB).toBeLessThan(40)
    for (const reader of readers) reader.hangUp()
    await eventually(() => expect(node.records).toHaveLength(readers.length))
    for (const { end, bytesSent } of node.records) {
      expect(end).toBe('hung up')
      expect(bytesSent).toBeLessThan(HUGE_BYTES / 2) // what the system's own buffers hold
    }
  })

  test('costs no more when it asks for much at once, one request behind the other (threat 15)', async () => {
    const node = await startWithHugeFile()
    const before = await settledBufferBytes()
    const reader = await startSlowReader(node, ...Array<string>(1000).fill(HUGE))
    const after = await settledBufferBytes()
    expect((after - before) / MIB).toBeLessThan(40)
    reader.hangUp()
    if (isLinux) await eventually(() => expect(openDescriptors(node.root)).toBe(0))
  })

  test('gets every byte when it reads on', async () => {
    const node = await startTestNode()
    const content = numberedRecords(2_000_000)
    writeReplica(node.root, 'large.mp4', content)
    const reader = await startSlowReader(node, getHead('/large.mp4'))
    await wait(100)
    reader.resume()
    const [reply] = await reader.replies(1)
    expect(reply?.body.equals(content)).toBe(true)
  })
})

test('a large folder that is being listed lets /health go first (threat 19)', async () => {
  const node = await startTestNode()
  for (let index = 0; index < 1000; index++) writeReplica(node.root, `${index}.mp4`, '')
  const order: string[] = []
  const ask = async (target: string): Promise<void> => {
    expect((await request(node, target)).status).toBe(200)
    order.push(target)
  }
  const listing = Promise.all([ask('/_/videos'), ask('/')])
  await ask('/health')
  await listing
  expect(order[0]).toBe('/health')
})

describe('connections', () => {
  test('that say nothing, or half a request, are many, and the node answers; they are cut in time (threat 17)', async () => {
    const node = await startWithHugeFile()
    const beginnings = [
      '',
      'GET /demo.mp4 HT',
      'GET /demo.mp4 HTTP/1.1\r\nHost: 127',
      `${getHead('/health')}GET /`,
      '',
    ]
    const openedMs = performance.now()
    const connections = await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const connection = await RawConnection.open(node)
        connection.send(beginnings[index % beginnings.length] ?? '')
        return connection
      }),
    )
    expect(await request(node, '/demo.mp4')).toMatchObject({ status: 200, text: TEXT })
    expect(await request(node, '/health')).toMatchObject({ status: 200 })
    // A slow class network needs seconds for a header, so none of them may be cut at once.
    await wait(5_000)
    expect(connections.filter(({ isClosed }) => isClosed)).toEqual([])

    await Promise.all(connections.map((connection) => connection.untilClosed()))
    expect(performance.now() - openedMs).toBeGreaterThan(10_000)
    for (const [index, connection] of connections.entries()) {
      const statuses = parseReplies(connection.received).map(({ status }) => status)
      expect(statuses).toEqual(index % beginnings.length === 3 ? [200, 408] : [408])
    }
  })

  test('are used again', async () => {
    const node = await startWithHugeFile()
    const connection = await RawConnection.open(node)
    for (let count = 1; count <= 20; count++) {
      connection.send(getHead('/demo.mp4'))
      expect(await connection.replies(count)).toHaveLength(count)
    }
    expect(connection.isClosed).toBe(false)
  })

  test('end when the node is closed, whatever they are doing (threat 31)', async () => {
    const node = await startWithHugeFile({ latencyMs: 0 })
    const idle = await RawConnection.open(node)
    idle.send(getHead('/health'))
    await idle.replies(1)
    const silent = await RawConnection.open(node)
    const reading = await startSlowReader(node, HUGE)
    await node.close()
    reading.resume()
    await Promise.all([idle, silent, reading].map((connection) => connection.untilClosed()))
    const [cut] = parseReplies(reading.received)
    expect(cut?.missingBytes).toBeGreaterThan(0)
    await expect(request(node, '/health')).rejects.toThrow('ECONNREFUSED')
    // It was not the client who ended this one, and the log may not say so.
    const ends = (): unknown[] =>
      node.records.filter(({ target }) => target === '/huge.mp4').map(({ end }) => end)
    await eventually(() => expect(ends()).toHaveLength(1))
    expect(ends()).not.toContain('hung up')
  })

  test.runIf(isLinux)('are taken on the configured address only (threat 32)', async () => {
    const node = await startWithHugeFile()
    const refusal = await new Promise((resolve) => {
      const socket = connect({ port: node.port, host: '127.0.0.2' })
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
      socket.once('connect', () => resolve('connected'))
    })
    expect(refusal).toBe('ECONNREFUSED')
  })

  test('on a port that is taken are an error that names the port and the node (threat 31)', async () => {
    const { port } = await startWithHugeFile()
    const root = temporaryFolder()
    await expect(startNode({ ...NODE_DEFAULTS, name: 'node2', latencyMs: 0, port, root })).rejects.toThrow(
      new RegExp(`^Cannot start node2: port ${port} is taken\\. [^\\n]+$`),
    )
  })
})

test.runIf(isLinux)('out of descriptors a node says 503, and lives on (threat 12)', async () => {
  const root = temporaryFolder()
  writeReplicaWithManifest(root, 'demo.mp4', RECORDS)
  const limited = new RunningCommand([
    'sh',
    '-c',
    'ulimit -n 64; exec "$0" "$@"',
    ...commandLine('start-node', ['--name', 'limited', '--port', '0', '--root', root, '--quiet']),
  ])
  const [, port] = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(await limited.waitForLine(/^limited /)) ?? []
  const node = { port: Number(port) }
  await eventually(() => expect(openDescriptors(root, limited.pid)).toBe(0)) // it has just listed its videos

  // Each connection is asked something, so that it is known to have been taken in.
  const taken: RawConnection[] = []
  for (let isFull = false; !isFull; ) {
    const connection = await RawConnection.open(node)
    connection.send(getHead('/health'))
    const replies = await connection.replies(1).catch(() => [])
    if (replies.length === 1) taken.push(connection)
    else isFull = true
    expect(taken.length).toBeLessThan(64)
  }
  const [first, ...others] = taken
  if (first === undefined) throw new Error('The node took no connection')

  const ask = async (target: string, count: number): Promise<ReturnType<typeof parseReplies>[number]> => {
    first.send(getHead(target))
    const reply = (await first.replies(count))[count - 1]
    if (reply === undefined) throw new Error('The node gave no answer')
    return reply
  }
  for (const [index, target] of ['/demo.mp4', '/_/manifest/demo.mp4', '/_/videos', '/'].entries()) {
    const busy = await ask(target, index + 2)
    expect([target, busy.status, field(busy, 'Retry-After')]).toEqual([target, 503, '1'])
    expect(busy.text).toMatch(/^503 [^\n]+\n$/)
  }
  expect(await ask('/health', 6)).toMatchObject({ status: 200 })

  for (const connection of others) connection.hangUp()
  let count = 6
  await vi.waitFor(
    async () => expect(await ask('/demo.mp4', ++count)).toMatchObject({ status: 200, text: TEXT }),
    {
      timeout: 10_000,
    },
  )
  expect(await exchangeRaw(node, getHead('/demo.mp4'))).toMatchObject({ status: 200, text: TEXT })
  expect(limited.stderr).toBe('')
})

describe('what is told of a reply', () => {
  test.for<
    [
      what: string,
      head: string,
      record: {
        method: string
        target: string
        status: number
        range: string | undefined
        bytesSent: number
      },
    ]
  >([
    [
      'a file',
      getHead('/demo.mp4'),
      { method: 'GET', target: '/demo.mp4', status: 200, range: undefined, bytesSent: 1000 },
    ],
    [
      'a range',
      getHead('/demo.mp4?x', 'Range: bytes=-10'),
      { method: 'GET', target: '/demo.mp4?x', status: 206, range: 'bytes 990-999/1000', bytesSent: 10 },
    ],
    [
      'a hopeless range',
      getHead('/demo.mp4', 'Range: bytes=5000-'),
      { method: 'GET', target: '/demo.mp4', status: 416, range: 'bytes */1000', bytesSent: 78 },
    ],
    [
      'HEAD',
      getHead('/demo.mp4').replace('GET', 'HEAD'),
      { method: 'HEAD', target: '/demo.mp4', status: 200, range: undefined, bytesSent: 0 },
    ],
    [
      'nothing new',
      getHead('/demo.mp4', 'If-None-Match: *'),
      { method: 'GET', target: '/demo.mp4', status: 304, range: undefined, bytesSent: 0 },
    ],
    [
      'a refused method',
      getHead('/demo.mp4').replace('GET', 'POST'),
      { method: 'POST', target: '/demo.mp4', status: 405, range: undefined, bytesSent: 61 },
    ],
  ])('is true: %s', async ([, head, record]) => {
    const node = await startWithHugeFile({ name: 'node7', latencyMs: 20 })
    const reply = await exchangeRaw(node, head, head.split(' ')[0])
    await eventually(() => expect(node.records).toHaveLength(1))
    expect(node.records[0]).toMatchObject({ ...record, node: 'node7', latencyMs: 20, end: 'complete' })
    expect(reply.body).toHaveLength(record.bytesSent)
    const { firstByteMs = 0, totalMs = 0 } = node.records[0] ?? {}
    expect(firstByteMs).toBeGreaterThanOrEqual(20)
    expect(totalMs).toBeGreaterThanOrEqual(firstByteMs)
    expect(node.totals).toEqual({ requests: 1, bytes: record.bytesSent })
  })

  test('says of several ranges how many', async () => {
    const node = await startWithHugeFile()
    const { body } = await request(node, '/demo.mp4', { headers: { range: 'bytes=0-9,20-29,-1' } })
    await eventually(() =>
      expect(node.records).toMatchObject([{ range: '3 ranges', bytesSent: body.length, end: 'complete' }]),
    )
  })

  test('says who was gone before there was a status', async () => {
    const node = await startWithHugeFile({ latencyMs: 60_000 })
    const connection = await RawConnection.open(node)
    connection.send(getHead('/demo.mp4'))
    await wait(50)
    connection.hangUp()
    await eventually(() =>
      expect(node.records).toMatchObject([{ status: undefined, firstByteMs: undefined, end: 'hung up' }]),
    )
  })

  test('says who hung up in the middle, and how much had been sent', async () => {
    const node = await startWithHugeFile()
    const reader = await startSlowReader(node, HUGE)
    reader.hangUp()
    await eventually(() => expect(node.records).toMatchObject([{ status: 200, end: 'hung up' }]))
    expect(node.records[0]?.bytesSent).toBeLessThan(HUGE_BYTES)
  })

  test('says that the file changed', async () => {
    const node = await startWithHugeFile()
    const reader = await startSlowReader(node, HUGE)
    truncateSync(path.join(node.root, 'huge.mp4'), 100)
    reader.resume()
    await eventually(() => expect(node.records).toMatchObject([{ status: 200, end: 'cut' }]))
    expect(node.records[0]?.bytesSent).toBeLessThan(HUGE_BYTES)
  })
})
