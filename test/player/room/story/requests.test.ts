/** Who is waited for, and who is left out: seen by what is asked of whom. */
import { expect, test } from 'vitest'
import { Requests } from '../../../../src/player/room/story/requests.js'
import type { SwarmEvent } from '../../../../src/swarm/events.js'

const asked = (atMs: number, chunk: number, node: string): SwarmEvent => ({
  type: 'asked',
  atMs,
  chunk,
  node,
  purpose: 'needed',
})
const arrived = (atMs: number, chunk: number, node: string): SwarmEvent => ({
  type: 'arrived',
  atMs,
  chunk,
  node,
  bytes: 1,
  ms: 1,
})
const after = (...events: SwarmEvent[]): Requests => {
  const requests = new Requests()
  for (const event of events) requests.apply(event)
  return requests
}

test('a node is waited for when a reader waits for what it was asked for', () => {
  const events: SwarmEvent[] = [
    asked(0, 3, 'node1'),
    asked(0, 4, 'node2'),
    { type: 'waiting', atMs: 5, chunk: 3 },
  ]
  expect(['node1', 'node2'].map((node) => after(...events).isWaitedFor(node))).toEqual([true, false])
  const dropped: SwarmEvent = { type: 'dropped', atMs: 6, chunk: 3, node: 'node1', why: '' }
  expect(after(...events, dropped).isWaitedFor('node1')).toBe(true) // it did not bring it
  const delivered: SwarmEvent = { type: 'delivered', atMs: 7, chunk: 3, waitedMs: 2 }
  expect(after(...events, delivered).isWaitedFor('node1')).toBe(false)
})

test.for<[what: string, events: SwarmEvent[], sinceMs: number | undefined]>([
  ['nobody is asked', [asked(0, 1, 'node1'), arrived(100, 1, 'node1')], undefined],
  ['others are asked', [asked(0, 1, 'node1'), arrived(100, 1, 'node1'), asked(200, 2, 'node2')], 100],
  ['it still owes something', [asked(0, 1, 'node1'), asked(200, 2, 'node2')], undefined],
  [
    'it was asked a moment ago',
    [asked(0, 1, 'node1'), arrived(4_500, 1, 'node1'), asked(4_600, 2, 'node2')],
    undefined,
  ],
])('left out, when %s', ([, events, sinceMs]) => {
  expect(after(...events).leftOutSinceMs('node1', 0, 5_000)).toBe(sinceMs)
})
