import { expect, test } from 'vitest'
import { markNodes } from '../../src/player/node-marks.js'
import {
  describeState,
  heartbeatLines,
  heartbeatTopMs,
  NodeModel,
  rateNow,
} from '../../src/player/node-model.js'
import type { NodeState, SwarmEvent } from '../../src/swarm/events.js'

function modelOf(...events: SwarmEvent[]): NodeModel {
  const model = new NodeModel(markNodes(['node1', 'node2']))
  for (const event of events) model.apply(event)
  return model
}
const asked = (chunk: number, node: string): SwarmEvent => ({
  type: 'asked',
  atMs: 0,
  chunk,
  node,
  purpose: 'ahead',
})
const verified = (chunk: number, node: string, bytes = 10): SwarmEvent => ({
  type: 'verified',
  atMs: 0,
  chunk,
  node,
  bytes,
})
const measured = (node: string, atMs: number, receivedBytes: number): SwarmEvent => ({
  type: 'measured',
  atMs,
  node,
  bytesPerSecond: 0,
  delayMs: 50,
  inFlightBytes: 0,
  receivedBytes,
  verifiedBytes: 0,
})
const turned = (node: string, state: NodeState): SwarmEvent => ({
  type: 'node',
  atMs: 0,
  node,
  state,
  before: 'up',
  why: 'a reason',
})

test('bytes count for the node that delivered them', () => {
  const model = modelOf(verified(0, 'node1', 30), verified(1, 'node2', 10))
  expect(model.nodes.map(({ bytes }) => bytes)).toEqual([30, 10])
  expect(model.totalBytes).toBe(40)
})

test('a chunk is in flight until it is there, dropped or refused', () => {
  const model = modelOf(asked(0, 'node1'), asked(1, 'node1'), asked(2, 'node1'), asked(3, 'node1'))
  expect(model.nodes[0]?.inFlight.size).toBe(4)
  model.apply(verified(0, 'node1'))
  model.apply({ type: 'dropped', atMs: 0, chunk: 1, node: 'node1', why: '' })
  model.apply({ type: 'rejected', atMs: 0, chunk: 2, node: 'node1', expected: '', found: '' })
  expect([...(model.nodes[0]?.inFlight ?? [])]).toEqual([3])
  expect(model.nodes[0]?.refused).toBe(1)
})

test('a second copy is no longer in flight when the first one is there', () => {
  const model = modelOf(asked(0, 'node1'), asked(0, 'node2'), verified(0, 'node2'))
  expect(model.nodes.map(({ inFlight }) => inFlight.size)).toEqual([0, 0])
})

test('the rate is what was sent in the last four seconds, and 0 when that is nothing', () => {
  const model = new NodeModel(markNodes(['node1']))
  for (let atMs = 0; atMs <= 60_000; atMs += 250)
    model.apply(measured('node1', atMs, Math.min(atMs, 20_000) * 5))
  const { samples = [] } = model.nodes[0] ?? {}
  expect(samples.length).toBeLessThanOrEqual(18)
  expect(rateNow(samples, 60_000)).toBe(0)

  const sending = [0, 1_000, 2_000, 3_000, 4_000].map((atMs) => ({ atMs, bytes: atMs * 5 }))
  expect(rateNow(sending, 4_000)).toBe(5_000)
  expect(rateNow(sending, 6_000)).toBe(2_500) // nothing new for two seconds
  expect(rateNow(sending, 9_000)).toBe(0)
  expect(rateNow([], 9_000)).toBe(0)
})

test('a state comes with its reason', () => {
  expect(modelOf(turned('node1', 'down')).nodes[0]).toMatchObject({ state: 'down', why: 'a reason' })
})

test('events of a node that is not on the list change nothing', () => {
  const model = modelOf(asked(0, 'node9'), turned('node9', 'down'))
  expect(model.nodes.map(({ state }) => state)).toEqual(['unknown', 'unknown'])
})

test('heartbeats older than a minute are forgotten', () => {
  const model = new NodeModel(markNodes(['node1']))
  for (let second = 0; second < 600; second++) {
    model.apply({ type: 'heartbeat', atMs: second * 1000, node: 'node1', ms: 50 })
  }
  expect(model.nodes[0]?.beats).toHaveLength(61)
  expect(model.nodes[0]?.beats[0]?.atMs).toBe(539_000)
})

test('the heartbeat is a line with a gap where there was no answer', () => {
  const beats = [
    { atMs: 0, ms: 100 },
    { atMs: 30_000, ms: 100 },
    { atMs: 45_000, ms: undefined },
    { atMs: 60_000, ms: 400 },
  ]
  const { lines, silences } = heartbeatLines(beats, 60_000, 400)
  expect(lines).toEqual([
    [
      { x: 0, y: 0.5 },
      { x: 0.5, y: 0.5 },
    ],
    [{ x: 1, y: 0 }],
  ])
  expect(silences).toEqual([0.75])
})

test('what is older than a minute is not on the line, also when nothing new came', () => {
  expect(heartbeatLines([{ atMs: 0, ms: 5 }], 60_001, 500)).toEqual({ lines: [], silences: [] })
})

test('all heartbeats share one scale: the longest answer, and at least half a second', () => {
  const beat = (node: string, ms: number | undefined): SwarmEvent => ({
    type: 'heartbeat',
    atMs: 0,
    node,
    ms,
  })
  expect(heartbeatTopMs(modelOf(beat('node1', 50), beat('node2', undefined)).nodes)).toBe(500)
  expect(heartbeatTopMs(modelOf(beat('node1', 50), beat('node2', 2_000)).nodes)).toBe(2_000)
})

test.for<[state: NodeState, words: string, tone: string]>([
  ['unknown', 'not asked yet', 'quiet'],
  ['up', 'up', 'good'],
  ['slow', 'slow', 'unsure'],
  ['no answer', 'no answer', 'bad'],
  ['sent bad data', 'sent bad data', 'bad'],
])('state "%s" is "%s" on the card', ([state, words, tone]) => {
  expect(describeState(state)).toEqual({ words, tone })
})
