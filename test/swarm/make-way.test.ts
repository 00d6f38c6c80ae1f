/** What a reader waits for after a lie does not share its node's uplink with what is needed later. */
import { expect, test } from 'vitest'
import { Simulation, simulatedFile } from './simulation.ts'

const MIB = 1024 * 1024
const FILE = simulatedFile(24 * MIB)
const NODES = [
  { delayMs: 50, bytesPerMs: (4 * MIB) / 1000 },
  { delayMs: 150, bytesPerMs: (2 * MIB) / 1000 },
  { delayMs: 300, bytesPerMs: MIB / 1000 },
]

test.for([
  1300, 1313, 1326, 1339, 1352,
])('the wait for what the fast node sent wrong is short, from %i ms on', async (atMs) => {
  const simulation = new Simulation(FILE, NODES, { knowsDelays: true, hashMs: 1 })
  simulation.after(atMs, () => {
    simulation.node(1).behaviour.isCorrupt = true
  })
  const { gapMs, isTrue } = await simulation.readAll()
  expect(isTrue).toBe(true)
  expect(gapMs).toBeLessThanOrEqual(460)
  const put = simulation.told('dropped').filter(({ why }) => why === 'a reader waits for another chunk')
  expect(put.length).toBeGreaterThan(0)
  // What had come of it already is of use.
  const wasted = simulation.told('wasted').filter(({ node }) => node !== 'node1')
  expect(wasted).toEqual([])
  await simulation.pass(3000)
  expect(simulation.imbalances).toEqual([])
})

test('nobody makes way for somebody who can wait', async () => {
  const simulation = new Simulation(FILE, NODES, { knowsDelays: true, hashMs: 1 })
  simulation.swarm.patienceMs = 2000
  simulation.after(1300, () => {
    simulation.node(1).behaviour.isCorrupt = true
  })
  await simulation.readAll()
  expect(simulation.told('dropped').map(({ why }) => why)).not.toContain('a reader waits for another chunk')
})
