/**
 * The lab of one node: which faults are in force, since when and until when, and how far away the node is to seem. They
 * act on its own sockets and on bytes that it sends, never on files. Who may set them is decided in guard.ts.
 */
import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { chanceOf } from '../../chance.ts'
import { type Impairments, impairmentsOf } from '../../impairments.ts'
import { FAULT_NAMES, type FaultName, type FaultSet, sayFault } from '../../lab/faults.js'
import type { NodeConfig } from '../../node-list.ts'
import { makeFault } from '../faults/all.ts'
import type { Victim } from '../faults/fault.ts'
import { type Impaired, impair } from './impairments.ts'
import { type FaultInForce, type Faults, type Outlet, Passage } from './passage.ts'
import type { Starter } from './starter.ts'

interface Entry extends FaultInForce {
  readonly parameters: { readonly forMs?: number }
  readonly setMs: number
  readonly over: AbortController
  readonly timer: NodeJS.Timeout | undefined
  readonly undo: (() => void) | undefined
  hits: number
}

/** What is to be in force from now on, instead of all that was. */
export interface Setting {
  /** where chance comes from; the same seed does the same again */
  readonly seed: number
  /** those that are to be other than the node list says */
  readonly impairments: Partial<Impairments>
  readonly faults: FaultSet
  /** heals the node when it is not renewed for so long; `undefined`: it stays */
  readonly leaseMs: number | undefined
}

const NOTHING: Setting = { seed: 0, impairments: {}, faults: {}, leaseMs: undefined }

/** So many different chunks are counted at most, for the number of a request among those for its chunk. */
const MAX_COUNTED = 100_000

export interface LabOptions {
  /** 0 up to 1, for the jitter */
  readonly random?: (() => number) | undefined
  /** may it be changed from outside? */
  readonly isOpen?: boolean | undefined
}

export class Lab implements Faults {
  /** of this process: who can read it may change the lab */
  readonly token = randomBytes(24).toString('base64url')
  readonly isOpen: boolean
  readonly #node: NodeConfig
  readonly #random: (() => number) | undefined
  readonly #entries = new Map<FaultName, Entry>()
  readonly #counts = new Map<string, number>()
  #victim: Victim | undefined
  #passages: () => Iterable<Passage> = () => []
  #seed = 0
  #lease: { readonly ms: number; readonly timer: NodeJS.Timeout; readonly untilMs: number } | undefined
  /** whoever started this node and can start others */
  starter: Starter | undefined
  /** how often something was set */
  revision = 0
  /** when something else came into force */
  #changedAtMs = performance.now()
  /** in the order in which they act */
  inForce: readonly FaultInForce[] = []
  impairments: Impairments
  impaired: Impaired
  /** the impairments that are other than the node was started with */
  #changed: Partial<Impairments> = {}

  constructor(node: NodeConfig, { random, isOpen = false }: LabOptions = {}) {
    this.#node = node
    this.#random = random
    this.isOpen = isOpen
    this.impairments = impairmentsOf(node)
    this.impaired = impair(node, random)
  }

  /**
   * The node listens: what its node list or its flags say comes into force.
   * @param passages of all requests that have no whole answer yet, which are told of each new fault
   */
  begin(victim: Victim, passages: () => Iterable<Passage>): void {
    this.#victim = victim
    this.#passages = passages
    const { faults = {} } = this.#node
    if (Object.keys(faults).length > 0) this.set({ ...NOTHING, faults })
  }

  /** A request has come. */
  enter(outlet: Outlet): Passage {
    return new Passage(this, outlet)
  }

  /** Sets all faults. One that is already in force and the same goes on, with its time. */
  set({ seed, impairments, faults, leaseMs }: Setting): void {
    for (const [name, { parameters }] of this.#entries) {
      const isSame = seed === this.#seed && JSON.stringify(parameters) === JSON.stringify(faults[name])
      if (!isSame) this.#end(name)
    }
    this.#seed = seed
    this.#counts.clear()
    for (const name of FAULT_NAMES) if (!this.#entries.has(name)) this.#begin(name, faults[name])
    this.#impair(impairments)
    this.#letGoAfter(leaseMs)
    this.revision++
    this.#onChange()
  }

  /** No fault is in force any more, and the node is as far away as the node list says. */
  heal(): void {
    this.set(NOTHING)
  }

  /** Whoever set this goes on wanting it. @returns false when something else has been set since, or nothing waits */
  renew(revision: number): boolean {
    if (revision !== this.revision || this.#lease === undefined) return false
    this.#letGoAfter(this.#lease.ms)
    return true
  }

  /** The node is being closed. */
  close(): void {
    this.#victim = undefined
    this.#letGoAfter(undefined)
    for (const name of [...this.#entries.keys()]) this.#end(name)
    this.inForce = []
  }

  /** How many requests for this chunk came before. */
  countVisit(name: string, chunk: number): number {
    const key = `${chunk} ${name}`
    const before = this.#counts.get(key) ?? 0
    if (before > 0 || this.#counts.size < MAX_COUNTED) this.#counts.set(key, before + 1)
    return before
  }

  /** A fault has touched one request more. @returns what it does, in words */
  countHit(name: FaultName): string {
    const entry = this.#entries.get(name)
    if (entry === undefined) return name // it was over just then
    entry.hits++
    return sayFault(name, entry.parameters as never)
  }

  /** What the node does under each fault that is in force. */
  get says(): string[] {
    return this.inForce.flatMap(({ name }) => {
      const entry = this.#entries.get(name)
      return entry === undefined ? [] : [sayFault(name, entry.parameters as never)]
    })
  }

  /** What is in force, as JSON. Times in ms. */
  describe(): object {
    const nowMs = performance.now()
    const faults = [...this.#entries.values()].map(({ name, parameters, setMs, fault, ...entry }) => {
      const agoMs = Math.round(nowMs - setMs)
      const leftMs = parameters.forMs === undefined ? null : Math.max(0, parameters.forMs - agoMs)
      const hits = fault.begin === undefined ? entry.hits : null // what is done to the node itself meets no request
      return [name, { ...parameters, agoMs, leftMs, hits, says: sayFault(name, parameters as never) }]
    })
    return {
      node: this.#node.name,
      revision: this.revision,
      changedAgoMs: Math.round(nowMs - this.#changedAtMs),
      seed: this.#seed,
      isOpen: this.isOpen,
      starts: this.starter?.names ?? [],
      impairments: this.impairments,
      changed: this.#changed,
      faults: Object.fromEntries(faults),
      leaseLeftMs: this.#lease === undefined ? null : Math.max(0, Math.round(this.#lease.untilMs - nowMs)),
    }
  }

  #begin<Name extends FaultName>(name: Name, parameters: FaultSet[Name]): void {
    if (parameters === undefined) return
    const over = new AbortController()
    setMaxListeners(0, over.signal) // as many as there are requests that wait
    const fault = makeFault(name, parameters, {
      over: over.signal,
      untilOver: (hangUp) => untilOver(over.signal, hangUp),
      chance: (of, ...further) => chanceOf(this.#seed, name, of.name, of.chunk, of.nth, ...further),
    })
    const { forMs } = parameters
    const timer =
      forMs === undefined
        ? undefined
        : setTimeout(() => {
            this.#end(name)
            this.#onChange()
          }, forMs)
    const undo = this.#victim && fault.begin?.(this.#victim)
    const entry = { name, fault, parameters, over, timer, undo, setMs: performance.now(), hits: 0 }
    this.#entries.set(name, entry)
  }

  #end(name: FaultName): void {
    const entry = this.#entries.get(name)
    if (entry === undefined) return
    this.#entries.delete(name)
    clearTimeout(entry.timer)
    entry.undo?.()
    entry.over.abort()
  }

  #impair(given: Partial<Impairments>): void {
    const own = impairmentsOf(this.#node)
    const others = Object.entries(given).filter(([name, value]) => value !== own[name as keyof Impairments])
    this.#changed = Object.fromEntries(others)
    const impairments = { ...own, ...this.#changed }
    const isSame = JSON.stringify(impairments) === JSON.stringify(this.impairments)
    if (isSame) return // an uplink remembers what it still has to send
    this.impairments = impairments
    this.impaired = impair(impairments, this.#random)
  }

  #letGoAfter(ms: number | undefined): void {
    clearTimeout(this.#lease?.timer)
    this.#lease =
      ms === undefined
        ? undefined
        : { ms, timer: setTimeout(() => this.heal(), ms), untilMs: performance.now() + ms }
  }

  #onChange(): void {
    this.#changedAtMs = performance.now()
    this.inForce = FAULT_NAMES.flatMap((name) => this.#entries.get(name) ?? [])
    for (const passage of [...this.#passages()]) passage.onSet()
  }
}

/** @throws the reason of `hangUp` when that comes first */
function untilOver(over: AbortSignal, hangUp: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      over.removeEventListener('abort', settle)
      hangUp.removeEventListener('abort', settle)
      if (hangUp.aborted) reject(hangUp.reason)
      else resolve()
    }
    if (over.aborted || hangUp.aborted) return settle()
    over.addEventListener('abort', settle)
    hangUp.addEventListener('abort', settle)
  })
}
