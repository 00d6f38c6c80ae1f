/** A chunk is checked after it has come: by then its node may have failed, and that is what counts. */
import { expect, test } from 'vitest'
import { Simulation, simulatedFile } from './simulation.ts'

test('a node that was killed is not up again because its last chunk turns out to be true', async () => {
  const simulation = new Simulation(simulatedFile(8 * 2 ** 20), [{}, {}], { hashMs: 300, heartbeatMs: 1_000 })
  void simulation.readAll(20_000)
  await simulation.pass(500)
  const killedMs = simulation.clock.now()
  simulation.node(1).kill()
  await simulation.pass(5_000)
  const verdicts = simulation.told('verified').filter(({ node, atMs }) => node === 'node1' && atMs > killedMs)
  expect(verdicts.length).toBeGreaterThan(0)
  expect(simulation.statesOf('node1')).toEqual(['up', 'down'])
})
