import { expect, test } from 'vitest'
import { describeFigures, Figures } from '../../src/player/figures.js'
import type { PlayerEvent } from '../../src/player/player-events.js'
import type { SwarmEvent } from '../../src/swarm/events.js'

function describe(...events: (SwarmEvent | PlayerEvent)[]): Record<string, string> {
  const figures = new Figures()
  for (const event of events) figures.apply(event)
  return Object.fromEntries(
    describeFigures(figures).map(({ label, value, note }) => [label, `${value}, ${note}`]),
  )
}

test('before anything has happened nothing is claimed', () => {
  expect(describe()).toEqual({
    'start-up': '–, first picture',
    stalls: '0, 0 ms in all',
    failovers: '0, taken over',
    verified: '–, hash right',
    wasted: '0 %, 0 bytes',
  })
})

test('a stall counts when it is over, with its time', () => {
  expect(
    describe(
      { type: 'stall', atMs: 1, isOver: false },
      { type: 'stall', atMs: 401, isOver: true, ms: 400 },
      { type: 'stall', atMs: 900, isOver: false },
    ),
  ).toMatchObject({ stall: '1, 400 ms in all' })
})

test('only the first picture is start-up', () => {
  const events: PlayerEvent[] = [
    { type: 'first frame', atMs: 1, ms: 311 },
    { type: 'first frame', atMs: 2, ms: 9_000 },
  ]
  expect(describe(...events)).toMatchObject({ 'start-up': '0.31 s, first picture' })
})

test('a handover of chunks and a switch of the source are both failovers', () => {
  const events: (SwarmEvent | PlayerEvent)[] = [
    { type: 'failover', atMs: 1, from: 'a', to: ['b'], chunks: [1], recoveredMs: 1, waitedMs: 0 },
    { type: 'switched', atMs: 2, from: 'a', to: 'b', why: '' },
  ]
  expect(describe(...events)).toMatchObject({ failovers: '2, taken over' })
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
