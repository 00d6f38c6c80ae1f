import { expect, test } from 'vitest'
import type { ListedNode, NodeConfig } from '../../src/node-list.ts'
import { chooseNode, compareVersions, type Probed } from '../../src/picking/choose.ts'
import type { Probe, Version } from '../../src/picking/probe.ts'

const OLD: Version = { etag: '"old"', sizeBytes: 900, lastModifiedMs: 1000, isComplete: true }
const NEW: Version = { etag: '"new"', sizeBytes: 1000, lastModifiedMs: 2000, isComplete: true }
/** Copied by hand, later than all others: no manifest vouches for it. */
const UNCHECKED: Version = { etag: '"hand"', sizeBytes: 500, lastModifiedMs: 3000, isComplete: false }

const has = (medianMs: number, version: Version): Probe => ({
  state: 'up',
  medianMs,
  timesMs: [medianMs],
  version,
})
const without = (medianMs: number): Probe => ({
  state: 'up without the video',
  medianMs,
  timesMs: [medianMs],
})
const DOWN: Probe = { state: 'down' }
const SILENT: Probe = { state: 'no answer in time' }
const OTHER: Probe = { state: 'not a node' }

const probed = (probes: readonly Probe[]): Probed[] =>
  probes.map((probe, index) => {
    const node: NodeConfig = {
      name: `node${index + 1}`,
      host: '127.0.0.1',
      port: 8001 + index,
      latencyMs: 0,
      jitterMs: 0,
      bandwidthKbps: 0,
      root: '/',
    }
    return { node, probe }
  })

test.for<
  [rule: string, probes: Probe[], chosen: string | undefined, preferred: Version | undefined, differ: boolean]
>([
  ['the fastest node is chosen', [has(150, NEW), has(50, NEW), has(300, NEW)], 'node2', NEW, false],
  ['times are compared as numbers', [has(100, NEW), has(9.5, NEW)], 'node2', NEW, false],
  ['the first of equals is chosen', [has(50, NEW), has(50, NEW)], 'node1', NEW, false],
  ['a node that is down is passed over', [DOWN, has(150, NEW), has(300, NEW)], 'node2', NEW, false],
  ['a silent node is passed over', [SILENT, has(150, NEW)], 'node2', NEW, false],
  ['what is not a node is passed over', [OTHER, has(150, NEW)], 'node2', NEW, false],
  ['a faster node without the video is passed over', [without(1), has(150, NEW)], 'node2', NEW, false],
  ['the newest version counts, not the fastest node', [has(50, OLD), has(300, NEW)], 'node2', NEW, true],
  [
    'of the newest version the fastest counts',
    [has(50, OLD), has(300, NEW), has(150, NEW)],
    'node3',
    NEW,
    true,
  ],
  ['a version without a manifest is passed over', [has(50, UNCHECKED), has(300, OLD)], 'node2', OLD, true],
  ['… unless there is no other', [has(50, UNCHECKED), without(1)], 'node1', UNCHECKED, false],
  [
    '… and then the newest of these counts',
    [has(50, { ...UNCHECKED, etag: '"h0"', lastModifiedMs: 1 }), has(300, UNCHECKED)],
    'node2',
    UNCHECKED,
    true,
  ],
  [
    'the same bytes with another date are the same version',
    [has(50, { ...NEW, lastModifiedMs: 1 }), has(300, NEW)],
    'node1',
    NEW,
    false,
  ],
  ['nobody has it', [without(50), without(150), DOWN], undefined, undefined, false],
  ['nobody is up', [DOWN, SILENT, OTHER], undefined, undefined, false],
  ['there is nobody', [], undefined, undefined, false],
])('%s', ([, probes, chosen, preferred, versionsDiffer]) => {
  const choice = chooseNode(probed(probes))
  expect({ ...choice, chosen: choice.chosen?.name }).toEqual({ chosen, preferred, versionsDiffer })
})

test('the order of the node list changes nothing but between equals', () => {
  const probes = [has(50, OLD), has(300, NEW), has(150, NEW), without(1), has(10, UNCHECKED), DOWN]
  const inOrder = probed(probes)
  for (let turn = 0; turn < inOrder.length; turn++) {
    const turned = [...inOrder.slice(turn), ...inOrder.slice(0, turn)]
    expect(chooseNode(turned)).toEqual(chooseNode(inOrder))
    expect(chooseNode(turned.toReversed())).toEqual(chooseNode(inOrder))
  }
})

const HASH: Version = { ...NEW, etag: `"${'a'.repeat(64)}"` }
const OTHER_HASH: Version = { ...NEW, etag: `"${'b'.repeat(64)}"`, lastModifiedMs: 9000 }
/** As another server tells of a file: with a tag of its own, or none. */
const FOREIGN: Version = { etag: '"65-3e8"', sizeBytes: 1000, lastModifiedMs: 9000, isComplete: false }
const UNTAGGED: Version = { ...FOREIGN, etag: undefined }
const OTHER_SIZE: Version = { ...FOREIGN, etag: '"65-3e7"', sizeBytes: 999 }

const [OURS] = probed([DOWN]).map(({ node }) => node)
const CDN: ListedNode = { name: 'cdn', url: 'https://cdn.example', healthPath: '/health' }

test.for<[rule: string, ours: Probe[], foreign: Probe[], chosen: string, differ: boolean]>([
  ['is passed over when ours have the video', [has(300, HASH)], [has(1, FOREIGN)], 'node1', false],
  ['is no other version when it has no tag', [has(300, HASH)], [has(1, UNTAGGED)], 'node1', false],
  ['is another version when its size differs', [has(300, HASH)], [has(1, OTHER_SIZE)], 'node1', true],
  ['counts like ours with our own tag', [has(300, HASH)], [has(1, HASH)], 'cdn1', false],
  ['may have the newest of our versions', [has(1, HASH)], [has(300, OTHER_HASH)], 'cdn1', true],
  ['is passed over for ours without a manifest', [has(300, UNCHECKED)], [has(1, FOREIGN)], 'node1', true],
  ['is chosen when none of ours has the video', [without(1), DOWN], [has(300, FOREIGN)], 'cdn1', false],
  [
    'is chosen by speed among such servers',
    [DOWN],
    [has(300, FOREIGN), has(100, { ...FOREIGN, etag: 'W/"1"' }), has(1, OTHER_SIZE)],
    'cdn2',
    true,
  ],
])("somebody else's server %s", ([, ours, foreign, chosen, differ]) => {
  const others = foreign.map((probe, index) => ({ node: { ...CDN, name: `cdn${index + 1}` }, probe }))
  const choice = chooseNode([...probed(ours), ...others])
  expect({ chosen: choice.chosen?.name, differ: choice.versionsDiffer }).toEqual({ chosen, differ })
})

test.for<[rule: string, node: ListedNode | undefined, version: Version, expected: string]>([
  ['the same tag', OURS, { ...HASH, lastModifiedMs: 1 }, 'same'],
  ['another hash', OURS, OTHER_HASH, 'other'],
  ['a tag of a file without a manifest', OURS, { ...UNCHECKED, sizeBytes: HASH.sizeBytes }, 'other'],
  ['the same tag from elsewhere', CDN, { ...HASH, isComplete: false }, 'same'],
  ['another hash from elsewhere', CDN, OTHER_HASH, 'other'],
  ["another server's tag and the same size", CDN, FOREIGN, 'same size'],
  ['no tag and the same size', CDN, UNTAGGED, 'same size'],
  ["another server's tag and another size", CDN, OTHER_SIZE, 'other'],
])('%s is compared with the version that counts', ([, node, version, expected]) => {
  expect(node && compareVersions(node, version, HASH)).toBe(expected)
})
