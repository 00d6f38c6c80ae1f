import { expect, test } from 'vitest'
import { ChunkModel } from '../../../../src/player/room/chunks/chunk-model.js'
import type { SwarmEvent } from '../../../../src/swarm/events.js'

const NAMES = ['a', 'b', 'c']
const asked = (chunk: number, node: string): SwarmEvent => ({
  type: 'asked',
  atMs: 0,
  chunk,
  node,
  purpose: 'ahead',
})
const verified = (chunk: number, node: string): SwarmEvent => ({
  type: 'verified',
  atMs: 0,
  chunk,
  node,
  bytes: 1,
})
const rejected = (chunk: number, node: string): SwarmEvent => ({
  type: 'rejected',
  atMs: 0,
  chunk,
  node,
  expected: 'e',
  found: 'f',
})
const dropped = (chunk: number, node: string): SwarmEvent => ({
  type: 'dropped',
  atMs: 0,
  chunk,
  node,
  why: '',
})

function modelOf(count: number, ...events: SwarmEvent[]): ChunkModel {
  const model = new ChunkModel(count, NAMES)
  for (const event of events) model.apply(event)
  return model
}

test('a chunk belongs to nobody, then to who is asked, then to who delivered it', () => {
  const model = modelOf(2)
  expect(model.at(1)).toEqual({ owner: -1, asked: -1, isRejected: false })
  model.apply(asked(1, 'b'))
  expect(model.at(1)).toEqual({ owner: -1, asked: 1, isRejected: false })
  model.apply(verified(1, 'b'))
  expect(model.at(1)).toEqual({ owner: 1, asked: -1, isRejected: false })
})

test('an unverified chunk counts as delivered too', () => {
  const model = modelOf(1, { ...verified(0, 'c'), type: 'unverified' } as SwarmEvent)
  expect(model.at(0).owner).toBe(2)
})

test('of two nodes that are asked, the one that is left shows', () => {
  const model = modelOf(1, asked(0, 'a'), asked(0, 'b'))
  expect(model.at(0).asked).toBe(1)
  model.apply(dropped(0, 'b'))
  expect(model.at(0).asked).toBe(0)
  model.apply(dropped(0, 'a'))
  expect(model.at(0).asked).toBe(-1)
})

test('a refused chunk stays marked when another node has delivered it', () => {
  const model = modelOf(1, asked(0, 'a'), rejected(0, 'a'), asked(0, 'b'), verified(0, 'b'))
  expect(model.at(0)).toEqual({ owner: 1, asked: -1, isRejected: true })
})

test('the version changes with the picture and only then', () => {
  const model = modelOf(1, asked(0, 'a'))
  const before = model.version
  model.apply({ type: 'heartbeat', atMs: 0, node: 'a', ms: 5 })
  expect(model.version).toBe(before)
  model.apply(verified(0, 'a'))
  expect(model.version).toBeGreaterThan(before)
})

test('with room for all, each chunk has a strip of its own', () => {
  const strips = modelOf(3, verified(1, 'c')).strips(100)
  expect(strips).toHaveLength(3)
  expect(strips[1]).toEqual({
    first: 1,
    end: 2,
    shares: [{ node: 2, share: 1 }],
    asked: -1,
    isRejected: false,
  })
})

test('a strip of several chunks shows who delivered how much, in the order of the node list', () => {
  const model = modelOf(
    8,
    verified(0, 'b'),
    verified(1, 'a'),
    verified(2, 'b'),
    asked(3, 'c'),
    rejected(1, 'b'),
  )
  expect(model.strips(2)[0]).toEqual({
    first: 0,
    end: 4,
    shares: [
      { node: 0, share: 0.25 },
      { node: 1, share: 0.5 },
    ],
    asked: 2,
    isRejected: true,
  })
})

test.for([
  1, 7, 26, 620, 4096,
])('the strips of 4096 chunks cover each chunk once when there is room for %d', (most) => {
  const strips = modelOf(4096).strips(most)
  expect(strips).toHaveLength(most)
  expect(strips[0]?.first).toBe(0)
  expect(strips.at(-1)?.end).toBe(4096)
  strips.slice(1).forEach(({ first }, index) => {
    expect(first).toBe(strips[index]?.end)
  })
})

test('no room is no strip', () => {
  expect(modelOf(4).strips(0)).toEqual([])
})
