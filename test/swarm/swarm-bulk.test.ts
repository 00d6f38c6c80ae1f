/** Bulk: the whole file in any order, each chunk handed over exactly once, whatever the nodes do. */
import { describe, expect, test } from 'vitest'
import { idealSeconds, type Supply } from '../../bench/ideal.ts'
import { type NodeBehaviour, type SimulatedNode, Simulation, simulatedFile } from './simulation.ts'

const MIB = 1024 * 1024
const CHUNK_BYTES = 256 * 1024
const NODES = [
  { delayMs: 50, bytesPerMs: (4 * MIB) / 1000 },
  { delayMs: 150, bytesPerMs: (2 * MIB) / 1000 },
  { delayMs: 300, bytesPerMs: MIB / 1000 },
]
const NUMBERS = [1, 2, 3]
const SIZE = 32 * MIB
const CHUNKS = SIZE / CHUNK_BYTES

type Options = ConstructorParameters<typeof Simulation>[2]

/** A download, and which chunks were handed over, in turn. */
class Download {
  readonly taken: number[] = []
  readonly simulation: Simulation

  constructor(options: Options = {}, nodes: readonly Partial<NodeBehaviour>[] = NODES, size = SIZE) {
    this.simulation = new Simulation(simulatedFile(size), nodes, {
      knowsDelays: true,
      mode: 'bulk',
      onChunk: (chunk, bytes) => this.take(chunk, bytes),
      ...options,
    })
  }

  take(chunk: number, bytes: Uint8Array): void {
    if (!Buffer.alloc(bytes.length, chunk % 256).equals(bytes)) throw new Error(`Chunk ${chunk} is not true`)
    this.taken.push(chunk)
  }

  /** @returns how long it took */
  async finish(maxMs?: number): Promise<number> {
    await this.simulation.settled(this.simulation.swarm.download(), maxMs)
    return this.simulation.clock.now()
  }

  get inOrder(): number[] {
    return this.taken.toSorted((a, b) => a - b)
  }
}

const all = (count = CHUNKS): number[] => [...Array(count).keys()]

const fullSupplies = (): Supply[] =>
  NODES.map(({ delayMs, bytesPerMs }) => [{ fromSeconds: delayMs / 1000, bytesPerSecond: bytesPerMs * 1000 }])

test.for([
  0.5, 2, 8, 20,
])('a node that is so slow that others bring all of it is left: %d kB/s', async (bytesPerMs) => {
  const download = new Download({ knowsDelays: false }, [...NODES.slice(0, 2), { delayMs: 300, bytesPerMs }])
  await download.finish()
  await download.simulation.pass(1000)
  expect(download.simulation.imbalances).toEqual([])
  expect(download.simulation.nodes.map(({ open }) => open)).toEqual([0, 0, 0])
})

test.for([
  0.5, 1, 2, 4,
])('the last chunk is not waited for when it is on its way from a node of %d kB/s', async (bytesPerMs) => {
  const nodes = [...NODES.slice(0, 2), { delayMs: 300, bytesPerMs }]
  const download = new Download({ knowsDelays: false }, nodes, 10 * MIB)
  expect(await download.finish()).toBeLessThan(3000)
})

test('the memory of a chunk is used again, and not before it was taken', async () => {
  const memory = new Set<ArrayBufferLike>()
  const download: Download = new Download({
    usesMemoryAgain: true,
    onChunk: async (chunk, bytes) => {
      memory.add(bytes.buffer)
      await download.simulation.clock.wait((chunk % 5) * 20) // so long somebody still reads it
      download.take(chunk, bytes)
    },
  })
  await download.finish()
  expect(download.inOrder).toEqual(all())
  expect(memory.size).toBeLessThan(CHUNKS / 2)
})

test('every chunk is handed over once, near the ideal, with hardly a byte wasted', async () => {
  const download = new Download()
  const tookMs = await download.finish()
  expect(download.inOrder).toEqual(all())
  expect(tookMs / 1000 / idealSeconds(SIZE, fullSupplies())).toBeLessThanOrEqual(1.05)
  expect(download.simulation.wastedShare).toBeLessThanOrEqual(0.05)
  expect(download.simulation.imbalances).toEqual([])
  download.simulation.swarm.close()
  await download.simulation.pass(3000)
  expect(download.simulation.clock.pending).toBe(0)
  for (const { open, maxOpen } of download.simulation.nodes) {
    expect(open).toBe(0)
    expect(maxOpen).toBeLessThanOrEqual(4)
  }
})

test.for<[what: string, have: number[]]>([
  ['the first half', all().slice(0, CHUNKS / 2)],
  ['every second one', all().filter((chunk) => chunk % 2 === 1)],
  ['all but the last', all().slice(0, -1)],
  ['all', all()],
])('chunks that one has are not asked for: %s', async ([, have]) => {
  const download = new Download({ have })
  await download.finish()
  expect(download.inOrder).toEqual(all().filter((chunk) => !have.includes(chunk)))
  const asked = new Set(download.simulation.told('asked').map(({ chunk }) => chunk))
  expect([...asked].filter((chunk) => have.includes(chunk))).toEqual([])
})

test.for([0, 1, CHUNK_BYTES, CHUNK_BYTES + 1])('a file of %i bytes', async (size) => {
  const download = new Download({}, NODES, size)
  await download.finish()
  expect(download.inOrder).toEqual(all(Math.ceil(size / CHUNK_BYTES)))
})

describe('a node fails in the middle', () => {
  const FAILURES: readonly (readonly [what: string, fail: (node: SimulatedNode) => void])[] = [
    ['is killed', (node) => node.kill()],
    [
      'hangs',
      (node) => {
        node.behaviour.isHung = true
      },
    ],
    [
      'sends everything corrupt',
      (node) => {
        node.behaviour.isCorrupt = true
      },
    ],
    [
      'cuts every body',
      (node) => {
        node.behaviour.cutAfter = 300_000
      },
    ],
    [
      'drops to 64 KiB/s',
      (node) => {
        node.behaviour.bytesPerMs = 64
      },
    ],
    [
      'drops to 1 KiB/s',
      (node) => {
        node.behaviour.bytesPerMs = 1
      },
    ],
  ]
  const cases = FAILURES.flatMap(([what, fail]) => NUMBERS.map((number) => [number, what, fail] as const))

  // A hash that takes its time: a chunk then is neither missing nor there for a while.
  test.for(cases)('node%i %s: every chunk is handed over once', async ([number, , fail]) => {
    const download = new Download({ hashMs: 5 })
    download.simulation.after(1000, () => fail(download.simulation.node(number)))
    const tookMs = await download.finish()
    expect(download.inOrder).toEqual(all())
    const supplies = fullSupplies().map((supply, index): Supply => {
      return index === number - 1 ? [...supply, { fromSeconds: 1, bytesPerSecond: 0 }] : supply
    })
    expect(tookMs / 1000).toBeLessThanOrEqual(1.1 * idealSeconds(SIZE, supplies) + 1)
    await download.simulation.pass(3000)
    expect(download.simulation.imbalances).toEqual([])
    download.simulation.swarm.close()
  })

  test('all but one are killed: that one brings the rest', async () => {
    const download = new Download()
    download.simulation.after(1000, () => download.simulation.node(1).kill())
    download.simulation.after(1200, () => download.simulation.node(2).kill())
    await download.finish(120_000)
    expect(download.inOrder).toEqual(all())
  })

  test('all are away for a while: it goes on by itself', async () => {
    const download = new Download()
    download.simulation.after(1000, () => {
      for (const node of download.simulation.nodes) node.kill()
    })
    download.simulation.after(6000, () => download.simulation.node(3).restart())
    await download.finish(120_000)
    expect(download.inOrder).toEqual(all())
    expect(download.simulation.told('outage').map(({ isOver }) => isOver)).toEqual([false, true])
  })
})

test('a node that is back at the very end is given nothing of what others bring before it has brought something', async () => {
  const equal = { delayMs: 50, bytesPerMs: MIB / 1000 }
  let trials = 0
  for (let backMs = 3000; backMs < 9000; backMs += 200) {
    const simulation = new Simulation(simulatedFile(8 * MIB, 64 * 1024), [equal, equal], {
      mode: 'bulk',
      heartbeatMs: 1000,
    })
    simulation.after(1000, () => simulation.node(2).kill())
    simulation.after(backMs, () => simulation.node(2).restart())
    await simulation.settled(simulation.swarm.download())
    const { events } = simulation
    const back = events.findIndex((event) => event.type === 'node' && event.why === 'it answers again')
    const rest =
      back < 0 ? [] : events.slice(back).filter((event) => 'node' in event && event.node === 'node2')
    const good = rest.findIndex(({ type }) => type === 'verified')
    const purposes = rest
      .slice(0, good < 0 ? undefined : good)
      .flatMap((event) => (event.type === 'asked' ? [event.purpose] : []))
    expect(purposes.filter((purpose) => purpose === 'ahead')).toEqual([])
    trials += purposes.length
  }
  expect(trials).toBeGreaterThan(0)
})

describe('bad chunks', () => {
  test('the very first ones, on the fast node: they come from others', async () => {
    const download = new Download({ hashMs: 30 })
    download.simulation.node(1).behaviour.isCorrupt = (chunk) => chunk < 2
    await download.finish()
    expect(download.inOrder).toEqual(all())
    const blamed = download.simulation.told('rejected').map(({ node, chunk }) => `${node} ${chunk}`)
    expect(new Set(blamed)).toEqual(new Set(['node1 0', 'node1 1']))
  })

  test('one on a lone node is never delivered, and all the others are', async () => {
    const download = new Download({}, [{ ...NODES[0], isCorrupt: (chunk) => chunk === 7 }])
    const downloading = download.simulation.swarm.download()
    const failure = expect(downloading).rejects.toThrow(/closed/)
    await download.simulation.pass(60_000)
    expect(download.inOrder).toEqual(all().filter((chunk) => chunk !== 7))
    expect(download.simulation.node(1).requests).toBeLessThan(100)
    download.simulation.swarm.close()
    await failure
  })

  test('one on a lone node comes when its replica is mended', async () => {
    const download = new Download({}, [{ ...NODES[0], isCorrupt: (chunk) => chunk === 7 }])
    download.simulation.after(20_000, () => {
      download.simulation.node(1).behaviour.isCorrupt = false
    })
    expect(await download.finish()).toBeLessThan(60_000)
    expect(download.inOrder).toEqual(all())
  })

  test('a liar that alone survives stays of use for its good chunks', async () => {
    const bad = [3, 40, 77]
    const download = new Download({}, [
      { ...NODES[0], isCorrupt: (chunk) => bad.includes(chunk) },
      NODES[1] ?? {},
    ])
    download.simulation.after(500, () => download.simulation.node(2).kill())
    const downloading = download.simulation.swarm.download()
    await download.simulation.pass(25_000)
    const missing = all().filter((chunk) => !download.taken.includes(chunk))
    expect(missing.every((chunk) => bad.includes(chunk))).toBe(true)
    download.simulation.node(2).restart()
    await download.simulation.settled(downloading)
    expect(download.inOrder).toEqual(all())
  })

  test('a liar that alone survives and hangs is noticed, and its chunks come from who is back', async () => {
    const download = new Download({}, [{ ...NODES[0], isCorrupt: (chunk) => chunk < 3 }, NODES[1] ?? {}])
    download.simulation.after(1500, () => download.simulation.node(2).kill())
    download.simulation.after(2500, () => {
      download.simulation.node(1).behaviour.isHung = true
    })
    download.simulation.after(4000, () => download.simulation.node(2).restart())
    const tookMs = await download.finish()
    expect(download.inOrder).toEqual(all())
    expect(download.simulation.statesOf('node1')).toContain('no answer')
    expect(tookMs).toBeLessThan(4000 + SIZE / ((2 * MIB) / 1000) + 1000)
  })
})

describe('who takes the chunks', () => {
  test('may be slow: what waits for it is what was under way, and no more is asked for', async () => {
    let take = (): void => {}
    const patience = new Promise<void>((resolve) => {
      take = resolve
    })
    const size = 96 * MIB
    const download: Download = new Download(
      {
        onChunk: async (chunk, bytes) => {
          await patience
          download.take(chunk, bytes)
        },
      },
      NODES,
      size,
    )
    const downloading = download.simulation.swarm.download()
    await download.simulation.pass(30_000)
    const arrivedBytes = (): number =>
      download.simulation.told('arrived').reduce((sum, { bytes }) => sum + bytes, 0)
    const waitingBytes = arrivedBytes()
    expect(waitingBytes).toBeGreaterThanOrEqual(32 * MIB)
    expect(waitingBytes).toBeLessThanOrEqual(64 * MIB)
    await download.simulation.pass(30_000)
    expect(arrivedBytes()).toBe(waitingBytes)
    take()
    await download.simulation.settled(downloading)
    expect(download.inOrder).toEqual(all(size / CHUNK_BYTES))
  })

  test.for<[how: string, fail: () => void | Promise<void>]>([
    ['rejects', () => Promise.reject(new Error('the disk is full'))],
    [
      'throws',
      () => {
        throw new Error('the disk is full')
      },
    ],
  ])('%s: the download fails with its reason, and the swarm is closed', async ([, fail]) => {
    const download: Download = new Download({ onChunk: (chunk) => (chunk === 9 ? fail() : undefined) })
    await expect(download.finish()).rejects.toThrow('the disk is full')
    const told = download.simulation.events.length
    await download.simulation.pass(5000)
    expect(download.simulation.events.length).toBe(told)
    expect(download.simulation.nodes.map(({ open }) => open)).toEqual([0, 0, 0])
    expect(download.simulation.clock.pending).toBe(0)
  })

  test('has taken all before the download is over', async () => {
    let taken = 0
    const download: Download = new Download({
      onChunk: async () => {
        await download.simulation.clock.wait(300)
        taken++
      },
    })
    await download.finish()
    expect(taken).toBe(CHUNKS)
  })
})

describe('a swarm that is closed', () => {
  test('in the middle ends the download with a reason', async () => {
    const download = new Download()
    download.simulation.after(1000, () => download.simulation.swarm.close())
    await expect(download.finish()).rejects.toThrow('closed before it had every chunk')
  })

  test.for([
    'measured',
    'verified',
    'asked',
    'node',
  ] as const)('by a listener, at "%s", is closed at once', async (type) => {
    let isClosed = false
    const download: Download = new Download({
      onEvent: (event) => {
        if (event.type !== type || isClosed) return
        isClosed = true
        download.simulation.swarm.close()
      },
    })
    await expect(download.finish()).rejects.toThrow('closed')
    const requests = download.simulation.nodes.map((node) => node.requests)
    await download.simulation.pass(5000)
    expect(download.simulation.nodes.map((node) => node.requests)).toEqual(requests)
    expect(download.simulation.clock.pending).toBe(0)
  })

  test('downloads nothing any more', async () => {
    const download = new Download()
    download.simulation.swarm.close()
    await expect(download.finish()).rejects.toThrow('closed')
  })
})

test('only one node may be asked, if that is wished', async () => {
  const download = new Download({ policy: { kind: 'only', node: 'node2' } })
  await download.finish()
  expect(download.inOrder).toEqual(all())
  expect(new Set(download.simulation.told('asked').map(({ node }) => node))).toEqual(new Set(['node2']))
})
