/** Who may see and change the lab of a node. Whatever is refused leaves everything as it was. */
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { isLocal } from '../../../src/node/lab/guard.ts'
import type { Starter } from '../../../src/node/lab/starter.ts'
import { NODE_DEFAULTS, type NodeConfig } from '../../../src/node-list.ts'
import { exchangeRaw, field, RawConnection, request } from '../../helpers/http.ts'
import { askLab, readLab, setLab } from '../../helpers/lab.ts'
import { startTestNode, type TestNode } from '../../helpers/node.ts'

const NODES: NodeConfig[] = [
  { ...NODE_DEFAULTS, name: 'node1', port: 8001, latencyMs: 0, root: '/nowhere/1' },
  { ...NODE_DEFAULTS, name: 'node2', port: 8002, latencyMs: 0, root: '/nowhere/2' },
]
const PEER = 'http://127.0.0.1:8002'
const JSON_TYPE = { 'Content-Type': 'application/json' }
const STALL = JSON.stringify({ faults: { stall: { afterBytes: 5 } } })

const startOpen = (): Promise<TestNode> => startTestNode({}, { nodes: NODES, opensLab: true })

/** What must not have changed. */
const setOn = async (node: TestNode): Promise<object> => (await readLab(node)).faults

describe('a node that was started without a lab', () => {
  test('shows what is in force, says that it is closed, and takes nothing', async () => {
    const node = await startTestNode({ faults: { status: { code: 404, retryAfterS: 1, share: 1 } } })
    const shown = await askLab(node)
    expect(shown.status).toBe(200)
    expect(JSON.parse(shown.text)).toMatchObject({ isOpen: false, faults: { status: { code: 404 } } })
    expect(shown.text).not.toContain('token')
    for (const method of ['PUT', 'DELETE']) {
      const reply = await askLab(node, { method, headers: JSON_TYPE, body: STALL })
      expect([method, reply.status, reply.text]).toEqual([
        method,
        403,
        '403 Forbidden: this node was started without --lab\n',
      ])
    }
    expect((await askLab(node, { method: 'POST' })).status).toBe(405)
    expect(await setOn(node)).toHaveProperty('status')
  })
})

describe('what a program of this machine may do', () => {
  test('it sees what is in force, with the token, and no cache keeps it', async () => {
    const node = await startOpen()
    const reply = await askLab(node)
    expect(reply).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
    expect(JSON.parse(reply.text)).toEqual({
      node: 'node1',
      revision: 0,
      changedAgoMs: expect.any(Number),
      seed: 0,
      isOpen: true,
      starts: [],
      impairments: { latencyMs: 0, jitterMs: 0, bandwidthKbps: 0 },
      changed: {},
      faults: {},
      leaseLeftMs: null,
      token: expect.stringMatching(/^[\w-]{32}$/),
    })
  })

  test('with the token it sets, and heals', async () => {
    const node = await startOpen()
    const { token } = await readLab(node)
    const set = await setLab(node, { seed: 7, faults: { stall: { afterBytes: 5 } } })
    expect(set).toMatchObject({
      revision: 1,
      seed: 7,
      faults: { stall: { afterBytes: 5, leftMs: null, hits: 0 } },
    })
    const healed = await askLab(node, { method: 'DELETE', headers: { 'X-Lab-Token': token } })
    expect(JSON.parse(healed.text)).toMatchObject({ revision: 2, seed: 0, faults: {} })
  })

  test('two processes have two tokens', async () => {
    const [one, other] = await Promise.all([startOpen(), startOpen()])
    expect((await readLab(one)).token).not.toBe((await readLab(other)).token)
  })

  test('a document may come when the node says that it may', async () => {
    const node = await startOpen()
    const { token } = await readLab(node)
    const head = [
      ...['PUT /_/lab HTTP/1.1', 'Host: 127.0.0.1', 'Content-Type: application/json'],
      ...[`X-Lab-Token: ${token}`, `Content-Length: ${STALL.length}`, 'Expect: 100-continue', '', ''],
    ].join('\r\n')
    const connection = await RawConnection.open(node)
    connection.send(head)
    await connection.until(() => connection.received.includes('100 Continue'))
    connection.send(STALL)
    await connection.until(() => connection.received.includes('"stall"'))
    expect(await setOn(node)).toHaveProperty('stall')
  })
})

describe('a change is refused', () => {
  test.for<[why: string, status: number, change: (token: string) => Parameters<typeof askLab>[1]]>([
    ['without a token', 403, () => ({ headers: JSON_TYPE })],
    ['with a wrong token', 403, () => ({ headers: { ...JSON_TYPE, 'X-Lab-Token': 'A'.repeat(32) } })],
    [
      'with a token and something behind it',
      403,
      (token) => ({ headers: { ...JSON_TYPE, 'X-Lab-Token': `${token}A` } }),
    ],
    ...[
      'http://127.0.0.1:9000',
      'http://evil.example',
      'null',
      'https://127.0.0.1:8002',
      'http://127.0.0.1:8002.evil.example',
      'http://127.0.0.1:80020',
      'HTTP://127.0.0.1:8002 http://evil.example',
      '',
    ].map((origin): [string, number, (token: string) => Parameters<typeof askLab>[1]] => [
      `from the page of "${origin}"`,
      403,
      (token) => ({ headers: { ...JSON_TYPE, 'X-Lab-Token': token, Origin: origin } }),
    ]),
    ...[
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/jsonp',
      '',
    ].map((type): [string, number, (token: string) => Parameters<typeof askLab>[1]] => [
      `as ${type || 'nothing'}`,
      415,
      (token) => ({ headers: { 'X-Lab-Token': token, ...(type === '' ? {} : { 'Content-Type': type }) } }),
    ]),
    ...['POST', 'PATCH', 'TRACE'].map(
      (method): [string, number, (token: string) => Parameters<typeof askLab>[1]] => [
        `by ${method}`,
        405,
        (token) => ({ method, headers: { ...JSON_TYPE, 'X-Lab-Token': token } }),
      ],
    ),
    [
      'to a name that is not ours',
      421,
      (token) => ({ headers: { ...JSON_TYPE, 'X-Lab-Token': token, Host: 'evil.example' } }),
    ],
    [
      'when it is too long',
      413,
      (token) => ({
        headers: { ...JSON_TYPE, 'X-Lab-Token': token },
        body: STALL + ' '.repeat(4097 - STALL.length),
      }),
    ],
  ])('%s: %i', async ([, status, change]) => {
    const node = await startOpen()
    const { token } = await readLab(node)
    const reply = await askLab(node, { method: 'PUT', body: STALL, ...change(token) })
    expect(reply.status).toBe(status)
    expect(await setOn(node)).toEqual({})
    expect(reply.text).not.toContain(token)
  })

  test('of 4096 bytes it is taken', async () => {
    const node = await startOpen()
    const { token } = await readLab(node)
    const headers = { ...JSON_TYPE, 'X-Lab-Token': token }
    const body = STALL + ' '.repeat(4096 - STALL.length)
    expect((await askLab(node, { method: 'PUT', headers, body })).status).toBe(200)
  })

  test('an endless one is cut off', async () => {
    const node = await startOpen()
    const { token } = await readLab(node)
    const connection = await RawConnection.open(node)
    connection.send(
      `PUT /_/lab HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Lab-Token: ${token}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    )
    connection.send(`2000\r\n${' '.repeat(0x2000)}\r\n`)
    const [reply] = await connection.replies(1)
    expect(reply?.status).toBe(413)
    await connection.untilClosed()
  })

  test.for<[document: string, message: string]>([
    ['', 'the document: expected JSON'],
    ['[]', 'the document: expected a JSON object'],
    ['{"fault":{}}', 'fault: expected one of seed, impairments, faults, leaseMs, or renew or start alone'],
    ['{"seed":-1}', 'seed: expected a whole number from 0 to 4294967295'],
    ['{"leaseMs":60001}', 'leaseMs: expected milliseconds from 1 to 60000'],
    ['{"faults":{"hand":{}}}', 'hand: expected one of hang, tail'],
    ['{"faults":{"stall":{}}}', 'stall.afterBytes: expected bytes'],
    ['{"impairments":{"speed":1}}', 'impairments.speed: expected one of latencyMs, jitterMs, bandwidthKbps'],
    ['{"impairments":{"latencyMs":-1}}', 'impairments.latencyMs: expected milliseconds from 0 to 60000'],
    ['{"renew":1,"seed":1}', 'seed: expected nothing beside renew'],
    ['{"start":"node2","seed":1}', 'seed: expected nothing but afterMs beside start'],
    ['{"start":2}', 'start: expected the name of a node'],
    [
      '{"faults":{"stall":{"afterBytes":5},"hang":{"x\\u001b":1}}}',
      'hang.(no name of a field): expected only forMs',
    ],
  ])('%s, whole and with the field', async ([body, message]) => {
    const node = await startOpen()
    const { token } = await readLab(node)
    const headers = { ...JSON_TYPE, 'X-Lab-Token': token }
    const reply = await askLab(node, { method: 'PUT', headers, body })
    expect(reply.status).toBe(400)
    expect(reply.text).toContain(`400 Bad Request: ${message}`)
    expect(await setOn(node)).toEqual({})
  })

  test('from another machine, whatever it knows', () => {
    const addresses = [
      '127.0.0.1',
      '127.9.9.9',
      '::1',
      '::ffff:127.0.0.1',
      '192.0.2.1',
      '::ffff:192.0.2.1',
      '::2',
    ]
    expect([...addresses, undefined].map(isLocal)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ])
  })
})

describe('another node is started', () => {
  const start = async (node: TestNode, name: string, more: object = {}) => {
    const { token } = await readLab(node)
    const headers = { ...JSON_TYPE, 'X-Lab-Token': token }
    return askLab(node, { method: 'PUT', headers, body: JSON.stringify({ start: name, ...more }) })
  }

  test('by whoever started this one, if it can, and none of a name that it does not know', async () => {
    const started: [name: string, afterMs: number][] = []
    const meetStarter = (onStarter: (starter: Starter) => void) =>
      onStarter({ names: ['node1', 'node2'], start: (...of) => started.push(of) })
    const node = await startTestNode({}, { nodes: NODES, opensLab: true, meetStarter })
    expect((await readLab(node)).starts).toEqual(['node1', 'node2'])
    expect((await start(node, 'node2')).status).toBe(200)
    const refused = await start(node, 'node9; rm -rf /')
    expect([refused.status, refused.text]).toEqual([
      400,
      expect.stringContaining('start: expected one of node1, node2'),
    ])
    expect((await start(node, 'node1', { afterMs: 25_000 })).status).toBe(200)
    for (const afterMs of [-1, 0.5, '1', 3_600_001])
      expect((await start(node, 'node1', { afterMs })).status).toBe(400)
    expect((await start(node, 'node1', { seed: 1 })).text).toContain(
      'seed: expected nothing but afterMs beside start',
    )
    expect(started).toEqual([
      ['node2', 0],
      ['node1', 25_000],
    ])
  })

  test('by nobody, where nobody can', async () => {
    const node = await startOpen()
    expect((await readLab(node)).starts).toEqual([])
    const refused = await start(node, 'node2')
    expect([refused.status, refused.text]).toEqual([
      409,
      expect.stringContaining('was not started by npm start'),
    ])
  })
})

describe('a page', () => {
  test('of the node list may see and change', async () => {
    const node = await startOpen()
    const seen = await askLab(node, { headers: { Origin: PEER } })
    expect(seen.headers).toMatchObject({
      'access-control-allow-origin': PEER,
      'access-control-expose-headers': expect.stringMatching(/Retry-After, X-Lab$/),
    })
    const { token } = JSON.parse(seen.text) as { token: string }
    const headers = { ...JSON_TYPE, 'X-Lab-Token': token, Origin: PEER }
    expect((await askLab(node, { method: 'PUT', headers, body: STALL })).status).toBe(200)
    expect(await setOn(node)).toHaveProperty('stall')
  })

  test('of the node itself may, under the name that it has there', async () => {
    const node = await startOpen()
    const { token } = await readLab(node)
    const own = `http://localhost:${node.port}`
    const headers = { ...JSON_TYPE, 'X-Lab-Token': token, Origin: own, Host: `localhost:${node.port}` }
    expect((await askLab(node, { method: 'PUT', headers, body: STALL })).status).toBe(200)
  })

  test('is told before what it may send; another one is not', async () => {
    const node = await startOpen()
    const ask = (origin: string) => askLab(node, { method: 'OPTIONS', headers: { Origin: origin } })
    expect((await ask(PEER)).headers).toMatchObject({
      allow: 'GET, HEAD, PUT, DELETE, OPTIONS',
      'access-control-allow-methods': 'GET, HEAD, PUT, DELETE',
      'access-control-allow-headers': 'Content-Type, X-Lab-Token',
    })
    const stranger = await ask('http://127.0.0.1:9000')
    expect(stranger.headers['access-control-allow-methods']).toBeUndefined()
    expect(stranger.headers['access-control-allow-origin']).toBeUndefined()
  })

  test('of somebody else sees nothing', async () => {
    const node = await startOpen()
    const { headers } = await askLab(node, { headers: { Origin: 'http://127.0.0.1:9000' } })
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })

  test('gets no leave to change anything else', async () => {
    const node = await startOpen()
    const { headers } = await request(node, '/health', { method: 'OPTIONS', headers: { Origin: PEER } })
    expect(headers['access-control-allow-methods']).toBe('GET, HEAD')
    expect((await exchangeRaw(node, 'PUT /health HTTP/1.1\r\nHost: x\r\n\r\n')).status).toBe(405)
  })
})

test('who goes away with the document half sent changes nothing', async () => {
  const node = await startOpen()
  const { token } = await readLab(node)
  const socket = connect({ port: node.port, host: '127.0.0.1' })
  await new Promise<void>((resolve) => {
    socket.write(
      `PUT /_/lab HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Lab-Token: ${token}\r\nContent-Length: 100\r\n\r\n${STALL}`,
      () => resolve(),
    )
  })
  socket.destroy()
  await expect.poll(() => node.records.some(({ method }) => method === 'PUT')).toBe(true)
  expect(await setOn(node)).toEqual({})
  expect(node.records.find(({ method }) => method === 'PUT')).toMatchObject({
    end: 'hung up',
    status: undefined,
  })
})

test('fields of a reply stand once', async () => {
  const node = await startOpen()
  const reply = await exchangeRaw(node, 'GET /_/lab HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
  expect(field(reply, 'Cache-Control')).toBe('no-store')
})
