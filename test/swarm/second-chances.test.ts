/** What went wrong once is tried again when it may be right by now, and said to be wrong no longer than it is. */
import { describe, expect, test } from 'vitest'
import { Simulation, simulatedFile } from './simulation.ts'
import { Storm } from './storm.ts'
import { Viewer } from './viewer.ts'

const MIB = 1024 * 1024
const CHUNK_BYTES = 256 * 1024
const NODES = [
  { delayMs: 50, bytesPerMs: (4 * MIB) / 1000 },
  { delayMs: 150, bytesPerMs: (2 * MIB) / 1000 },
  { delayMs: 300, bytesPerMs: MIB / 1000 },
]

describe('bad data', () => {
  test('a chunk that a node once sent wrong is read from it when it was mended and nobody else is left', async () => {
    const simulation = new Simulation(simulatedFile(16 * MIB), NODES, {
      ...{ windowBytes: MIB, cacheBytes: MIB, heartbeatMs: 1000 },
    })
    const { behaviour } = simulation.node(1)
    behaviour.isCorrupt = (chunk) => chunk === 8
    expect(await simulation.readAll()).toMatchObject({ isTrue: true })
    expect(simulation.told('rejected')).toMatchObject([{ chunk: 8, node: 'node1' }])
    behaviour.isCorrupt = false
    simulation.node(2).kill()
    simulation.node(3).kill()
    await simulation.pass(3000)
    const reader = simulation.swarm.open(8 * CHUNK_BYTES, 9 * CHUNK_BYTES - 1)
    expect(await simulation.settled(reader.next(), 3000)).toHaveLength(CHUNK_BYTES)
  })

  test('one chunk is no reason to call a node left out: it goes on bringing others', async () => {
    const simulation = new Simulation(simulatedFile(16 * MIB), NODES, { knowsDelays: true })
    let bad: number | undefined
    simulation.node(1).behaviour.isCorrupt = (chunk) => {
      if (chunk >= 20) bad ??= chunk
      return chunk === bad
    }
    await simulation.readAll()
    expect(simulation.told('rejected')).toHaveLength(1)
    expect(simulation.statesOf('node1')).toEqual(['up'])
  })
})

test('a hash that cannot be computed is computed again, and blames nobody', async () => {
  let calls = 0
  const file = simulatedFile(4 * MIB)
  const simulation = new Simulation(file, NODES, {
    hash: (bytes) =>
      ++calls % 3 === 0
        ? Promise.reject(new DOMException('The operation failed', 'OperationError'))
        : Promise.resolve(`${bytes[0]}:${bytes.length}`),
  })
  expect(await simulation.readAll()).toMatchObject({ isTrue: true })
  expect(simulation.told('rejected')).toEqual([])
  await simulation.pass(3000)
  expect(simulation.imbalances).toEqual([])
})

describe('a hash that can never be computed ends the reading, and says of what', () => {
  const hash = () => Promise.reject(new DOMException('The operation failed', 'OperationError'))
  const WHY = /^Chunk \d+, which came from node[123], cannot be checked: The operation failed$/

  test('a download', async () => {
    const simulation = new Simulation(simulatedFile(4 * MIB), NODES, { hash, mode: 'bulk' })
    const failing = expect(simulation.swarm.download()).rejects.toThrow(WHY)
    await simulation.pass(10_000)
    await failing
    expect(simulation.told('verified')).toEqual([])
  })

  test('each reader, and the next one is tried again', async () => {
    const simulation = new Simulation(simulatedFile(4 * MIB), NODES, { hash })
    for (let attempt = 0; attempt < 2; attempt++) {
      const failing = [0, 2 * MIB].map((start) =>
        expect(simulation.swarm.open(start, 4 * MIB - 1).next()).rejects.toThrow(WHY),
      )
      await simulation.pass(10_000)
      await Promise.all(failing)
    }
  })
})

describe('after a hang of all nodes', () => {
  test('an old silence is not held against those that are back', async () => {
    const simulation = new Simulation(simulatedFile(64 * MIB), NODES, { heartbeatMs: 2000 })
    const backMs = 12_000
    simulation.after(3000, () => {
      for (const { behaviour } of simulation.nodes) behaviour.isHung = true
    })
    simulation.after(backMs, () => {
      for (const { behaviour } of simulation.nodes) behaviour.isHung = false
    })
    await simulation.readAll(40_000)
    const late = simulation.told('node').filter(({ atMs, state }) => atMs > backMs + 500 && state !== 'up')
    expect(late).toEqual([])
  })
})

describe('a node that was away, while one chunk at a time is wanted', () => {
  test.for(['node1', 'node2'])('brings its share again: %s', async (name) => {
    const nodes = [50, 60, 300].map((delayMs) => ({ delayMs, bytesPerMs: 375 }))
    const simulation = new Simulation(simulatedFile(6_684_647), nodes, {
      heartbeatMs: 2000,
      knowsDelays: true,
      windowBytes: 2 * MIB,
      cacheBytes: MIB,
    })
    new Viewer(simulation, { bytesPerMs: 223, aheadMs: 10_000 })
    const node = simulation.nodes.find((one) => one.name === name)
    simulation.after(20_000, () => node?.kill())
    simulation.after(25_000, () => node?.restart())
    await simulation.pass(25_000 + 180_000)
    const atMs = simulation.told('verified').flatMap((event) => (event.node === name ? [event.atMs] : []))
    const before = atMs.filter((ms) => ms > 10_000 && ms < 20_000).length
    const after = atMs.filter((ms) => ms > 25_000).length
    expect(before).toBeGreaterThan(1)
    expect(after).toBeGreaterThan(before * 6)
    expect(atMs.find((ms) => ms > 25_000)).toBeLessThan(35_000)
  })
})

test('the fastest, when it became slow, is left for the next one', async () => {
  const simulation = new Simulation(simulatedFile(30 * MIB), NODES, {
    policy: { kind: 'fastest' },
    knowsDelays: true,
  })
  simulation.after(1000, () => {
    simulation.node(1).behaviour.bytesPerMs /= 64
  })
  const { isTrue, totalMs } = await simulation.readAll()
  expect(isTrue).toBe(true)
  expect(totalMs).toBeLessThan(20_000)
})

test.for([
  134, 183, 365, 764, 211, 392, 1201, 1489,
])('a node of which only trouble was seen is asked again when it is well: storm %i', async (seed) => {
  const storm = new Storm(3000 + seed)
  await storm.rage()
  storm.calm()
  expect(await storm.unendedReaders()).toBe(0)
  expect(await storm.unusedNodes()).toEqual([])
})

test.for([
  [503, 'busy'],
  [500, 'wrong answer'],
] as const)('a node whose health answers %d is %s, and is up when that is over', async ([status, state]) => {
  const simulation = new Simulation(simulatedFile(16 * MIB), NODES, { heartbeatMs: 1000 })
  simulation.after(500, () => Object.assign(simulation.node(1).behaviour, { healthStatus: status }))
  simulation.after(3500, () => Object.assign(simulation.node(1).behaviour, { healthStatus: 200 }))
  new Viewer(simulation, { bytesPerMs: 500, aheadMs: 2000 })
  await simulation.pass(8000)
  expect(simulation.statesOf('node1').slice(0, 3)).toEqual(['up', state, 'up'])
  const [, told] = simulation.told('node').filter(({ node }) => node === 'node1')
  expect(told?.why).toBe(`its /health answered ${status}`)
})
