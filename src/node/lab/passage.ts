/** One request on its way through the faults that are in force. While none is, it costs next to nothing. */

import type { FaultName } from '../../lab/faults.js'
import { SMALLEST_CHUNK_BYTES } from '../../version/manifest.js'
import { type Content, EndedByFaultError, type Fault, type Instead, type Visit } from '../faults/fault.ts'

/** While faults are in force a body leaves in pieces as small as this, so that a new one is noticed soon. */
const SLICE_BYTES = 16 * 1024
/** The beginning of the first range, where it is said. */
const FIRST_BYTE = /^bytes=[ \t,]*([0-9]+)-/i

/** Where a reply goes. */
export interface Outlet {
  /** aborts when the client hangs up */
  readonly hangUp: AbortSignal
  /** Hands over a piece of the body and waits until it is taken. */
  write(piece: Uint8Array): Promise<void>
  /** The same with the last piece. */
  end(piece: Uint8Array): Promise<void>
  /** The head leaves now, with nothing behind it. */
  flushHead(): void
  /** Ends the connection in the middle: `reset` as a process that dies, `fin` as one that says goodbye. */
  endConnection(how: 'reset' | 'fin'): void
}

/** What a request is about, as far as it matters here. */
export interface Asked {
  readonly kind: 'replica' | 'manifest' | 'health' | 'page'
  readonly name: string
  /** the field Range */
  readonly range: string | undefined
}

/** A fault, as requests meet it. */
export interface FaultInForce {
  readonly name: FaultName
  readonly fault: Fault
}

/** What a passage leads through. */
export interface Faults {
  /** in the order in which they act */
  readonly inForce: readonly FaultInForce[]
  /** One request more for this chunk. @returns how many came before */
  countVisit(name: string, chunk: number): number
  /** A fault has touched one request more. @returns what it does, in words */
  countHit(name: FaultName): string
}

const NONE: readonly FaultInForce[] = []

export class Passage implements Visit {
  readonly #lab: Faults
  readonly #outlet: Outlet
  /** `undefined`: for nothing that is known so far */
  #asked: Asked | undefined
  /** how many came before it, once that is known */
  #nth: number | undefined
  /** what the faults that touched it do */
  #touched: Map<FaultInForce, string> | undefined
  /** it asks for the lab itself, which nothing of this kind reaches */
  isControl = false
  fileBytes: number | undefined
  handedBytes = 0
  /** its body is being sent */
  isUnderWay = false
  /** a fault has ended its connection */
  isEnded = false

  constructor(lab: Faults, outlet: Outlet) {
    this.#lab = lab
    this.#outlet = outlet
  }

  get hangUp(): AbortSignal {
    return this.#outlet.hangUp
  }

  get isReplica(): boolean {
    return this.#asked?.kind === 'replica'
  }

  get name(): string {
    return this.#asked?.name ?? ''
  }

  get chunk(): number {
    return Math.floor(Number(FIRST_BYTE.exec(this.#asked?.range ?? '')?.[1] ?? 0) / SMALLEST_CHUNK_BYTES)
  }

  get nth(): number {
    this.#nth ??= this.#lab.countVisit(this.name, this.chunk)
    return this.#nth
  }

  /** Does any fault in force reach it? */
  get isReached(): boolean {
    return this.#faults.length > 0
  }

  get #faults(): readonly FaultInForce[] {
    const { inForce } = this.#lab
    if (inForce.length === 0 || this.isControl) return NONE
    return this.#asked === undefined || this.#asked.kind === 'page'
      ? inForce.filter(({ fault }) => fault.reachesPages)
      : inForce
  }

  /** What is asked for is known. */
  asksFor(asked: Asked): void {
    this.#asked = asked
  }

  /** What the faults that have touched it do, for the log; `undefined`: none has. */
  get touchedBy(): string[] | undefined {
    return this.#touched && [...this.#touched.values()]
  }

  /** Before it is answered. @returns what it gets in place of the node's answer */
  async meet(): Promise<Instead | undefined> {
    const met = new Set<FaultInForce>()
    for (;;) {
      // While it waits for one, others may be set, and be over.
      const next = this.#faults.find((entry) => entry.fault.meet !== undefined && !met.has(entry))
      if (next === undefined) return undefined
      met.add(next)
      if (next.fault.waits) this.#touch(next) // whoever looks at the lab meanwhile wants to see it
      const instead = await next.fault.meet?.(this)
      if (instead === undefined) continue
      this.#touch(next)
      return instead
    }
  }

  /** The fields that a reply carries when faults have touched it, or are going to. */
  fields(content: Content): string[] {
    const names = new Set([...(this.#touched?.keys() ?? [])].map(({ name }) => name))
    for (const { fault, name } of this.#faults) if (fault.touches?.(this, content)) names.add(name)
    return names.size === 0 ? [] : ['X-Lab', [...names].join(', ')]
  }

  /**
   * Sends a piece of a body, as far and as fast as the faults let it. The memory of `bytes` is free again afterwards.
   * @param position of the first byte in the file; `undefined` for text
   * @throws EndedByFaultError when a fault has ended the connection; else as {@link Outlet.write}
   */
  send(bytes: Uint8Array, isLast: boolean, position: number | undefined): Promise<void> {
    if (this.isReached) return this.#sendThroughFaults(bytes, isLast, position)
    this.handedBytes += bytes.length
    return isLast ? this.#outlet.end(bytes) : this.#outlet.write(bytes)
  }

  async #sendThroughFaults(bytes: Uint8Array, isLast: boolean, position: number | undefined): Promise<void> {
    let rest = bytes
    for (let faults = this.#faults; faults.length > 0 && rest.length > 0; faults = this.#faults) {
      const [spared, striking] = leastSpared(faults, this)
      const sizeBytes = Math.min(rest.length, SLICE_BYTES, spared - this.handedBytes)
      if (sizeBytes <= 0) {
        if (striking !== undefined) await this.#strike(striking)
        continue
      }
      const slice = rest.subarray(0, sizeBytes)
      const sent = bytes.length - rest.length
      for (const entry of faults) {
        const { fault } = entry
        if (fault.pace !== undefined) {
          this.#touch(entry)
          await fault.pace(sizeBytes, this)
        }
        if (position !== undefined && fault.alter?.(slice, position + sent, this)) this.#touch(entry)
      }
      this.handedBytes += sizeBytes
      await this.#outlet.write(slice)
      rest = rest.subarray(sizeBytes)
    }
    this.handedBytes += rest.length
    if (isLast) await this.#outlet.end(rest)
    else if (rest.length > 0) await this.#outlet.write(rest)
  }

  /** Faults have been set: those that end connections do not wait for a reader that is slow. */
  onSet(): void {
    if (!this.isUnderWay || this.isEnded) return
    for (const entry of this.#faults) {
      const isDue = (entry.fault.sparedBytes?.(this) ?? Number.POSITIVE_INFINITY) <= this.handedBytes
      if (entry.fault.endsConnections && isDue) this.#strike(entry).catch(() => {})
    }
  }

  flushHead(): void {
    if (this.handedBytes === 0) this.#outlet.flushHead()
  }

  end(how: 'reset' | 'fin'): never {
    this.isEnded = true
    this.#outlet.endConnection(how)
    throw new EndedByFaultError()
  }

  async #strike(entry: FaultInForce): Promise<void> {
    this.#touch(entry)
    await entry.fault.strike?.(this)
  }

  #touch(entry: FaultInForce): void {
    this.#touched ??= new Map()
    if (!this.#touched.has(entry)) this.#touched.set(entry, this.#lab.countHit(entry.name))
  }
}

/** How many bytes of a body may leave, and which fault keeps the next ones back. */
function leastSpared(
  faults: readonly FaultInForce[],
  visit: Visit,
): [bytes: number, striking: FaultInForce | undefined] {
  let least = Number.POSITIVE_INFINITY
  let striking: FaultInForce | undefined
  for (const entry of faults) {
    const spared = entry.fault.sparedBytes?.(visit) ?? Number.POSITIVE_INFINITY
    if (spared < least) [least, striking] = [spared, entry]
  }
  return [least, striking]
}
