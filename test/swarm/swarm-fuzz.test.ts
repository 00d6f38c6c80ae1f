/** Random faults on all nodes but one, which is healthy throughout: every byte is true, it ends, and it all adds up. */
import { describe, expect, test } from 'vitest'
import { seededRandom } from './seeded-random.ts'
import { type NodeBehaviour, type SimulatedNode, Simulation, simulatedFile } from './simulation.ts'

const MIB = 1024 * 1024
const SIZE = 10 * MIB - 4321
const CHUNK_BYTES = 128 * 1024
const NODES: readonly Partial<NodeBehaviour>[] = [
  { delayMs: 50, bytesPerMs: (4 * MIB) / 1000 },
  { delayMs: 150, bytesPerMs: (2 * MIB) / 1000 },
  { delayMs: 300, bytesPerMs: MIB / 1000 },
]
/** The slowest node alone needs ten seconds; beside it there may be misleading ones. */
const MAX_MS = 25_000

type Fault = (node: SimulatedNode, random: () => number) => void
const FAULTS: readonly Fault[] = [
  (node) => node.kill(),
  (node) => node.kill(),
  (node) => {
    node.behaviour.isHung = true
  },
  (node) => {
    node.behaviour.isCorrupt = true
  },
  (node, random) => {
    const bad = Math.floor(random() * 10)
    node.behaviour.isCorrupt = (chunk) => chunk % 10 === bad
  },
  (node, random) => {
    node.behaviour.bytesPerMs = 2 ** (10 * random())
  },
  (node, random) => {
    node.behaviour.delayMs = 3000 * random()
  },
  (node, random) => {
    node.behaviour.cutAfter = 500_000 * random()
  },
  (node, random) => {
    node.behaviour.endAfter = 500_000 * random()
  },
  (node, random) => {
    const status = [200, 404, 416, 429, 500, 503][Math.floor(6 * random())] ?? 500
    node.behaviour.answer = () => ({ status, fields: { 'Retry-After': '0' } })
  },
]

/** As it was before all faults. */
function mend(node: SimulatedNode, healthy: Partial<NodeBehaviour>): void {
  Object.assign(
    node.behaviour,
    { isCorrupt: false, cutAfter: undefined, endAfter: undefined, answer: undefined },
    healthy,
  )
  node.restart()
}

/** Lets something happen to a node that is not the healthy one, again and again. */
function harass(simulation: Simulation, healthy: number, random: () => number): void {
  const happen = (): void => {
    const index = Math.floor(random() * NODES.length)
    const node = simulation.nodes[index]
    if (node !== undefined && index !== healthy) {
      if (random() < 0.4) mend(node, NODES[index] ?? {})
      else FAULTS[Math.floor(random() * FAULTS.length)]?.(node, random)
    }
    simulation.after(1000 * random(), happen)
  }
  happen()
}

async function expectNothingWrong(simulation: Simulation): Promise<void> {
  for (const { requests, maxOpen } of simulation.nodes) {
    expect(maxOpen).toBeLessThanOrEqual(5)
    expect(requests).toBeLessThan(800)
  }
  expect(simulation.wastedShare).toBeLessThan(0.5)
  simulation.swarm.close()
  const told = simulation.events.length
  await simulation.pass(1000)
  expect(simulation.events.length).toBe(told)
  expect(simulation.nodes.map(({ open }) => open)).toEqual([0, 0, 0])
}

const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1)

describe('random faults, one node always healthy', () => {
  test.for(SEEDS)('read in order, seed %i', async (seed) => {
    const random = seededRandom(seed)
    const healthy = seed % NODES.length
    const simulation = new Simulation(simulatedFile(SIZE, CHUNK_BYTES), NODES, { random, hashMs: 2 })
    harass(simulation, healthy, random)
    const { totalMs, isTrue } = await simulation.readAll(MAX_MS)
    expect(isTrue).toBe(true)
    expect(totalMs).toBeLessThan(MAX_MS)
    await simulation.pass(5000)
    expect(simulation.imbalances).toEqual([])
    await expectNothingWrong(simulation)
  })

  test.for(SEEDS)('bulk, seed %i', async (seed) => {
    const random = seededRandom(1000 + seed)
    const healthy = seed % NODES.length
    const taken: number[] = []
    const simulation = new Simulation(simulatedFile(SIZE, CHUNK_BYTES), NODES, {
      mode: 'bulk',
      random,
      hashMs: 2,
      onChunk: (chunk, bytes) => {
        expect(Buffer.alloc(bytes.length, chunk % 256).equals(bytes)).toBe(true)
        taken.push(chunk)
      },
    })
    harass(simulation, healthy, random)
    await simulation.settled(simulation.swarm.download(), MAX_MS)
    expect(taken.toSorted((a, b) => a - b)).toEqual([...Array(Math.ceil(SIZE / CHUNK_BYTES)).keys()])
    await simulation.pass(5000)
    expect(simulation.imbalances).toEqual([])
    await expectNothingWrong(simulation)
  })
})
