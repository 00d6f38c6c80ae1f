import { describe, expect, onTestFinished, test } from 'vitest'
import { NodeWatch, outageReason } from '../../../src/player/playing/node-watch.js'
import type { Policy } from '../../../src/player/playing/player-events.js'
import type { NodeState, OutageReason, SwarmEvent } from '../../../src/swarm/events.js'
import { HandClock } from '../../helpers/hand-clock.ts'

const HASH = 'a'.repeat(64)
const FILE = { name: 'week 1/talk.mp4', size: 1000, chunkSize: 256, sha256: HASH }
const NODES = ['node1', 'node2'].map((name) => ({
  name,
  url: `http://${name}.test`,
  healthUrl: `http://${name}.test/health`,
}))
const GOOD_HEAD = { 'Content-Length': '1000', ETag: `"${HASH}"` }

/** What a node does with a call; `undefined`: it hangs. */
type Behaviour = (url: string, method: string) => Response | undefined

const healthy: Behaviour = (url) =>
  url.endsWith('/health') ? new Response('{}') : new Response(null, { headers: GOOD_HEAD })
const dead: Behaviour = () => {
  throw new TypeError('Failed to fetch')
}
const hung: Behaviour = () => undefined
const withHead =
  (status: number, headers: Record<string, string>): Behaviour =>
  (url, method) =>
    method === 'HEAD' ? new Response(null, { status, headers }) : healthy(url, method)

/** A watch over two nodes whose clock is moved by hand; a call takes no time. */
function watch(behaviours: Record<string, Behaviour> = {}, listed: { latencyMs?: number } = {}) {
  const clock = new HandClock()
  const calls: string[] = []
  const waiting: (() => void)[] = []
  const fetch = (input: string | URL | Request, init: RequestInit = {}): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { hostname } = new URL(String(input))
      calls.push(`${init.method} ${input}`)
      init.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      const behaviour = behaviours[hostname.replace('.test', '')] ?? healthy
      try {
        const response = behaviour(String(input), init.method ?? 'GET')
        if (response) resolve(response)
        else waiting.push(() => resolve(healthy(String(input), init.method ?? 'GET') ?? new Response()))
      } catch (error) {
        reject(error)
      }
    })
  const events: SwarmEvent[] = []
  let changes = 0
  const nodes = new NodeWatch({
    nodes: NODES.map((node) => ({ ...node, ...listed })),
    file: FILE,
    policy: { kind: 'all' },
    onEvent: (event) => events.push(event),
    onChange: () => changes++,
    fetch,
    clock,
  })
  onTestFinished(() => nodes.close())
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5))
  return {
    nodes,
    calls,
    events,
    behaviours,
    changes: () => changes,
    pass: async (ms: number) => {
      await settle()
      await clock.pass(ms, settle)
    },
    timers: () => clock.timers,
    sleep: async (ms: number) => {
      clock.advance(ms)
      await settle()
    },
    /** Calls that wait are answered. */
    wake: async () => {
      for (const answer of waiting.splice(0)) answer()
      await settle()
    },
    states: () => events.flatMap((event) => (event.type === 'node' ? [`${event.node} ${event.state}`] : [])),
  }
}

describe('a node', () => {
  test.for<[state: string, behaviour: Behaviour]>([
    ['up', healthy],
    ['down', dead],
    ['no answer', hung],
    ['wrong answer', () => new Response('', { status: 500 })],
    ['busy', () => new Response('', { status: 503 })],
    ['busy', withHead(429, {})],
    ['missing', withHead(404, {})],
    ['missing', withHead(410, {})],
    ['wrong answer', withHead(500, {})],
    ['other version', withHead(200, { ...GOOD_HEAD, 'Content-Length': '999' })],
    ['other version', withHead(200, { ...GOOD_HEAD, ETag: `"${'b'.repeat(64)}"` })],
    ['up', withHead(200, { ...GOOD_HEAD, ETag: '"not a hash"' })],
    ['up', withHead(200, {})],
  ])('is %s', async ([state, behaviour]) => {
    const { pass, states, nodes } = watch({ node1: behaviour })
    await pass(2_500)
    expect(states()).toContain(`node1 ${state}`)
    expect(nodes.nodes.map(({ isHealthy }) => isHealthy)).toEqual([state === 'up', true])
  })

  test('is asked for its health every while, and for its replica only now and then', async () => {
    const { pass, calls } = watch()
    await pass(30_000)
    const ofNode1 = calls.filter((call) => call.includes('node1'))
    expect(ofNode1.filter((call) => call.startsWith('GET')).length).toBeGreaterThanOrEqual(20)
    expect(ofNode1.filter((call) => call.startsWith('HEAD')).length).toBeLessThanOrEqual(2)
  })

  test('that was away is asked for its replica again: it may have another one now', async () => {
    const { pass, behaviours, states } = watch()
    await pass(500)
    behaviours['node1'] = dead
    await pass(2_000)
    behaviours['node1'] = withHead(404, {})
    await pass(2_000)
    expect(states().filter((state) => state.startsWith('node1'))).toEqual([
      'node1 up',
      'node1 down',
      'node1 missing',
    ])
  })

  test('gives a heartbeat with its time, or without one', async () => {
    const { pass, events } = watch({ node2: hung })
    await pass(2_500)
    const beats = events.flatMap((event) => (event.type === 'heartbeat' ? [[event.node, event.ms]] : []))
    expect(beats).toContainEqual(['node1', 0])
    expect(beats).toContainEqual(['node2', undefined])
  })
})

test('a call that nobody answers goes on: a node that wakes up answers it', async () => {
  const { pass, wake, states, calls, behaviours } = watch({ node1: hung })
  await pass(3_000)
  expect(states()).toContain('node1 no answer')
  expect(calls.filter((call) => call.startsWith('GET http://node1'))).toHaveLength(1)
  behaviours['node1'] = healthy
  await wake()
  expect(states().at(-1)).toBe('node1 up')
})

test('and after a while is made again, for its connection may be gone', async () => {
  const { pass, calls } = watch({ node1: hung })
  await pass(30_000)
  expect(calls.filter((call) => call.startsWith('GET http://node1')).length).toBeGreaterThanOrEqual(2)
})

test('the time in which the machine slept is nobody’s silence, and nobody’s delay', async () => {
  const { pass, sleep, wake, states, events, behaviours } = watch()
  await pass(1_000)
  behaviours['node1'] = hung
  await pass(1_000)
  await sleep(600_000)
  await wake()
  await pass(1_000)
  expect(states().filter((state) => state.startsWith('node1'))).toEqual(['node1 up'])
  const beats = events.flatMap((event) =>
    event.type === 'heartbeat' && event.node === 'node1' ? [event.ms] : [],
  )
  expect(beats.every((ms) => ms === 0)).toBe(true)
})

test('nobody is called silent sooner than the node list allows', async () => {
  const { pass, states } = watch({ node1: hung }, { latencyMs: 12_000 })
  await pass(15_000)
  expect(states()).not.toContain('node1 no answer')
  await pass(6_000)
  expect(states()).toContain('node1 no answer')
})

test('an outage begins when no node is left, and ends with the first that is back', async () => {
  const { pass, behaviours, events } = watch()
  const outages = () =>
    events.flatMap((event) => (event.type === 'outage' ? [event.isOver || event.why] : []))
  await pass(500)
  behaviours['node1'] = dead
  await pass(2_000)
  expect(outages()).toEqual([])
  behaviours['node2'] = hung
  await pass(4_000)
  expect(outages()).toEqual(['nobody answers'])
  behaviours['node1'] = withHead(404, {})
  await pass(2_000)
  expect(outages()).toEqual(['nobody answers', 'missing'])
  behaviours['node1'] = healthy
  await pass(2_000)
  expect(outages()).toEqual(['nobody answers', 'missing', true])
})

test('a choice that leaves only a node that is gone is told as such, and ends with another choice', async () => {
  const { pass, nodes, events } = watch({ node1: dead })
  const outages = () =>
    events.flatMap((event) => (event.type === 'outage' ? [event.isOver || event.why] : []))
  await pass(500)
  nodes.setPolicy({ kind: 'only', node: 'node1' })
  expect(outages()).toEqual(['not allowed'])
  nodes.setPolicy({ kind: 'all' })
  expect(outages()).toEqual(['not allowed', true])
})

const ALL = { kind: 'all' } as const
const ONLY = { kind: 'only', node: 'node1' } as const
test.for<[states: NodeState[], policy: Policy, why: OutageReason | undefined]>([
  [['up', 'down'], ALL, undefined],
  [['unknown', 'down'], ALL, undefined],
  [['down', 'no answer'], ALL, 'nobody answers'],
  [['other version', 'other version'], ALL, 'replaced'],
  [['missing', 'down'], ALL, 'missing'],
  [['missing', 'other version'], ALL, 'mixed'],
  [['wrong answer', 'down'], ALL, 'wrong answers'],
  [['down', 'up'], ONLY, 'not allowed'],
  [['down', 'missing'], ONLY, 'nobody answers'],
  [['up', 'down'], ONLY, undefined],
])('nodes that are %j, of which %j may be used: %s', ([states, policy, why]) => {
  const nodes = states.map((state, index) => ({ name: `node${index + 1}`, state }))
  expect(outageReason(nodes, policy)).toBe(why)
})

test('asking now does not ask twice at the same time', async () => {
  const { nodes, calls, pass } = watch({ node1: hung })
  nodes.askNow()
  nodes.askNow()
  await pass(0)
  expect(calls.filter((call) => call.startsWith('GET http://node1'))).toHaveLength(1)
})

test('closing leaves nothing running', async () => {
  const { nodes, pass, timers, calls } = watch()
  await pass(500)
  nodes.close()
  expect(timers()).toBe(0)
  const before = calls.length
  await pass(10_000)
  expect(calls.length).toBe(before)
})
