/** A node fails while a file is read in order: how long it takes, how long a reader waits, and what it costs. */
import { describe, expect, test } from 'vitest'
import { idealSeconds, type Supply } from '../../bench/ideal.ts'
import type { NodeState } from '../../src/swarm/events.js'
import {
  type Answer,
  type NodeBehaviour,
  type SimulatedNode,
  Simulation,
  simulatedFile,
} from './simulation.ts'

const KIB = 1024
const MIB = KIB * KIB
/** The three nodes of the project: 4, 2 and 1 MiB/s. */
const NODES = [
  { delayMs: 50, bytesPerMs: (4 * MIB) / 1000 },
  { delayMs: 150, bytesPerMs: (2 * MIB) / 1000 },
  { delayMs: 300, bytesPerMs: MIB / 1000 },
]
const NUMBERS = [1, 2, 3]

const EVENT_AT_MS = 3000
const TRICKLE_BYTES_PER_SECOND = 64 * KIB

interface Event {
  readonly name: string
  readonly happen: (node: SimulatedNode, simulation: Simulation) => void
  /** what the node gives after it, and when it is back, for the ideal */
  readonly givesAfter: 'all' | 'nothing' | 'a trickle' | 'nothing for 2 s'
  readonly maxRatio: number
  readonly maxGapMs: number
  /** what it is called then, in turn */
  readonly states: readonly NodeState[]
}

const EVENTS: readonly Event[] = [
  {
    name: 'nothing happens',
    happen: () => {},
    givesAfter: 'all',
    maxRatio: 1.05,
    maxGapMs: 400,
    states: ['up'],
  },
  {
    name: 'is killed',
    happen: (node) => node.kill(),
    givesAfter: 'nothing',
    maxRatio: 1.05,
    maxGapMs: 600,
    states: ['up', 'down'],
  },
  {
    name: 'is killed and back after 2 s',
    happen: (node, simulation) => {
      node.kill()
      simulation.after(2000, () => node.restart())
    },
    givesAfter: 'nothing for 2 s',
    maxRatio: 1.12,
    maxGapMs: 600,
    states: ['up', 'down', 'up'],
  },
  {
    name: 'hangs',
    happen: (node) => {
      node.behaviour.isHung = true
    },
    givesAfter: 'nothing',
    maxRatio: 1.05,
    maxGapMs: 600,
    states: ['up', 'no answer'],
  },
  {
    name: 'sends every chunk corrupt',
    happen: (node) => {
      node.behaviour.isCorrupt = true
    },
    givesAfter: 'nothing',
    maxRatio: 1.05,
    maxGapMs: 600,
    states: ['up', 'sent bad data'],
  },
  {
    name: 'drops to 64 KiB/s',
    happen: (node) => {
      node.behaviour.bytesPerMs = TRICKLE_BYTES_PER_SECOND / 1000
    },
    givesAfter: 'a trickle',
    maxRatio: 1.1,
    maxGapMs: 1000,
    states: ['up', 'slow'],
  },
]

/** What each node could give at best. */
function supplies(number: number, givesAfter: Event['givesAfter']): Supply[] {
  return NODES.map(({ delayMs, bytesPerMs }, index) => {
    const full = { fromSeconds: delayMs / 1000, bytesPerSecond: bytesPerMs * 1000 }
    if (index !== number - 1 || givesAfter === 'all') return [full]
    const bytesPerSecond = givesAfter === 'a trickle' ? TRICKLE_BYTES_PER_SECOND : 0
    const after = { fromSeconds: EVENT_AT_MS / 1000, bytesPerSecond }
    if (givesAfter !== 'nothing for 2 s') return [full, after]
    return [full, after, { ...full, fromSeconds: EVENT_AT_MS / 1000 + 2 + delayMs / 1000 }]
  })
}

describe('64 MiB from 4, 2 and 1 MiB/s', () => {
  const size = 64 * MIB
  const cases = EVENTS.flatMap((event) =>
    (event.givesAfter === 'all' ? [1] : NUMBERS).map((number) => [event.name, number, event] as const),
  )

  test.for(cases)('%s, node%i: near the ideal, no long wait, hardly a byte wasted', async ([
    ,
    number,
    event,
  ]) => {
    const simulation = new Simulation(simulatedFile(size), NODES, { knowsDelays: true })
    simulation.after(EVENT_AT_MS, () => event.happen(simulation.node(number), simulation))
    const { totalMs, startMs, gapMs, isTrue } = await simulation.readAll()

    expect(isTrue).toBe(true)
    expect(totalMs / 1000 / idealSeconds(size, supplies(number, event.givesAfter))).toBeLessThanOrEqual(
      event.maxRatio,
    )
    expect(gapMs).toBeLessThanOrEqual(event.maxGapMs)
    expect(startMs).toBeLessThanOrEqual(50 + 100)
    expect(simulation.wastedShare).toBeLessThanOrEqual(0.05)
    const states = simulation.statesOf(`node${number}`)
    // A node that has begun to hang looks slow at first.
    const told = event.states.includes('slow') ? states : states.filter((state) => state !== 'slow')
    expect(told).toEqual(event.states)
    for (const other of NUMBERS.filter((one) => one !== number))
      expect(simulation.statesOf(`node${other}`)).toEqual(['up'])
    expect(simulation.told('outage')).toEqual([])
    await simulation.pass(3000)
    expect(simulation.imbalances).toEqual([])
  })

  test.for(NUMBERS)('the delay of node%i jumps by 2 s: no worse than without it', async (number) => {
    const simulation = new Simulation(simulatedFile(size), NODES, { knowsDelays: true })
    simulation.after(EVENT_AT_MS, () => {
      simulation.node(number).behaviour.delayMs += 2000
    })
    const { totalMs, gapMs, isTrue } = await simulation.readAll()
    expect(isTrue).toBe(true)
    expect(totalMs / 1000 / idealSeconds(size, supplies(number, 'nothing'))).toBeLessThanOrEqual(1.05)
    expect(gapMs).toBeLessThanOrEqual(1000)
    expect(simulation.wastedShare).toBeLessThanOrEqual(0.05)
  })

  test('a failover tells what the node owed, who brought it, and the longest wait', async () => {
    const simulation = new Simulation(simulatedFile(size), NODES, { knowsDelays: true })
    simulation.after(EVENT_AT_MS, () => simulation.node(1).kill())
    await simulation.readAll()
    const [over, ...more] = simulation.told('failover')
    expect(more).toEqual([])
    expect(over?.from).toBe('node1')
    expect(over?.chunks.length).toBeGreaterThan(0)
    expect(over?.to.every((name) => name === 'node2' || name === 'node3')).toBe(true)
    expect(over?.waitedMs).toBeLessThanOrEqual(600)
    const dropped = simulation.told('dropped').filter(({ node }) => node === 'node1')
    expect(dropped.map(({ chunk }) => chunk)).toEqual(expect.arrayContaining([...(over?.chunks ?? [])]))
  })

  test('a node whose rate drop has ended is used again', async () => {
    const simulation = new Simulation(simulatedFile(size), NODES, { knowsDelays: true })
    const { behaviour } = simulation.node(1)
    const { bytesPerMs } = behaviour
    simulation.after(2000, () => {
      behaviour.bytesPerMs = TRICKLE_BYTES_PER_SECOND / 1000
    })
    simulation.after(9000, () => {
      behaviour.bytesPerMs = bytesPerMs
    })
    const { isTrue } = await simulation.readAll()
    expect(isTrue).toBe(true)
    const atMs = simulation.told('verified').flatMap(({ node, atMs }) => (node === 'node1' ? [atMs] : []))
    expect(atMs.filter((ms) => ms > 12_000).length).toBeGreaterThan(20)
    expect(simulation.statesOf('node1')).toEqual(['up', 'slow', 'up'])
  })
})

describe('a node that answers wrongly', () => {
  const SIZE = 12 * MIB
  const right = (start: number, end: number): string => `bytes ${start}-${end}/${SIZE}`
  type Wrong = Partial<NodeBehaviour>
  const says = (answer: (start: number, end: number) => Answer): Wrong => ({
    answer: ({ start, end }) => answer(start, end),
  })

  const WRONG: readonly (readonly [what: string, behaviour: Wrong, state: NodeState, why: RegExp])[] = [
    ['404', says(() => ({ status: 404 })), 'missing', /404/],
    ['200 to a range', says(() => ({ status: 200 })), 'wrong answer', /200 in place of 206/],
    ['416', says(() => ({ status: 416 })), 'other version', /shorter/],
    ['500', says(() => ({ status: 500 })), 'wrong answer', /500/],
    ['503', says(() => ({ status: 503 })), 'busy', /it answered 503/],
    [
      '503 with Retry-After: 0',
      says(() => ({ status: 503, fields: { 'Retry-After': '0' } })),
      'busy',
      /it answered 503/,
    ],
    [
      'another size',
      says((start, end) => ({
        status: 206,
        fields: { 'Content-Range': `bytes ${start}-${end}/${SIZE - 1}` },
      })),
      'other version',
      /bytes, not/,
    ],
    [
      'another ETag',
      says((start, end) => ({
        status: 206,
        fields: { 'Content-Range': right(start, end), ETag: `"${'b'.repeat(64)}"` },
      })),
      'other version',
      /ETag/,
    ],
    [
      'another range than it was asked for',
      says((start, end) => ({ status: 206, fields: { 'Content-Range': right(start, end - 1) } })),
      'wrong answer',
      /with "bytes/,
    ],
    ['no Content-Range', says(() => ({ status: 206, fields: {} })), 'wrong answer', /no Content-Range/],
    ['a body that ends too soon', { endAfter: 100_000 }, 'down', /short/],
    ['a body that breaks off', { cutAfter: 100_000 }, 'down', /connection was cut/],
  ]
  const cases = WRONG.flatMap(([what, behaviour, state, why]) =>
    NUMBERS.map((number) => [what, number, behaviour, state, why] as const),
  )

  test.for(cases)('%s, node%i: is named, and does no harm', async ([, number, behaviour, state, why]) => {
    const nodes = NODES.map((node, index) => (index === number - 1 ? { ...node, ...behaviour } : node))
    const file = { ...simulatedFile(SIZE), sha256: 'a'.repeat(64) }
    const simulation = new Simulation(file, nodes, { knowsDelays: true })
    const { totalMs, isTrue } = await simulation.readAll()

    expect(isTrue).toBe(true)
    const [first] = simulation.told('node').filter(({ node }) => node === `node${number}`)
    expect(first).toMatchObject({ state, why: expect.stringMatching(why) })
    expect(
      simulation.statesOf(`node${number}`).filter((one) => !['up', 'slow', state].includes(one)),
    ).toEqual([])
    for (const other of NUMBERS.filter((one) => one !== number))
      expect(simulation.statesOf(`node${other}`)).toEqual(['up'])
    expect(simulation.told('verified').filter(({ node }) => node === `node${number}`)).toEqual([])
    expect(simulation.node(number).requests).toBeLessThanOrEqual(4 + totalMs / 250)
    const ideal = idealSeconds(
      SIZE,
      supplies(number, 'nothing').map((supply, i) => (i === number - 1 ? [] : supply)),
    )
    expect(totalMs / 1000).toBeLessThanOrEqual(1.05 * ideal + 0.25)
    simulation.swarm.close()
  })
})

describe('all nodes away', () => {
  const away = {
    killed: { leave: (node: SimulatedNode) => node.kill(), state: 'down' },
    hung: {
      leave: (node: SimulatedNode) => {
        node.behaviour.isHung = true
      },
      state: 'no answer',
    },
  } as const

  test.for([
    'killed',
    'hung',
  ] as const)('%s for 5 s: waits calmly, and goes on when one is back', async (how) => {
    const simulation = new Simulation(simulatedFile(32 * MIB), NODES, { knowsDelays: true })
    const reading = simulation.readAll()
    await simulation.pass(0)
    simulation.after(1000, () => simulation.nodes.forEach(away[how].leave))
    const calls = { requests: 0, health: 0 }
    const count = (): typeof calls => ({
      requests: simulation.nodes.reduce((sum, { requests }) => sum + requests, 0),
      health: simulation.nodes.reduce((sum, { healthCalls }) => sum + healthCalls, 0),
    })
    simulation.after(1100, () => Object.assign(calls, count()))
    simulation.after(6000, () => {
      const { requests, health } = count()
      expect(requests - calls.requests).toBeLessThanOrEqual(6)
      expect(health - calls.health).toBeLessThanOrEqual(3 * (5000 / 400 + 2))
      simulation.node(2).restart()
    })
    const { isTrue, gapMs } = await reading
    expect(isTrue).toBe(true)
    expect(gapMs).toBeLessThanOrEqual(5000 + 1500)
    expect(simulation.told('outage').map(({ isOver }) => isOver)).toEqual([false, true])
    for (const { name } of simulation.nodes) expect(simulation.statesOf(name)).toContain(away[how].state)
    const back = simulation.told('verified').find(({ atMs }) => atMs >= 6000)
    expect(back?.node).toBe('node2')
    expect(back?.atMs).toBeLessThanOrEqual(7000)
  })

  test('from the start: waits, and begins when one comes', async () => {
    const nodes = NODES.map((node) => ({ ...node, isUp: false }))
    const simulation = new Simulation(simulatedFile(2 * MIB), nodes)
    simulation.after(4000, () => simulation.node(3).restart())
    const { isTrue, totalMs } = await simulation.readAll()
    expect(isTrue).toBe(true)
    expect(totalMs).toBeGreaterThan(6000)
    expect(totalMs).toBeLessThan(8000)
  })
})

describe('bad data', () => {
  test('one flipped byte on the fast node: one chunk is refused, and comes from another node', async () => {
    let bad: number | undefined
    const isCorrupt = (chunk: number): boolean => {
      if (chunk >= 20) bad ??= chunk
      return chunk === bad
    }
    const nodes = NODES.map((node, index) => (index === 0 ? { ...node, isCorrupt } : node))
    const simulation = new Simulation(simulatedFile(16 * MIB), nodes, { knowsDelays: true })
    expect(await simulation.readAll()).toMatchObject({ isTrue: true })
    const chunk = bad ?? Number.NaN
    expect(simulation.told('rejected')).toMatchObject([
      { chunk, node: 'node1', expected: `${chunk}:262144`, found: `${chunk + 1}:262144` },
    ])
    expect(simulation.told('verified').find((event) => event.chunk === chunk)?.node).not.toBe('node1')
    expect(
      simulation.told('asked').filter((event) => event.chunk === chunk && event.node === 'node1'),
    ).toHaveLength(1)
    expect(simulation.statesOf('node1')).toEqual(['up'])
  })

  test('on all nodes: nothing is delivered, and they are asked ever less often', async () => {
    const nodes = NODES.map((node) => ({ ...node, isCorrupt: true }))
    const simulation = new Simulation(simulatedFile(32 * MIB), nodes, {
      knowsDelays: true,
      windowBytes: 2 * MIB,
    })
    const reader = simulation.swarm.open(0, 32 * MIB - 1)
    void reader.next()
    const rejectedUntil = (ms: number): number =>
      simulation.told('rejected').filter(({ atMs }) => atMs < ms).length
    await simulation.pass(120_000)
    expect(simulation.told('delivered')).toEqual([])
    expect(rejectedUntil(30_000)).toBeGreaterThanOrEqual(9 * 3)
    expect(rejectedUntil(120_000) - rejectedUntil(60_000)).toBeLessThanOrEqual(9 * 3 * 5)
    for (const { name } of simulation.nodes) expect(simulation.statesOf(name)).toEqual(['sent bad data'])

    for (const { behaviour } of simulation.nodes) behaviour.isCorrupt = false
    await simulation.pass(18_000)
    expect(simulation.told('delivered').map(({ chunk }) => chunk)).toEqual([0])
    simulation.swarm.close()
  })

  test('a lone node with one bad chunk: all before it is read, and it is waited for', async () => {
    const simulation = new Simulation(simulatedFile(4 * MIB), [
      { ...NODES[0], isCorrupt: (chunk) => chunk === 5 },
    ])
    const { behaviour } = simulation.node(1)
    simulation.after(10_000, () => {
      behaviour.isCorrupt = false
    })
    const { isTrue, gapMs, totalMs } = await simulation.readAll()
    expect(isTrue).toBe(true)
    expect(gapMs).toBeGreaterThan(9000)
    expect(totalMs).toBeLessThan(10_000 + 18_000)
    expect(simulation.told('waiting').at(-1)?.chunk).toBe(5)
  })
})

test('what was late tells for how long it was on its way, and not since it was hedged', async () => {
  const simulation = new Simulation(simulatedFile(32 * MIB), NODES, { knowsDelays: true })
  simulation.after(1000, () => {
    simulation.node(1).behaviour.bytesPerMs = TRICKLE_BYTES_PER_SECOND / 1000
  })
  await simulation.readAll()
  expect(simulation.told('hedge').length).toBeGreaterThan(0)
  for (const { chunk, node, ms, atMs } of simulation.told('arrived')) {
    const asked = simulation
      .told('asked')
      .filter((one) => one.chunk === chunk && one.node === node && one.atMs <= atMs)
    expect(ms).toBe(atMs - (asked.at(-1)?.atMs ?? Number.NaN))
  }
})

test('the machine sleeps for a minute: no node is blamed for it', async () => {
  const simulation = new Simulation(simulatedFile(8 * MIB), NODES, { knowsDelays: true })
  simulation.after(25, () => simulation.clock.sleep(60_000)) // requests are under way, and nobody has answered yet
  expect(await simulation.readAll(180_000)).toMatchObject({ isTrue: true })
  for (const { name } of simulation.nodes) expect(simulation.statesOf(name)).toEqual(['up'])
  expect(simulation.told('failover')).toEqual([])
})

test('the last node gets more patience: two seconds of silence are not held against it', async () => {
  const simulation = new Simulation(simulatedFile(8 * MIB), NODES.slice(0, 1), { knowsDelays: true })
  const { behaviour } = simulation.node(1)
  simulation.after(1000, () => {
    behaviour.isHung = true
  })
  simulation.after(3000, () => {
    behaviour.isHung = false
  })
  expect(await simulation.readAll()).toMatchObject({ isTrue: true })
  expect(simulation.statesOf('node1')).not.toContain('no answer')
  expect(simulation.told('outage')).toEqual([])
})

test.for(
  Array.from({ length: 9 }, (_, step) => 2100 + 100 * step),
)('a node that hung and is killed after %i ms: the failover is about what was still missing', async (killedMs) => {
  // Small chunks: a request brings several of them, and one may come from elsewhere in the meantime.
  const simulation = new Simulation(simulatedFile(20 * MIB, 64 * KIB), NODES, { knowsDelays: true })
  const node = simulation.node(1)
  simulation.after(2000, () => {
    node.behaviour.isHung = true
  })
  simulation.after(killedMs, () => node.kill())
  await simulation.readAll()
  const wasHere = new Set(
    simulation.told('verified').flatMap(({ chunk, atMs }) => (atMs < killedMs ? [chunk] : [])),
  )
  const missing = simulation
    .told('dropped')
    .flatMap(({ chunk, node, atMs }) =>
      node === 'node1' && atMs === killedMs && !wasHere.has(chunk) ? [chunk] : [],
    )
  const failovers = simulation.told('failover').filter(({ from }) => from === 'node1')
  expect(failovers.flatMap(({ chunks }) => chunks).toSorted()).toEqual(missing.toSorted())
})

describe('without a manifest', () => {
  const { chunks: _, ...file } = simulatedFile(16 * MIB)

  test('each chunk is told as unverified', async () => {
    const simulation = new Simulation(file, NODES, { knowsDelays: true })
    expect(await simulation.readAll()).toMatchObject({ isTrue: true })
    expect(simulation.told('verified')).toEqual([])
    expect(simulation.told('unverified').length).toBe(64)
  })

  // Nobody can tell whether parts of two nodes belong together: what one had begun the other brings from the beginning.
  test.for([
    ['is killed', 600],
    ['hangs', 1000],
  ] as const)('it goes on when a node %s', async ([name, maxGapMs]) => {
    const event = EVENTS.find((event) => event.name === name) ?? expect.fail()
    const simulation = new Simulation(file, NODES, { knowsDelays: true })
    simulation.after(1000, () => event.happen(simulation.node(1), simulation))
    const { isTrue, gapMs } = await simulation.readAll()
    expect(isTrue).toBe(true)
    expect(gapMs).toBeLessThanOrEqual(maxGapMs)
  })
})
