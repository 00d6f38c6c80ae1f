/** The beginning of a reading, on the nodes of the project's own list: of a small file it is most of it. */
import { describe, expect, test } from 'vitest'
import { type NodeBehaviour, Simulation, simulatedFile } from './simulation.ts'

const MBIT_PER_SECOND = 1e6 / 8 / 1000
const NODES = (bytesPerMs: number): Partial<NodeBehaviour>[] =>
  [50, 150, 300].map((delayMs) => ({ delayMs, bytesPerMs }))
const CHUNK_BYTES = 256 * 1024

/** Files, and what a player takes of them at a time. */
const FILES: readonly (readonly [what: string, bytes: number])[] = [
  ['two chunks', 500_000],
  ['60 s of audio', 960_000],
  ['30 s from a phone', 4_500_000],
  ['the sample', 6_684_647],
]

describe.for([
  ['1 Mbit/s each', MBIT_PER_SECOND],
  ['3 Mbit/s each', 3 * MBIT_PER_SECOND],
  ['16 Mbit/s each', 16 * MBIT_PER_SECOND],
] as const)('%s, and nothing wrong', ([, bytesPerMs]) => {
  test.for(FILES)('%s: hardly a byte is wasted, and the first chunk comes as if it were alone', async ([
    ,
    size,
  ]) => {
    const simulation = new Simulation(simulatedFile(size), NODES(bytesPerMs), { knowsDelays: true })
    const { startMs, isTrue } = await simulation.readAll(200_000)
    expect(isTrue).toBe(true)
    expect(simulation.wastedShare).toBeLessThanOrEqual(0.05)
    expect(startMs).toBeLessThanOrEqual(50 + (1.2 * CHUNK_BYTES) / bytesPerMs)
    expect(simulation.told('hedge')).toEqual([])
  })
})

test('a node that trickles from the beginning has a rival, though nobody else was seen to send', async () => {
  const [first, ...others] = NODES(3 * MBIT_PER_SECOND)
  const nodes = [{ ...first, bytesPerMs: 8 }, ...others]
  const simulation = new Simulation(simulatedFile(2 * CHUNK_BYTES), nodes, { knowsDelays: true })
  const { startMs, isTrue } = await simulation.readAll()
  expect(isTrue).toBe(true)
  expect(startMs).toBeLessThan(2500)
})
