import { expect, test } from 'vitest'
import { describeChunks, Tally } from '../../src/pulling/tally.ts'
import type { SwarmEvent } from '../../src/swarm/events.js'

/** A tally that has taken in these events. */
function tallyOf(...events: SwarmEvent[]): Tally {
  const tally = new Tally(['node1', 'node2'])
  for (const event of events) tally.add(event)
  return tally
}

test('nodes that did nothing are there, in the order of the node list', () => {
  expect([...tallyOf().nodes.values()]).toEqual([
    { name: 'node1', bytes: 0, chunks: 0, rejected: [], state: 'unknown', why: 'it was not asked' },
    { name: 'node2', bytes: 0, chunks: 0, rejected: [], state: 'unknown', why: 'it was not asked' },
  ])
})

test.for(['verified', 'unverified'] as const)('a %s chunk counts for the node that brought it', (type) => {
  const tally = tallyOf(
    { type, atMs: 1, chunk: 3, node: 'node2', bytes: 100 },
    { type, atMs: 2, chunk: 0, node: 'node1', bytes: 100 },
    { type, atMs: 3, chunk: 7, node: 'node2', bytes: 23 },
  )
  expect(tally.nodes.get('node2')).toMatchObject({ bytes: 123, chunks: 2 })
  expect(tally.nodes.get('node1')).toMatchObject({ bytes: 100, chunks: 1 })
  expect(tally.doneBytes).toBe(223)
  expect([...tally.broughtBy]).toEqual([
    [3, 'node2'],
    [0, 'node1'],
    [7, 'node2'],
  ])
})

test('only what brings a chunk is said to', () => {
  const tally = tallyOf()
  const events: [SwarmEvent, boolean][] = [
    [{ type: 'asked', atMs: 1, chunk: 0, node: 'node1', purpose: 'needed' }, false],
    [{ type: 'arrived', atMs: 2, chunk: 0, node: 'node1', bytes: 9, ms: 1 }, false],
    [{ type: 'rejected', atMs: 2, chunk: 0, node: 'node1', expected: 'a', found: 'b' }, false],
    [{ type: 'verified', atMs: 3, chunk: 0, node: 'node2', bytes: 9 }, true],
    [{ type: 'unverified', atMs: 3, chunk: 1, node: 'node2', bytes: 9 }, true],
    [{ type: 'verified', atMs: 3, chunk: 2, node: 'a stranger', bytes: 9 }, false],
    [{ type: 'delivered', atMs: 4, chunk: 0, waitedMs: 0 }, false],
    [{ type: 'outage', atMs: 5, isOver: false, why: 'nobody answers' }, false],
  ]
  expect(events.map(([event]) => tally.add(event))).toEqual(events.map(([, brings]) => brings))
  expect(tally.doneBytes).toBe(18)
})

test('refused chunks, wasted bytes, failovers and states are kept', () => {
  const tally = tallyOf(
    { type: 'rejected', atMs: 1, chunk: 4, node: 'node1', expected: 'a', found: 'b' },
    { type: 'wasted', atMs: 1, node: 'node1', bytes: 10, why: 'bad hash' },
    { type: 'wasted', atMs: 1, node: 'node2', bytes: 5, why: 'second copy' },
    { type: 'node', atMs: 2, node: 'node1', state: 'slow', before: 'up', why: 'late' },
    { type: 'node', atMs: 3, node: 'node1', state: 'down', before: 'slow', why: 'the connection was cut' },
    { type: 'failover', atMs: 4, from: 'node1', to: ['node2'], chunks: [1], recoveredMs: 9, waitedMs: 0 },
  )
  expect(tally.nodes.get('node1')).toMatchObject({
    rejected: [4],
    state: 'down',
    why: 'the connection was cut',
    bytes: 0,
  })
  expect([tally.wastedBytes, tally.failovers, tally.doneBytes]).toEqual([15, 1, 0])
})

test('what an earlier run had left is done, and nobody has brought it', () => {
  const tally = new Tally(['node1'])
  tally.resume(new Set([0, 2]), 200)
  tally.add({ type: 'verified', atMs: 1, chunk: 1, node: 'node1', bytes: 100 })
  expect(tally.doneBytes).toBe(300)
  expect([...tally.resumed]).toEqual([0, 2])
  expect([...tally.broughtBy.keys()]).toEqual([1])
})

test.for<[chunks: number[], text: string]>([
  [[3], 'chunk 3'],
  [[3, 3, 3], 'chunk 3'],
  [[12, 3], 'chunks 3, 12'],
  [[5, 4, 3, 2, 1], 'chunks 1, 2, 3, 4, 5'],
  [[6, 5, 4, 3, 2, 1], 'chunks 1, 2, 3, 4, 5 and 1 more'],
  [Array.from({ length: 100 }, (_, chunk) => chunk), 'chunks 0, 1, 2, 3, 4 and 95 more'],
])('%j are called "%s"', ([chunks, text]) => {
  expect(describeChunks(chunks)).toBe(text)
})
