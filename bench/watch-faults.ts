/** What happens to nodes while a video plays, by chance that a seed repeats. */
import { setTimeout as delay } from 'node:timers/promises'
import type { FaultyNode } from '../test/helpers/faulty-node.ts'

const TRICKLE_BYTES_PER_SECOND = 64 * 1024
const JUMP_MS = 1_500
const RESTART_MS = 2_000
const LASTS_MS = { min: 3_000, max: 5_000 }
const PAUSE_MS = { min: 1_000, max: 4_000 }

/** Makes a node fail, and later well again. */
export interface Fault {
  readonly name: string
  begin(node: FaultyNode): Promise<void>
  end(node: FaultyNode): Promise<void>
  /** when it does not last as long as any other */
  readonly lastsMs?: number
}

const mend = (node: FaultyNode): Promise<void> => node.setFault({ kind: 'none' })

export const KILL: Fault = { name: 'kill', begin: (node) => node.kill(), end: (node) => node.restart() }
export const HANG: Fault = {
  name: 'hang',
  begin: async (node) => node.hang(),
  end: async (node) => node.resume(),
}
/** All of its replies share this rate. */
export const slowTo = (name: string, bytesPerSecond: number): Fault => ({
  name,
  begin: (node) => node.setFault({ kind: 'slow', bytesPerSecond }),
  end: mend,
})

export const FAULTS: readonly Fault[] = [
  KILL,
  HANG,
  slowTo('slow (64 KiB/s)', TRICKLE_BYTES_PER_SECOND),
  { name: 'corrupt', begin: (node) => node.setFault({ kind: 'corrupt' }), end: mend },
  { name: 'latency +1500 ms', begin: (node) => node.setFault({ kind: 'late', ms: JUMP_MS }), end: mend },
  {
    name: 'restart after 2 s',
    begin: (node) => node.kill(),
    end: (node) => node.restart(),
    lastsMs: RESTART_MS,
  },
]

/** One event, as far as chance decides it. */
export interface Planned {
  readonly pauseMs: number
  readonly fault: Fault
  readonly lastsMs: number
  /** nodes, the one that is meant first: it may be ill already */
  readonly order: readonly number[]
}

/** As many events: every fault as often as any other, in any order, on any node. Pure. */
export function planFaults(count: number, nodes: number, random: () => number): Planned[] {
  const between = ({ min, max }: { min: number; max: number }): number => min + random() * (max - min)
  const faults = Array.from({ length: count }, (_, index) => FAULTS[index % FAULTS.length] as Fault)
  return shuffle(faults, random).map((fault) => {
    const lastsMs = between(LASTS_MS)
    return {
      pauseMs: between(PAUSE_MS),
      fault,
      lastsMs: fault.lastsMs ?? lastsMs,
      order: shuffle([...Array(nodes).keys()], random),
    }
  })
}

/** Fisher and Yates. Pure. */
export function shuffle<T>(values: readonly T[], random: () => number): T[] {
  const shuffled = [...values]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const [a, b] = [shuffled[last] as T, shuffled[other] as T]
    shuffled[last] = b
    shuffled[other] = a
  }
  return shuffled
}

/** An event that took place. Times are ms since 1970. */
export interface Happened {
  readonly atMs: number
  readonly node: string
  readonly fault: string
  /** how many others were ill at the time */
  readonly others: number
  endMs: number
}

/** So long after its fault is over a node counts as well: that is how soon it must be read from again. */
const REGAIN_MS = 1_000
const LOOK_MS = 20

/** Brings what is planned upon the nodes. */
export class Misfortune {
  readonly happened: Happened[] = []
  readonly #nodes: readonly FaultyNode[]
  readonly #ill = new Set<FaultyNode>()
  readonly #pending = new Set<Promise<void>>()
  readonly #atOnce: number
  readonly #signal: AbortSignal
  #failure: Error | undefined

  /**
   * @param atOnce how many may be ill at the same time
   * @param signal ends all waiting; nothing is mended then
   */
  constructor(nodes: readonly FaultyNode[], atOnce: number, signal: AbortSignal) {
    this.#nodes = nodes
    this.#atOnce = atOnce
    this.#signal = signal
  }

  /** Begins one event, and returns; it ends by itself. */
  async bring({ pauseMs, fault, lastsMs, order }: Planned): Promise<void> {
    while (this.#ill.size >= this.#atOnce) await this.#wait(LOOK_MS)
    await this.#wait(pauseMs)
    const node = order.map((index) => this.#nodes[index]).find((node) => node && !this.#ill.has(node))
    if (node === undefined) throw new Error('Every node is ill')
    const others = this.#ill.size
    this.#ill.add(node)
    const happened: Happened = { atMs: Date.now(), node: node.name, fault: fault.name, others, endMs: 0 }
    this.happened.push(happened)
    await fault.begin(node)
    const over = this.#end(node, fault, lastsMs, happened).catch((error: Error) => {
      this.#failure ??= error
    })
    this.#pending.add(over)
    void over.then(() => this.#pending.delete(over))
  }

  /** Waits until all nodes are well. */
  async settle(): Promise<void> {
    await Promise.all(this.#pending)
    if (this.#failure !== undefined) throw this.#failure
  }

  async #end(node: FaultyNode, fault: Fault, lastsMs: number, happened: Happened): Promise<void> {
    await this.#wait(lastsMs)
    await fault.end(node)
    happened.endMs = Date.now()
    await this.#wait(REGAIN_MS)
    this.#ill.delete(node)
  }

  async #wait(ms: number): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    await delay(ms, undefined, { signal: this.#signal })
  }
}
