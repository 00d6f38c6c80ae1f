import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  DEFAULT_NODE_LIST,
  healthUrl,
  hostAndPort,
  isForeign,
  type ListedNode,
  nodeUrl,
  ownNodes,
  parseNodeList,
  readNodeList,
} from '../src/node-list.ts'

const FOLDER = path.resolve('/lists')
const parse = (text: string): ListedNode[] => parseNodeList(text, 'nodes.json', FOLDER)

/** A node list of as many good nodes as there are changes; `undefined` takes a field away. */
const list = (...changes: Record<string, unknown>[]): string =>
  JSON.stringify({
    nodes: changes.map((change, index) => ({
      name: `node${index + 1}`,
      port: 8001 + index,
      latencyMs: 50,
      root: `node${index + 1}/storage`,
      ...change,
    })),
  })

test('the node list of the project has three nodes', () => {
  const root = (name: string): string => path.join(path.dirname(DEFAULT_NODE_LIST), name, 'storage')
  const rest = { host: '127.0.0.1', jitterMs: 0, bandwidthKbps: 3000 }
  expect(readNodeList()).toEqual([
    { name: 'node1', port: 8001, latencyMs: 50, root: root('node1'), ...rest },
    { name: 'node2', port: 8002, latencyMs: 150, root: root('node2'), ...rest },
    { name: 'node3', port: 8003, latencyMs: 300, root: root('node3'), ...rest },
  ])
})

test('every field can be given, and a root is relative to the folder of the list', () => {
  const node = {
    name: 'Knoten_ä.1-b',
    host: '::1',
    port: 65_535,
    latencyMs: 0.5,
    jitterMs: 10,
    bandwidthKbps: 4000,
  }
  expect(parse(JSON.stringify({ nodes: [{ ...node, root: '../disk' }] }))).toEqual([
    { ...node, root: path.resolve('/disk') },
  ])
})

test('a root may be absolute', () => {
  expect(parse(list({ root: path.resolve('/disk') }))).toMatchObject([{ root: path.resolve('/disk') }])
})

test('a byte order mark, as Windows editors write it, is no mistake', () => {
  expect(parse(`\uFEFF${list({})}`)).toEqual(parse(list({})))
})

const NAME = 'a name of letters, digits, ".", "_" and "-"'
const HOST = 'an IP address or a host name'
const PORT = 'a whole number from 1 to 65535'
const MILLISECONDS = 'milliseconds from 0 to 60000'
const KILOBITS = 'kilobits per second from 0 (unlimited) to 100000000'
const FIELDS =
  "one of name, host, port, latencyMs, jitterMs, bandwidthKbps, root, faults, or url for somebody else's server"

test.for<[text: string, message: string]>([
  [list({}, { port: '80a' }), `nodes[1].port: expected ${PORT}, found "80a"`],
  [list({ port: '8001' }), `nodes[0].port: expected ${PORT}, found "8001"`],
  [list({ port: 0 }), `nodes[0].port: expected ${PORT}, found 0`],
  [list({ port: 65_536 }), `nodes[0].port: expected ${PORT}, found 65536`],
  [list({ port: -1 }), `nodes[0].port: expected ${PORT}, found -1`],
  [list({ port: 80.5 }), `nodes[0].port: expected ${PORT}, found 80.5`],
  [list({ port: null }), `nodes[0].port: expected ${PORT}, found null`],
  [list({ port: undefined }), `nodes[0].port: expected ${PORT}, found nothing`],
  [list({ name: undefined }), `nodes[0].name: expected ${NAME}, found nothing`],
  [list({ name: '' }), `nodes[0].name: expected ${NAME}, found ""`],
  [list({ name: 'node 1' }), `nodes[0].name: expected ${NAME}, found "node 1"`],
  [list({ name: 'a/b' }), `nodes[0].name: expected ${NAME}, found "a/b"`],
  [list({ name: 'a\n' }), `nodes[0].name: expected ${NAME}, found "a\\n"`],
  [list({ name: 1 }), `nodes[0].name: expected ${NAME}, found 1`],
  [list({ host: '' }), `nodes[0].host: expected ${HOST}, found ""`],
  [list({ host: 'a b' }), `nodes[0].host: expected ${HOST}, found "a b"`],
  [list({ host: 'http://localhost' }), `nodes[0].host: expected ${HOST}, found "http://localhost"`],
  [list({ host: 'localhost:8001' }), `nodes[0].host: expected ${HOST}, found "localhost:8001"`],
  [list({ host: '-a' }), `nodes[0].host: expected ${HOST}, found "-a"`],
  [list({ host: null }), `nodes[0].host: expected ${HOST}, found null`],
  [list({ latencyMs: undefined }), `nodes[0].latencyMs: expected ${MILLISECONDS}, found nothing`],
  [list({ latencyMs: -1 }), `nodes[0].latencyMs: expected ${MILLISECONDS}, found -1`],
  [list({ latencyMs: 60_001 }), `nodes[0].latencyMs: expected ${MILLISECONDS}, found 60001`],
  [list({ latencyMs: '50ms' }), `nodes[0].latencyMs: expected ${MILLISECONDS}, found "50ms"`],
  [list({ latencyMs: [50] }), `nodes[0].latencyMs: expected ${MILLISECONDS}, found [50]`],
  [list({ jitterMs: true }), `nodes[0].jitterMs: expected ${MILLISECONDS}, found true`],
  [list({ jitterMs: -0.1 }), `nodes[0].jitterMs: expected ${MILLISECONDS}, found -0.1`],
  [list({ bandwidthKbps: -1 }), `nodes[0].bandwidthKbps: expected ${KILOBITS}, found -1`],
  [list({ bandwidthKbps: 100_000_001 }), `nodes[0].bandwidthKbps: expected ${KILOBITS}, found 100000001`],
  [list({ bandwidthKbps: {} }), `nodes[0].bandwidthKbps: expected ${KILOBITS}, found {}`],
  [list({ root: undefined }), 'nodes[0].root: expected the path of a folder, found nothing'],
  [list({ root: '' }), 'nodes[0].root: expected the path of a folder, found ""'],
  [list({ root: 'a\0b' }), 'nodes[0].root: expected the path of a folder, found "a\\u0000b"'],
  [list({ faults: [] }), 'nodes[0].faults: expected an object with a field for each fault, found []'],
  [
    list({ faults: { stall: { afterBytes: '5' } } }),
    'nodes[0].faults.stall.afterBytes: expected bytes, a whole number from 0 to 9007199254740991, found "5"',
  ],
  [
    list({ faults: { refuse: true } }),
    'nodes[0].faults.refuse.forMs: expected milliseconds, a whole number from 1 to 3600000, found true',
  ],
  [list({ root: 5 }), 'nodes[0].root: expected the path of a folder, found 5'],

  [list({}, { latency: 50 }), `nodes[1].latency: expected ${FIELDS}, found 50`],
  [list({ Port: 8001 }), `nodes[0].Port: expected ${FIELDS}, found 8001`],
  [list({ toString: 1 }), `nodes[0].toString: expected ${FIELDS}, found 1`],
  ['{"nodes":[{"__proto__":{"name":"a"}}]}', `nodes[0].__proto__: expected ${FIELDS}, found {"name":"a"}`],
  ['{"nodes":[],"version":1}', 'version: expected only "nodes" here, found 1'],
  ['{"node":[]}', 'node: expected only "nodes" here, found []'],
  ['{}', 'nodes: expected a list of at least one node, found nothing'],
  ['{"nodes":[]}', 'nodes: expected a list of at least one node, found []'],
  ['{"nodes":{}}', 'nodes: expected a list of at least one node, found {}'],
  ['{"nodes":["node1"]}', 'nodes[0]: expected an object, found "node1"'],
  ['{"nodes":[null]}', 'nodes[0]: expected an object, found null'],
  ['{"nodes":[[]]}', 'nodes[0]: expected an object, found []'],
  ['[]', 'the file: expected an object with "nodes", found []'],
  ['null', 'the file: expected an object with "nodes", found null'],
  ['"nodes"', 'the file: expected an object with "nodes", found "nodes"'],

  [list({}, { name: 'node1' }), 'nodes[1].name: expected another name than nodes[0] has, found "node1"'],
  [
    list({}, {}, { port: 8002 }),
    'nodes[2].port: expected another port than nodes[1] has, found "127.0.0.1:8002"',
  ],
  [
    list({ host: 'pi.lan', port: 1 }, { host: 'PI.lan', port: 1 }),
    'nodes[1].port: expected another port than nodes[0] has, found "pi.lan:1"',
  ],
  [
    list({ host: '::1', port: 1 }, { host: '::1', port: 1 }),
    'nodes[1].port: expected another port than nodes[0] has, found "[::1]:1"',
  ],
  [
    list({}, { root: './node1//storage/' }),
    `nodes[1].root: expected another root than nodes[0] has, found ${JSON.stringify(path.join(FOLDER, 'node1/storage'))}`,
  ],
  [
    list({ name: 'x'.repeat(99), port: 'x'.repeat(99) }),
    `nodes[0].port: expected ${PORT}, found "${'x'.repeat(56)}...`,
  ],
])('a mistake in %s is named', ([text, message]) => {
  expect(() => parse(text)).toThrow(new Error(`nodes.json: ${message}`))
})

const URL_RULE = 'an http or https URL without user, query and fragment'
const FOREIGN_FIELDS = 'one of name, url, healthPath where there is a url'

test.for<[given: object, url: string, healthPath: string, healthAt: string]>([
  [{ url: 'http://10.0.0.7' }, 'http://10.0.0.7', '/health', 'http://10.0.0.7/health'],
  [{ url: 'http://10.0.0.7/' }, 'http://10.0.0.7', '/health', 'http://10.0.0.7/health'],
  [
    { url: 'HTTPS://CDN.example:443/a/b//' },
    'https://cdn.example/a/b',
    '/health',
    'https://cdn.example/a/b/health',
  ],
  [{ url: 'http://[::1]:8004/v' }, 'http://[::1]:8004/v', '/health', 'http://[::1]:8004/v/health'],
  [{ url: 'http://a.example', healthPath: '/' }, 'http://a.example', '/', 'http://a.example/'],
  [
    { url: 'http://a.example/v', healthPath: '/up?now' },
    'http://a.example/v',
    '/up?now',
    'http://a.example/v/up?now',
  ],
])("somebody else's server is a node too: %j", ([given, url, healthPath, healthAt]) => {
  const [node] = parse(JSON.stringify({ nodes: [{ name: 'cdn', ...given }] }))
  expect(node).toEqual({ name: 'cdn', url, healthPath })
  if (node === undefined) return
  expect([isForeign(node), nodeUrl(node), healthUrl(node)]).toEqual([true, url, healthAt])
})

test('our own nodes are told from the others, and keep their order', () => {
  const nodes = parse(foreignList({ name: 'cdn', url: 'http://a.example' }))
  expect(nodes.map(isForeign)).toEqual([false, true])
  expect(ownNodes(nodes).map(({ name }) => name)).toEqual(['node1'])
  expect(healthUrl(ownNodes(nodes)[0] ?? { name: '', url: '', healthPath: '' })).toBe(
    'http://127.0.0.1:8001/health',
  )
})

/** A good node of ours, and behind it these entries. */
function foreignList(...entries: object[]): string {
  const own = { name: 'node1', port: 8001, latencyMs: 50, root: 'node1/storage' }
  return JSON.stringify({ nodes: [own, ...entries] })
}

test.for<[entry: object, message: string]>([
  ...[
    '',
    'cdn.example',
    '//cdn.example',
    'ftp://cdn.example',
    'http:cdn.example',
    'http://',
    'http:///a',
    'http://a.example?x',
    'http://a.example/?',
    'http://a.example/#top',
    'http://user@a.example',
    'http://user:word@a.example',
    'http://@a.example',
    'http://a b.example',
    ' http://a.example',
    'http://a.example/b c',
    'http://a.example\\b',
    'http://a.example:99999',
    'http://a.example/\n',
    'http://[::1',
    null,
    5,
    ['http://a.example'],
  ].map((url): [object, string] => [
    { name: 'cdn', url },
    `nodes[1].url: expected ${URL_RULE}, found ${JSON.stringify(url)}`,
  ]),
  ...['', 'health', 'http://a.example/health', '/a b', '/a#b', '/a\\b', '/é', null, 5].map(
    (healthPath): [object, string] => [
      { name: 'cdn', url: 'http://a.example', healthPath },
      `nodes[1].healthPath: expected a path that begins with "/", found ${JSON.stringify(healthPath)}`,
    ],
  ),
  [{ url: 'http://a.example' }, `nodes[1].name: expected ${NAME}, found nothing`],
  [{ name: 'a b', url: 'http://a.example' }, `nodes[1].name: expected ${NAME}, found "a b"`],
  ...(['host', 'port', 'root', 'latencyMs', 'jitterMs', 'bandwidthKbps', 'Url'] as const).map(
    (field): [object, string] => [
      { name: 'cdn', url: 'http://a.example', [field]: 1 },
      `nodes[1].${field}: expected ${FOREIGN_FIELDS}, found 1`,
    ],
  ),
  [
    { name: 'cdn', healthPath: '/up', port: 1, latencyMs: 0, root: 'a' },
    `nodes[1].healthPath: expected ${FIELDS}, found "/up"`,
  ],
  [
    { name: 'node1', url: 'http://a.example' },
    'nodes[1].name: expected another name than nodes[0] has, found "node1"',
  ],
  [
    { name: 'cdn', url: 'http://127.0.0.1:8001/' },
    'nodes[1].url: expected another url than nodes[0] has, found "http://127.0.0.1:8001"',
  ],
  [
    { name: 'cdn', host: '0.0.0.0', port: 8001, latencyMs: 0, root: 'a' },
    'nodes[1].port: expected another port than nodes[0] has, found "http://127.0.0.1:8001"',
  ],
])("a mistake in the entry of somebody else's server is named: %j", ([entry, message]) => {
  expect(() => parse(foreignList(entry))).toThrow(new Error(`nodes.json: ${message}`))
})

test('two such servers may differ in their path alone, and not in nothing', () => {
  const at = (url: string, index: number): object => ({ name: `cdn${index}`, url })
  expect(parse(foreignList(...['http://a.example/a', 'http://a.example/b'].map(at)))).toHaveLength(3)
  expect(() => parse(foreignList(...['http://a.example/a/', 'http://A.example/a'].map(at)))).toThrow(
    new Error('nodes.json: nodes[2].url: expected another url than nodes[1] has, found "http://a.example/a"'),
  )
})

test('two nodes may have the same port on two hosts', () => {
  expect(parse(list({ host: '127.0.0.1' }, { host: '127.0.0.2', port: 8001 }))).toHaveLength(2)
})

test.for<[what: string, text: string, line: number, column: number]>([
  ['nothing at all', '', 1, 1],
  ['text', 'nodes', 1, 1],
  ['a comma too many', '{\n  "nodes": [\n    { "name": "a", }\n  ]\n}', 3, 20],
  ['a missing comma', '{\n  "nodes": []\n  "x": 1\n}', 3, 3],
  ['a comment', '{\n  // three nodes\n  "nodes": []\n}', 2, 3],
  ['single quotes', "{ 'nodes': [] }", 1, 3],
  ['a number of letters', '{"nodes": [{"port": 80a}]}', 1, 21],
  ['a bracket that is not closed', '{"nodes": [', 1, 12],
  ['something behind the end', '{"nodes": []}\r\n}', 2, 1],
  ['a mistake behind a byte order mark', '\uFEFF{nodes}', 1, 2],
])('broken JSON is an error with line and column: %s', ([, text, line, column]) => {
  expect(() => parse(text)).toThrow(
    new Error(`nodes.json:${line}:${column}: this is not JSON from line ${line}, column ${column} on`),
  )
})

test('a file that cannot be read is an error that names it', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'node-list-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const missing = path.join(folder, 'missing.json')
  const advice = 'Name one with --config FILE.'
  expect(() => readNodeList(missing)).toThrow(
    new Error(`Cannot read the node list ${missing}: there is no such file or folder. ${advice}`),
  )
  expect(() => readNodeList(folder)).toThrow(
    new Error(`Cannot read the node list ${folder}: it is a folder. ${advice}`),
  )

  const broken = path.join(folder, 'my nodes.json')
  writeFileSync(broken, list({ port: 0 }))
  expect(() => readNodeList(broken)).toThrow(new Error(`${broken}: nodes[0].port: expected ${PORT}, found 0`))
  writeFileSync(broken, list({}))
  expect(readNodeList(broken)).toMatchObject([{ root: path.join(folder, 'node1', 'storage') }])
})

test.for<[host: string, authority: string, url: string]>([
  ['127.0.0.1', '127.0.0.1:8001', 'http://127.0.0.1:8001'],
  ['localhost', 'localhost:8001', 'http://localhost:8001'],
  ['Pi.LAN', 'Pi.LAN:8001', 'http://pi.lan:8001'],
  ['::1', '[::1]:8001', 'http://[::1]:8001'],
  ['0:0:0:0:0:0:0:1', '[0:0:0:0:0:0:0:1]:8001', 'http://[::1]:8001'],
  ['0.0.0.0', '0.0.0.0:8001', 'http://127.0.0.1:8001'],
  ['::', '[::]:8001', 'http://[::1]:8001'],
])('a node on %s is reached at a web origin', ([host, authority, url]) => {
  expect(hostAndPort({ host, port: 8001 })).toBe(authority)
  expect(nodeUrl({ host, port: 8001 })).toBe(url)
})

test('a web origin leaves out the port that HTTP has anyway, as browsers do', () => {
  expect(nodeUrl({ host: '127.0.0.1', port: 80 })).toBe('http://127.0.0.1')
})
