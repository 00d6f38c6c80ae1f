import { expect, test } from 'vitest'
import { describeFacts } from '../../src/player/page-facts.js'
import type { PlayerKind } from '../../src/player/player-events.js'

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
