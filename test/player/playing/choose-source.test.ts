import { describe, expect, test } from 'vitest'
import { chooseSource } from '../../../src/player/playing/choose-source.js'

const node = (name: string, ms: number, isHealthy = true, failedAtMs = -Infinity) => ({
  name,
  ms,
  isHealthy,
  failedAtMs,
})
const FAST = node('fast', 50)
const SLOW = node('slow', 300)
const STATE = {
  nowMs: 100_000,
  nodes: [SLOW, FAST],
  policy: { kind: 'all' } as const,
  current: 'fast',
  error: undefined,
  stuckMs: 0,
  loadedMs: 60_000,
  restMs: 250,
}

describe('at the start', () => {
  test('the fastest healthy node is chosen', () => {
    expect(chooseSource({ ...STATE, current: undefined })?.node).toBe('fast')
  })

  test('nothing is chosen before a node is known to be healthy', () => {
    const nodes = [node('fast', Infinity, false)]
    expect(chooseSource({ ...STATE, current: undefined, nodes })).toBeUndefined()
  })

  test('of chosen nodes only that one is', () => {
    const policy = { kind: 'only', node: 'slow' } as const
    expect(chooseSource({ ...STATE, current: undefined, policy })?.node).toBe('slow')
  })
})

describe('in mid-play', () => {
  const dead = [SLOW, node('fast', 50, false)]

  test.for<[what: string, change: Partial<Parameters<typeof chooseSource>[0]>, expected: string | undefined]>(
    [
      ['stays while data comes', {}, undefined],
      ['stays with a dead node while the buffer lasts', { nodes: dead }, undefined],
      ['stays while nothing has come for a moment', { stuckMs: 1_900 }, undefined],
      ['leaves a healthy node that sends nothing', { stuckMs: 2_000 }, 'slow'],
      ['leaves a dead node sooner', { nodes: dead, stuckMs: 1_000 }, 'slow'],
      ['leaves a node that broke off at once', { error: 'node' }, 'slow'],
      [
        'gives a new source a moment before the next error counts',
        { error: 'node', loadedMs: 200 },
        undefined,
      ],
      ['tries another copy when the file may be the cause', { error: 'file', loadedMs: 200 }, 'slow'],
      ['goes to the chosen node', { policy: { kind: 'only', node: 'slow' } }, 'slow'],
      ['waits for the chosen node', { policy: { kind: 'only', node: 'gone' }, nodes: [FAST] }, undefined],
      [
        'never leaves the chosen node',
        { policy: { kind: 'only', node: 'fast' }, nodes: dead, stuckMs: 9_000 },
        undefined,
      ],
      [
        'asks the chosen node again when it is back',
        { policy: { kind: 'only', node: 'fast' }, error: 'node' },
        'fast',
      ],
      ['waits while all are dead', { nodes: [node('fast', 50, false)], error: 'node' }, undefined],
      ['asks the only node again after an error', { nodes: [FAST], error: 'node' }, 'fast'],
      ['is patient with the only node', { nodes: [FAST], stuckMs: 5_000 }, undefined],
      ['but not for ever', { nodes: [FAST], stuckMs: 10_000 }, 'fast'],
    ],
  )('%s', ([, change, expected]) => {
    expect(chooseSource({ ...STATE, ...change })?.node).toBe(expected)
  })

  test('a node that failed lately comes last', () => {
    const nodes = [node('a', 10, true, STATE.nowMs - 1_000), node('b', 500), node('fast', 50)]
    expect(chooseSource({ ...STATE, nodes, stuckMs: 2_000 })?.node).toBe('b')
  })

  test('a node that is left because another one was chosen has not failed', () => {
    const policy = { kind: 'only', node: 'slow' } as const
    expect(chooseSource({ ...STATE, policy })?.hasFailed).toBe(false)
    expect(chooseSource({ ...STATE, stuckMs: 2_000 })?.hasFailed).toBe(true)
  })

  test('a node has not failed when the file may be the cause', () => {
    expect(chooseSource({ ...STATE, error: 'file' })).toMatchObject({ hasFailed: false })
  })

  test('says why', () => {
    expect(chooseSource({ ...STATE, nodes: dead, stuckMs: 1_000 })?.why).toBe('fast gives no answer')
    expect(chooseSource({ ...STATE, error: 'node' })?.why).toBe('fast broke off')
    expect(chooseSource({ ...STATE, stuckMs: 2_000 })?.why).toBe('the video got nothing from fast for 2.00 s')
  })
})
