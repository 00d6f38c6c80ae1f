/** A node that sends one wrong chunk to somebody who has much ahead: a second one is not worth a chunk. */
import { describe, expect, test } from 'vitest'
import { Simulation, simulatedFile } from './simulation.ts'
import { Viewer } from './viewer.ts'

const VIDEO = { bytesPerMs: 290, aheadMs: 5000 }
const CHUNK_BYTES = 256 * 1024
const FILE = simulatedFile(64 * CHUNK_BYTES)
const NODES = [
  { delayMs: 50, bytesPerMs: 4 * 362 },
  { delayMs: 150, bytesPerMs: 2 * 362 },
  { delayMs: 300, bytesPerMs: 362 },
]
const AT_MS = 8000

/** Somebody watches; the nearest node lies from {@link AT_MS} on, about one chunk or about all. */
async function watchLiar(liesOnce: boolean): Promise<{ simulation: Simulation; viewer: Viewer }> {
  const simulation = new Simulation(FILE, NODES, { knowsDelays: true, heartbeatMs: 2000 })
  const viewer = new Viewer(simulation, VIDEO)
  await simulation.pass(AT_MS)
  const { behaviour } = simulation.node(1)
  behaviour.isCorrupt = true
  await simulation.clock.run(() => simulation.told('rejected').length > 0, 3000)
  if (liesOnce) behaviour.isCorrupt = false
  return { simulation, viewer }
}

/** The next chunk that a node is asked for, and no other, is wrong. */
function nextOnly(): (chunk: number) => boolean {
  let bad: number | undefined
  return (chunk) => {
    bad ??= chunk
    return chunk === bad
  }
}

/** When the liar was asked after the chunk that was refused, ms later. */
const askedAgain = (simulation: Simulation): number[] => {
  const sinceMs = simulation.told('rejected')[0]?.atMs ?? Number.NaN
  const asked = simulation.told('asked').filter(({ node, atMs }) => node === 'node1' && atMs > sinceMs)
  return asked.map(({ atMs }) => atMs - sinceMs)
}

describe('a viewer with much ahead', () => {
  test('pays one chunk for a liar, and is told so', async () => {
    const { simulation, viewer } = await watchLiar(false)
    await simulation.pass(7000)
    expect(simulation.told('rejected')).toHaveLength(1)
    expect(askedAgain(simulation)).toEqual([])
    expect(simulation.statesOf('node1')).toEqual(['up', 'sent bad data'])
    expect(viewer.stoodMs).toBe(0)
  })

  test('tries it later, and believes it again', async () => {
    const { simulation } = await watchLiar(true)
    await simulation.pass(12_000)
    expect(askedAgain(simulation)[0]).toBeGreaterThanOrEqual(8000)
    expect(simulation.statesOf('node1')).toEqual(['up', 'sent bad data', 'up'])
  })

  test('goes back to it before it would stand still', async () => {
    const { simulation, viewer } = await watchLiar(true)
    await simulation.pass(1000) // the chunk that it sent wrong has come from another one
    for (const number of [2, 3]) simulation.node(number).behaviour.bytesPerMs = 20
    await simulation.pass(12_000)
    expect(askedAgain(simulation)[0]).toBeLessThan(7000)
    expect(viewer.stoodMs).toBe(0)
  })

  test('does not leave it out when there is nobody else', async () => {
    const simulation = new Simulation(FILE, NODES, { knowsDelays: true, heartbeatMs: 2000 })
    const viewer = new Viewer(simulation, VIDEO)
    for (const number of [2, 3]) simulation.node(number).kill()
    await simulation.pass(AT_MS)
    simulation.node(1).behaviour.isCorrupt = nextOnly()
    await simulation.pass(2500)
    expect(simulation.told('rejected')).toHaveLength(1)
    expect(simulation.statesOf('node1')).toEqual(['up'])
    expect(askedAgain(simulation)[0]).toBeLessThan(2000)
    viewer.stop()
  })
})

test('a reader that waits does not do without it for one lie', async () => {
  const simulation = new Simulation(FILE, NODES, { knowsDelays: true })
  await simulation.settled(simulation.swarm.open(0, CHUNK_BYTES - 1).next())
  simulation.node(1).behaviour.isCorrupt = nextOnly()
  expect(await simulation.readAll()).toMatchObject({ isTrue: true })
  expect(simulation.told('rejected')).toHaveLength(1)
  expect(simulation.statesOf('node1')).toEqual(['up'])
})
