/**
 * Bytes that lie in the buffers of a browser's network process, while our own timers run, come all at once when they come.
 * That is no rate of the node.
 */
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../helpers/random.ts'
import { BusyLoop } from './busy-loop.ts'
import { Simulation, simulatedFile } from './simulation.ts'
import { Viewer } from './viewer.ts'

const UPLINK = 375 // bytes per ms
const SIZE = 6_684_647
const NODES = [50, 150, 300].map((delayMs) => ({ delayMs, bytesPerMs: UPLINK }))

/** A page that is watched, and the process that brings it its bytes. */
function watch(): { simulation: Simulation; network: BusyLoop } {
  let network: BusyLoop | undefined
  const simulation = new Simulation(simulatedFile(SIZE), NODES, {
    ...{ knowsDelays: true, heartbeatMs: 2000 },
    through: (clock, fetch) => {
      network = new BusyLoop(clock)
      return { clock, fetch: network.wrap(fetch) }
    },
  })
  if (network === undefined) throw new Error('The swarm was not opened')
  new Viewer(simulation, { bytesPerMs: SIZE / 30_000, aheadMs: 10_000 })
  return { simulation, network }
}

/** The highest rate that was told of each node, bytes per ms. */
const highest = (simulation: Simulation): number[] =>
  simulation.nodes.map(({ name }) =>
    Math.max(
      0,
      ...simulation
        .told('measured')
        .flatMap(({ node, bytesPerSecond = 0 }) => (node === name ? [bytesPerSecond / 1000] : [])),
    ),
  )

describe('no rate is far above the uplink', () => {
  test.for([200, 400, 700, 1000, 1300])('with a network that is busy for %i ms at first', async (ms) => {
    const { simulation, network } = watch()
    simulation.after(10, () => network.block(ms))
    await simulation.pass(40_000)
    expect(Math.max(...highest(simulation))).toBeLessThan(1.5 * UPLINK)
    expect(simulation.told('verified')).toHaveLength(26)
  })

  test.for(
    Array.from({ length: 20 }, (_, seed) => seed + 1),
  )('with one that is busy now and then, seed %i', async (seed) => {
    const random = seededRandom(seed)
    const { simulation, network } = watch()
    const block = (): void => {
      network.block(900 * random())
      simulation.after(1800 * random(), block)
    }
    block()
    await simulation.pass(40_000)
    expect(Math.max(...highest(simulation))).toBeLessThan(5 * UPLINK) // without it up to 70 times
  })
})

test('a node whose latency grew is not called slow, and its rate stays what it was', async () => {
  const { simulation } = watch()
  simulation.after(2000, () => {
    simulation.node(1).behaviour.delayMs += 800
  })
  await simulation.pass(40_000)
  expect(simulation.statesOf('node1')).not.toContain('slow')
  const [last] = simulation
    .told('measured')
    .filter(({ node }) => node === 'node1')
    .slice(-1)
  expect((last?.bytesPerSecond ?? 0) / 1000).toBeGreaterThan(0.8 * UPLINK)
})
