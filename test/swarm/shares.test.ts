/** What one node began of a chunk another one finishes: nothing comes twice, and nobody is blamed for another one's bytes. */
import { describe, expect, test } from 'vitest'
import { broughtBy, type Told } from '../../src/swarm/events.js'
import { Remains, Share } from '../../src/swarm/shares.js'
import { type NodeBehaviour, type SimulatedNode, Simulation, simulatedFile } from './simulation.ts'

const KIB = 1024
const CHUNK_BYTES = 256 * KIB
const CHUNKS = 8
const FILE = simulatedFile(CHUNKS * CHUNK_BYTES)
/** A chunk takes 512 ms. */
const LINE = { delayMs: 50, bytesPerMs: 512 }
/** Only asked when the other one fails. */
const FARTHER = { delayMs: 300, bytesPerMs: 512 }

/** The ranges that a node was asked for, first byte and last. */
function rangesOf(node: SimulatedNode): [first: number, last: number][] {
  const ranges: [number, number][] = []
  node.behaviour.answer = ({ start, end }) => {
    if (end > 0) ranges.push([start, end])
    return undefined
  }
  return ranges
}

function begin(behaviours: Partial<NodeBehaviour>[], file: typeof FILE | Omit<typeof FILE, 'chunks'> = FILE) {
  const simulation = new Simulation(file, behaviours, {
    ...{ knowsDelays: true, heartbeatMs: 1000, windowBytes: CHUNK_BYTES, cacheBytes: CHUNK_BYTES },
  })
  return { simulation, ranges: behaviours.map((_, index) => rangesOf(simulation.node(index + 1))) }
}

/** Those that begin inside a chunk. */
const restsOf = (ranges: readonly [first: number, last: number][] = []) =>
  ranges.filter(([first]) => first % CHUNK_BYTES > 0)

/** Something is done to the first node in the middle of a chunk: when it has sent so many, three quarters of one too many. */
function inTheMiddleOf(simulation: Simulation, chunk: number, act: (node: SimulatedNode) => void): void {
  const node = simulation.node(1)
  const look = (): void => {
    if (node.sentBytes >= (chunk + 0.75) * CHUNK_BYTES) act(node)
    else simulation.after(10, look)
  }
  look()
}

/** All bytes that nodes were noted to have sent, and what became of them. */
function accounts({ nodes, events }: Simulation) {
  const sum = (bytes: readonly number[]): number => bytes.reduce((all, some) => all + some, 0)
  const measured = nodes.map(({ name }) =>
    events.findLast((event) => event.type === 'measured' && event.node === name),
  )
  return {
    sent: sum(nodes.map(({ sentBytes }) => sentBytes)),
    received: sum(measured.map((event) => (event?.type === 'measured' ? event.receivedBytes : 0))),
    verified: sum(measured.map((event) => (event?.type === 'measured' ? event.verifiedBytes : 0))),
    wasted: sum(events.flatMap((event) => (event.type === 'wasted' ? [event.bytes] : []))),
  }
}

describe('a node that dies in the middle of a chunk', () => {
  test('leaves what it sent: another one is asked for the rest, and both have brought it', async () => {
    const { simulation, ranges } = begin([LINE, FARTHER])
    inTheMiddleOf(simulation, 2, (node) => node.kill())
    expect(await simulation.readAll()).toMatchObject({ isTrue: true })
    await simulation.pass(1000)

    const [[first] = [0]] = restsOf(ranges[1])
    const bytes = first % CHUNK_BYTES
    expect(bytes).toBeGreaterThan(CHUNK_BYTES / 2)
    expect(simulation.told('wasted')).toEqual([])
    const whole = simulation.told('verified').find(({ chunk }) => chunk === Math.floor(first / CHUNK_BYTES))
    expect(whole && broughtBy(whole)).toEqual([
      { node: 'node2', bytes: CHUNK_BYTES - bytes },
      { node: 'node1', bytes },
    ])
    const { sent, received, verified } = accounts(simulation)
    expect([received, verified]).toEqual([sent, FILE.size])
    expect(simulation.imbalances).toEqual([])
  })

  test('and then another, and each has brought its part', async () => {
    const { simulation } = begin([LINE, FARTHER, { ...FARTHER, delayMs: 400 }])
    simulation.after(50 + 200, () => simulation.node(1).kill())
    simulation.after(50 + 200 + 600, () => simulation.node(2).kill())
    expect(await simulation.readAll()).toMatchObject({ isTrue: true })
    const whole = simulation.told('verified').find(({ others = [] }) => others.length > 1)
    expect(whole && broughtBy(whole).map(({ node }) => node)).toEqual(['node3', 'node1', 'node2'])
    expect(simulation.told('wasted')).toEqual([])
  })

  test('of a file that nobody can check is asked for as a whole', async () => {
    const { chunks: _, opening: __, ...file } = FILE
    const { simulation, ranges } = begin([LINE, FARTHER], { ...file, etag: '"one"' } as typeof FILE)
    for (const node of simulation.nodes)
      node.behaviour.answer = ({ start, end }) => {
        ranges[node.name === 'node2' ? 1 : 0]?.push([start, end])
        const fields = { 'Content-Range': `bytes ${start}-${end}/${FILE.size}`, ETag: '"one"' }
        return { status: 206, fields }
      }
    inTheMiddleOf(simulation, 2, (node) => node.kill())
    expect(await simulation.readAll()).toMatchObject({ isTrue: true })
    expect(ranges[1]?.length).toBeGreaterThan(1)
    expect(restsOf(ranges[1])).toEqual([])
    expect(new Set(simulation.told('wasted').map(({ node, why }) => `${node} ${why}`))).toEqual(
      new Set(['node1 incomplete']),
    )
  })
})

test('a node that falls silent is helped out with the rest of its chunk', async () => {
  const { simulation, ranges } = begin([LINE, FARTHER])
  inTheMiddleOf(simulation, 2, ({ behaviour }) => {
    behaviour.isHung = true
  })
  expect(await simulation.readAll()).toMatchObject({ isTrue: true })
  const [[first] = [0]] = restsOf(ranges[1])
  expect(first % CHUNK_BYTES).toBeGreaterThan(CHUNK_BYTES / 2)
  const chunk = Math.floor(first / CHUNK_BYTES)
  expect(simulation.told('hedge').find((hedge) => hedge.chunk === chunk)).toMatchObject({
    from: 'node1',
    to: 'node2',
  })
  expect(simulation.told('wasted')).toEqual([])
})

test('who is helped out and comes first all the same has brought all of it', async () => {
  const { simulation, ranges } = begin([LINE, { ...FARTHER, delayMs: 500 }])
  inTheMiddleOf(simulation, 2, ({ behaviour }) => {
    behaviour.isHung = true
    simulation.after(400, () => {
      behaviour.isHung = false
    })
  })
  expect(await simulation.readAll()).toMatchObject({ isTrue: true })
  const [[first] = [0]] = restsOf(ranges[1])
  const whole = simulation.told('verified').find(({ chunk }) => chunk === Math.floor(first / CHUNK_BYTES))
  expect(whole && broughtBy(whole)).toEqual([{ node: 'node1', bytes: CHUNK_BYTES }])
  await simulation.pass(1000)
  const { received, verified, wasted } = accounts(simulation)
  expect(received).toBe(verified + wasted)
  expect(simulation.imbalances).toEqual([])
})

describe('a liar that leaves its chunk to another one', () => {
  test('spoils it: nobody is blamed, and one node brings all of it', async () => {
    const { simulation, ranges } = begin([{ ...LINE, isCorrupt: (chunk) => chunk === 0 }, FARTHER])
    simulation.after(50 + 384, () => simulation.node(1).kill())
    expect(await simulation.readAll()).toMatchObject({ isTrue: true })

    expect(simulation.told('rejected')).toEqual([])
    expect(simulation.told('unused')).toMatchObject([{ chunk: 0, node: 'node2', why: 'mixed' }])
    expect(new Set(simulation.told('wasted').map(({ node, why }) => `${node} ${why}`))).toEqual(
      new Set(['node1 bad hash', 'node2 bad hash']),
    )
    expect(ranges[1]?.slice(0, 2).map(([first]) => first === 0)).toEqual([false, true])
    expect(simulation.statesOf('node2')).toEqual(['up'])
    expect(simulation.imbalances).toEqual([])
  })

  test('does it as often as it likes: a chunk is spoilt once, and the file comes', async () => {
    const { simulation } = begin([
      { ...LINE, isCorrupt: true },
      { ...FARTHER, bytesPerMs: 64 },
    ])
    const [liar] = simulation.nodes
    const spoil = (): void => {
      liar?.kill()
      liar?.restart()
      simulation.after(300, spoil)
    }
    simulation.after(300, spoil)
    expect(await simulation.readAll()).toMatchObject({ isTrue: true })
    const spoilt = simulation.told('unused').map(({ chunk }) => chunk)
    expect(new Set(spoilt).size).toBe(spoilt.length)
  })
})

test('a seek elsewhere gives up what was left of a chunk, and says so', async () => {
  const { simulation } = begin([LINE, { ...FARTHER, isUp: false }])
  const reader = simulation.swarm.open(0, FILE.size - 1)
  simulation.after(50 + 384, () => simulation.node(1).kill())
  await simulation.pass(700)
  expect(simulation.told('wasted')).toEqual([])
  reader.cancel()
  simulation.swarm.open(6 * CHUNK_BYTES, FILE.size - 1)
  await simulation.pass(2000)
  expect(simulation.told('wasted')).toMatchObject([{ node: 'node1', why: 'cancelled' }])
})

describe('what requests leave behind', () => {
  const node = { name: 'node1' } as unknown as Share['node']
  const part = (bytes: number) => ({
    ...{ memory: new Uint8Array(CHUNK_BYTES), bytes, shares: [new Share(node, bytes)] },
  })
  const begin = () => {
    const wasted: number[] = []
    const note = (event: Told): void => void (event.type === 'wasted' && wasted.push(event.bytes))
    return { remains: new Remains(['hash of chunk 0'], note), wasted }
  }

  test('is the longest of each chunk', () => {
    const { remains, wasted } = begin()
    const long = part(2)
    for (const one of [part(1), long, part(1)]) remains.keep(3, one, 'incomplete')
    expect(wasted).toEqual([1, 1])
    expect([remains.take(3), remains.take(3)]).toEqual([long, undefined])
  })

  test('is of eight chunks at most, the newest', () => {
    const { remains, wasted } = begin()
    for (let chunk = 0; chunk < 9; chunk++) remains.keep(chunk, part(chunk + 1), 'incomplete')
    expect(wasted).toEqual([1])
    expect([0, 1, 8, 9].map((chunk) => remains.has(chunk))).toEqual([false, true, true, false])
  })

  test('is of no use when the last copy of it is given up', () => {
    const share = new Share(node, 5)
    expect(share.copy()).toBe(share)
    expect([share.drop(), share.drop()]).toEqual([false, true])
  })
})
