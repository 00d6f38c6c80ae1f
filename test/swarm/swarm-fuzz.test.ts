/**
 * Random faults on all nodes but one, which is healthy throughout: every byte is true, it ends, and it all adds up.
 * And on all nodes at once, until all is well again: then nobody waits, and nobody is forgotten.
 */
import { describe, expect, test } from 'vitest'
import type { Policy } from '../../src/swarm/swarm.js'
import { seededRandom } from '../helpers/random.ts'
import { FAULTS, mend } from './random-faults.ts'
import { type NodeBehaviour, Simulation, simulatedFile } from './simulation.ts'
import { Storm } from './storm.ts'

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

const POLICIES: readonly Policy[] = [
  { kind: 'all' },
  { kind: 'fastest' },
  { kind: 'only', node: 'node1' },
  { kind: 'only', node: 'node3' },
]

/** Reads here and there, at times two ranges at once, and gives up in the middle. @throws when a byte is not true */
async function wander(simulation: Simulation, random: () => number): Promise<void> {
  const { swarm, clock } = simulation
  const read = async (start: number, maxPieces: number): Promise<void> => {
    const reader = swarm.open(start, SIZE - 1)
    let position = start
    for (let piece = 0; piece < maxPieces; piece++) {
      const bytes = await Promise.race([reader.next(), clock.wait(4000)]) // a player loses patience
      if (!(bytes instanceof Uint8Array)) break
      const fill = Math.floor(position / CHUNK_BYTES) % 256
      if (!Buffer.alloc(bytes.length, fill).equals(bytes)) throw new Error(`Byte ${position} is not true`)
      position += bytes.length
      if (random() < 0.1) await clock.wait(1500 * random())
    }
    reader.cancel()
  }
  for (let seek = 0; seek < 8; seek++) {
    if (random() < 0.3) swarm.policy = POLICIES[Math.floor(random() * POLICIES.length)] ?? { kind: 'all' }
    if (random() < 0.3) swarm.feedUntil(random() < 0.5 ? Number.POSITIVE_INFINITY : random() * SIZE)
    const reads = Array.from({ length: random() < 0.3 ? 2 : 1 }, () =>
      read(Math.floor(random() * SIZE), 40 * random()),
    )
    await Promise.all(reads)
  }
}

/** More by `FUZZ_SEEDS=2000`. */
const SEEDS = Array.from({ length: Number(process.env['FUZZ_SEEDS'] ?? 10) }, (_, index) => index + 1)

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

  test.for(
    SEEDS.slice(0, Math.ceil(SEEDS.length / 2)),
  )('a player that seeks, pauses and changes its policy, seed %i', async (seed) => {
    const random = seededRandom(2000 + seed)
    const simulation = new Simulation(simulatedFile(SIZE, CHUNK_BYTES), NODES, {
      random,
      hashMs: 2,
      windowBytes: 2 * MIB,
      cacheBytes: 3 * MIB,
      heartbeatMs: 1000,
    })
    harass(simulation, seed % NODES.length, random)
    await simulation.settled(wander(simulation, random), 300_000)
    simulation.swarm.policy = { kind: 'all' }
    simulation.swarm.feedUntil(Number.POSITIVE_INFINITY)
    expect(await simulation.readAll(MAX_MS)).toMatchObject({ isTrue: true })
    await simulation.pass(5000)
    expect(simulation.imbalances).toEqual([])
    await expectNothingWrong(simulation)
  })
})

/** After this one a node was never asked again: it had been seen for a moment only, and that was a bad one. */
const ONCE_FORGOTTEN = 1396

describe('random faults on all nodes, and then all is well', () => {
  test.for([
    ...new Set([...SEEDS, ONCE_FORGOTTEN]),
  ])('every reader ends, no outage stays, no node is forgotten, seed %i', async (seed) => {
    const storm = new Storm(3000 + seed)
    await storm.rage()
    storm.calm()
    expect(await storm.unendedReaders(), 'readers that do not end').toBe(0)
    expect(storm.isOutage).toBe(false)
    expect(await storm.unusedNodes()).toEqual([])
    await storm.simulation.pass(5000)
    expect(storm.simulation.imbalances).toEqual([])
  })
})
