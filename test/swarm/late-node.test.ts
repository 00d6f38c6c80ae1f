/** Between "it sends" and "it is gone" lies "it is late": told of who owes bytes and is silent longer than usual. */
import { expect, test } from 'vitest'
import { type NodeBehaviour, Simulation, simulatedFile } from './simulation.ts'

const MIB = 2 ** 20
const lateTimes = (simulation: Simulation, name: string): number[] =>
  simulation.told('measured').flatMap(({ node, isLate, atMs }) => (node === name && isLate ? [atMs] : []))

test('a node that hangs is late before it is said not to answer', async () => {
  const nodes = [{ bytesPerMs: 512 }, { bytesPerMs: 512, delayMs: 150 }]
  const simulation = new Simulation(simulatedFile(16 * MIB), nodes, { heartbeatMs: 2_000 })
  simulation.after(1_000, () => {
    simulation.node(1).behaviour.isHung = true
  })
  await simulation.readAll(40_000)
  const [late = Number.NaN] = lateTimes(simulation, 'node1')
  const goneMs = simulation
    .told('node')
    .find(({ node, state }) => node === 'node1' && state === 'no answer')?.atMs
  expect(late).toBeGreaterThan(1_400)
  expect(late).toBeLessThan(goneMs ?? Number.NaN)
})

test.for<[what: string, nodes: Partial<NodeBehaviour>[]]>([
  ['50, 150 and 300 ms', [50, 150, 300].map((delayMs) => ({ delayMs }))],
  ['50, 150 and 300 ms at 3 Mbit/s', [50, 150, 300].map((delayMs) => ({ delayMs, bytesPerMs: 375 }))],
  ['2.5 s', [{ delayMs: 2_500 }, { delayMs: 50 }]],
])('healthy nodes of %s are never late', async ([, nodes]) => {
  const simulation = new Simulation(simulatedFile(16 * MIB), nodes, { heartbeatMs: 2_000, knowsDelays: true })
  await simulation.readAll(60_000)
  expect(simulation.nodes.map(({ name }) => lateTimes(simulation, name).length)).toEqual(nodes.map(() => 0))
})
