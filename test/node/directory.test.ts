import { describe, expect, test } from 'vitest'
import { Directory, viewFrom } from '../../src/node/directory.ts'
import { type ListedNode, NODE_DEFAULTS, type NodeConfig } from '../../src/node-list.ts'

const ours = (name: string, host: string, port: number): NodeConfig => ({
  ...NODE_DEFAULTS,
  name,
  host,
  port,
  latencyMs: 50,
  root: `/nowhere/${name}`,
})
const cdn: ListedNode = { name: 'cdn', url: 'https://cdn.example/videos', healthPath: '/up?full' }

test.for<[rule: string, node: ListedNode, hostName: string | undefined, url: string]>([
  ['an address stays what it is', ours('a', '127.0.0.1', 8001), '192.168.1.20', 'http://127.0.0.1:8001'],
  ['a name stays what it is', ours('a', 'pi.lan', 8001), '192.168.1.20', 'http://pi.lan:8001'],
  [
    'a wildcard is the name asked for',
    ours('a', '0.0.0.0', 8001),
    '192.168.1.20',
    'http://192.168.1.20:8001',
  ],
  ['the IPv6 wildcard too', ours('a', '::', 8001), '192.168.1.20', 'http://192.168.1.20:8001'],
  ['an IPv6 address keeps its brackets', ours('a', '::', 8001), '[fd00::1]', 'http://[fd00::1]:8001'],
  ['0.0.0.0 has no IPv6 address', ours('a', '0.0.0.0', 8001), '[::1]', 'http://127.0.0.1:8001'],
  ['a name is in small letters', ours('a', '::', 8001), 'LocalHost', 'http://localhost:8001'],
  ['port 80 goes without saying', ours('a', '0.0.0.0', 80), '192.168.1.20', 'http://192.168.1.20'],
  [
    'a wildcard that nobody named is loopback',
    ours('a', '0.0.0.0', 8001),
    undefined,
    'http://127.0.0.1:8001',
  ],
  ["somebody else's server keeps its URL", cdn, '192.168.1.20', 'https://cdn.example/videos'],
])('%s', ([, node, hostName, url]) => {
  expect(viewFrom([node], 'other', hostName).nodes).toMatchObject([{ name: node.name, url }])
})

test('a page is told where to ask for health, and never where the files are', () => {
  const { nodes } = viewFrom([ours('a', '0.0.0.0', 8001), cdn], 'a', '10.0.0.7')
  expect(nodes.map(({ healthUrl }) => healthUrl)).toEqual([
    'http://10.0.0.7:8001/health',
    'https://cdn.example/videos/up?full',
  ])
  expect(JSON.stringify(nodes)).not.toContain('nowhere')
})

test('the others are all but the node that is asked', () => {
  const nodes = [ours('a', '127.0.0.1', 1), ours('b', '127.0.0.1', 2), cdn]
  const names = (own: string): string[] => viewFrom(nodes, own).others.map(({ name }) => name)
  expect(names('a')).toEqual(['b', 'cdn'])
  expect(names('elsewhere')).toEqual(['a', 'b', 'cdn'])
})

test.for<[rule: string, node: ListedNode, hostName: string | undefined, peers: string[]]>([
  [
    'loopback has three names',
    ours('a', '127.0.0.1', 8001),
    undefined,
    ['http://127.0.0.1:8001', 'http://localhost:8001', 'http://[::1]:8001'],
  ],
  [
    'whichever of them it listens on',
    ours('a', '::1', 8001),
    undefined,
    ['http://[::1]:8001', 'http://127.0.0.1:8001', 'http://localhost:8001'],
  ],
  [
    'other loopback addresses keep their own',
    ours('a', '127.0.0.2', 1),
    undefined,
    ['http://127.0.0.2:1', 'http://127.0.0.1:1', 'http://localhost:1', 'http://[::1]:1'],
  ],
  ['another machine has one name', ours('a', 'pi.lan', 8001), 'pi.lan', ['http://pi.lan:8001']],
  [
    'a name that begins like an address is another machine',
    ours('a', '127.evil.example', 1),
    undefined,
    ['http://127.evil.example:1'],
  ],
  [
    'a wildcard has the name asked for as well',
    ours('a', '0.0.0.0', 8001),
    '192.168.1.20',
    ['http://127.0.0.1:8001', 'http://localhost:8001', 'http://[::1]:8001', 'http://192.168.1.20:8001'],
  ],
  ["the pages of somebody else's server are not ours", cdn, undefined, []],
])('pages that may read: %s', ([, node, hostName, peers]) => {
  expect(viewFrom([node], 'a', hostName).peers).toEqual(new Set(peers))
})

describe('a directory', () => {
  const seen = (directory: Directory, host: string | undefined): string | undefined =>
    directory.seenFrom(host).nodes[0]?.url
  const own = { name: 'a', host: '0.0.0.0' }

  test.for<[host: string | undefined, url: string]>([
    ['192.168.1.20:8001', 'http://192.168.1.20:8001'],
    ['localhost', 'http://localhost:8001'],
    [undefined, 'http://127.0.0.1:8001'],
    ['evil.example', 'http://127.0.0.1:8001'],
    ['', 'http://127.0.0.1:8001'],
    ['127.0.0.1, 127.0.0.1', 'http://127.0.0.1:8001'],
  ])('believes a Host field that is ours: %s', ([host, url]) => {
    expect(seen(new Directory([ours('a', '0.0.0.0', 8001)], own), host)).toBe(url)
  })

  test('gives the same view again, so that what is made from it can be kept', () => {
    const wild = new Directory([ours('a', '0.0.0.0', 8001)], own)
    expect(wild.seenFrom('10.0.0.7:1')).toBe(wild.seenFrom('10.0.0.7:1'))
    expect(wild.seenFrom('10.0.0.7:1')).not.toBe(wild.seenFrom('10.0.0.8:1'))
    const fixed = new Directory([ours('a', '127.0.0.1', 8001)], own)
    expect(fixed.seenFrom('10.0.0.7:1')).toBe(fixed.seenFrom('10.0.0.8:1'))
  })

  test('goes on after more host names than it remembers', () => {
    const wild = new Directory([ours('a', '0.0.0.0', 8001)], own)
    for (let last = 0; last < 256; last++)
      expect(seen(wild, `10.0.0.${last}`)).toBe(`http://10.0.0.${last}:8001`)
  })
})
