import { expect, test } from 'vitest'
import type { PlayerEvent } from '../../../src/player/playing/player-events.js'
import { describeFigures, Figures } from '../../../src/player/room/figures.js'
import type { SwarmEvent } from '../../../src/swarm/events.js'

const NOW_MS = 1_900

function describe(...events: (SwarmEvent | PlayerEvent)[]): Record<string, string> {
  const figures = new Figures()
  for (const event of events) figures.apply(event)
  return Object.fromEntries(
    describeFigures(figures, NOW_MS).map(({ label, value, note }) => [label, `${value}, ${note}`]),
  )
}

test('before anything has happened nothing is claimed', () => {
  expect(describe()).toEqual({
    'start-up': '–, first picture',
    stalls: '0, 0 ms in all',
    failovers: '0, 0 chunks taken over',
    verified: '–, hash right',
    wasted: '0 %, 0 bytes',
  })
})

test('a stall counts with its time', () => {
  expect(
    describe(
      { type: 'stall', atMs: 101, isOver: false, ms: 100 },
      { type: 'stall', atMs: 401, isOver: true, ms: 400 },
    ),
  ).toMatchObject({ stall: '1, 400 ms in all' })
})

test('a stall that goes on counts as long as it has lasted by now', () => {
  expect(
    describe(
      { type: 'stall', atMs: 101, isOver: false, ms: 100 },
      { type: 'stall', atMs: 401, isOver: true, ms: 400 },
      { type: 'stall', atMs: 1_000, isOver: false, ms: 100 },
    ),
  ).toMatchObject({ stalls: '2, 1.4 s in all' })
})

test('only the first picture is start-up', () => {
  const events: PlayerEvent[] = [
    { type: 'first frame', atMs: 1, ms: 311, kind: 'picture' },
    { type: 'first frame', atMs: 2, ms: 9_000, kind: 'picture' },
  ]
  expect(describe(...events)).toMatchObject({ 'start-up': '0.31 s, first picture' })
})

test('of a file without pictures it is the first sound', () => {
  expect(describe({ type: 'first frame', atMs: 1, ms: 311, kind: 'sound' })).toMatchObject({
    'start-up': '0.31 s, first sound',
  })
})

test('a node that brings late what it owed is no failover, nor is a chosen switch', () => {
  const events: (SwarmEvent | PlayerEvent)[] = [
    { type: 'failover', atMs: 1, from: 'a', to: ['a'], chunks: [1], recoveredMs: 1, waitedMs: 0 },
    { type: 'switched', atMs: 2, from: 'a', to: 'b', why: 'it was chosen', hasFailed: false },
  ]
  expect(describe(...events)).toMatchObject({ failovers: '0, 0 chunks taken over' })
})

test('a failover counts with the chunks that others took over', () => {
  const failover = { type: 'failover', atMs: 1, from: 'a', recoveredMs: 1, waitedMs: 0 } as const
  const first: SwarmEvent = { ...failover, to: ['b'], chunks: [1] }
  expect(describe(first)).toMatchObject({ failover: '1, 1 chunk taken over' })
  expect(describe(first, { ...failover, to: ['b', 'c'], chunks: [1, 2, 7] })).toMatchObject({
    failovers: '2, 4 chunks taken over',
  })
})

test('a switch of the source is a failover, of which no chunks are seen', () => {
  const events: PlayerEvent[] = [
    { type: 'started', atMs: 1, kind: 'switching', why: '' },
    { type: 'switched', atMs: 2, from: 'a', to: 'b', why: '', hasFailed: true },
  ]
  expect(describe(...events)).toMatchObject({ failover: '1, to another node' })
})

test('waste is a share of all that was read', () => {
  const events: SwarmEvent[] = [
    { type: 'verified', atMs: 1, chunk: 0, node: 'a', bytes: 950 },
    { type: 'wasted', atMs: 1, node: 'a', bytes: 50, why: 'second copy' },
  ]
  expect(describe(...events)).toMatchObject({ verified: '950 bytes, hash right', wasted: '5.0 %, 50 bytes' })
})

test('bytes without a manifest are not called verified', () => {
  const figures = describe({ type: 'unverified', atMs: 1, chunk: 0, node: 'a', bytes: 950 })
  expect(figures).toMatchObject({ unverified: '950 bytes, no manifest' })
  expect(figures).not.toHaveProperty('verified')
})

test('where the browser reads by itself, no bytes are claimed', () => {
  expect(describe({ type: 'started', atMs: 1, kind: 'switching', why: '' })).toMatchObject({
    verified: '–, not checked',
    wasted: '–, not seen',
  })
})
