// @ts-check
/**
 * The swarm: reads one file from many nodes, chunk by verified chunk. This file wires the rooms beside it. To
 * follow a chunk, read demand.js (who wants it), choose.js (who brings it), transfers.js, run.js and fetch-range.js
 * (how it comes), verifier.js (whether it is true) and reader.js (who gets it). When a node is late or fails: late.js
 * and rescue.js, breaker.js and fleet.js.
 */

import { sha256Hex } from '../version/sha256.js'
import { Attention } from './attention.js'
import { planRuns } from './choose.js'
import { ChunkTable } from './chunk-table.js'
import { realClock } from './clock.js'
import { Demand, isWithin } from './demand.js'
import { Fleet } from './fleet.js'
import { HandOver } from './hand-over.js'
import { canSpare } from './late.js'
import { Linger } from './linger.js'
import { Opening } from './opening.js'
import { paceOf } from './pace.js'
import { Reader } from './reader.js'
import { Rescue } from './rescue.js'
import { Transfers } from './transfers.js'

/**
 * @typedef {import('./clock.js').Clock} Clock
 * @typedef {import('./events.js').SwarmEvent} SwarmEvent
 * @typedef {import('./events.js').Told} Told
 * @typedef {import('./fetch-range.js').Fetch} Fetch
 * @typedef {import('./fetch-range.js').SwarmFile} SwarmFile
 * @typedef {import('./fleet.js').Policy} Policy
 * @typedef {import('./node.js').NodeAddress} NodeAddress
 */

/**
 * A request for the first chunk that was made before there was a swarm, on its `fetch`, which has the answer.
 * @typedef {object} Begun
 * @property {string} node
 * @property {number} bytes that were asked for, from the first byte of the file on
 * @property {number} startedMs on the swarm's clock
 */

/**
 * @typedef {object} SwarmOptions
 * @property {SwarmFile} file
 * @property {readonly NodeAddress[]} nodes
 * @property {(event: SwarmEvent) => void} [onEvent]
 * @property {Fetch} [fetch]
 * @property {Clock} [clock]
 * @property {() => number} [random] 0 up to 1
 * @property {(bytes: Uint8Array<ArrayBuffer>) => Promise<string>} [hash] SHA-256 as hex
 * @property {Policy} [policy]
 * @property {number} [windowBytes] how far ahead of a reader chunks are asked for
 * @property {number} [cacheBytes] how much of what is verified is kept for reading it again
 * @property {number} [heartbeatMs] between `/health` calls to nodes that are up; 0: none
 * @property {Begun} [begun] stream: used if it is of any use
 * @property {import('./pace.js').Mode} [mode] bulk: the whole file, in any order, see {@link Swarm.download}
 * @property {Iterable<number>} [have] bulk: chunks that need not be read
 * @property {(chunk: number, bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>} [onChunk] bulk: takes each chunk, once
 * @property {boolean} [usesMemoryAgain] bulk: when `onChunk` is done with a chunk its memory is that of another one
 */

const TICK_MS = 20
/** A rate is metered, and silence judged, in steps of this. */
const METER_MS = 100
const MEASURED_MS = 250
/** A reader that waits needs so many chunks soonest. */
const URGENT_CHUNKS = 2
const CLOSED = 'The swarm was closed before it had every chunk'

/** Reads one file from many nodes. Close it when it is no longer needed. */
export class Swarm {
  /** how long its readers can wait without harm, ms; with patience fewer chunks are asked for twice */
  patienceMs = 0
  #file
  #onEvent
  #clock
  #attention
  #mode
  #chunks
  #demand
  #fleet
  #transfers
  #rescue
  #handOver
  #linger
  #opening
  #isClosed = false
  #isPumping = false
  /** @type {unknown} */
  #timer
  #wasBusy = false
  #meteredMs = 0
  #measuredMs = 0

  /** @param {SwarmOptions} options */
  constructor({
    file,
    nodes,
    onEvent = () => {},
    fetch = (input, init) => globalThis.fetch(input, init),
    clock = realClock,
    random = Math.random,
    hash = sha256Hex,
    policy = { kind: 'all' },
    windowBytes = 8 * 2 ** 20,
    cacheBytes = 16 * 2 ** 20,
    heartbeatMs = 0,
    begun,
    mode = 'stream',
    have = [],
    onChunk = () => {},
    usesMemoryAgain = false,
  }) {
    const attention = new Attention(clock)
    this.#file = file
    this.#onEvent = onEvent
    this.#clock = clock
    this.#attention = attention
    this.#mode = mode
    const { chunkSize } = file
    const tell = (/** @type {Told} */ event) => this.#tell(event)
    const onChange = () => this.#pump()
    const chunks = new ChunkTable(file, Math.max(cacheBytes, windowBytes), have)
    const demand = new Demand(chunks, windowBytes, mode === 'bulk')
    const fleet = new Fleet({
      ...{
        addresses: nodes,
        policy,
        file,
        fetch,
        clock,
        attention,
        random,
        heartbeatMs,
        tell,
        onChange,
        canSpare: () => canSpare(this.patienceMs),
      },
    })
    const transfers = new Transfers({
      ...{ file, chunks, fleet, fetch, clock, attention, hash, tell, onChange },
      onPart: (run, part) => this.#opening.offer(run, part),
      onChunk: (chunk, bytes) => this.#take(chunk, bytes),
      isWanted: (chunk) => isWithin(demand.spans, chunk),
      waitedMs: (chunk) => demand.waitedMs(chunk, clock.now()),
      onHashFailure: (error) => this.#fail(error),
    })
    // who opens this is not ready to be told before
    queueMicrotask(() => {
      fleet.noteKnown()
      if (begun !== undefined) this.#goOnWith(begun)
    })
    this.#chunks = chunks
    this.#demand = demand
    this.#fleet = fleet
    this.#transfers = transfers
    this.#handOver = new HandOver({
      ...{ chunks, onChunk, usesMemoryAgain, onTaken: onChange },
      onRefused: () => this.close(),
    })
    this.#opening = new Opening(mode === 'stream' ? file.opening : undefined, hash, () => this.#wakeReaders())
    this.#linger = new Linger(clock, () => transfers.stopUseless())
    this.#rescue = new Rescue({
      ...{ chunks, chunkSize, demand, transfers, clock, attention, blame: fleet.blame },
    })
  }

  get policy() {
    return this.#fleet.policy
  }

  set policy(policy) {
    this.#fleet.policy = policy
    const { allowed, nodes } = this.#fleet
    for (const node of nodes) {
      if (allowed.includes(node)) continue
      for (const run of [...node.runs])
        this.#transfers.shorten(run, run.next, 'this node is not to be read from')
    }
    this.#pump()
  }

  /**
   * Feeds readers only what lies before this byte, or in the same chunk as the byte before it; what is further
   * ahead is not even asked for.
   * @param {number} byte
   */
  feedUntil(byte) {
    this.#demand.feedUntil(byte)
    this.#wakeReaders()
    this.#pump()
  }

  /**
   * Opens a reader for a range of the file.
   * @param {number} start first byte
   * @param {number} end last byte, inclusive
   */
  open(start, end) {
    const reader = new Reader(start, Math.min(end, this.#file.size - 1), {
      bytesFrom: (byte) => this.#bytesFrom(byte),
      isFed: (chunk) => this.#demand.isFed(chunk),
      indexOf: (byte) => this.#chunks.indexOf(byte),
      now: () => this.#clock.now(),
      onWaiting: (chunk) => {
        this.#tell({ type: 'waiting', chunk })
        this.#pump()
      },
      onDelivered: (chunk, waitedMs) => this.#tell({ type: 'delivered', chunk, waitedMs }),
      onMoved: () => this.#pump(),
      onClosed: (closed) => this.#onReaderClosed(closed),
    })
    if (this.#isClosed) {
      reader.cancel()
      return reader
    }
    this.#demand.add(reader)
    this.#linger.come()
    this.#pump()
    return reader
  }

  /**
   * Does a reader wait for bytes that lie before this one?
   * @param {number} byte
   */
  isAwaited(byte) {
    return this.#demand.readers.some(({ isWaiting, position }) => isWaiting && position < byte)
  }

  /**
   * Bulk: reads every chunk and hands it to `onChunk`.
   * @returns {Promise<void>} settles when all were taken
   * @throws Error when the swarm is closed before, or `onChunk` threw
   */
  download() {
    if (this.#isClosed) return Promise.reject(new Error(CLOSED))
    this.#pump()
    return this.#handOver.untilDone()
  }

  /**
   * Takes over a request, if it is for the first chunk, and of a node that has answered since and may be read from.
   * @param {Begun} begun
   */
  #goOnWith({ node: name, bytes, startedMs }) {
    const node = this.#fleet.usable().find((node) => node.name === name)
    const isFirst = this.#chunks.count > 0 && this.#chunks.bytesOf(0) === Math.min(bytes, this.#file.size)
    if (this.#isClosed || !isFirst || !node?.estimate.isDelayKnown) return
    this.#transfers.start(node, 0, 0, 'needed', { startedMs })
  }

  /** What is read now cannot be read on. @param {Error} error */
  #fail(error) {
    for (const reader of [...this.#demand.readers]) reader.cancel(error)
    if (!this.#handOver.isAwaited) return
    this.#handOver.fail(error)
    this.close()
  }

  /** Hangs up everywhere; readers end. */
  close() {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#transfers.close()
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    this.#linger.end()
    for (const reader of [...this.#demand.readers]) reader.cancel()
    this.#fleet.close()
    this.#handOver.fail(new Error(CLOSED))
  }

  /** @param {Told} event */
  #tell(event) {
    if (this.#isClosed) return
    this.#onEvent(/** @type {SwarmEvent} */ ({ atMs: this.#clock.now(), ...event }))
  }

  /** @param {number} byte */
  #bytesFrom(byte) {
    const chunk = this.#chunks.indexOf(byte)
    const whole = this.#chunks.get(chunk)?.subarray(byte - this.#chunks.startOf(chunk))
    return whole ?? this.#opening.bytesFrom(byte)
  }

  #wakeReaders() {
    for (const reader of this.#demand.readers) reader.wake()
  }

  /** @param {Reader} reader */
  #onReaderClosed(reader) {
    this.#demand.remove(reader)
    if (this.#isClosed) return
    this.#linger.gone(this.#demand.readers.length === 0)
    this.#pump()
  }

  /** Asks for what is wanted, after all that happens in this turn has happened. */
  #pump() {
    if (this.#isPumping || this.#isClosed) return
    this.#isPumping = true
    queueMicrotask(() => {
      this.#isPumping = false
      this.#ask()
    })
  }

  #ask() {
    if (this.#isClosed) return // a listener closed it in this very turn
    const { spans } = this.#demand
    const hasMissing = !this.#demand.missing().next().done
    const liars = this.#liars(spans)
    const usable = this.#fleet.usable(liars)
    this.#fleet.noteOutage(usable, spans.length > 0, liars)
    this.#keepTicking(hasMissing || this.#fleet.isBusy || this.#fleet.isOutage)
    if (spans.length === 0 || this.#handOver.isFull) return
    const plan = planRuns(
      {
        chunks: this.#demand.missing(),
        isFree: (chunk) =>
          isWithin(spans, chunk) &&
          !this.#chunks.isHere(chunk) &&
          !this.#transfers.hasPartOf(chunk) && // only a request that begins with it can go on from there
          this.#chunks.ownersOf(chunk).size === 0,
        bytesOf: (chunk) => this.#chunks.bytesOf(chunk),
        isBadOn: (chunk, node) => this.#fleet.blame.on(chunk).has(node),
        isUrgent: (chunk) => this.#urgentUntil(spans, chunk) !== undefined,
      },
      usable.map((node) => node.candidateAt(this.#clock.now())),
      paceOf(this.#mode, {
        file: this.#file,
        nodes: this.#fleet.nodes.length,
        nextByte: this.#chunks.startOf(spans[0]?.first ?? 0),
        openCount: this.#chunks.openCount,
      }),
    )
    for (const { node: name, first, last } of plan) {
      const node = usable.find((node) => node.name === name)
      if (node === undefined) continue
      const isNeeded = spans.some((span) => span.first === first)
      const purpose = node.breaker.state === 'trial' ? 'trial' : isNeeded ? 'needed' : 'ahead'
      // Somebody sent it wrong, and a reader has waited for that.
      const wasInVain = this.patienceMs === 0 && this.#fleet.blame.on(first).size > 0
      const until = wasInVain ? this.#urgentUntil(spans, first) : undefined
      if (until !== undefined) this.#transfers.makeWay(node, until)
      this.#transfers.start(node, first, last, purpose, { isRescue: until !== undefined })
    }
    if (this.#demand.isAtItsEnd && this.#demand.missing().next().done) this.#rescue.shareTail(usable)
  }

  /**
   * Does a reader wait for it, or will at once?
   * @param {readonly import('./demand.js').Span[]} spans
   * @param {number} chunk
   * @returns {number | undefined} the chunk behind all that this reader needs as soon
   */
  #urgentUntil(spans, chunk) {
    if (this.#mode === 'bulk') return undefined
    const span = spans.find(({ first }) => chunk >= first && chunk < first + URGENT_CHUNKS)
    return span && span.first + URGENT_CHUNKS
  }

  /**
   * Who sent wrong what each reader needs next. Bulk has no next chunk: all others come meanwhile.
   * @param {readonly import('./demand.js').Span[]} spans
   */
  #liars(spans) {
    if (this.#mode === 'bulk') return []
    return spans
      .filter(({ first }) => !this.#chunks.isHere(first) || this.#chunks.isVerifying(first))
      .map(({ first }) => this.#fleet.liarsOn(first))
  }

  /** A chunk is verified: keeps it for the readers, or hands it over. @param {number} chunk @param {Uint8Array<ArrayBuffer>} bytes */
  #take(chunk, bytes) {
    if (this.#mode === 'bulk') return this.#handOver.take(chunk, bytes)
    const { spans } = this.#demand
    if (chunk === 0) this.#opening.clear()
    this.#chunks.keep(chunk, bytes, (other) => isWithin(spans, other))
    this.#wakeReaders()
  }

  /** @param {boolean} isBusy */
  #keepTicking(isBusy) {
    if (this.#timer !== undefined) return
    if (!isBusy) {
      if (this.#wasBusy) this.#fleet.tellMeasures()
      this.#wasBusy = false
      return
    }
    this.#wasBusy = true
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined
      this.#tick()
    }, TICK_MS)
  }

  #tick() {
    const nowMs = this.#clock.now()
    this.#attention.now()
    if (nowMs - this.#meteredMs >= METER_MS) {
      this.#meteredMs = nowMs
      this.#fleet.judge()
    }
    if (nowMs - this.#measuredMs >= MEASURED_MS) {
      this.#measuredMs = nowMs
      this.#fleet.tellMeasures()
    }
    if (this.#mode === 'stream' || this.#demand.missing().next().done)
      this.#rescue.helpLate(this.#fleet.usable(), this.patienceMs)
    this.#ask()
  }
}
