import { expect, test } from 'vitest'
import type { ListedNode } from '../../src/node-list.ts'
import { NODE_DEFAULTS } from '../../src/node-list.ts'
import { chooseNode, type Holding, holdingOf, type Probed } from '../../src/picking/choose.ts'
import type { Probe } from '../../src/picking/probe.ts'
import type { Found, Reply } from '../../src/swarm/find-file.js'

const ownNode = (name: string): ListedNode => ({
  ...NODE_DEFAULTS,
  name,
  port: 8001,
  latencyMs: 0,
  root: '/',
})
const foreignNode = (name: string): ListedNode => ({ name, url: `http://${name}`, healthPath: '/health' })

/** A node, named after what it has and how fast it is. */
interface Case {
  /** `undefined`: refused */
  readonly ms?: number | undefined
  readonly holding: Holding
  readonly isForeign?: boolean
  readonly etag?: string
}

const own = (ms: number | undefined, holding: Holding): Case => ({ ms, holding })
const foreign = (ms: number | undefined, holding: Holding, etag = '"1"'): Case => ({
  ...{ ms, holding, isForeign: true, etag },
})

const probed = (cases: readonly Case[]): Probed[] =>
  cases.map(({ ms, holding, isForeign = false, etag }, index) => {
    const probe: Probe =
      ms === undefined ? { state: 'refused' } : { state: 'up', medianMs: ms, timesMs: [ms] }
    const node = isForeign ? foreignNode(`n${index + 1}`) : ownNode(`n${index + 1}`)
    return { node, probe, holding, reply: { replica: { size: 9, etag, lastModifiedMs: 0 } } }
  })

const NOBODY = { versions: [], discarded: [], delays: new Map(), replies: new Map() }

/** What was found; which nodes have which version is in the holdings. */
const foundFile = (sources: readonly string[], etag?: string): Found => ({
  ...{ kind: 'found', isVerified: etag === undefined, sources, ...NOBODY },
  file: { name: 'talk.mp4', size: 9, chunkSize: 1, ...(etag === undefined ? {} : { etag }) },
})

test.for<[rule: string, cases: Case[], chosen: string | undefined, differ: boolean]>([
  ['the fastest is chosen', [own(150, 'newest'), own(50, 'newest'), own(300, 'newest')], 'n2', false],
  ['times are compared as numbers', [own(100, 'newest'), own(9.5, 'newest')], 'n2', false],
  ['the first of equals is chosen', [own(50, 'newest'), own(50, 'newest')], 'n1', false],
  ['a node that refuses is passed over', [own(undefined, 'newest'), own(150, 'newest')], 'n2', false],
  ['a faster node without the video is passed over', [own(1, 'nothing'), own(150, 'newest')], 'n2', false],
  ['… and one that did not say', [own(1, 'not told'), own(150, 'newest')], 'n2', false],
  ['the newest version counts', [own(50, 'another version'), own(300, 'newest')], 'n2', true],
  ['… not a copy that nobody can check', [own(50, 'same size'), own(300, 'newest')], 'n2', false],
  ['… nor a foreign one', [foreign(1, 'same size'), own(300, 'newest')], 'n2', false],
  [
    '… whatever its tag is',
    [foreign(1, 'same size', `"${'a'.repeat(64)}"`), own(300, 'newest')],
    'n2',
    false,
  ],
  [
    'a foreign one of another size is another version',
    [foreign(1, 'another version'), own(9, 'newest')],
    'n2',
    true,
  ],
  [
    'ours without a manifest goes before a foreign one',
    [foreign(1, 'same size'), own(9, 'same size')],
    'n2',
    false,
  ],
  [
    'where who has the newest is away, an older one of ours is better than none',
    [own(undefined, 'newest'), own(9, 'another version')],
    'n2',
    true,
  ],
  ['nobody has it', [own(50, 'nothing'), own(undefined, 'not told')], undefined, false],
  ['there is nobody', [], undefined, false],
])('%s', ([, cases, chosen, differ]) => {
  const all = probed(cases)
  const choice = chooseNode(all, foundFile(all.map(({ node }) => node.name)))
  expect({ chosen: choice.chosen?.name, differ: choice.versionsDiffer }).toEqual({ chosen, differ })
})

test('of foreign ones the fastest counts that may be read together', () => {
  const all = probed([
    own(1, 'nothing'),
    foreign(30, 'same size', '"2"'),
    foreign(50, 'same size'),
    foreign(40, 'same size'),
  ])
  expect(chooseNode(all, foundFile(['n1', 'n2', 'n3', 'n4'], '"1"')).chosen?.name).toBe('n4')
})

test('the order of the node list changes nothing but between equals', () => {
  const all = probed([
    ...[own(50, 'another version'), own(300, 'newest'), own(150, 'newest'), own(1, 'nothing')],
    ...[own(10, 'same size'), foreign(1, 'same size'), own(undefined, 'not told')],
  ])
  const found = foundFile(all.map(({ node }) => node.name))
  for (let turn = 0; turn < all.length; turn++) {
    const turned = [...all.slice(turn), ...all.slice(0, turn)]
    expect(chooseNode(turned, found)).toEqual(chooseNode(all, found))
    expect(chooseNode(turned.toReversed(), found)).toEqual(chooseNode(all, found))
  }
})

const SIZE = 9
const replica = (size: number): Reply => ({ delayMs: 1, replica: { size, etag: '"x"', lastModifiedMs: 0 } })
const version = (sha256: string, ...nodes: string[]) => ({ sha256, size: SIZE, mtimeMs: 0, nodes })

test.for<[what: string, reply: Reply | undefined, expected: Holding]>([
  ['who has the first of the versions', replica(SIZE), 'newest'],
  ['who has another', replica(SIZE), 'another version'],
  ['who has no manifest, and a file of the same size', replica(SIZE), 'same size'],
  ['who has no manifest, and a file of another size', replica(8), 'another version'],
  ['who answered, and has no file', { delayMs: 1 }, 'nothing'],
  ['who did not answer', {}, 'not told'],
  ['who refused', { failure: 'the connection was refused' }, 'not told'],
])('%s is told from the others', ([what, reply, expected]) => {
  const versions = [
    version('new', what === 'who has the first of the versions' ? 'n1' : 'n8'),
    version('old', what === 'who has another' ? 'n1' : 'n9'),
  ]
  const found: Found = {
    ...{ kind: 'found', isVerified: true, sources: ['n1'], ...NOBODY, versions },
    file: { name: 'talk.mp4', size: SIZE, chunkSize: 1 },
    replies: new Map(reply === undefined ? [] : [['n1', reply]]),
  }
  expect(holdingOf(ownNode('n1'), found)).toBe(expected)
})
