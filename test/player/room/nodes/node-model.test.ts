import { describe, expect, test } from 'vitest'
import { markNodes } from '../../../../src/player/room/marks/node-marks.js'
import {
  describeState,
  heartbeatLines,
  heartbeatTopMs,
  NodeModel,
  noteOf,
  rateOf,
} from '../../../../src/player/room/nodes/node-model.js'
import type { NodeState, SwarmEvent } from '../../../../src/swarm/events.js'

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
const measured = (
  node: string,
  bytesPerSecond: number | undefined,
  isLate = false,
  notBeforeMs?: number,
): SwarmEvent => ({
  notBeforeMs,
  type: 'measured',
  atMs: 0,
  node,
  bytesPerSecond,
  delayMs: 50,
  inFlightBytes: 0,
  receivedBytes: 0,
  verifiedBytes: 0,
  isLate,
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

test('the rate is what was measured, and none when nobody knows it', () => {
  const rates = (...events: SwarmEvent[]) => modelOf(...events).nodes.map(rateOf)
  expect(rates()).toEqual([undefined, undefined])
  expect(rates(measured('node1', 5_000))).toEqual([5_000, undefined])
  expect(rates(measured('node1', 5_000), measured('node1', undefined))).toEqual([undefined, undefined])
})

test.for([
  'down',
  'no answer',
  'missing',
  'other version',
  'wrong answer',
  'sent bad data',
] as const)('a node that is away (%s) has no rate', (state) => {
  const model = modelOf(measured('node1', 5_000), turned('node1', state))
  expect(model.nodes.map(rateOf)).toEqual([undefined, undefined])
})

test('a node that owes bytes and is silent for long is late, until it is known to be worse', () => {
  const words = (...events: SwarmEvent[]) =>
    modelOf(...events).nodes.map((node) => describeState(node, 0).words)
  expect(words(turned('node1', 'up'), measured('node1', 1, true))).toEqual(['late', 'not asked yet'])
  expect(words(measured('node1', 1, true), measured('node1', 1, false), turned('node1', 'up'))[0]).toBe('up')
  expect(words(measured('node1', 1, true), turned('node1', 'no answer'))[0]).toBe('no answer')
  expect(words(turned('node1', 'down'), measured('node1', 1, true))[0]).toBe('down')
})

describe('a node that answers and is not asked', () => {
  const leftOut = measured('node1', 1, false, 95_000)
  const beat = (atMs: number, ms: number | undefined): SwarmEvent => ({
    ...{ type: 'heartbeat', node: 'node1', atMs, ms },
  })
  const cardOf = (nowMs: number, ...events: SwarmEvent[]) => {
    const [node] = modelOf(...events).nodes
    return node && { ...describeState(node, nowMs), note: noteOf(node, nowMs) }
  }

  test('is not called up, but left out, until when, and when it was last heard of', () => {
    const events = [turned('node1', 'up'), beat(81_000, 12), beat(83_000, undefined), leftOut]
    expect(cardOf(90_000, ...events)).toEqual({
      words: 'left out',
      tone: 'unsure',
      note: 'not asked until 1:35 while there are others; last answered at 1:21',
    })
  })

  test('is up when its time has come, or it may be asked all the same', () => {
    const up = { words: 'up', tone: 'good', note: '' }
    expect(cardOf(95_000, turned('node1', 'up'), leftOut)).toEqual(up)
    expect(cardOf(90_000, turned('node1', 'up'), leftOut, measured('node1', 1))).toEqual(up)
  })

  test('keeps the word for what is wrong with it', () => {
    for (const state of ['sent bad data', 'busy'] as const)
      expect(cardOf(90_000, turned('node1', state), leftOut)).toMatchObject({
        words: state,
        note: 'not asked until 1:35 while there are others',
      })
    for (const state of ['down', 'missing'] as const)
      expect(cardOf(90_000, turned('node1', state), leftOut)).toMatchObject({ words: state, note: '' })
  })
})

test('one bad chunk is called one', () => {
  const rejected: SwarmEvent = { type: 'rejected', atMs: 0, chunk: 1, node: 'node1', expected: '', found: '' }
  const words = (...events: SwarmEvent[]) =>
    modelOf(...events).nodes.map((node) => describeState(node, 0).words)[0]
  expect(words(rejected, turned('node1', 'sent bad data'))).toBe('sent a bad chunk')
  expect(words(rejected, rejected, turned('node1', 'sent bad data'))).toBe('sent bad data')
})

test('a killed process has one reason on its card too', () => {
  for (const why of ['the connection was refused', 'the connection broke off']) {
    const event: SwarmEvent = { type: 'node', atMs: 0, node: 'node1', state: 'down', before: 'up', why }
    expect(modelOf(event).nodes[0]?.why).toBe('it cannot be reached')
  }
})

test('a state comes with its reason', () => {
  expect(modelOf(turned('node1', 'missing')).nodes[0]).toMatchObject({ state: 'missing', why: 'a reason' })
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
  ['busy', 'busy', 'unsure'],
  ['no answer', 'no answer', 'bad'],
  ['sent bad data', 'sent bad data', 'bad'],
])('state "%s" is "%s" on the card', ([state, words, tone]) => {
  const facts = { state, isLate: false, refused: 2, notBeforeMs: undefined }
  expect(describeState(facts, 0)).toEqual({ words, tone })
})
