/** Nobody can be asked for what a reader needs: why, told once, and when it is over. */
import { describe, expect, test } from 'vitest'
import type { OutageReason } from '../../src/swarm/events.js'
import type { Policy } from '../../src/swarm/swarm.js'
import { type SimulatedNode, Simulation, simulatedFile } from './simulation.ts'

const MIB = 1024 * 1024
const NODES = [
  { delayMs: 50, bytesPerMs: (4 * MIB) / 1000 },
  { delayMs: 150, bytesPerMs: (2 * MIB) / 1000 },
  { delayMs: 300, bytesPerMs: MIB / 1000 },
]

type Happening = (node: SimulatedNode) => void
const answers =
  (status: number, fields: Record<string, string> = {}): Happening =>
  (node) => {
    node.behaviour.answer = () => ({ status, fields })
  }
const killed: Happening = (node) => node.kill()
const hung: Happening = (node) => {
  node.behaviour.isHung = true
}
const corrupt: Happening = (node) => {
  node.behaviour.isCorrupt = true
}
const deleted = answers(404)
const replaced: Happening = (node) => {
  node.behaviour.answer = ({ start, end }) => ({
    status: 206,
    fields: { 'Content-Range': `bytes ${start}-${end}/99999999` },
  })
}
const breaksOff: Happening = (node) => {
  node.behaviour.cutAfter = 0
}
const fine: Happening = () => {}

function mend(node: SimulatedNode): void {
  Object.assign(node.behaviour, { isCorrupt: false, answer: undefined, cutAfter: undefined })
  node.restart()
}

/** What is told of outages: a reason, or that it is over. */
const told = (simulation: Simulation): (OutageReason | 'over')[] =>
  simulation.told('outage').map((event) => (event.isOver ? 'over' : event.why))

/** Reads to the end from the middle of the file. */
async function rest(simulation: Simulation): Promise<boolean> {
  const reader = simulation.swarm.open(32 * MIB, 64 * MIB - 1)
  let bytes: Uint8Array | undefined
  let left = 32 * MIB
  do {
    bytes = await simulation.settled(reader.next())
    left -= bytes?.length ?? 0
  } while (bytes !== undefined)
  return left === 0
}

const ALL: Policy = { kind: 'all' }
const ONLY_2: Policy = { kind: 'only', node: 'node2' }

const CASES: [what: string, policy: Policy, happenings: [Happening, Happening, Happening], OutageReason][] = [
  ['all are killed', ALL, [killed, killed, killed], 'nobody answers'],
  ['all hang', ALL, [hung, hung, hung], 'nobody answers'],
  ['one hangs, the others are killed', { kind: 'fastest' }, [hung, killed, killed], 'nobody answers'],
  ['only one may be asked, and is killed', ONLY_2, [fine, killed, fine], 'not allowed'],
  ['only one may be asked, and its file is gone', ONLY_2, [fine, deleted, fine], 'not allowed'],
  ['only one may be asked, and all are killed', ONLY_2, [killed, killed, killed], 'nobody answers'],
  [
    'only one may be asked, which is not in the list',
    { kind: 'only', node: 'node9' },
    [fine, fine, fine],
    'not allowed',
  ],
  ['all have another version', ALL, [replaced, replaced, replaced], 'replaced'],
  ['one has another version, the others are killed', ALL, [killed, replaced, killed], 'replaced'],
  ['the file is deleted everywhere', ALL, [deleted, deleted, deleted], 'missing'],
  ['all lie', ALL, [corrupt, corrupt, corrupt], 'bad data'],
  ['all answer with errors', ALL, [answers(500), answers(503), answers(500)], 'wrong answers'],
  ['all break off, though they are healthy', ALL, [breaksOff, breaksOff, breaksOff], 'wrong answers'],
  ['deleted here, replaced there', ALL, [deleted, replaced, killed], 'mixed'],
]

test.for(CASES)('%s: it says so, and no word more in 45 s', async ([, policy, happenings, why]) => {
  const simulation = new Simulation(simulatedFile(64 * MIB), NODES, { policy, heartbeatMs: 1000 })
  simulation.after(1000, () => {
    for (const [index, happening] of happenings.entries()) happening(simulation.node(index + 1))
  })
  await simulation.readAll(45_000)
  const during = told(simulation)
  expect(during.at(-1)).toBe(why)
  if (happenings[0] !== breaksOff) expect(during).not.toContain('over') // their health looks like a return
  expect(during.length).toBeLessThanOrEqual(happenings[0] === breaksOff ? 5 : 2) // as node after node is found out
  for (const node of simulation.nodes) mend(node)
  if (policy.kind === 'only') simulation.swarm.policy = ALL
  expect(await rest(simulation)).toBe(true)
  await simulation.pass(20_000) // what all sent wrong is asked for again after a while
  expect(told(simulation).slice(during.length)).toEqual(['over'])
})

describe('what changes while it lasts is told', () => {
  test('first nobody answers, then those that are back have another version', async () => {
    const simulation = new Simulation(simulatedFile(64 * MIB), NODES, { heartbeatMs: 1000 })
    simulation.after(1000, () => {
      for (const node of simulation.nodes) node.kill()
    })
    simulation.after(8000, () => {
      for (const node of simulation.nodes) {
        replaced(node)
        node.restart()
      }
    })
    await simulation.readAll(20_000)
    expect(told(simulation)[0]).toBe('nobody answers')
    expect(told(simulation).at(-1)).toBe('replaced')
  })
})

test.for<[what: string, happening: Happening]>([
  ['killed', killed],
  ['hung', hung],
  ['deleted', deleted],
  ['corrupt', corrupt],
])('it is over, too, when nobody reads any more while all that were %s are mended', async ([, happening]) => {
  const simulation = new Simulation(simulatedFile(64 * MIB), NODES, { heartbeatMs: 1000 })
  simulation.after(1000, () => {
    for (const node of simulation.nodes) happening(node)
  })
  const reader = simulation.swarm.open(0, 64 * MIB - 1)
  const read = async (): Promise<void> => {
    while ((await reader.next()) !== undefined) {}
  }
  void read()
  await simulation.pass(15_000)
  expect(told(simulation).at(-1)).not.toBe('over')
  reader.cancel()
  for (const node of simulation.nodes) mend(node)
  await simulation.pass(40_000)
  expect(told(simulation).at(-1)).toBe('over')
})

describe('one chunk that every replica has wrong, while all nodes are up', () => {
  const BAD = 20
  const CHUNK_BYTES = 256 * 1024

  /** All replicas but those of some nodes have it wrong. */
  const spoil = (simulation: Simulation, ...but: number[]): void => {
    for (const [index, { behaviour }] of simulation.nodes.entries())
      behaviour.isCorrupt = (chunk) => chunk === BAD && !but.includes(index + 1)
  }

  test.for<[what: string, policy: Policy, heartbeatMs: number, why: OutageReason]>([
    ['all nodes', ALL, 1000, 'bad data'],
    ['without heartbeats', ALL, 0, 'bad data'],
    ['the fastest', { kind: 'fastest' }, 1000, 'bad data'],
    ['only one, for others may have it', ONLY_2, 1000, 'not allowed'],
  ])('is told once, and once when one of them is mended: %s', async ([, policy, heartbeatMs, why]) => {
    const simulation = new Simulation(simulatedFile(64 * MIB), NODES, { policy, heartbeatMs })
    spoil(simulation)
    simulation.swarm.feedUntil(48 * MIB)
    const reader = simulation.swarm.open(0, 64 * MIB - 1)
    let position = 0
    const read = async (): Promise<void> => {
      for (let bytes = await reader.next(); bytes !== undefined; bytes = await reader.next())
        position += bytes.length
    }
    void read()
    await simulation.pass(180_000)
    expect(position).toBe(BAD * CHUNK_BYTES)
    expect(told(simulation)).toEqual([why])
    spoil(simulation, 2)
    await simulation.pass(60_000)
    expect(position).toBe(48 * MIB)
    expect(told(simulation)).toEqual([why, 'over'])
  })

  test('is no matter when nobody wants it any more', async () => {
    const simulation = new Simulation(simulatedFile(64 * MIB), NODES, { heartbeatMs: 1000 })
    spoil(simulation)
    const reader = simulation.swarm.open(BAD * CHUNK_BYTES, 64 * MIB - 1)
    void reader.next()
    await simulation.pass(10_000)
    expect(told(simulation)).toEqual(['bad data'])
    reader.cancel()
    expect(await rest(simulation)).toBe(true)
    expect(told(simulation)).toEqual(['bad data', 'over'])
  })

  test.for<[what: string, third: Happening]>([
    ['killed', killed],
    ['of another version', replaced],
  ])('is told, too, when the only good replica is %s', async ([what, third]) => {
    const simulation = new Simulation(simulatedFile(64 * MIB), NODES, { heartbeatMs: 1000 })
    spoil(simulation, 3)
    third(simulation.node(3))
    const reader = simulation.swarm.open(BAD * CHUNK_BYTES, 64 * MIB - 1)
    const bytes = reader.next()
    await simulation.pass(60_000)
    expect(told(simulation)).toEqual([what === 'killed' ? 'bad data' : 'mixed'])
    simulation.node(3).behaviour.answer = undefined
    simulation.node(3).restart()
    expect(await simulation.settled(bytes)).toHaveLength(CHUNK_BYTES)
    expect(told(simulation).slice(1)).toEqual(['over'])
  })

  test('is nothing to tell while one node has it right', async () => {
    const simulation = new Simulation(simulatedFile(64 * MIB), NODES, { heartbeatMs: 1000 })
    spoil(simulation, 3)
    expect(await simulation.readAll()).toMatchObject({ isTrue: true })
    expect(told(simulation)).toEqual([])
  })
})
