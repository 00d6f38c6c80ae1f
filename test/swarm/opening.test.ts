/** The first pieces of a file: read before their chunk is whole, and as true as all else. */
import { describe, expect, test } from 'vitest'
import { Simulation, simulatedFile } from './simulation.ts'

const KIB = 1024
const CHUNK_BYTES = 256 * KIB
const PIECE_BYTES = 32 * KIB
const FILE = simulatedFile(4 * CHUNK_BYTES)
/** A piece takes 80 ms, and a chunk 640. */
const LINE = { delayMs: 50, bytesPerMs: PIECE_BYTES / 80 }
const OPTIONS = { knowsDelays: true, policy: { kind: 'only', node: 'node1' } } as const

/** What is read of a range, piece by piece, and when. */
async function read(simulation: Simulation, start: number, end: number) {
  const reader = simulation.swarm.open(start, end)
  const pieces: { bytes: number; atMs: number }[] = []
  for (;;) {
    const piece = await simulation.settled(reader.next())
    if (piece === undefined) return pieces
    expect(new Set(piece)).toEqual(new Set([0])) // the bytes of the first chunk, and no others
    pieces.push({ bytes: piece.length, atMs: simulation.clock.now() })
  }
}

describe('a reader of the beginning', () => {
  test('gets each piece when it is here, and the last ones with their chunk', async () => {
    const simulation = new Simulation(FILE, [LINE], OPTIONS)
    const pieces = await read(simulation, 0, CHUNK_BYTES - 1)
    expect(pieces.map(({ bytes }) => bytes)).toEqual(Array(8).fill(PIECE_BYTES))
    expect(pieces[0]?.atMs).toBeLessThan(50 + 80 + 50)
    expect(pieces[2]?.atMs).toBeLessThan(50 + 3 * 80 + 50)
    const { atMs: wholeMs } = simulation.told('verified')[0] ?? { atMs: 0 }
    expect(pieces.filter(({ atMs }) => atMs < wholeMs)).toHaveLength(7)
    simulation.swarm.close()
  })

  test('may begin and end inside a piece', async () => {
    const simulation = new Simulation(FILE, [LINE], OPTIONS)
    const pieces = await read(simulation, PIECE_BYTES - 10, 3 * PIECE_BYTES + 5)
    expect(pieces.map(({ bytes }) => bytes)).toEqual([10, PIECE_BYTES, PIECE_BYTES, 6])
    simulation.swarm.close()
  })

  test('gets the whole chunk as one when nothing says what its pieces are', async () => {
    const simulation = new Simulation({ ...FILE, opening: undefined }, [LINE], OPTIONS)
    const pieces = await read(simulation, 0, CHUNK_BYTES - 1)
    expect(pieces.map(({ bytes }) => bytes)).toEqual([CHUNK_BYTES])
    simulation.swarm.close()
  })
})

describe('a piece that is not true', () => {
  test('is not handed on; the node is told from its chunk, and another one brings it', async () => {
    const nodes = [
      { ...LINE, isCorrupt: true },
      { ...LINE, delayMs: 400 },
    ]
    const simulation = new Simulation(FILE, nodes, { knowsDelays: true })
    const pieces = await read(simulation, 0, CHUNK_BYTES - 1)
    expect(pieces.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(CHUNK_BYTES)
    expect(simulation.told('rejected')).toMatchObject([{ node: 'node1', chunk: 0 }])
    simulation.swarm.close()
  })

  test('by a manifest that is wrong about it waits for its chunk, which decides', async () => {
    const simulation = new Simulation({ ...FILE, opening: Array(8).fill('wrong') }, [LINE], OPTIONS)
    const pieces = await read(simulation, 0, CHUNK_BYTES - 1)
    expect(pieces.map(({ bytes }) => bytes)).toEqual([CHUNK_BYTES])
    expect(simulation.told('rejected')).toEqual([])
    simulation.swarm.close()
  })

  test('while hashes cannot be computed is none that is handed on', async () => {
    let isBroken = true
    const simulation = new Simulation(FILE, [LINE], {
      ...OPTIONS,
      hash: (bytes) =>
        isBroken ? Promise.reject(new Error('no memory')) : Promise.resolve(`0:${bytes.length}`),
    })
    const reading = read(simulation, 0, CHUNK_BYTES - 1)
    await simulation.pass(400)
    expect(simulation.told('delivered')).toEqual([])
    isBroken = false
    expect((await reading).length).toBeGreaterThan(0)
    simulation.swarm.close()
  })
})

test('two nodes that bring the beginning at once hand on each byte once', async () => {
  const nodes = [
    { ...LINE, bytesPerMs: PIECE_BYTES / 4000 },
    { ...LINE, bytesPerMs: PIECE_BYTES / 20 },
  ]
  const simulation = new Simulation(FILE, nodes, { knowsDelays: true })
  const pieces = await read(simulation, 0, CHUNK_BYTES - 1)
  expect(pieces.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(CHUNK_BYTES)
  simulation.swarm.close()
})

test('a piece is hashed once, and no part of another chunk is', async () => {
  let pieces = 0
  const simulation: Simulation = new Simulation(FILE, [LINE], {
    ...OPTIONS,
    hash: async (bytes) => {
      if (bytes.length === PIECE_BYTES) pieces++
      await simulation.clock.wait(100) // the next bytes come meanwhile
      return `${bytes[0]}:${bytes.length}`
    },
  })
  const reader = simulation.swarm.open(0, FILE.size - 1)
  while ((await simulation.settled(reader.next())) !== undefined);
  expect(simulation.told('verified')).toHaveLength(4)
  expect(pieces).toBe(7) // the eighth comes with the whole chunk
  simulation.swarm.close()
})
