/** Two nodes bring the same chunk: who of them is sent home, and when there is room for a third. */
import { expect, test } from 'vitest'
import { type NodeBehaviour, Simulation, simulatedFile } from './simulation.ts'
import { Viewer } from './viewer.ts'

const CHUNK_BYTES = 256 * 1024
const FILE = simulatedFile(64 * CHUNK_BYTES)
const TRICKLE = 64
const NODES: readonly Partial<NodeBehaviour>[] = [
  { delayMs: 50, bytesPerMs: 4 * 362 },
  { delayMs: 150, bytesPerMs: 2 * 362 },
  { delayMs: 300, bytesPerMs: 362 },
]

/** Somebody watches for eight seconds. */
async function watch(): Promise<{ simulation: Simulation; viewer: Viewer }> {
  const simulation = new Simulation(FILE, NODES, { knowsDelays: true, heartbeatMs: 2000 })
  const viewer = new Viewer(simulation, { bytesPerMs: 290, aheadMs: 5000 })
  await simulation.pass(8000)
  return { simulation, viewer }
}

test('who is called slow is sent home once another one has begun, and little of it is wasted', async () => {
  const { simulation, viewer } = await watch()
  simulation.node(1).behaviour.bytesPerMs = TRICKLE
  await simulation.pass(8000)
  const { chunk, atMs } = simulation.told('hedge')[0] ?? { chunk: Number.NaN, atMs: Number.NaN }
  const home = simulation.told('dropped').find((event) => event.chunk === chunk && event.node === 'node1')
  const here = simulation.told('verified').find((event) => event.chunk === chunk)
  expect(home?.atMs).toBeGreaterThan(atMs)
  expect(home?.atMs).toBeLessThan(here?.atMs ?? 0)
  expect(simulation.statesOf('node1')).toContain('slow')
  const wasted = simulation.told('wasted').reduce((sum, { bytes }) => sum + bytes, 0)
  expect(wasted).toBeLessThan(CHUNK_BYTES / 8)
  expect(viewer.stoodMs).toBe(0)
})

test('who only hangs is not: it owes something, which shows how it is', async () => {
  const { simulation } = await watch()
  const node1 = simulation.node(1)
  await simulation.clock.run(() => node1.open > 0, 3000)
  node1.behaviour.isHung = true
  await simulation.pass(1500)
  expect(simulation.statesOf('node1')).toEqual(['up', 'no answer'])
})

test.for([
  20, 30, 40,
])('when both trickle at %i B/ms, a third that has come back brings it before the viewer stands still', async (bytesPerMs) => {
  const { simulation, viewer } = await watch()
  simulation.node(1).kill()
  for (const number of [2, 3]) Object.assign(simulation.node(number).behaviour, { bytesPerMs, delayMs: 50 })
  await simulation.pass(3000)
  simulation.node(1).restart()
  await simulation.pass(6000)
  expect(viewer.stoodMs).toBe(0)
})
