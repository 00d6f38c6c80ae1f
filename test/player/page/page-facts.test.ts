import { expect, test } from 'vitest'
import { describeFacts } from '../../../src/player/page/page-facts.js'
import { Replicas } from '../../../src/player/page/replicas.js'
import type { PlayerEvent, PlayerKind } from '../../../src/player/playing/player-events.js'
import type { NodeState, SwarmEvent } from '../../../src/swarm/events.js'

const player = (kind: PlayerKind) => ({ kind, why: 'a reason' })
const known = { server: 'node1', policy: { kind: 'all' }, isVerified: true } as const
const texts = (facts: ReturnType<typeof describeFacts>) => facts.map(({ text }) => text)

test('before the video plays, only the origin of the page is known', () => {
  expect(texts(describeFacts(known))).toEqual(['page from node1'])
})

test('reading chunks says from which nodes, and that they are checked', () => {
  expect(texts(describeFacts({ ...known, player: player('swarm') }))).toEqual([
    'page from node1',
    'reads from all nodes',
    'every chunk verified',
  ])
  const policy = { kind: 'only', node: 'node2' } as const
  expect(texts(describeFacts({ ...known, policy, player: player('swarm') }))).toContain(
    'reads from node2 only',
  )
})

test('without a manifest nothing is called verified', () => {
  const facts = describeFacts({ ...known, isVerified: false, player: player('swarm') })
  expect(facts.at(-1)).toMatchObject({ text: 'unverified: there is no manifest', tone: 'unsure' })
})

test('playing from one node says so, why, and that nothing is checked, manifest or not', () => {
  const facts = describeFacts({ ...known, player: player('switching') })
  expect(texts(facts)).toEqual(['page from node1', 'plays from one node and switches', 'unverified'])
  expect(facts[1]?.why).toBe('a reason')
})

const version = (mtimeMs: number, ...nodes: string[]) => ({ sha256: 'a'.repeat(64), size: 9, mtimeMs, nodes })

test('replicas that differ are told of, and which of them is played', () => {
  const versions = [version(Date.UTC(2026, 2, 1), 'node3'), version(0, 'node1', 'node2')]
  expect(describeFacts({ ...known, versions }).at(-1)).toEqual({
    text: 'replicas differ: this is the version of node3',
    tone: 'unsure',
    why: 'it is of 2026-03-01 00:00:00 UTC; node1, node2: another one, of 1970-01-01 00:00:00 UTC',
  })
  expect(texts(describeFacts({ ...known, versions: [version(0, 'node1')] }))).toEqual(['page from node1'])
})

type Event = SwarmEvent | PlayerEvent
const turned = (node: string, state: NodeState, before: NodeState = 'up'): Event => ({
  type: 'node',
  atMs: 0,
  node,
  state,
  before,
  why: '',
})
const verified = (node: string): Event => ({ type: 'verified', atMs: 0, chunk: 1, node, bytes: 1 })

/** What is said of the versions when node3 alone had the one that is played. */
function after(...events: Event[]): string[] {
  const replicas = new Replicas()
  for (const event of events) replicas.apply(event)
  const versions = [version(0, 'node3'), version(0, 'node1', 'node2')]
  return texts(describeFacts({ ...known, versions, replicas: replicas.now })).slice(1)
}

test('who is switched to has this version', () => {
  const switched: Event = { type: 'switched', atMs: 0, from: 'node3', to: 'node1', why: '', hasFailed: true }
  expect(after(switched)).toEqual(['replicas differ: this is the version of node1, node3'])
})

test('replicas differ for as long as one has another version', () => {
  const others = [turned('node1', 'other version'), turned('node2', 'other version')]
  const isBack = (node: string): Event[] => [verified(node), turned(node, 'up', 'other version')]
  expect(after(...others)).toEqual(['replicas differ: this is the version of node3'])
  expect(after(...others, ...isBack('node1'))).toEqual([
    'replicas differ: this is the version of node1, node3',
  ])
  expect(after(...others, ...isBack('node1'), ...isBack('node2'))).toEqual([])
})

test('a node that is down has what it had, and one that lacks the video has no version', () => {
  expect(after(turned('node1', 'down'), turned('node1', 'up', 'down'))).toEqual([
    'replicas differ: this is the version of node3',
  ])
  expect(after(turned('node1', 'missing'), turned('node2', 'missing'))).toEqual([])
})

test('what a node sends of this version after it was replaced was under way before', () => {
  expect(after(turned('node3', 'other version'), verified('node3'))).toEqual([
    'node1, node2, node3 have another version now',
  ])
  const restarted = [
    turned('node3', 'down', 'other version'),
    turned('node3', 'up', 'down'),
    verified('node3'),
  ]
  expect(after(turned('node3', 'other version'), ...restarted)).toEqual([
    'replicas differ: this is the version of node3',
  ])
})

test('a version that its nodes have no more is not called theirs', () => {
  expect(after(turned('node3', 'other version'))).toEqual(['node1, node2, node3 have another version now'])
  expect(after(verified('node1'), turned('node3', 'other version'))).toEqual([
    'replicas differ: this is the version of node1',
  ])
})

test('a node that gets another version while the video plays makes replicas differ', () => {
  const replicas = new Replicas()
  expect(replicas.apply(verified('node1'))).toBe(true)
  expect(replicas.apply(verified('node1'))).toBe(false)
  replicas.apply(turned('node2', 'other version'))
  const versions = [version(0, 'node1', 'node2')]
  expect(describeFacts({ ...known, versions, replicas: replicas.now }).at(-1)).toEqual({
    text: 'replicas differ: this is the version of node1',
    tone: 'unsure',
    why: 'it is of 1970-01-01 00:00:00 UTC; node2: another one',
  })
})

test('a node whose manifest cannot be believed is named', () => {
  const discarded = [{ node: 'node2', why: 'its manifest has a date that is none' }]
  expect(texts(describeFacts({ ...known, discarded }))).toContain(
    'node2 is not believed: its manifest has a date that is none',
  )
})

test('a page from a copy says so, and since when its node has not been heard of', () => {
  const [page] = describeFacts({ ...known, copyAtMs: Date.UTC(2026, 2, 1, 12, 3, 4) })
  expect(page).toEqual({
    text: 'page from a copy in this browser',
    tone: 'unsure',
    why: 'node1 did not answer, or not in time, when the page was opened; it had the same page and node list at 2026-03-01 12:03:04 UTC',
  })
})

test('a node list that has changed is told of, with what is different', () => {
  expect(describeFacts({ ...known, listChanges: 'node3 is new' }).at(-1)).toEqual({
    text: 'the node list has changed: reload the page',
    tone: 'unsure',
    why: 'node1 has another one: node3 is new',
  })
})
