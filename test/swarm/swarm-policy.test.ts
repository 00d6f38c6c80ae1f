/** From which nodes the swarm may read: all of them, the fastest, or one. */
import { describe, expect, test } from 'vitest'
import type { Policy } from '../../src/swarm/swarm.js'
import { Simulation, simulatedFile } from './simulation.ts'

const MIB = 1024 * 1024
const NODES = [
  { delayMs: 150, bytesPerMs: (2 * MIB) / 1000 },
  { delayMs: 50, bytesPerMs: (4 * MIB) / 1000 },
  { delayMs: 300, bytesPerMs: MIB / 1000 },
]

const simulate = (policy?: Policy): Simulation =>
  new Simulation(simulatedFile(16 * MIB), NODES, {
    knowsDelays: true,
    ...(policy === undefined ? {} : { policy }),
  })

/** Names of the nodes that were asked for anything from a time on. */
const askedFrom = (simulation: Simulation, ms = 0): string[] =>
  [...new Set(simulation.told('asked').flatMap(({ node, atMs }) => (atMs >= ms ? [node] : [])))].sort()

test.for<[what: string, policy: Policy | undefined, nodes: string[]]>([
  ['all, unless it is told otherwise', undefined, ['node1', 'node2', 'node3']],
  ['all', { kind: 'all' }, ['node1', 'node2', 'node3']],
  ['the fastest', { kind: 'fastest' }, ['node2']],
  ['only the third', { kind: 'only', node: 'node3' }, ['node3']],
])('%s: the file is true, and nobody else is asked', async ([, policy, nodes]) => {
  const simulation = simulate(policy)
  expect(await simulation.readAll()).toMatchObject({ isTrue: true })
  expect(askedFrom(simulation)).toEqual(nodes)
  expect(simulation.swarm.policy).toEqual(policy ?? { kind: 'all' })
})

describe('switched in the middle of reading', () => {
  test.for<[from: Policy, to: Policy, nodes: string[]]>([
    [{ kind: 'all' }, { kind: 'only', node: 'node3' }, ['node3']],
    [{ kind: 'all' }, { kind: 'fastest' }, ['node2']],
    [{ kind: 'only', node: 'node3' }, { kind: 'only', node: 'node1' }, ['node1']],
    [{ kind: 'fastest' }, { kind: 'all' }, ['node1', 'node2', 'node3']],
  ])('%j to %j: the rest comes from %j', async ([from, to, nodes]) => {
    const simulation = simulate(from)
    simulation.after(1000, () => {
      simulation.swarm.policy = to
    })
    const { isTrue, gapMs } = await simulation.readAll()
    expect(isTrue).toBe(true)
    expect(gapMs).toBeLessThan(1000)
    expect(askedFrom(simulation, 1001)).toEqual(nodes)
    await simulation.pass(3000)
    expect(simulation.imbalances).toEqual([])
  })

  test('away from a node that hangs: it is not waited for', async () => {
    const simulation = simulate({ kind: 'only', node: 'node1' })
    simulation.after(1000, () => {
      simulation.node(1).behaviour.isHung = true
    })
    simulation.after(1500, () => {
      simulation.swarm.policy = { kind: 'only', node: 'node2' }
    })
    const { isTrue, gapMs } = await simulation.readAll()
    expect(isTrue).toBe(true)
    expect(gapMs).toBeLessThan(1500)
  })
})

describe('the only node dies', () => {
  test('its reader waits until it is back, though others could', async () => {
    const simulation = simulate({ kind: 'only', node: 'node2' })
    simulation.after(1000, () => simulation.node(2).kill())
    simulation.after(6000, () => simulation.node(2).restart())
    const { isTrue, gapMs } = await simulation.readAll()
    expect(isTrue).toBe(true)
    expect(gapMs).toBeGreaterThan(4000)
    expect(gapMs).toBeLessThan(6000)
    expect(askedFrom(simulation)).toEqual(['node2'])
    expect(simulation.told('outage')).toMatchObject([{ isOver: false, why: 'not allowed' }, { isOver: true }])
  })

  test('another policy goes on at once', async () => {
    const simulation = simulate({ kind: 'only', node: 'node2' })
    simulation.after(1000, () => simulation.node(2).kill())
    simulation.after(3000, () => {
      simulation.swarm.policy = { kind: 'all' }
    })
    const { isTrue, gapAtMs } = await simulation.readAll()
    expect(isTrue).toBe(true)
    expect(gapAtMs).toBeLessThan(3600)
    expect(askedFrom(simulation, 3000)).toEqual(['node1', 'node3'])
  })
})

describe('the fastest node', () => {
  test('dies: the next one takes over, and stays when the first is back', async () => {
    const simulation = simulate({ kind: 'fastest' })
    simulation.after(1000, () => simulation.node(2).kill())
    simulation.after(2000, () => simulation.node(2).restart())
    const { isTrue, gapMs } = await simulation.readAll()
    expect(isTrue).toBe(true)
    expect(gapMs).toBeLessThan(1000)
    expect(askedFrom(simulation, 1001)).toEqual(['node1'])
  })

  test('has one bad chunk: another node brings it', async () => {
    const simulation = simulate({ kind: 'fastest' })
    simulation.node(2).behaviour.isCorrupt = (chunk) => chunk === 20
    const { isTrue, gapMs } = await simulation.readAll()
    expect(isTrue).toBe(true)
    expect(gapMs).toBeLessThan(1000)
  })
})

describe('the fastest nodes have a chunk wrong each', () => {
  const FOUR = [50, 100, 150, 300].map((delayMs) => ({ delayMs, bytesPerMs: 1024 }))

  test.for<[what: string, delays: number, wrong: Record<string, number[]>, from: Record<number, string>]>([
    ['the same one: the next one brings it', 4, { node1: [20], node2: [20], node3: [20] }, { 20: 'node4' }],
    [
      'another one: each brings that of the other',
      2,
      { node1: [20], node2: [21] },
      { 20: 'node2', 21: 'node1' },
    ],
    ['all but the last, one after the other', 3, { node1: [20], node2: [21], node3: [22] }, { 20: 'node2' }],
  ])('%s', async ([, nodes, wrong, from]) => {
    const simulation = new Simulation(simulatedFile(8 * MIB), FOUR.slice(0, nodes), {
      ...{ policy: { kind: 'fastest' }, knowsDelays: true, heartbeatMs: 2000 },
    })
    for (const node of simulation.nodes)
      node.behaviour.isCorrupt = (chunk) => wrong[node.name]?.includes(chunk) ?? false
    const { isTrue, gapMs } = await simulation.readAll(60_000)
    expect(isTrue).toBe(true)
    expect(simulation.told('outage')).toEqual([])
    expect(gapMs).toBeLessThan(4000)
    const brought = simulation.told('verified').map(({ chunk, node }) => [chunk, node])
    for (const [chunk, node] of Object.entries(from)) expect(brought).toContainEqual([Number(chunk), node])
    expect(simulation.told('node').filter(({ state }) => state === 'sent bad data')).toEqual([])
  })

  test('both within seconds: who has right what is needed is asked, and no outage is told', async () => {
    const simulation = new Simulation(simulatedFile(8 * MIB), FOUR.slice(0, 2), {
      ...{ policy: { kind: 'fastest' }, knowsDelays: true, heartbeatMs: 2000 },
    })
    simulation.node(1).behaviour.isCorrupt = (chunk) => chunk === 20
    simulation.node(2).behaviour.isCorrupt = (chunk) => chunk === 22
    const { isTrue } = await simulation.readAll(60_000)
    expect(isTrue).toBe(true)
    expect(simulation.told('outage')).toEqual([])
  })
})

test('a policy with a node that is not there asks nobody, and says that others could be asked', async () => {
  const simulation = simulate({ kind: 'only', node: 'node9' })
  simulation.swarm.open(0, MIB - 1)
  await simulation.pass(2000)
  expect(askedFrom(simulation)).toEqual([])
  expect(simulation.told('outage')).toMatchObject([{ isOver: false, why: 'not allowed' }])
  simulation.swarm.close()
})
