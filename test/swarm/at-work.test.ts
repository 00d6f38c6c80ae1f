/** A failover is of a node that was at work for us. Who never brought anything leaves nothing to take over. */
import { describe, expect, test } from 'vitest'
import { type NodeBehaviour, type SimulatedNode, Simulation, simulatedFile } from './simulation.ts'
import { Viewer } from './viewer.ts'

const MIB = 2 ** 20
const FILE = { ...simulatedFile(7 * MIB), sha256: 'a'.repeat(64) }
const NODES: Partial<NodeBehaviour>[] = [50, 150, 300].map((delayMs) => ({ delayMs, bytesPerMs: 375 }))

const watch = (): Simulation => {
  const simulation = new Simulation(FILE, NODES, { knowsDelays: true, heartbeatMs: 2000 })
  new Viewer(simulation, { bytesPerMs: FILE.size / 30_000, aheadMs: 10_000 })
  return simulation
}

const has404 = (node: SimulatedNode): void => {
  node.behaviour.answer = () => ({ status: 404 })
}
const hasAnother = (node: SimulatedNode): void => {
  node.behaviour.answer = ({ start, end }) => ({
    status: 206,
    fields: { 'Content-Range': `bytes ${start}-${end}/${FILE.size}`, ETag: `"${'b'.repeat(64)}"` },
  })
}
const isHung = (node: SimulatedNode): void => {
  node.behaviour.isHung = true
}
const isIll = (node: SimulatedNode): void => {
  node.behaviour.answer = () => ({ status: 500 })
}
const isBusy = (node: SimulatedNode): void => {
  node.behaviour.answer = () => ({ status: 503 })
}

const TROUBLES: [what: string, strike: (node: SimulatedNode) => void][] = [
  ['dead', (node) => node.kill()],
  ['hung', isHung],
  ['without the file', has404],
  ['of another version', hasAnother],
  ['ill', isIll],
  ['busy', isBusy],
]

describe('no failover is told', () => {
  test.for(TROUBLES)('of a node that was %s before it was read from', async ([, strike]) => {
    const simulation = watch()
    strike(simulation.node(1))
    strike(simulation.node(2))
    await simulation.pass(40_000)
    expect(simulation.told('verified').length).toBeGreaterThan(20)
    expect(simulation.told('failover')).toEqual([])
  })
})

describe('one failover is told, whatever is tried again later,', () => {
  test.for(TROUBLES)('of a node that is %s from some time on', async ([, strike]) => {
    const simulation = watch()
    simulation.after(1600, () => strike(simulation.node(1)))
    await simulation.pass(60_000)
    expect(simulation.told('verified').some(({ node }) => node === 'node1')).toBe(true)
    expect(simulation.told('failover').map(({ from }) => from)).toEqual(['node1'])
  })
})

test('a node that was dead at first, came and was killed is a failover', async () => {
  const simulation = watch()
  simulation.node(1).kill()
  simulation.after(3000, () => simulation.node(1).restart())
  await simulation.pass(3000)
  simulation.swarm.policy = { kind: 'only', node: 'node1' }
  await simulation.pass(4000)
  expect(simulation.told('failover')).toEqual([])
  simulation.swarm.policy = { kind: 'all' }
  await simulation.clock.run(() => {
    const last = simulation.events.at(-1)
    return last?.type === 'asked' && last.node === 'node1'
  })
  simulation.node(1).kill()
  await simulation.pass(5000)
  expect(simulation.told('failover').map(({ from }) => from)).toEqual(['node1'])
})
