import { describe, expect, test } from 'vitest'
import { describeChanges, ListWatch } from '../../../src/player/page/list-watch.js'
import type { VideoNode } from '../../../src/player/playing/player-events.js'
import { HandClock } from '../../helpers/hand-clock.ts'

const node = (name: string, port: number, latencyMs = 50): VideoNode => ({
  name,
  url: `http://127.0.0.1:${port}`,
  healthUrl: `http://127.0.0.1:${port}/health`,
  latencyMs,
})
const LIST = [node('node1', 8001), node('node2', 8002)]
const MOVED = [node('node1', 8001), node('node2', 8012), node('node3', 8003)]

/** A node that has a list or is dead, and a clock that is moved by hand. */
function world() {
  const clock = new HandClock()
  const state = { list: LIST as readonly VideoNode[] | undefined, asked: 0, told: [] as string[] }
  const watch = new ListWatch({
    nodes: LIST,
    ask: async () => {
      state.asked++
      if (state.list === undefined) throw new TypeError('Failed to fetch')
      return structuredClone(state.list)
    },
    onChange: (changes) => void state.told.push(changes),
    clock,
  })
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
  return {
    state,
    suspect: async () => {
      watch.suspect()
      await settle()
    },
    pass: async (ms: number) => {
      clock.advance(ms)
      await settle()
    },
  }
}

describe('the node list', () => {
  test('that is the same is no news', async () => {
    const { state, suspect } = world()
    await suspect()
    expect(state).toMatchObject({ asked: 1, told: [] })
  })

  test('that is another one is told of, once', async () => {
    const { state, suspect, pass } = world()
    state.list = MOVED
    await suspect()
    await pass(10_000)
    await suspect()
    expect(state.told).toEqual(['node2 is at http://127.0.0.1:8012 now, node3 is new'])
    state.list = [node('node1', 8001)]
    await pass(10_000)
    await suspect()
    expect(state.told.at(-1)).toBe('node2 is no longer on it')
  })

  test('is asked for once for many suspicions, and again for those that came later', async () => {
    const { state, suspect, pass } = world()
    for (let time = 0; time < 5; time++) await suspect()
    expect(state.asked).toBe(1)
    await pass(10_000)
    expect(state.asked).toBe(2)
    await pass(10_000)
    expect(state.asked).toBe(2)
  })

  test('of a dead node is not known to have changed, and is asked for until it answers', async () => {
    const { state, suspect, pass } = world()
    state.list = undefined
    await suspect()
    await pass(1_000)
    expect(state).toMatchObject({ asked: 2, told: [] })
    for (let time = 0; time < 10; time++) await pass(1_000)
    expect(state).toMatchObject({ asked: 4, told: [] })
    state.list = MOVED
    await pass(5_000)
    expect(state.told.length).toBe(1)
    await pass(60_000)
    expect(state.asked).toBe(5)
  })
})

test.for<[what: string, now: VideoNode[], words: string]>([
  ['other settings', [node('node1', 8001, 2500), node('node2', 8002)], 'node1 has other settings'],
  ['another order', [...LIST].reverse(), 'its order is another one'],
  ['other nodes', [node('a', 1)], 'a is new, node1 is no longer on it, node2 is no longer on it'],
])('%s in words', ([, now, words]) => {
  expect(describeChanges(LIST, now)).toBe(words)
})
