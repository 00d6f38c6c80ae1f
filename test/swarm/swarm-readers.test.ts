/** Readers that come and go, wait, seek and do not read: what is asked for, what is kept, and what is left behind. */
import { describe, expect, test } from 'vitest'
import type { Reader } from '../../src/swarm/reader.js'
import { seededRandom } from '../helpers/random.ts'
import { Simulation, simulatedFile } from './simulation.ts'

const MIB = 1024 * 1024
const CHUNK_BYTES = 256 * 1024
const NODES = [
  { delayMs: 50, bytesPerMs: (4 * MIB) / 1000 },
  { delayMs: 150, bytesPerMs: (2 * MIB) / 1000 },
  { delayMs: 300, bytesPerMs: MIB / 1000 },
]
/** One more than the plan allows: a hedge. */
const MAX_OPEN = 4 + 1

const simulate = (sizeBytes: number, options: ConstructorParameters<typeof Simulation>[2] = {}): Simulation =>
  new Simulation(simulatedFile(sizeBytes), NODES, { knowsDelays: true, ...options })

/** Reads so many bytes, or to the end. @returns what each byte is filled with, one per chunk: the first comes in pieces */
async function read(
  simulation: Simulation,
  reader: Reader,
  bytes = Number.POSITIVE_INFINITY,
): Promise<number[]> {
  const fills: number[] = []
  let left = bytes
  while (left > 0) {
    const piece = await simulation.settled(reader.next())
    if (piece === undefined) break
    expect(Buffer.alloc(piece.length, piece[0]).equals(piece)).toBe(true)
    if (fills.at(-1) !== piece[0]) fills.push(piece[0] ?? -1)
    left -= piece.length
  }
  return fills
}

const chunksFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index)

const requestsOf = ({ nodes }: Simulation): number => nodes.reduce((sum, { requests }) => sum + requests, 0)
const sentBytesOf = ({ nodes }: Simulation): number =>
  nodes.reduce((sum, { sentBytes }) => sum + sentBytes, 0)

/** All is over: no request is open, every chunk is accounted for, and after closing no timer is left. */
async function expectNothingLeft(simulation: Simulation): Promise<void> {
  await simulation.pass(3000)
  expect(simulation.nodes.map(({ open }) => open)).toEqual([0, 0, 0])
  expect(simulation.imbalances).toEqual([])
  simulation.swarm.close()
  await simulation.pass(5000)
  expect(simulation.clock.pending).toBe(0)
}

test('a range comes in order and exactly, from inside a chunk to inside another one', async () => {
  const simulation = simulate(4 * MIB)
  const reader = simulation.swarm.open(CHUNK_BYTES + 100, 4 * CHUNK_BYTES + 6)
  const lengths: number[] = []
  for (;;) {
    const piece = await simulation.settled(reader.next())
    if (piece === undefined) break
    lengths.push(piece.length)
  }
  expect(lengths).toEqual([CHUNK_BYTES - 100, CHUNK_BYTES, CHUNK_BYTES, 7])
  expect(new Set(simulation.told('asked').map(({ chunk }) => chunk))).toEqual(new Set([1, 2, 3, 4]))
  await expectNothingLeft(simulation)
})

test('twenty seeks in four seconds: few requests at once, true bytes, nothing left behind', async () => {
  const simulation = simulate(64 * MIB)
  const random = seededRandom(7)
  let reader: Reader | undefined
  for (let seek = 0; seek < 20; seek++) {
    const chunk = Math.floor(random() * 250)
    const opened = simulation.swarm.open(chunk * CHUNK_BYTES, 64 * MIB - 1)
    reader?.cancel() // a player opens the new one first
    reader = opened
    const first = opened.next()
    await simulation.pass(200)
    const piece = await Promise.race([first, undefined])
    if (piece !== undefined) expect(piece[0]).toBe(chunk % 256)
  }
  for (const { maxOpen } of simulation.nodes) expect(maxOpen).toBeLessThanOrEqual(MAX_OPEN)
  reader?.cancel()
  await expectNothingLeft(simulation)
})

test('after a seek the first chunk is there as soon as after the start', async () => {
  const simulation = simulate(64 * MIB)
  const old = simulation.swarm.open(0, 64 * MIB - 1)
  await read(simulation, old, 8 * MIB)
  const seekedMs = simulation.clock.now()
  const reader = simulation.swarm.open(150 * CHUNK_BYTES, 64 * MIB - 1)
  old.cancel()
  expect(await read(simulation, reader, 1)).toEqual([150])
  expect(simulation.clock.now() - seekedMs).toBeLessThanOrEqual(500)
  reader.cancel()
  await expectNothingLeft(simulation)
})

test('a reader that does not read costs the window, and no more however long it waits', async () => {
  const simulation = simulate(64 * MIB, { windowBytes: 4 * MIB })
  const reader = simulation.swarm.open(0, 64 * MIB - 1)
  await simulation.pass(5000)
  const sentBytes = sentBytesOf(simulation)
  expect(sentBytes).toBeGreaterThanOrEqual(4 * MIB)
  expect(sentBytes).toBeLessThanOrEqual(4 * MIB + 2 * CHUNK_BYTES)
  await simulation.pass(60_000)
  expect(sentBytesOf(simulation)).toBe(sentBytes)
  expect(simulation.clock.pending).toBe(0)
  expect(await read(simulation, reader)).toEqual(chunksFrom(0, 256).map((chunk) => chunk % 256))
})

describe('the feed', () => {
  test('ends: nothing from there on is asked for or delivered, until it goes on', async () => {
    const simulation = simulate(16 * MIB)
    simulation.swarm.feedUntil(10 * CHUNK_BYTES + 1)
    const reader = simulation.swarm.open(0, 16 * MIB - 1)
    expect(await read(simulation, reader, 11 * CHUNK_BYTES)).toEqual(chunksFrom(0, 11))
    const next = reader.next()
    await simulation.pass(5000)
    expect(Math.max(...simulation.told('asked').map(({ chunk }) => chunk))).toBe(10)
    expect(simulation.told('waiting').map(({ chunk }) => chunk)).not.toContain(11)
    simulation.swarm.feedUntil(Number.POSITIVE_INFINITY)
    expect((await simulation.settled(next))?.[0]).toBe(11)
    expect(simulation.told('delivered').at(-1)?.waitedMs).toBeLessThan(1000)
    expect(await read(simulation, reader)).toEqual(chunksFrom(12, 52))
    await expectNothingLeft(simulation)
  })

  test('of nothing asks for nothing', async () => {
    const simulation = simulate(16 * MIB)
    simulation.swarm.feedUntil(0)
    const reader = simulation.swarm.open(0, 16 * MIB - 1)
    void reader.next()
    await simulation.pass(5000)
    expect(requestsOf(simulation)).toBe(0)
    reader.cancel()
    await expectNothingLeft(simulation)
  })
})

describe('a reader goes', () => {
  /** Reads so many chunks from one on, each with a reader of its own, as WebKit does. */
  async function readEachAnew(simulation: Simulation, first: number, count: number): Promise<void> {
    for (const chunk of chunksFrom(first, count)) {
      const reader = simulation.swarm.open(chunk * CHUNK_BYTES, 16 * MIB - 1)
      expect((await simulation.settled(reader.next()))?.[0]).toBe(chunk)
      reader.cancel()
      await simulation.pass(30)
    }
  }

  test('and another one reads on where it was: nothing is asked for twice, nothing was in vain', async () => {
    const simulation = simulate(16 * MIB)
    await readEachAnew(simulation, 0, 64)
    expect(simulation.told('dropped')).toEqual([])
    expect(simulation.told('wasted')).toEqual([])
    expect(sentBytesOf(simulation)).toBe(16 * MIB)
    await expectNothingLeft(simulation)
  })

  test('and another one reads elsewhere: what it does not want is given up at once', async () => {
    const simulation = simulate(64 * MIB)
    await readEachAnew(simulation, 0, 2)
    const atMs = simulation.clock.now()
    const reader = simulation.swarm.open(200 * CHUNK_BYTES, 64 * MIB - 1)
    expect(simulation.told('dropped').length).toBeGreaterThan(0)
    expect(simulation.told('dropped').map((event) => event.atMs)).toContain(atMs)
    reader.cancel()
    await expectNothingLeft(simulation)
  })

  test('and nobody comes: what was asked for the last one is given up after half a second', async () => {
    const simulation = simulate(64 * MIB, { windowBytes: 16 * MIB })
    const reader = simulation.swarm.open(0, 64 * MIB - 1)
    await read(simulation, reader, CHUNK_BYTES)
    reader.cancel()
    await simulation.pass(490)
    expect(simulation.told('dropped')).toEqual([])
    await simulation.pass(20)
    expect(simulation.told('dropped').length).toBeGreaterThan(0)
    await expectNothingLeft(simulation)
  })
})

describe('bytes are awaited', () => {
  /** Which chunk the swarm says is awaited, in the way of a player: is it one before this byte? */
  const awaited = ({ swarm }: Simulation): number | undefined =>
    chunksFrom(0, 64).find((chunk) => swarm.isAwaited(chunk * CHUNK_BYTES + 1))

  test('while a reader that was asked has not given them, wherever it waits, and no longer', async () => {
    const simulation = simulate(16 * MIB)
    const reader = simulation.swarm.open(10 * CHUNK_BYTES, 16 * MIB - 1)
    await simulation.pass(1)
    expect(awaited(simulation)).toBeUndefined() // nobody has asked it yet
    const next = reader.next()
    await simulation.pass(1)
    expect(awaited(simulation)).toBe(10)
    await simulation.settled(next)
    expect(awaited(simulation)).toBeUndefined()
  })

  test('also when it waits for its feed, which is not the nodes’ fault', async () => {
    const simulation = simulate(16 * MIB)
    simulation.swarm.feedUntil(3 * CHUNK_BYTES)
    const reader = simulation.swarm.open(0, 16 * MIB - 1)
    await read(simulation, reader, 3 * CHUNK_BYTES)
    void reader.next()
    await simulation.pass(1)
    expect(awaited(simulation)).toBe(3)
    reader.cancel()
    expect(awaited(simulation)).toBeUndefined()
  })
})

describe('what was verified', () => {
  test('is kept when its reader is cancelled, and is not asked for again', async () => {
    const simulation = simulate(32 * MIB)
    const first = simulation.swarm.open(0, 32 * MIB - 1)
    await read(simulation, first, 4 * MIB)
    first.cancel()
    await simulation.pass(3000)
    const verified = new Set(simulation.told('verified').map(({ chunk }) => chunk))
    expect(verified.size).toBeGreaterThanOrEqual(16)
    const told = simulation.events.length
    await read(simulation, simulation.swarm.open(0, 32 * MIB - 1))
    const askedAgain = simulation.events
      .slice(told)
      .flatMap((event) => (event.type === 'asked' && verified.has(event.chunk) ? [event.chunk] : []))
    expect(askedAgain).toEqual([])
    await expectNothingLeft(simulation)
  })

  test('is kept only as far as the cache goes', async () => {
    const simulation = simulate(32 * MIB, { windowBytes: 2 * MIB, cacheBytes: 4 * MIB })
    await read(simulation, simulation.swarm.open(0, 32 * MIB - 1))
    await simulation.pass(1000)
    const requests = requestsOf(simulation)
    expect(await read(simulation, simulation.swarm.open(28 * MIB, 32 * MIB - 1))).toEqual(chunksFrom(112, 16))
    expect(requestsOf(simulation)).toBe(requests)
    expect(await read(simulation, simulation.swarm.open(0, CHUNK_BYTES - 1))).toEqual([0])
    expect(requestsOf(simulation)).toBe(requests + 1)
    await expectNothingLeft(simulation)
  })

  test('on a seek a chunk that is more than half here still comes', async () => {
    const simulation = new Simulation(simulatedFile(16 * MIB), [
      { delayMs: 50, bytesPerMs: CHUNK_BYTES / 100 },
    ])
    const reader = simulation.swarm.open(0, 16 * MIB - 1)
    await simulation.pass(50 + 75)
    simulation.swarm.open(63 * CHUNK_BYTES, 16 * MIB - 1)
    reader.cancel()
    await simulation.pass(1000)
    expect(simulation.told('verified').map(({ chunk }) => chunk)).toEqual([0, 63])
    const soughtBytes = CHUNK_BYTES
    expect(simulation.node(1).sentBytes - soughtBytes).toBeLessThanOrEqual(2 * CHUNK_BYTES)
  })
})

test('two readers at once each get their own bytes, and neither waits for the other', async () => {
  const simulation = simulate(32 * MIB)
  const half = simulation.swarm.open(16 * MIB, 24 * MIB - 1)
  const whole = simulation.swarm.open(0, 8 * MIB - 1)
  const fills: [number[], number[]] = [[], []]
  const pull = async (reader: Reader, into: number[]): Promise<void> => {
    for (let piece = await reader.next(); piece !== undefined; piece = await reader.next())
      if (into.at(-1) !== piece[0]) into.push(piece[0] ?? -1)
  }
  await simulation.settled(Promise.all([pull(whole, fills[0]), pull(half, fills[1])]))
  expect(fills).toEqual([chunksFrom(0, 32), chunksFrom(64, 32)])
  const delivered = simulation.told('delivered')
  expect(Math.max(...delivered.map(({ waitedMs }) => waitedMs))).toBeLessThan(1000)
  await expectNothingLeft(simulation)
})

test('two readers of the same bytes cost no more than one', async () => {
  const simulation = simulate(8 * MIB)
  const readers = [simulation.swarm.open(0, 8 * MIB - 1), simulation.swarm.open(0, 8 * MIB - 1)]
  const both = Promise.all(
    readers.map(async (reader) => {
      let bytes = 0
      for (let piece = await reader.next(); piece !== undefined; piece = await reader.next())
        bytes += piece.length
      return bytes
    }),
  )
  expect(await simulation.settled(both)).toEqual([8 * MIB, 8 * MIB])
  expect(simulation.told('verified').length).toBe(32)
  expect(sentBytesOf(simulation)).toBeLessThanOrEqual(1.05 * 8 * MIB) // the last requests are shared out
})

describe('a swarm that is closed', () => {
  test('tells nothing any more, hangs up, and its readers end', async () => {
    const simulation = simulate(32 * MIB)
    const reader = simulation.swarm.open(0, 32 * MIB - 1)
    await simulation.pass(1000)
    void reader.next()
    simulation.swarm.close()
    const told = simulation.events.length
    expect(await simulation.settled(reader.next())).toBeUndefined()
    await simulation.pass(5000)
    expect(simulation.events.length).toBe(told)
    expect(simulation.nodes.map(({ open }) => open)).toEqual([0, 0, 0])
    expect(simulation.clock.pending).toBe(0)
    expect(await simulation.swarm.open(0, 10).next()).toBeUndefined()
  })

  test.for([
    'measured',
    'verified',
    'asked',
    'node',
    'heartbeat',
  ] as const)('by a listener, at "%s", is closed at once', async (type) => {
    const nodes = NODES.map((node, index) => (index === 0 ? { ...node, isUp: false } : node))
    let eventsAfter = 0
    let isClosed = false
    const simulation: Simulation = new Simulation(simulatedFile(32 * MIB), nodes, {
      onEvent: (event) => {
        if (isClosed) eventsAfter++
        if (event.type !== type || isClosed) return
        isClosed = true
        simulation.swarm.close()
      },
    })
    simulation.swarm.open(0, 32 * MIB - 1)
    await simulation.pass(20_000)
    expect(isClosed).toBe(true)
    expect(eventsAfter).toBe(0)
    expect(simulation.clock.pending).toBe(0)
  })

  test('while nodes are away calls no node any more', async () => {
    const simulation = simulate(32 * MIB)
    simulation.swarm.open(0, 32 * MIB - 1)
    await simulation.pass(1000)
    for (const node of simulation.nodes) node.kill()
    await simulation.pass(3000)
    simulation.swarm.close()
    const calls = simulation.nodes.map(({ healthCalls }) => healthCalls)
    await simulation.pass(10_000)
    expect(simulation.nodes.map(({ healthCalls }) => healthCalls)).toEqual(calls)
    expect(simulation.clock.pending).toBe(0)
  })
})

test('nodes that are up get a heartbeat now and then, if wished', async () => {
  const simulation = simulate(MIB, { heartbeatMs: 1000 })
  await simulation.pass(10_500)
  for (const { name } of simulation.nodes) {
    const beats = simulation.told('heartbeat').filter(({ node }) => node === name)
    expect(beats.length).toBeGreaterThanOrEqual(7)
    expect(beats.length).toBeLessThanOrEqual(11)
    expect(simulation.statesOf(name)).toEqual(['up'])
  }
  expect(
    simulation.told('heartbeat').every(({ node, ms }) => ms === NODES[Number(node.at(-1)) - 1]?.delayMs),
  ).toBe(true)
  simulation.node(2).kill()
  await simulation.pass(2000)
  expect(simulation.statesOf('node2')).toEqual(['up', 'down'])
  simulation.node(2).restart()
  await simulation.pass(1000)
  expect(simulation.statesOf('node2')).toEqual(['up', 'down', 'up'])
})
