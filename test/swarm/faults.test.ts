/**
 * Three real nodes, and every fault on each of them. What counts is what is true however busy the machine is:
 * which bytes came out, who was blamed for what, and what it cost. How fast it goes is the bench's business.
 */
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NodeState, SwarmEvent } from '../../src/swarm/events.js'
import { Swarm, type SwarmOptions } from '../../src/swarm/swarm.js'
import { until } from '../helpers/command.ts'
import type { Fault } from '../helpers/fault.ts'
import { type NodeTrio, type TrioName, TrioPool } from '../helpers/node-trio.ts'

const KIB = 1024
const CHUNK_BYTES = 64 * KIB
const FILE_BYTES = 4 * KIB * KIB - 12_345
const NODES: readonly TrioName[] = ['node1', 'node2', 'node3']

let pool: TrioPool
beforeAll(async () => {
  pool = await TrioPool.open(4, FILE_BYTES, CHUNK_BYTES)
})
afterAll(() => pool.close())

type EventOf<T extends SwarmEvent['type']> = Extract<SwarmEvent, { type: unknown }> & { type: T }

/** A swarm on a trio, and all that it tells. */
class Observed {
  readonly events: SwarmEvent[] = []
  readonly swarm: Swarm
  readonly #watchers = new Set<() => void>()

  constructor(trio: NodeTrio, options: Partial<SwarmOptions> = {}) {
    const onEvent = (event: SwarmEvent): void => {
      this.events.push(event)
      for (const watcher of this.#watchers) watcher()
    }
    this.swarm = new Swarm({ file: pool.file, nodes: trio.addresses, onEvent, ...options })
  }

  of<T extends SwarmEvent['type']>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type)
  }

  /** The states that a node was in, in turn. */
  statesOf(name: string): NodeState[] {
    return this.of('node').flatMap(({ node, state }) => (node === name ? [state] : []))
  }

  verifiedBy(name: string): number[] {
    return this.of('verified').flatMap(({ node, chunk }) => (node === name ? [chunk] : []))
  }

  /** What the faults of a node cost. That two nodes bring the same at once is the affair of a busy machine. */
  wastedBy(name: string): number {
    return this.of('wasted').reduce((sum, { node, bytes }) => sum + (node === name ? bytes : 0), 0)
  }

  /** Waits until it is so; looks again whenever something is told. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    if (isSo()) return
    let watcher = (): void => {}
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve, reject) => {
      watcher = () => {
        if (isSo()) resolve()
      }
      timer = setTimeout(() => reject(new Error(`Waited in vain until ${what}`)), 30_000)
      this.#watchers.add(watcher)
    }).finally(() => this.#watchers.delete(watcher))
    clearTimeout(timer)
  }

  /** Waits until a node has brought so many chunks. */
  untilBrought(name: string, chunks: number): Promise<void> {
    return this.until(`${name} brought ${chunks} chunks`, () => this.verifiedBy(name).length >= chunks)
  }

  /** Reads a range in order, as fast as it comes. */
  async read(start = 0, end = FILE_BYTES - 1): Promise<Buffer> {
    const reader = this.swarm.open(start, end)
    const pieces: Uint8Array[] = []
    for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) pieces.push(piece)
    return Buffer.concat(pieces)
  }
}

/** Runs with a swarm that is closed in the end. */
async function withSwarm<T>(
  act: (observed: Observed, trio: NodeTrio) => Promise<T>,
  options: Partial<SwarmOptions> = {},
): Promise<T> {
  return pool.use(async (trio) => {
    const observed = new Observed(trio, options)
    try {
      return await act(observed, trio)
    } finally {
      observed.swarm.close()
    }
  })
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The states that say that a node did something wrong. A busy machine may make any node slow or silent. */
const WRONG: readonly NodeState[] = ['down', 'other version', 'missing', 'sent bad data', 'wrong answer']

/** What must hold however it went: true bytes, each chunk once, and nobody blamed but who did it. */
function expectTruth(observed: Observed, output: Uint8Array, guilty: readonly string[]): void {
  expect(hashOf(output)).toBe(pool.file.sha256)
  expect(observed.of('unverified')).toEqual([])
  const verified = observed.of('verified').map(({ chunk }) => chunk)
  expect(verified.toSorted((a, b) => a - b)).toEqual([...pool.file.chunks.keys()])
  for (const node of NODES.filter((name) => !guilty.includes(name))) {
    expect(observed.statesOf(node).filter((state) => WRONG.includes(state))).toEqual([])
  }
  expect(observed.of('rejected').filter(({ node }) => !guilty.includes(node))).toEqual([])
}

interface FaultCase {
  readonly name: string
  /** what is done to the node */
  readonly fault: Fault | 'SIGKILL' | 'SIGSTOP'
  /** states of which the node must get one */
  readonly states: readonly NodeState[]
  /** how the reason reads */
  readonly why: RegExp
  /** on all three nodes, and not only on the fast one */
  readonly everywhere?: true
  /** it may be over before anybody notices: hedges hide a short silence */
  readonly mayHide?: true
}

async function inflict(trio: NodeTrio, name: string, fault: FaultCase['fault']): Promise<void> {
  const node = trio.node(name)
  if (fault === 'SIGKILL') await node.kill()
  else if (fault === 'SIGSTOP') node.hang()
  else await node.setFault(fault)
}

/** With these no chunk of the node is ever good. */
const WORTHLESS: readonly FaultCase[] = [
  {
    name: 'every chunk is corrupt',
    fault: { kind: 'corrupt' },
    states: ['sent bad data'],
    why: /chunk \d+/,
    everywhere: true,
  },
  {
    name: 'no such file',
    fault: { kind: 'status', status: 404 },
    states: ['missing'],
    why: /404/,
    everywhere: true,
  },
  { name: 'the file is gone', fault: { kind: 'status', status: 410 }, states: ['missing'], why: /410/ },
  { name: 'an error', fault: { kind: 'status', status: 500 }, states: ['wrong answer'], why: /500/ },
  {
    name: 'busy, with Retry-After',
    fault: { kind: 'status', status: 503, retryAfterSeconds: 1 },
    states: ['busy'],
    why: /503/,
  },
  { name: '200 in place of 206', fault: { kind: 'whole file' }, states: ['wrong answer'], why: /200/ },
  { name: 'another range', fault: { kind: 'wrong range' }, states: ['wrong answer'], why: /bytes \d+-\d+/ },
  {
    name: 'another size',
    fault: { kind: 'other size' },
    states: ['other version'],
    why: new RegExp(`${FILE_BYTES + 1} bytes`),
  },
  { name: 'another ETag', fault: { kind: 'other version' }, states: ['other version'], why: /ETag/ },
  {
    name: 'no head',
    fault: { kind: 'silent' },
    states: ['no answer'],
    why: /nothing|not answer/,
    mayHide: true, // the others have brought all of it by then
  },
  { name: 'no connection', fault: 'SIGKILL', states: ['down'], why: /refused|nobody/ },
  { name: 'reset', fault: { kind: 'reset' }, states: ['down'], why: /cut|reset|refused|nobody/ },
]

/** A short silence only looks slow. */
const HANGS = { states: ['no answer', 'slow'], why: /nothing|not answer|rate/, mayHide: true } as const

/** With these what it sent before was good. */
const MIDWAY: readonly FaultCase[] = [
  ...WORTHLESS.filter(({ everywhere }) => everywhere),
  { name: 'killed', fault: 'SIGKILL', states: ['down'], why: /cut|refused|broke/, everywhere: true },
  { name: 'hung', fault: 'SIGSTOP', ...HANGS, everywhere: true },
  { name: 'hangs in the body', fault: { kind: 'hung' }, ...HANGS },
  { name: 'hangs in the body, healthy', fault: { kind: 'hung', spares: 'health' }, ...HANGS },
  { name: 'short bodies', fault: { kind: 'short' }, states: ['down', 'wrong answer'], why: /short/ },
  { name: 'cut bodies', fault: { kind: 'cut' }, states: ['down'], why: /cut|broke|short/, everywhere: true },
  { name: 'reset in the body', fault: { kind: 'reset' }, states: ['down'], why: /cut|broke|refused|reset/ },
  { name: 'a trickle', fault: { kind: 'slow', bytesPerSecond: 24 * KIB }, ...HANGS, everywhere: true },
]

const onNodes = (cases: readonly FaultCase[]): { node: TrioName; case: string; one: FaultCase }[] =>
  cases.flatMap((one) =>
    NODES.filter((_, index) => index === 0 || one.everywhere).map((node) => ({ node, case: one.name, one })),
  )

function expectBlame(observed: Observed, name: string, { states, why, mayHide }: FaultCase): void {
  const told = observed.of('node').filter(({ node, state }) => node === name && state !== 'up')
  if (told.length === 0 && (mayHide || name !== 'node1')) return // nor may it come to a slow node's turn
  const blame = told.find(({ state }) => states.includes(state))
  expect(blame, `${name} was ${told.map(({ state, why }) => `${state}: ${why}`).join('; ')}`).toBeDefined()
  expect(blame?.why).toMatch(why)
}

describe('a node that is at fault from the start', () => {
  test.concurrent.for(onNodes(WORTHLESS))('$node: $case', async ({ node, one }) => {
    await withSwarm(async (observed, trio) => {
      await inflict(trio, node, one.fault)
      const output = await observed.read()
      expectTruth(observed, output, [node])
      expectBlame(observed, node, one)
      expect(observed.verifiedBy(node)).toEqual([])
      expect(observed.wastedBy(node)).toBeLessThanOrEqual(0.2 * FILE_BYTES)
    })
  })
})

describe('a node that fails in the middle', () => {
  test.concurrent.for(onNodes(MIDWAY))('$node: $case', async ({ node, one }) => {
    await withSwarm(async (observed, trio) => {
      const output = observed.read()
      await observed.untilBrought(node, 2)
      await inflict(trio, node, one.fault)
      expectTruth(observed, await output, [node])
      expectBlame(observed, node, one)
      expect(observed.wastedBy(node)).toBeLessThanOrEqual(0.2 * FILE_BYTES)
    })
  })
})

test.concurrent('a late node is waited for or not, and not blamed for more', async () => {
  await withSwarm(async (observed, trio) => {
    const output = observed.read()
    await observed.untilBrought('node1', 2)
    await trio.node('node1').setFault({ kind: 'late', ms: 700 })
    expectTruth(observed, await output, [])
  })
})

test.concurrent('a node that hangs is told from a slow one in the end', async () => {
  await withSwarm(
    async (observed, trio) => {
      await observed.read()
      trio.node('node1').hang()
      while (!observed.statesOf('node1').includes('no answer')) await observed.read()
    },
    { windowBytes: KIB * KIB, cacheBytes: KIB * KIB }, // so that it has to be read again
  )
})

test.concurrent('one bad byte costs one chunk, by name, and the node is read on', async () => {
  await withSwarm(async (observed, trio) => {
    await trio.node('node1').setFault({ kind: 'corrupt', byte: 5 }) // the first chunk is the nearest node's
    const output = await observed.read()
    expectTruth(observed, output, ['node1'])
    const expected = pool.file.chunks[0]
    expect(observed.of('rejected')).toMatchObject([{ chunk: 0, node: 'node1', expected }])
    expect(observed.of('rejected')[0]?.found).toMatch(/^[0-9a-f]{64}$/)
    expect(observed.of('verified').filter(({ chunk }) => chunk === 0)).toHaveLength(1)
    expect(observed.verifiedBy('node1').length).toBeGreaterThan(1)
    expect(observed.statesOf('node1')).not.toContain('sent bad data') // that is told of who is left out
  })
})

test.concurrent('one good node is enough beside a liar and a hung one', async () => {
  await withSwarm(async (observed, trio) => {
    const output = observed.read()
    await observed.untilBrought('node3', 2)
    await trio.node('node1').setFault({ kind: 'corrupt' })
    trio.node('node2').hang()
    expectTruth(observed, await output, ['node1', 'node2'])
  })
})

test.concurrent('without a manifest it reads and fails over, and says that nothing is verified', async () => {
  const { name, size, chunkSize } = pool.file
  await withSwarm(
    async (observed, trio) => {
      const output = observed.read()
      await observed.until('node1 brought something', () =>
        observed.of('unverified').some(({ node }) => node === 'node1'),
      )
      await trio.node('node1').kill()
      expect(hashOf(await output)).toBe(pool.file.sha256)
      expect(observed.of('verified')).toEqual([])
      expect(observed.statesOf('node1')).toContain('down')
    },
    { file: { name, size, chunkSize } },
  )
})

describe('a whole file in any order', () => {
  test.concurrent.for(onNodes(MIDWAY.filter(({ everywhere }) => everywhere)))('$node: $case', async ({
    node,
    one,
  }) => {
    const output = Buffer.alloc(FILE_BYTES)
    const taken: number[] = []
    const onChunk = (chunk: number, bytes: Uint8Array): void => {
      taken.push(chunk)
      output.set(bytes, chunk * CHUNK_BYTES)
    }
    await withSwarm(
      async (observed, trio) => {
        const whole = observed.swarm.download()
        await observed.untilBrought(node, 2)
        await inflict(trio, node, one.fault)
        await whole
        expectTruth(observed, output, [node])
        expect(taken.toSorted((a, b) => a - b)).toEqual([...pool.file.chunks.keys()])
        expect(observed.wastedBy(node)).toBeLessThanOrEqual(0.2 * FILE_BYTES)
      },
      { mode: 'bulk', onChunk },
    )
  })
})

describe('a node that returns is read again', () => {
  /** What is read before it is back. The rest is so much that a node on trial is worth asking. */
  const BEFORE = FILE_BYTES / 4

  test.concurrent.for<[name: string, fault: FaultCase['fault'], back: (trio: NodeTrio) => Promise<void>]>([
    ['killed and started again', 'SIGKILL', (trio) => trio.node('node1').restart()],
    ['hung and resumed', 'SIGSTOP', async (trio) => trio.node('node1').resume()],
    ['reset', { kind: 'reset' }, (trio) => trio.node('node1').setFault({ kind: 'none' })],
    ['silent', { kind: 'silent' }, (trio) => trio.node('node1').setFault({ kind: 'none' })],
    ['missing', { kind: 'status', status: 404 }, (trio) => trio.node('node1').setFault({ kind: 'none' })],
    ['another version', { kind: 'other version' }, (trio) => trio.node('node1').setFault({ kind: 'none' })],
    [
      'busy',
      { kind: 'status', status: 503, retryAfterSeconds: 1 },
      (trio) => trio.node('node1').setFault({ kind: 'none' }),
    ],
    ['wrong answers', { kind: 'wrong range' }, (trio) => trio.node('node1').setFault({ kind: 'none' })],
  ])('%s', async ([, fault, back]) => {
    await withSwarm(async (observed, trio) => {
      observed.swarm.feedUntil(BEFORE)
      await inflict(trio, 'node1', fault)
      const output = observed.read()
      const isHere = (): boolean => observed.of('delivered').length >= BEFORE / CHUNK_BYTES
      await observed.until(
        'node1 has failed, or the others have hidden it',
        () => isHere() || observed.statesOf('node1').some((state) => state !== 'up'),
      )
      await observed.until('what comes before is here', isHere)
      await back(trio)
      await delay(2500) // the longest pause that a node without the file is given
      const before = observed.verifiedBy('node1').length
      await trio.node('node2').kill() // the slowest is left beside it
      observed.swarm.feedUntil(Number.POSITIVE_INFINITY)
      expectTruth(observed, await output, ['node1', 'node2'])
      expect(observed.verifiedBy('node1').length).toBeGreaterThan(before)
      expect(['up', 'slow']).toContain(observed.statesOf('node1').at(-1))
    })
  })
})

describe('with all nodes away', () => {
  test.concurrent('it goes on by itself when one is back, whichever', async () => {
    await withSwarm(async (observed, trio) => {
      const output = observed.read()
      await observed.untilBrought('node3', 2)
      await Promise.all(trio.nodes.map((node) => node.kill()))
      await observed.until('there is an outage', () => observed.of('outage').length > 0)
      const events = observed.events.length
      await delay(1500)
      expect(observed.events.length - events).toBeLessThan(100) // no busy loop
      await trio.node('node2').restart()
      expectTruth(observed, await output, NODES)
      expect(observed.of('outage').map(({ isOver }) => isOver)).toEqual([false, true])
      const last = observed.of('verified').at(-1)
      expect(last?.node).toBe('node2')
    })
  })

  test.concurrent.for<Fault>([
    { kind: 'reset' },
    { kind: 'silent' },
    { kind: 'status', status: 404 },
    { kind: 'status', status: 503 },
    { kind: 'other version' },
    { kind: 'reset', spares: 'health' },
    { kind: 'cut' },
  ])('they are asked seldom meanwhile: %o', async (fault) => {
    await withSwarm(async (observed, trio) => {
      const output = observed.read()
      await observed.untilBrought('node3', 2)
      await Promise.all(trio.nodes.map((node) => node.setFault(fault)))
      await delay(1000) // they run dry
      const before = await Promise.all(trio.nodes.map((node) => node.count()))
      await delay(2000)
      const after = await Promise.all(trio.nodes.map((node) => node.count()))
      for (const [index, { requests }] of after.entries()) {
        expect(requests.length - (before[index]?.requests.length ?? 0)).toBeLessThanOrEqual(10)
      }
      await trio.node('node3').setFault({ kind: 'none' })
      expectTruth(observed, await output, NODES)
    })
  })
})

test.concurrent('when all nodes lie, the first that is mended is believed', async () => {
  await withSwarm(async (observed, trio) => {
    const output = observed.read()
    await observed.untilBrought('node3', 2)
    await Promise.all(trio.nodes.map((node) => node.setFault({ kind: 'corrupt' })))
    await observed.until('all have lied', () =>
      NODES.every((name) => observed.of('rejected').filter(({ node }) => node === name).length > 1),
    )
    await trio.node('node2').setFault({ kind: 'none' })
    expectTruth(observed, await output, NODES)
  })
})

test.concurrent('after a storm of seeks no reader and no request is left', async () => {
  const counting = new CountingFetch()
  await withSwarm(
    async (observed, trio) => {
      for (let seek = 0; seek < 20; seek++) {
        const start = Math.floor(((seek * 7) % 20) * (FILE_BYTES / 20))
        const reader = observed.swarm.open(start, FILE_BYTES - 1)
        const next = reader.next()
        if (seek % 2 === 0) await next
        else await delay(30)
        reader.cancel()
        const first = await next
        if (first !== undefined) expect(first[0]).toBe(pool.content[start])
        expect(await reader.next()).toBeUndefined()
      }
      const asked = observed.of('asked').length
      await until('nothing is under way', async () => {
        const counts = await Promise.all(trio.nodes.map((node) => node.count()))
        return counts.every(({ replies }) => replies === 0)
      })
      expect(observed.of('asked')).toHaveLength(asked)
      expect(counting.most).toBeLessThanOrEqual(5)
      expectTruth(observed, await observed.read(), [])
    },
    { fetch: counting.fetch },
  )
})

/** A `fetch` that knows how many requests for a video are open at each web origin at once. */
class CountingFetch {
  readonly #open = new Map<string, number>()
  most = 0

  readonly fetch: typeof fetch = async (input, init) => {
    const { origin, pathname } = new URL(String(input))
    if (pathname === '/health') return fetch(input, init)
    const add = (count: number): void => {
      this.#open.set(origin, (this.#open.get(origin) ?? 0) + count)
      this.most = Math.max(this.most, this.#open.get(origin) ?? 0)
    }
    let isOver = false
    const over = (): void => {
      if (!isOver) add(-1)
      isOver = true
    }
    add(1)
    init?.signal?.addEventListener('abort', over)
    try {
      const response = await fetch(input, init)
      const source = response.body?.getReader()
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const { done = true, value } = (await source?.read()) ?? {}
          if (value !== undefined) controller.enqueue(value)
          if (!done) return
          over()
          controller.close()
        },
        cancel: async (why) => {
          over()
          await source?.cancel(why)
        },
      })
      return new Response(body, response)
    } catch (error) {
      over()
      throw error
    }
  }
}

test.concurrent('at no time are more than five requests for a video open at one node', async () => {
  const counting = new CountingFetch()
  await withSwarm(
    async (observed, trio) => {
      const output = observed.read()
      await observed.untilBrought('node1', 2)
      trio.node('node1').hang()
      expectTruth(observed, await output, ['node1'])
      expect(counting.most).toBeLessThanOrEqual(5) // four, and one for a chunk that is late from another node
      expect(counting.most).toBeGreaterThan(1)
    },
    { fetch: counting.fetch },
  )
})

test.concurrent('a reader that does not read costs no more than the window', async () => {
  const windowBytes = KIB * KIB
  await withSwarm(
    async (observed, trio) => {
      const reader = observed.swarm.open(0, FILE_BYTES - 1)
      await reader.next()
      const inWindow = windowBytes / CHUNK_BYTES + 2 // it begins and ends within a chunk
      await observed.until(
        'the window is full',
        () => observed.of('verified').length >= windowBytes / CHUNK_BYTES,
      )
      await delay(700)
      expect(Math.max(...observed.of('asked').map(({ chunk }) => chunk))).toBeLessThanOrEqual(inWindow)
      const counts = await Promise.all(trio.nodes.map((node) => node.count()))
      const asked = new Set(observed.of('asked').map(({ chunk }) => chunk))
      expect(asked.size).toBeLessThanOrEqual(inWindow + 1)
      expect(counts.every(({ replies }) => replies === 0)).toBe(true)
      reader.cancel()
      expect(await reader.next()).toBeUndefined()
    },
    { windowBytes },
  )
})
