/** Who may speak to a node, and which pages may read what it says: Host, CORS, and what every answer carries. */
import { describe, expect, test } from 'vitest'
import { NODE_DEFAULTS, type NodeConfig } from '../../src/node-list.ts'
import { exchangeRaw, field, fieldLines, getHead, RawConnection, request } from '../helpers/http.ts'
import { startTestNode, type TestNode } from '../helpers/node.ts'
import { numberedRecords, writeReplica, writeReplicaWithManifest } from '../helpers/storage.ts'

const RECORDS = numberedRecords(100)
const TEXT = RECORDS.toString()

const listed = (name: string, host: string, port: number): NodeConfig => ({
  ...NODE_DEFAULTS,
  name,
  host,
  port,
  latencyMs: 0,
  root: `/nowhere/${name}`,
})
/** The node list; the node under test is none of these. */
const NODES = [
  listed('node1', '127.0.0.1', 8001),
  listed('node2', '127.0.0.1', 8002),
  listed('node3', 'Beamer.Class.Example', 80),
  listed('node4', '::1', 8004),
  listed('node5', '0.0.0.0', 8005),
  listed('node6', '::', 8006),
]
const PEER = 'http://127.0.0.1:8002'

async function startWithPeers(config: Partial<NodeConfig> = {}): Promise<TestNode> {
  const node = await startTestNode(config, { nodes: NODES })
  writeReplicaWithManifest(node.root, 'demo.mp4', RECORDS)
  writeReplica(node.root, 'empty.mp4', '')
  return node
}

describe('Host', () => {
  test.for<[rule: string, hosts: string[], status: 200 | 400 | 421]>([
    ['an address is ours', ['127.0.0.1'], 200],
    ['a port does not matter', ['127.0.0.1:1234'], 200],
    ['an empty port does not matter (RFC 3986 §3.2.3)', ['127.0.0.1:'], 200],
    ['any address is ours', ['192.168.17.4:8001'], 200],
    ['an IPv6 address is ours', ['[::1]'], 200],
    ['an IPv6 address may have a port', ['[::1]:8001'], 200],
    ['an IPv6 address may hold an IPv4 address', ['[::ffff:127.0.0.1]:8001'], 200],
    ['localhost is ours', ['localhost'], 200],
    ['a name has no case (RFC 3986 §3.2.2)', ['LocalHost:8001'], 200],
    ['white space around it means nothing (RFC 9110 §5.5)', [' \t127.0.0.1 \t'], 200],
    ['another name is not ours', ['evil.example'], 421],
    ['another name with a port is not ours', ['evil.example:8001'], 421],
    ['an address as a beginning is not enough', ['127.0.0.1.evil.example'], 421],
    ['localhost as a beginning is not enough', ['localhost.evil.example'], 421],
    ['localhost as an end is not enough', ['evil.localhost'], 421],
    ['a peer of another name is not us', ['beamer.class.example'], 421],
    ['half an address is a name', ['127.1'], 421],
    ['an octal address is a name', ['0177.0.0.1'], 421],
    ['a number is a name', ['2130706433'], 421],
    ['too many numbers are a name', ['127.0.0.1.1'], 421],
    ['a number over 255 is a name', ['127.0.0.256'], 421],
    ['no Host (RFC 9112 §3.2)', [], 400],
    ['an empty Host', [''], 400],
    ['a port alone', [':80'], 400],
    ['a user name (RFC 9110 §7.2 has none)', ['127.0.0.1:80@evil'], 400],
    ['a user name before', ['evil@127.0.0.1'], 400],
    ['a port that is none', ['127.0.0.1:evil'], 400],
    ['two ports', ['127.0.0.1:80:80'], 400],
    ['a path', ['127.0.0.1/evil'], 400],
    ['a list', ['127.0.0.1, 127.0.0.1'], 400],
    ['two words', ['127.0.0.1 evil.example'], 400],
    ['a URL', ['http://127.0.0.1'], 400],
    ['IPv6 without brackets', ['::1'], 400],
    ['IPv6 without an end', ['[::1'], 400],
    ['IPv6 that is none', ['[:::1]'], 400],
    ['IPv6 with more behind', ['[::1].evil.example'], 400],
    ['bytes that are no ASCII', ['127.0.0.1\xe9'], 400],
    ['two lines (RFC 9112 §3.2)', ['127.0.0.1', 'evil.example'], 400],
    ['two lines, the other way round', ['evil.example', '127.0.0.1'], 400],
    ['two lines that say the same', ['127.0.0.1', '127.0.0.1'], 400],
  ])('%s: %s gets %i', async ([, hosts, status]) => {
    const node = await startWithPeers()
    const lines = hosts.map((host) => `Host: ${host}\r\n`).join('')
    const reply = await exchangeRaw(node, `GET /demo.mp4 HTTP/1.1\r\n${lines}\r\n`)
    expect(reply.status).toBe(status)
    if (status === 200) expect(reply.text).toBe(TEXT)
    else expect(reply.text).toMatch(new RegExp(`^${status} [^\\n]+\\n$`))
    expect(reply.text).not.toContain('evil')
  })

  test('is found twice even behind more lines than Node.js remembers (RFC 9112 §3.2)', async () => {
    const node = await startWithPeers()
    const reply = await exchangeRaw(
      node,
      getHead('/demo.mp4', ...Array(2100).fill('a:'), 'Host: evil.example'),
    )
    expect([400, 431]).toContain(reply.status)
  })

  test.for<[rule: string, lines: string, status: 200 | 400 | 421]>([
    ['may be missing', '', 200],
    ['counts when it is there', 'Host: evil.example\r\n', 421],
    ['may not be there twice', 'Host: 127.0.0.1\r\nHost: 127.0.0.1\r\n', 400],
  ])('of HTTP/1.0 %s', async ([, lines, status]) => {
    const node = await startWithPeers()
    expect(await exchangeRaw(node, `GET /demo.mp4 HTTP/1.0\r\n${lines}\r\n`)).toMatchObject({ status })
  })

  test.for<[rule: string, target: string, host: string, status: 200 | 400 | 421]>([
    ['another name loses against our authority', 'http://127.0.0.1/demo.mp4', 'evil.example', 200],
    ['our name loses against another authority', 'http://evil.example/demo.mp4', '127.0.0.1', 421],
    ['a broken authority is refused', 'http://127.0.0.1:evil/demo.mp4', '127.0.0.1', 400],
    ['two lines are still refused', 'http://127.0.0.1/demo.mp4', '127.0.0.1\r\nHost: 127.0.0.1', 400],
    ['another authority without a path', 'http://evil.example', '127.0.0.1', 421],
  ])('stands back behind an absolute-form target: %s (RFC 9112 §3.2.2)', async ([, target, host, status]) => {
    const node = await startWithPeers()
    const reply = await exchangeRaw(node, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    expect(reply.status).toBe(status)
  })

  test('must be there beside an absolute-form target too (RFC 9112 §3.2)', async () => {
    const node = await startWithPeers()
    expect(await exchangeRaw(node, 'GET http://127.0.0.1/demo.mp4 HTTP/1.1\r\n\r\n')).toMatchObject({
      status: 400,
    })
  })

  test('may be the configured host, and a name that is not ours gets nothing at all', async () => {
    const node = await startWithPeers({ host: 'localhost' })
    for (const target of ['/', '/health', '/demo.mp4', '/_/nodes', '/other.mp4', '/watch/demo.mp4']) {
      const reply = await exchangeRaw(node, `GET ${target} HTTP/1.1\r\nHost: evil.example\r\n\r\n`)
      expect([reply.status, reply.text]).toEqual([
        421,
        '421 Misdirected Request: this node does not go by that name\n',
      ])
    }
  })

  test('is looked at before the preflight is answered', async () => {
    const node = await startWithPeers()
    const head = `OPTIONS /demo.mp4 HTTP/1.1\r\nHost: evil.example\r\nOrigin: ${PEER}\r\n\r\n`
    const reply = await exchangeRaw(node, head, 'OPTIONS')
    expect(reply.status).toBe(421)
    expect(field(reply, 'Access-Control-Allow-Methods')).toBeUndefined()
  })
})

describe('CORS', () => {
  test.for(
    NODES.map(
      ({ name }, index) =>
        [
          name,
          [
            'http://127.0.0.1:8001',
            'http://127.0.0.1:8002',
            'http://beamer.class.example',
            'http://[::1]:8004',
            'http://127.0.0.1:8005',
            'http://[::1]:8006',
          ][index] ?? '',
        ] as const,
    ),
  )('lets the pages of %s read, from %s', async ([, origin]) => {
    const node = await startWithPeers()
    const { status, headers, text } = await request(node, '/demo.mp4', { headers: { origin } })
    expect({ status, text }).toEqual({ status: 200, text: TEXT })
    expect(headers['access-control-allow-origin']).toBe(origin)
    const exposed = headers['access-control-expose-headers']?.toLowerCase().split(/, */)
    expect(exposed).toEqual(
      expect.arrayContaining(['content-range', 'content-length', 'etag', 'repr-digest']),
    )
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
  })

  test.for<[rule: string, lines: string[]]>([
    ['no web origin', []],
    ['an opaque web origin', ['Origin: null']],
    ['another site', ['Origin: http://evil.example']],
    ['a longer port', [`Origin: ${PEER}1`]],
    ['a shorter port', [`Origin: ${PEER.slice(0, -1)}`]],
    ['no port', ['Origin: http://127.0.0.1']],
    ['another scheme', ['Origin: https://127.0.0.1:8002']],
    ['another port of the same machine', ['Origin: http://localhost:8009']],
    ['localhost behind a node of another machine', ['Origin: http://localhost:80']],
    ['a peer as a beginning', [`Origin: ${PEER}.evil.example`]],
    ['a peer as a user name', [`Origin: ${PEER}@evil.example`]],
    ['a peer as an end', ['Origin: http://evil.example/http://127.0.0.1:8002']],
    ['a slash behind a peer', [`Origin: ${PEER}/`]],
    ['a peer in capitals', ['Origin: HTTP://127.0.0.1:8002']],
    ['a list of peers', [`Origin: ${PEER} http://127.0.0.1:8001`]],
    ['two lines', [`Origin: ${PEER}`, 'Origin: http://127.0.0.1:8001']],
    ['two lines of which one is a peer', ['Origin: http://evil.example', `Origin: ${PEER}`]],
    ['a wildcard', ['Origin: *']],
    ['an address in the wildcard of node5', ['Origin: http://0.0.0.0:8005']],
    ['a property of every object', ['Origin: __proto__']],
  ])('tells nothing to %s (threat 24)', async ([, lines]) => {
    const node = await startWithPeers()
    for (const method of ['GET', 'OPTIONS']) {
      const head = getHead('/demo.mp4', 'Access-Control-Request-Method: GET', ...lines)
      const reply = await exchangeRaw(node, head.replace('GET', method), method)
      expect(reply.status).toBe(method === 'GET' ? 200 : 204)
      expect(reply.lines.filter(([name]) => /^access-control-/i.test(name))).toEqual([])
      expect(fieldLines(reply, 'Vary')).toEqual(['Origin'])
    }
  })

  test.for([
    'http://localhost:8001',
    'http://[::1]:8001',
    'http://localhost:8004',
    'http://127.0.0.1:8004',
    'http://localhost:8005',
  ])('lets a page read that was opened under another name of this machine: %s', async (origin) => {
    const node = await startWithPeers()
    const { headers } = await request(node, '/demo.mp4', { headers: { origin } })
    expect(headers['access-control-allow-origin']).toBe(origin)
  })

  test.for<[rule: string, host: string, origin: string, isPeer: boolean]>([
    ['the page came from the same machine', '192.168.1.20:8001', 'http://192.168.1.20:8005', true],
    ['an IPv6 address is one too', '[fd00::1]:8001', 'http://[fd00::1]:8006', true],
    ['an IPv6 address is none of an IPv4 wildcard', '[fd00::1]:8001', 'http://[fd00::1]:8005', false],
    ['another machine of the network is not', '192.168.1.20:8001', 'http://192.168.1.21:8005', false],
    ['a port without a node is not', '192.168.1.20:8001', 'http://192.168.1.20:8007', false],
    ['a node that listens on loopback alone is not', '192.168.1.20:8001', 'http://192.168.1.20:8002', false],
    ['a name that is not ours is not', 'evil.example', 'http://evil.example:8005', false],
  ])('around a wildcard address, %s', async ([, host, origin, isPeer]) => {
    const node = await startWithPeers({ host: '0.0.0.0' })
    const { headers } = await request(node, '/demo.mp4', { headers: { host, origin } })
    expect(headers['access-control-allow-origin']).toBe(isPeer ? origin : undefined)
  })

  test('of a node that no list names lets nobody read', async () => {
    const node = await startTestNode()
    const { headers } = await request(node, '/health', { headers: { origin: node.url } })
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('answers a preflight with what a page may send', async () => {
    const node = await startWithPeers()
    const { status, headers, body } = await request(node, '/demo.mp4', {
      method: 'OPTIONS',
      headers: {
        origin: PEER,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'if-range,range',
      },
    })
    expect([status, body.length]).toEqual([204, 0])
    expect(headers['access-control-allow-origin']).toBe(PEER)
    expect(headers['access-control-allow-methods']?.split(', ')).toEqual(['GET', 'HEAD'])
    const allowed = headers['access-control-allow-headers']?.toLowerCase().split(', ')
    expect(allowed).toEqual(
      expect.arrayContaining(['range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since']),
    )
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
    expect(headers).not.toHaveProperty('content-length') // RFC 9110 §8.6: not with a 204
  })
})

describe('every answer', () => {
  const get = (target: string, ...lines: string[]): string => getHead(target, `Origin: ${PEER}`, ...lines)

  test.for<[status: number, what: string, bytes: string, isParsed: boolean]>([
    [200, 'a file', get('/demo.mp4'), true],
    [200, 'an empty file', get('/empty.mp4'), true],
    [200, 'a page', get('/'), true],
    [200, 'health', get('/health'), true],
    [200, 'the node list', get('/_/nodes'), true],
    [200, 'the videos', get('/_/videos'), true],
    [200, 'a manifest', get('/_/manifest/demo.mp4'), true],
    [204, 'a preflight', get('/demo.mp4').replace('GET', 'OPTIONS'), true],
    [204, 'OPTIONS *', get('*').replace('GET', 'OPTIONS'), true],
    [206, 'a range', get('/demo.mp4', 'Range: bytes=0-9'), true],
    [206, 'several ranges', get('/demo.mp4', 'Range: bytes=0-9,20-29'), true],
    [304, 'nothing new', get('/demo.mp4', 'If-None-Match: *'), true],
    [400, 'a target that is none', get('/%'), true],
    [400, 'two Host lines', get('/demo.mp4', 'Host: 127.0.0.1'), true],
    [404, 'a missing file', get('/other.mp4'), true],
    [404, 'a missing manifest', get('/_/manifest/empty.mp4'), true],
    [405, 'another method', get('/demo.mp4').replace('GET', 'DELETE'), true],
    [412, 'a failed precondition', get('/demo.mp4', 'If-Match: "other"'), true],
    [416, 'a hopeless range', get('/demo.mp4', 'Range: bytes=5000-'), true],
    [421, 'another name', `GET /demo.mp4 HTTP/1.1\r\nHost: evil.example\r\nOrigin: ${PEER}\r\n\r\n`, true],
    [400, 'what is no HTTP', 'hello\r\n\r\n', false],
    [400, 'a field that is none', 'GET / HTTP/1.1\r\nno field\r\n\r\n', false],
    [405, 'a method that nobody knows', 'BREW / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', false],
    [405, 'CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', false],
    [431, 'a header that is too large', get('/demo.mp4', `X: ${'x'.repeat(20_000)}`), false],
  ])('%i, to %s, varies by web origin, stays on this site and is not sniffed', async ([
    status,
    ,
    bytes,
    isParsed,
  ]) => {
    const node = await startWithPeers()
    const reply = await exchangeRaw(node, bytes, bytes.split(' ')[0])
    expect(reply.status).toBe(status)
    expect(fieldLines(reply, 'Vary')).toEqual(['Origin'])
    expect(fieldLines(reply, 'X-Content-Type-Options')).toEqual(['nosniff'])
    expect(fieldLines(reply, 'Cross-Origin-Resource-Policy')).toEqual(['same-site'])
    expect(fieldLines(reply, 'Date')).toEqual([expect.stringMatching(/ GMT$/)])
    // What the parser refuses has no Origin that could be believed.
    expect(fieldLines(reply, 'Access-Control-Allow-Origin')).toEqual(isParsed ? [PEER] : [])
    if (reply.body.length > 0) expect(fieldLines(reply, 'Content-Type')).toHaveLength(1)
    if (status >= 400) {
      expect(field(reply, 'Content-Type')).toBe('text/plain; charset=utf-8')
      expect(field(reply, 'Content-Security-Policy')).toBe("default-src 'none'; sandbox")
    }
  })

  test('comes once for each request, in order, whoever asks', async () => {
    const node = await startWithPeers()
    const connection = await RawConnection.open(node)
    connection.send(
      getHead('/health', `Origin: ${PEER}`) + getHead('/health', 'Origin: null') + getHead('/health'),
    )
    const replies = await connection.replies(3)
    expect(replies.map((reply) => field(reply, 'Access-Control-Allow-Origin'))).toEqual([
      PEER,
      undefined,
      undefined,
    ])
  })
})
