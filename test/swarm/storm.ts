/** Everything goes wrong at random, on every node and for every reader, and then nothing does any more. */
import type { Policy } from '../../src/swarm/swarm.js'
import { seededRandom } from '../helpers/random.ts'
import { FAULTS, mend } from './random-faults.ts'
import { type SimulatedNode, Simulation, simulatedFile } from './simulation.ts'

const KIB = 1024
const SIZE = 4 * KIB * KIB - 4321
const CHUNK_BYTES = 64 * KIB
const NODES = [
  { delayMs: 50, bytesPerMs: KIB },
  { delayMs: 150, bytesPerMs: KIB / 2 },
  { delayMs: 300, bytesPerMs: KIB / 4 },
]
const POLICIES: readonly Policy[] = [
  { kind: 'all' },
  { kind: 'fastest' },
  { kind: 'only', node: 'node1' },
  { kind: 'only', node: 'node3' },
]
/** The longest that anybody is left out for lies is 32 s; and then there is a whole file to be read. */
const CALM_MS = 45_000
/** Who is healthy is asked again within this, while there is enough to read. */
const USED_MS = 45_000

type Happening = (storm: Storm) => void

const HAPPENINGS: readonly Happening[] = [
  ...Array<Happening>(12).fill((storm) => storm.strike(storm.anyNode())),
  ...Array<Happening>(5).fill((storm) => storm.mend(storm.anyNode())),
  (storm) => {
    for (const node of storm.simulation.nodes) node.behaviour.isHung = true
  },
  (storm) => {
    for (const node of storm.simulation.nodes) node.kill()
  },
  (storm) => {
    const strike = FAULTS[Math.floor(FAULTS.length * storm.random())]
    for (const node of storm.simulation.nodes) strike?.(node, storm.random)
  },
  (storm) => {
    for (const node of storm.simulation.nodes) storm.mend(node)
  },
  (storm) => {
    const policy = POLICIES[Math.floor(POLICIES.length * storm.random())]
    if (policy !== undefined) storm.simulation.swarm.policy = policy
  },
  (storm) =>
    storm.simulation.swarm.feedUntil(storm.random() < 0.5 ? Number.POSITIVE_INFINITY : storm.random() * SIZE),
  (storm) => storm.open(),
  (storm) => storm.open(),
  (storm) => storm.close(),
  (storm) => storm.close(),
]

/** One storm; the same for the same seed. */
export class Storm {
  readonly simulation: Simulation
  readonly random
  #isRaging = true
  /** who has come to the end begins anew */
  #readsOn = false
  /** those that have not ended */
  readonly #readers = new Set<ReturnType<Simulation['swarm']['open']>>()

  constructor(seed: number) {
    this.random = seededRandom(seed)
    this.simulation = new Simulation(simulatedFile(SIZE, CHUNK_BYTES), NODES, {
      random: this.random,
      heartbeatMs: this.random() < 0.3 ? 0 : 1000,
      knowsDelays: this.random() < 0.5,
      windowBytes: 2 * KIB * KIB,
      cacheBytes: 2 * KIB * KIB,
    })
  }

  /** Lets it happen, for a while. */
  async rage(): Promise<void> {
    this.open()
    const happen = (): void => {
      if (!this.#isRaging) return
      HAPPENINGS[Math.floor(HAPPENINGS.length * this.random())]?.(this)
      this.simulation.after(1200 * this.random(), happen)
    }
    happen()
    await this.simulation.pass(5000 + 25_000 * this.random())
    this.#isRaging = false
  }

  /** All nodes are well, all of them may be asked, and everything is fed. */
  calm(): void {
    for (const node of this.simulation.nodes) this.mend(node)
    this.simulation.swarm.policy = { kind: 'all' }
    this.simulation.swarm.feedUntil(Number.POSITIVE_INFINITY)
  }

  /** @returns how many readers have not ended long after it is calm */
  async unendedReaders(): Promise<number> {
    await this.simulation.clock.run(() => this.#readers.size === 0 && !this.isOutage, CALM_MS)
    return this.#readers.size
  }

  get isOutage(): boolean {
    return this.simulation.told('outage').at(-1)?.isOver === false
  }

  /** Reads the file again and again. @returns names of the nodes that nothing came from all the while */
  async unusedNodes(): Promise<string[]> {
    const sinceMs = this.simulation.clock.now()
    const { events } = this.simulation
    let seen = events.length
    const unused = new Set(this.simulation.nodes.map(({ name }) => name))
    const isOver = (): boolean => {
      for (; seen < events.length; seen++) {
        const event = events[seen]
        if (event?.type === 'verified') unused.delete(event.node)
      }
      return unused.size === 0
    }
    this.#readsOn = true
    this.open(0)
    await this.simulation.clock.run(isOver, USED_MS)
    this.#readsOn = false
    for (const reader of this.#readers) reader.cancel()
    return [...unused].map((name) => `${name}, ${this.simulation.clock.now() - sinceMs} ms`)
  }

  anyNode(): SimulatedNode {
    return this.simulation.node(1 + Math.floor(NODES.length * this.random()))
  }

  strike(node: SimulatedNode): void {
    FAULTS[Math.floor(FAULTS.length * this.random())]?.(node, this.random)
  }

  mend(node: SimulatedNode): void {
    mend(node, NODES[this.simulation.nodes.indexOf(node)] ?? {})
  }

  /** Somebody begins to read, with pauses, and goes on to the end. */
  open(start = Math.floor(SIZE * this.random())): void {
    if (this.#readers.size >= 3) return
    const reader = this.simulation.swarm.open(start, SIZE - 1)
    this.#readers.add(reader)
    void this.#read(reader, start)
  }

  /** Somebody leaves. */
  close(): void {
    const [reader] = this.#readers
    reader?.cancel()
  }

  async #read(reader: ReturnType<Simulation['swarm']['open']>, start: number): Promise<void> {
    let position = start
    for (let bytes = await reader.next(); bytes !== undefined; bytes = await reader.next()) {
      const fill = Math.floor(position / CHUNK_BYTES) % 256
      if (!Buffer.alloc(bytes.length, fill).equals(bytes)) throw new Error(`Byte ${position} is not true`)
      position += bytes.length
      if (this.#isRaging && this.random() < 0.1) await this.simulation.clock.wait(3000 * this.random())
    }
    this.#readers.delete(reader)
    if (this.#readsOn) this.open(0)
  }
}
