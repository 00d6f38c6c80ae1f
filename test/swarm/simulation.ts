/**
 * A swarm in a world without waiting: a clock that jumps to the next moment at which something happens, and nodes
 * that send made-up bytes at their simulated rate. The same run gives the same result on every machine.
 */
import type { Clock } from '../../src/swarm/clock.js'
import type { NodeState, SwarmEvent } from '../../src/swarm/events.js'
import type { Fetch, FetchInit, SwarmFile } from '../../src/swarm/fetch-range.js'
import { Swarm, type SwarmOptions } from '../../src/swarm/swarm.js'
import { openingBytes, PIECE_BYTES } from '../../src/version/manifest.js'

interface Timer {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

/** A clock whose time passes only in {@link VirtualClock.run}. */
export class VirtualClock implements Clock {
  #nowMs = 0
  #timers: Timer[] = []
  #order = 0

  now = (): number => this.#nowMs

  setTimeout = (run: () => void, ms: number): object => {
    const timer = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, run }
    this.#timers.push(timer)
    return timer
  }

  clearTimeout = (timer: unknown): void => {
    this.#timers = this.#timers.filter((other) => other !== timer)
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.length
  }

  /** The machine sleeps: all that was due in that time happens late. */
  sleep(ms: number): void {
    this.#nowMs += ms
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.setTimeout(resolve, ms))
  }

  /** Lets time pass until `isOver`, or until so much of it has passed. */
  async run(isOver: () => boolean, maxMs = 60_000): Promise<void> {
    const endMs = this.#nowMs + maxMs
    await settle()
    while (!isOver()) {
      const [next] = this.#timers.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order)
      if (next === undefined || next.atMs > endMs) {
        this.#nowMs = endMs
        return
      }
      this.clearTimeout(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.run()
      await settle()
    }
  }
}

/** Lets every promise that can settle do so. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The head of an answer that is not that of a node. */
export interface Answer {
  readonly status: number
  readonly fields?: Record<string, string>
}

/** What a simulated node does. All of it may change while it runs. */
export interface NodeBehaviour {
  /** of its /health; default 200 */
  healthStatus?: number
  delayMs: number
  /** shared by all of its replies; `Infinity` is unlimited */
  bytesPerMs: number
  isUp: boolean
  isHung: boolean
  /** its bytes are wrong, of all chunks or of some */
  isCorrupt: boolean | ((chunk: number) => boolean)
  /** answers differently from a node */
  answer?: ((range: { start: number; end: number }) => Answer | undefined) | undefined
  /** the body breaks off after so many bytes */
  cutAfter?: number | undefined
  /** the body ends after so many bytes, as if that were all */
  endAfter?: number | undefined
}

const SLICE_MS = 10

/** A node that lives in the simulation. */
export class SimulatedNode {
  readonly name: string
  readonly url: string
  readonly behaviour: NodeBehaviour
  requests = 0
  healthCalls = 0
  heads = 0
  /** requests for the file under way now, and the most there ever were */
  open = 0
  maxOpen = 0
  /** bytes that left it */
  sentBytes = 0
  readonly #clock: VirtualClock
  readonly #file: SwarmFile
  readonly #cuts = new Set<() => void>()
  #freeAtMs = 0
  #last: Promise<void> = Promise.resolve()

  constructor(name: string, clock: VirtualClock, file: SwarmFile, behaviour: Partial<NodeBehaviour> = {}) {
    this.name = name
    this.url = `http://${name}`
    this.#clock = clock
    this.#file = file
    this.behaviour = {
      delayMs: 50,
      bytesPerMs: 4096,
      isUp: true,
      isHung: false,
      isCorrupt: false,
      ...behaviour,
    }
  }

  /** Ends as a process does that gets SIGKILL. */
  kill(): void {
    this.behaviour.isUp = false
    for (const cut of [...this.#cuts]) cut()
  }

  restart(): void {
    this.behaviour.isUp = true
    this.behaviour.isHung = false
    this.#freeAtMs = 0
    this.#last = Promise.resolve()
  }

  async fetch(url: URL, init: FetchInit): Promise<Response> {
    const signal = init.signal ?? new AbortController().signal
    const refuse = (): never => {
      throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } })
    }
    if (!this.behaviour.isUp) refuse()
    const isHealth = url.pathname === '/health'
    if (isHealth) {
      this.healthCalls++
      await this.#turn(signal)
      return new Response('{"status":"ok"}', { status: this.behaviour.healthStatus ?? 200 })
    }
    if (init.method === 'HEAD') {
      this.heads++
      await this.#turn(signal)
      return this.#head()
    }
    this.requests++
    this.open++
    this.maxOpen = Math.max(this.maxOpen, this.open)
    let isOver = false
    const finish = (): void => {
      if (!isOver) this.open--
      isOver = true
    }
    signal.addEventListener('abort', finish)
    await this.#turn(signal).catch((error: unknown) => {
      finish()
      throw error
    })

    const [, first = '', last = ''] =
      /^bytes=(\d+)-(\d+)$/.exec(new Headers(init.headers).get('Range') ?? '') ?? []
    const start = Number(first)
    const end = Number(last)
    const other = this.behaviour.answer?.({ start, end })
    const fields = other?.fields ?? {
      'Content-Range': `bytes ${start}-${end}/${this.#file.size}`,
      ...(this.#file.sha256 === undefined ? {} : { ETag: `"${this.#file.sha256}"` }),
    }
    const body = new ReadableStream<Uint8Array>(this.#body(start, end, signal, finish), { highWaterMark: 0 })
    return new Response(body, { status: other?.status ?? 206, headers: fields })
  }

  /** As the replica is that its answers to GET show. */
  #head(): Response {
    const other = this.behaviour.answer?.({ start: 0, end: 0 })
    const [, size] = /\/(\d+)$/.exec(other?.fields?.['Content-Range'] ?? '') ?? []
    const isShorter = other?.status === 416
    const etag = other?.fields?.['ETag'] ?? this.#file.sha256
    const fields = {
      'Content-Length': size ?? String(this.#file.size - (isShorter ? 1 : 0)),
      ...(etag === undefined ? {} : { ETag: `"${etag.replaceAll('"', '')}"` }),
    }
    const status = other === undefined || other.status === 206 || isShorter ? 200 : other.status
    return new Response(null, { status, headers: fields })
  }

  /** Waits as long as the head of an answer takes. */
  async #turn(signal: AbortSignal): Promise<void> {
    await this.#interruptible(this.#clock.wait(this.behaviour.delayMs), signal)
    while (this.behaviour.isHung) await this.#interruptible(this.#clock.wait(50), signal)
  }

  #body(
    start: number,
    end: number,
    signal: AbortSignal,
    finish: () => void,
  ): UnderlyingDefaultSource<Uint8Array> {
    let position = start
    return {
      pull: async (controller) => {
        const size = Math.min(end - position + 1, Math.max(1, Math.round(this.#sliceBytes())))
        try {
          await this.#interruptible(this.#uplink(size), signal)
          while (this.behaviour.isHung) await this.#interruptible(this.#clock.wait(50), signal)
          if (position - start + size > (this.behaviour.cutAfter ?? Number.POSITIVE_INFINITY))
            throw new TypeError('terminated')
        } catch (error) {
          finish()
          controller.error(error)
          return
        }
        controller.enqueue(this.#bytes(position, size))
        this.sentBytes += size
        position += size
        if (position > end || position - start >= (this.behaviour.endAfter ?? Number.POSITIVE_INFINITY)) {
          finish()
          controller.close()
        }
      },
      cancel: finish,
    }
  }

  #sliceBytes(): number {
    const { bytesPerMs } = this.behaviour
    return Number.isFinite(bytesPerMs) ? bytesPerMs * SLICE_MS : 64 * 1024
  }

  /** First come, first served, as the project's own uplink. */
  async #uplink(size: number): Promise<void> {
    const inFront = this.#last
    let leave = (): void => {}
    this.#last = new Promise((resolve) => {
      leave = resolve
    })
    await inFront
    const { bytesPerMs } = this.behaviour
    this.#freeAtMs = Math.max(this.#freeAtMs, this.#clock.now()) + size / bytesPerMs
    await this.#clock.wait(this.#freeAtMs - this.#clock.now())
    leave()
  }

  /** Bytes that tell where they are: each is the number of its chunk. */
  #bytes(position: number, size: number): Uint8Array {
    const bytes = new Uint8Array(size)
    const { isCorrupt } = this.behaviour
    for (let offset = 0; offset < size; ) {
      const chunk = Math.floor((position + offset) / this.#file.chunkSize)
      const end = Math.min(size, (chunk + 1) * this.#file.chunkSize - position)
      const isBad = typeof isCorrupt === 'boolean' ? isCorrupt : isCorrupt(chunk)
      bytes.fill(isBad ? (chunk + 1) % 256 : chunk % 256, offset, end)
      offset = end
    }
    return bytes
  }

  /** Waits, but no longer than the client and the process live. */
  #interruptible<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(new DOMException('aborted', 'AbortError'))
      if (signal.aborted) return onAbort()
      const onCut = (): void =>
        reject(Object.assign(new TypeError('terminated'), { cause: { code: 'UND_ERR_SOCKET' } }))
      signal.addEventListener('abort', onAbort)
      this.#cuts.add(onCut)
      void promise.then((value) => {
        signal.removeEventListener('abort', onAbort)
        this.#cuts.delete(onCut)
        resolve(value)
      })
    })
  }
}

/** The hash of made-up bytes: what they are filled with, and how many they are. */
const hashOf = (fill: number, length: number): string => `${fill}:${length}`

/** A file of made-up bytes, with a manifest that fits. */
export function simulatedFile(
  size: number,
  chunkSize = 256 * 1024,
): SwarmFile & { chunks: readonly string[] } {
  const chunks = Array.from({ length: Math.ceil(size / chunkSize) }, (_, chunk) =>
    hashOf(chunk % 256, Math.min(chunkSize, size - chunk * chunkSize)),
  )
  // Of the first chunk, whose bytes are all 0. What lies beyond a smaller one than usual is never looked at.
  const opening = Array.from({ length: Math.ceil(openingBytes(size) / PIECE_BYTES) }, (_, piece) =>
    hashOf(0, Math.min(PIECE_BYTES, size - piece * PIECE_BYTES)),
  )
  return { name: 'talk.mp4', size, chunkSize, chunks, opening }
}

/** Narrower than `Extract`, which knows no member whose type is one of two. */
type EventOf<T extends SwarmEvent['type']> = SwarmEvent & { readonly type: T }

/** A swarm over simulated nodes, and all that it told. */
export class Simulation {
  readonly clock = new VirtualClock()
  readonly nodes: readonly SimulatedNode[]
  readonly file: SwarmFile
  readonly events: SwarmEvent[] = []
  readonly swarm: Swarm

  constructor(
    file: SwarmFile,
    behaviours: readonly Partial<NodeBehaviour>[],
    options: Partial<SwarmOptions> & {
      knowsDelays?: boolean
      hashMs?: number
      /** how the swarm sees the world: its clock, and what it fetches with */
      through?: (clock: VirtualClock, fetch: Fetch) => { clock: Clock; fetch: Fetch }
    } = {},
  ) {
    this.file = file
    this.nodes = behaviours.map(
      (behaviour, index) => new SimulatedNode(`node${index + 1}`, this.clock, file, behaviour),
    )
    const byHost = new Map(this.nodes.map((node) => [node.name, node]))
    const fetch: Fetch = (input, init) => {
      const url = new URL(input)
      const node = byHost.get(url.host)
      if (node === undefined) throw new Error(`There is no node ${url.host}`)
      return node.fetch(url, init)
    }
    this.swarm = new Swarm({
      file,
      nodes: this.nodes.map(({ name, url, behaviour }) => ({
        name,
        url,
        ...(options.knowsDelays === true ? { delayMs: behaviour.delayMs } : {}),
      })),
      ...(options.through?.(this.clock, fetch) ?? { clock: this.clock, fetch }),
      random: () => 0.5,
      hash: async (bytes) => {
        if (options.hashMs !== undefined) await this.clock.wait(options.hashMs)
        const isUniform = Buffer.alloc(bytes.length, bytes[0]).equals(bytes)
        return isUniform ? hashOf(bytes[0] ?? 0, bytes.length) : 'mixed'
      },
      onEvent: (event) => this.events.push(event),
      ...options,
    })
  }

  /** Events of one type, in their order. */
  told<T extends SwarmEvent['type']>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type)
  }

  /** The states that a node was in, in turn. */
  statesOf(name: string): NodeState[] {
    return this.told('node').flatMap(({ node, state }) => (node === name ? [state] : []))
  }

  /** One node; they are counted from 1, as their names are. */
  node(number: number): SimulatedNode {
    const node = this.nodes[number - 1]
    if (node === undefined) throw new Error(`There is no node ${number}`)
    return node
  }

  /** Something is done after so much time. */
  after(ms: number, act: () => void): void {
    this.clock.setTimeout(act, ms)
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    await this.clock.run(() => false, ms)
  }

  /** Waits for a promise while time passes. */
  async settled<T>(promise: Promise<T>, maxMs = 60_000): Promise<T> {
    let isOver = false
    const note = (): void => {
      isOver = true
    }
    promise.then(note, note)
    await this.clock.run(() => isOver, maxMs)
    if (!isOver) throw new Error(`It is not over after ${maxMs} ms`)
    return promise
  }

  /**
   * What does not add up, once all requests are over: each chunk asked for of a node arrived or was dropped, and
   * each that arrived was verified, rejected or of no use.
   */
  get imbalances(): string[] {
    const open = new Map<string, number>()
    const count = (chunk: number, node: string, by: number): void => {
      const key = `chunk ${chunk} of ${node}`
      open.set(key, (open.get(key) ?? 0) + by)
    }
    let inJudgement = 0
    for (const event of this.events) {
      if (event.type === 'asked') count(event.chunk, event.node, 1)
      if (event.type === 'dropped' || event.type === 'arrived') count(event.chunk, event.node, -1)
      if (event.type === 'arrived') inJudgement++
      if (event.type === 'verified' || event.type === 'unverified' || event.type === 'rejected') inJudgement--
      if (event.type === 'unused') inJudgement--
    }
    const wrong = [...open].filter(([, owed]) => owed !== 0).map(([what, owed]) => `${what}: ${owed} open`)
    return inJudgement === 0 ? wrong : [...wrong, `${inJudgement} chunks without a verdict`]
  }

  /** Wasted bytes for each byte that was of use: who reads here and there reads more than there is. */
  get wastedShare(): number {
    const bytesOf = (type: 'wasted' | 'verified' | 'unverified'): number =>
      this.told(type).reduce((sum, { bytes }) => sum + bytes, 0)
    return bytesOf('wasted') / (bytesOf('verified') + bytesOf('unverified'))
  }

  /**
   * Reads the whole file in order, as fast as it comes.
   * @returns total time, the longest wait for the next bytes behind the first, and whether every byte was right
   */
  async readAll(
    maxMs = 60_000,
  ): Promise<{ totalMs: number; startMs: number; gapMs: number; gapAtMs: number; isTrue: boolean }> {
    const reader = this.swarm.open(0, this.file.size - 1)
    const startedMs = this.clock.now()
    let startMs = Number.NaN
    let lastMs = startedMs
    let gapMs = 0
    let gapAtMs = 0
    let isTrue = true
    let position = 0
    let isDone = false
    const read = async (): Promise<void> => {
      for (;;) {
        const bytes = await reader.next()
        if (bytes === undefined) break
        const nowMs = this.clock.now()
        if (position === 0) startMs = nowMs - startedMs
        else if (nowMs - lastMs > gapMs) {
          gapMs = nowMs - lastMs
          gapAtMs = nowMs
        }
        lastMs = nowMs
        const fill = Math.floor(position / this.file.chunkSize) % 256
        isTrue &&= bytes[0] === fill && bytes.at(-1) === fill
        position += bytes.length
      }
      isDone = true
    }
    void read()
    await this.clock.run(() => isDone, maxMs)
    return {
      totalMs: lastMs - startedMs,
      startMs,
      gapMs,
      gapAtMs,
      isTrue: isTrue && position === this.file.size,
    }
  }
}
