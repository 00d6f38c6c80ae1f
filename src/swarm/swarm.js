// @ts-check
/**
 * The swarm: reads one file from many nodes, chunk by verified chunk. This file wires the rooms beside it. To
 * follow a chunk, read demand.js (who wants it), choose.js (who brings it), run.js and fetch-range.js (how it
 * comes), verify.js (whether it is true) and reader.js (who gets it); late.js and breaker.js tell what happens when
 * a node is late or fails.
 */

import { completionMs, MAX_RUN_BYTES, MAX_RUNS, planRuns } from './choose.js'
import { ChunkTable } from './chunk-table.js'
import { realClock } from './clock.js'
import { Demand, isWithin } from './demand.js'
import { Failovers } from './failovers.js'
import { Heartbeats } from './heartbeat.js'
import { chunksToTake, hasHedgeBudget, judgeOwed, silenceIsDeathMs, silenceLimitMs } from './late.js'
import { SwarmNode } from './node.js'
import { Reader } from './reader.js'
import { Run } from './run.js'
import { sha256Hex, verifyChunk } from './verify.js'

/**
 * @typedef {import('./breaker.js').FailureKind} FailureKind
 * @typedef {import('./clock.js').Clock} Clock
 * @typedef {import('./events.js').NodeState} NodeState
 * @typedef {import('./events.js').Purpose} Purpose
 * @typedef {import('./events.js').SwarmEvent} SwarmEvent
 * @typedef {import('./events.js').WasteReason} WasteReason
 * @typedef {import('./fetch-range.js').Outcome} Outcome
 * @typedef {import('./fetch-range.js').SwarmFile} SwarmFile
 * @typedef {import('./heartbeat.js').Beat} Beat
 * @typedef {import('./node.js').NodeAddress} NodeAddress
 */

/**
 * Which nodes may be asked: all of them, only the one that answers soonest, or one by name.
 * @typedef {{ kind: 'all' } | { kind: 'fastest' } | { kind: 'only', node: string }} Policy
 */

/**
 * @typedef {object} SwarmOptions
 * @property {SwarmFile} file
 * @property {readonly NodeAddress[]} nodes
 * @property {(event: SwarmEvent) => void} [onEvent]
 * @property {import('./fetch-range.js').Fetch} [fetch]
 * @property {Clock} [clock]
 * @property {() => number} [random] 0 up to 1
 * @property {(bytes: Uint8Array<ArrayBuffer>) => Promise<string>} [hash] SHA-256 as hex
 * @property {Policy} [policy]
 * @property {number} [windowBytes] how far ahead of a reader chunks are asked for
 * @property {number} [cacheBytes] how much of what is verified is kept for reading it again
 * @property {number} [heartbeatMs] between `/health` calls to nodes that are up; 0: none
 * @property {'stream' | 'bulk'} [mode] bulk: the whole file, in any order, see {@link Swarm.download}
 * @property {Iterable<number>} [have] bulk: chunks that need not be read
 * @property {(chunk: number, bytes: Uint8Array<ArrayBuffer>) => void | Promise<void>} [onChunk] bulk: takes each chunk, once
 */

const TICK_MS = 20
/** A rate is metered, and silence judged, in steps of this. */
const METER_MS = 100
const MEASURED_MS = 250
/** A tick that comes this late says that we were asleep, and not the nodes. */
const ASLEEP_MS = 300
/** Reading in order: little in flight, so that plans stay young. Bulk: long requests. See choose.js. */
const PACE = { stream: { budgetMs: 100, runMs: 100 }, bulk: { budgetMs: 1000, runMs: 1000 } }
/** Bulk: no more is asked for while this much waits to be taken. */
const MAX_UNTAKEN_BYTES = 32 * 2 ** 20
/** A chunk that every node sent wrong is asked for again after this, then after twice as long, …: a replica may have been mended. */
const FORGIVE_MS = { first: 2000, last: 16_000 }
/** Where there are only liars, each is asked for one chunk in this time, until one of them is true. */
const LAST_RESORT_MS = 500
/** A node that sent one bad chunk is shown as such for so long, though it goes on being read. */
const DISGRACE_MS = 10_000
/** The last node that works gets more patience: if all are late it is the network. */
const LAST_NODE_PATIENCE = 3

const CLOSED = 'The swarm was closed before it had every chunk'

/** Why each failure is a state, in the words of the page. @type {Record<FailureKind, NodeState>} */
const STATE_AFTER = {
  refused: 'down',
  cut: 'down',
  silent: 'no answer',
  missing: 'missing',
  'other version': 'other version',
  'wrong answer': 'wrong answer',
  busy: 'slow',
  'bad data': 'sent bad data',
}

/** Reads one file from many nodes. Close it when it is no longer needed. */
export class Swarm {
  /** how long its readers can wait without harm, ms; with patience fewer chunks are asked for twice */
  patienceMs = 0
  #file
  #nodes
  #onEvent
  #fetch
  #clock
  #hash
  #mode
  #onChunk
  #chunks
  #demand
  #heartbeats
  #failovers = new Failovers()
  /** @type {Policy} */
  #policy
  /** with the policy `fastest`: the node that is read from @type {SwarmNode | undefined} */
  #favourite
  #isClosed = false
  #isPumping = false
  #isOutage = false
  /** @type {unknown} */
  #timer
  #wasBusy = false
  #tickedMs = 0
  #meteredMs = 0
  #measuredMs = 0
  #verifiedBytes = 0
  #hedgedBytes = 0
  #untakenBytes = 0
  /** when a chunk was last rejected, and how long that is held against the nodes @type {Map<number, { atMs: number, patienceMs: number }>} */
  #rejected = new Map()
  /** promised arrival of the last chunk of a run @type {WeakMap<Run, number>} */
  #promises = new WeakMap()
  /** @type {{ resolve: () => void, reject: (error: Error) => void } | undefined} */
  #download

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
    mode = 'stream',
    have = [],
    onChunk = () => {},
  }) {
    this.#file = file
    this.#nodes = new Map(nodes.map((address) => [address.name, new SwarmNode(address, random)]))
    this.#onEvent = onEvent
    this.#fetch = fetch
    this.#clock = clock
    this.#hash = hash
    this.#policy = policy
    this.#mode = mode
    this.#onChunk = onChunk
    this.#chunks = new ChunkTable(file, Math.max(cacheBytes, windowBytes), have)
    this.#demand = new Demand(this.#chunks, windowBytes, mode === 'bulk')
    this.#heartbeats = new Heartbeats({
      fetch,
      clock,
      periodMs: heartbeatMs,
      onBeat: (node, beat) => this.#onBeat(node, beat),
    })
    if (heartbeatMs > 0) for (const node of this.#nodes.values()) this.#heartbeats.watch(node)
  }

  get policy() {
    return this.#policy
  }

  set policy(policy) {
    this.#policy = policy
    this.#favourite = undefined
    const allowed = new Set(this.#allowed())
    for (const node of this.#nodes.values()) {
      if (!allowed.has(node)) for (const run of [...node.runs]) this.#shorten(run, run.next)
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
      get: (chunk) => this.#chunks.get(chunk),
      isFed: (chunk) => this.#demand.isFed(chunk),
      indexOf: (byte) => this.#chunks.indexOf(byte),
      startOf: (chunk) => this.#chunks.startOf(chunk),
      now: () => this.#clock.now(),
      onWaiting: (chunk) => {
        this.#tell({ type: 'waiting', chunk })
        this.#pump()
      },
      onDelivered: (chunk, waitedMs) => this.#tell({ type: 'delivered', chunk, waitedMs }),
      onMoved: () => this.#pump(),
      onClosed: (closed) => {
        this.#demand.remove(closed)
        this.#stopUseless()
        this.#pump()
      },
    })
    if (this.#isClosed) {
      reader.cancel()
      return reader
    }
    this.#demand.add(reader)
    this.#pump()
    return reader
  }

  /**
   * Bulk: reads every chunk and hands it to `onChunk`.
   * @returns {Promise<void>} settles when all were taken
   * @throws Error when the swarm is closed before, or `onChunk` threw
   */
  download() {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new Error(CLOSED))
      this.#download = { resolve, reject }
      if (this.#chunks.doneCount >= this.#chunks.count) resolve()
      this.#pump()
    })
  }

  /** Hangs up everywhere; readers end. */
  close() {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#heartbeats.close()
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    for (const reader of [...this.#demand.readers]) reader.cancel()
    for (const node of this.#nodes.values()) for (const run of node.runs) run.stop()
    this.#download?.reject(new Error(CLOSED))
  }

  /**
   * @typedef {SwarmEvent extends infer E ? E extends SwarmEvent ? Omit<E, 'atMs'> : never : never} Told
   * @param {Told} event
   */
  #tell(event) {
    if (this.#isClosed) return
    this.#onEvent(/** @type {SwarmEvent} */ ({ atMs: this.#clock.now(), ...event }))
  }

  #wakeReaders() {
    for (const reader of this.#demand.readers) reader.wake()
  }

  /** Nodes that the policy allows. @returns {SwarmNode[]} */
  #allowed() {
    const nodes = [...this.#nodes.values()]
    const policy = this.#policy
    return policy.kind === 'only' ? nodes.filter(({ name }) => name === policy.node) : nodes
  }

  /** Nodes that can be asked now. @returns {SwarmNode[]} */
  #usable() {
    const nowMs = this.#clock.now()
    const allowed = this.#allowed()
    const admitted = allowed.filter((node) => node.breaker.admits(nowMs))
    if (admitted.length === 0) {
      const liars = allowed.filter(({ liedMs }) => nowMs - liedMs > LAST_RESORT_MS)
      for (const { breaker } of liars) breaker.tryAnyway()
      return liars.filter(({ breaker }) => breaker.state === 'trial')
    }
    if (this.#policy.kind !== 'fastest') return admitted
    const honest = admitted.filter(({ state }) => state !== 'sent bad data')
    const choice = honest.length > 0 ? honest : admitted
    let favourite = this.#favourite
    if (favourite === undefined || !choice.includes(favourite))
      favourite = choice.reduce((a, b) => (b.estimate.delayMs < a.estimate.delayMs ? b : a))
    this.#favourite = favourite
    return [favourite]
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
    const spans = this.#demand.spans
    const isBusy =
      [...this.#nodes.values()].some(({ runs }) => runs.size > 0) || !this.#demand.missing().next().done
    this.#keepTicking(isBusy)
    if (spans.length === 0 || this.#untakenBytes > MAX_UNTAKEN_BYTES) return
    const usable = this.#usable()
    this.#noteOutage(usable.length === 0)
    const { chunkSize, size } = this.#file
    const head = spans[0]?.first ?? 0
    const leftBytes =
      this.#mode === 'bulk' ? this.#chunks.openCount * chunkSize : size - this.#chunks.startOf(head)
    const firstRunBytes =
      this.#mode === 'bulk'
        ? Math.max(chunkSize, Math.min(size / (2 * this.#nodes.size), MAX_RUN_BYTES))
        : 2 * chunkSize
    const plan = planRuns(
      {
        chunks: this.#demand.missing(),
        isFree: (chunk) =>
          isWithin(spans, chunk) && !this.#chunks.isHere(chunk) && this.#chunks.ownersOf(chunk).size === 0,
        bytesOf: (chunk) => this.#chunks.bytesOf(chunk),
        isBadOn: (chunk, node) => this.#chunks.badOn(chunk).has(node),
        isUrgent: (chunk) =>
          this.#mode === 'stream' && spans.some(({ first }) => chunk - first < 2 && chunk >= first),
      },
      usable.map((node) => node.candidate),
      { ...PACE[this.#mode], firstRunBytes, leftBytes: Math.max(leftBytes, chunkSize) },
    )
    for (const { node: name, first, last } of plan) {
      const node = this.#nodes.get(name)
      if (node === undefined) continue
      const isNeeded = spans.some((span) => span.first === first)
      const purpose = node.breaker.state === 'trial' ? 'trial' : isNeeded ? 'needed' : 'ahead'
      this.#start(node, first, last, purpose)
    }
    if (this.#demand.isAtItsEnd) this.#shareTail(usable)
  }

  /**
   * @param {SwarmNode} node
   * @param {number} first chunk
   * @param {number} last chunk
   * @param {Purpose} purpose
   */
  #start(node, first, last, purpose) {
    const nowMs = this.#clock.now()
    const run = new Run(node, this.#chunks, first, last, purpose, nowMs)
    this.#promises.set(run, nowMs + completionMs(node.candidate, this.#chunks.bytesOf(first, last)))
    node.runs.add(run)
    for (let chunk = first; chunk <= last; chunk++) {
      this.#chunks.claim(chunk, run)
      this.#tell({ type: 'asked', chunk, node: node.name, purpose })
    }
    const url = `${node.url}/${encodeName(this.#file.name)}`
    void run
      .perform(url, this.#file, this.#fetch, () => this.#clock.now(), {
        onFirstByte: ({ node }) => node.noteFirstByte(run, this.#clock.now()),
        onBytes: ({ node }, bytes) => node.noteBytes(bytes, this.#clock.now()),
        onChunk: (run, chunk, bytes) => void this.#judge(run, chunk, bytes),
      })
      .then((outcome) => this.#end(run, outcome))
  }

  /** A chunk is whole: is it true? @param {Run} run @param {number} chunk @param {Uint8Array<ArrayBuffer>} bytes */
  async #judge(run, chunk, bytes) {
    const { node } = run
    const size = bytes.length
    node.receivedBytes += size
    this.#chunks.release(chunk, run)
    const ms = this.#clock.now() - run.startedMs
    this.#tell({ type: 'arrived', chunk, node: node.name, bytes: size, ms })
    if (this.#chunks.isHere(chunk) && !this.#chunks.isVerifying(chunk)) {
      this.#waste(node, size, 'second copy')
      return
    }
    this.#chunks.setVerifying(chunk, true)
    const verdict = await verifyChunk(bytes, this.#file.chunks?.[chunk], this.#hash)
    this.#chunks.setVerifying(chunk, false)
    if (this.#isClosed) return
    if (verdict.kind === 'rejected') {
      this.#reject(node, chunk, size, verdict)
    } else if (this.#chunks.isHere(chunk)) {
      this.#waste(node, size, 'second copy')
    } else {
      this.#accept(node, chunk, bytes, verdict.kind)
    }
    this.#pump()
  }

  /**
   * @param {SwarmNode} node
   * @param {number} chunk
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @param {'verified' | 'unverified'} type
   */
  #accept(node, chunk, bytes, type) {
    const nowMs = this.#clock.now()
    const size = bytes.length
    node.verifiedBytes += size
    this.#verifiedBytes += size
    this.#rejected.delete(chunk)
    if (this.#mode === 'bulk') this.#handOver(chunk, bytes)
    else {
      const spans = this.#demand.spans
      this.#chunks.keep(chunk, bytes, (other) => isWithin(spans, other))
    }
    this.#tell({ type, chunk, node: node.name, bytes: size })
    node.breaker.succeed()
    if (node.state !== 'slow' && !this.#isInDisgrace(node, nowMs))
      this.#setState(node, 'up', node.state === 'unknown' ? 'it answered' : 'it works again')
    for (const over of this.#failovers.bring(chunk, node.name, this.#demand.waitedMs(chunk, nowMs), nowMs))
      this.#tell({ type: 'failover', ...over })
    for (const owner of [...this.#chunks.ownersOf(chunk)]) this.#giveUp(owner, chunk)
    this.#wakeReaders()
  }

  /** Bad data is not forgotten with the next good chunk. @param {SwarmNode} node @param {number} nowMs */
  #isInDisgrace(node, nowMs) {
    if (node.state !== 'sent bad data') return false
    return node.breaker.state !== 'closed' || nowMs - node.liedMs < DISGRACE_MS
  }

  /** Somebody else was first: a run that would end with this chunk ends before it; else it comes all the same. @param {Run} run @param {number} chunk */
  #giveUp(run, chunk) {
    if (run.last === chunk) this.#shorten(run, chunk - 1, 'another node was first')
  }

  /** @param {number} chunk @param {Uint8Array<ArrayBuffer>} bytes */
  #handOver(chunk, bytes) {
    this.#chunks.markDone(chunk)
    this.#untakenBytes += bytes.length
    new Promise((resolve) => resolve(this.#onChunk(chunk, bytes))).then(
      () => {
        this.#untakenBytes -= bytes.length
        if (this.#chunks.doneCount >= this.#chunks.count && this.#untakenBytes === 0)
          this.#download?.resolve()
        this.#pump()
      },
      (error) => {
        this.#download?.reject(error)
        this.close()
      },
    )
  }

  /**
   * @param {SwarmNode} node
   * @param {number} chunk
   * @param {number} bytes
   * @param {{ expected: string, found: string }} hashes
   */
  #reject(node, chunk, bytes, { expected, found }) {
    this.#chunks.blame(chunk, node.name)
    node.liedMs = this.#clock.now()
    const patienceMs = this.#rejected.get(chunk)?.patienceMs ?? FORGIVE_MS.first
    this.#rejected.set(chunk, { atMs: node.liedMs, patienceMs })
    this.#tell({ type: 'rejected', chunk, node: node.name, expected, found })
    this.#waste(node, bytes, 'bad hash')
    this.#fail(node, 'bad data', `chunk ${chunk} had a wrong hash`)
    if (node.breaker.isLiar) for (const run of [...node.runs]) run.stop()
  }

  /** @param {Run} run @param {Outcome} outcome */
  #end(run, outcome) {
    const { node } = run
    const nowMs = this.#clock.now()
    node.meter(nowMs)
    node.runs.delete(run)
    if (run.partBytes > 0) {
      node.receivedBytes += run.partBytes
      this.#waste(node, run.partBytes, outcome.kind === 'stopped' ? 'cancelled' : 'incomplete')
    }
    const owed = this.#releaseRest(run)
    if (this.#isClosed) return
    const failure = outcome.kind === 'complete' || outcome.kind === 'stopped' ? undefined : outcome
    const why = failure?.why ?? 'no longer wanted from here'
    for (const chunk of owed) this.#tell({ type: 'dropped', chunk, node: node.name, why })
    const missing = owed.filter((chunk) => !this.#chunks.isHere(chunk))
    if (failure !== undefined || node.breaker.state === 'open')
      this.#failovers.begin(node.name, missing, nowMs)
    if (failure !== undefined)
      this.#fail(node, failure.kind, failure.why, failure.kind === 'busy' ? failure.retryAfterMs : undefined)
    this.#pump()
  }

  /** What a run that has ended still owed. @param {Run} run @returns {number[]} chunks that others must bring */
  #releaseRest(run) {
    const owed = []
    for (let chunk = run.next; chunk <= run.last; chunk++) {
      if (!this.#chunks.ownersOf(chunk).has(run)) continue
      this.#chunks.release(chunk, run)
      owed.push(chunk)
    }
    return owed
  }

  /** @param {SwarmNode} node @param {number} bytes @param {WasteReason} why */
  #waste(node, bytes, why) {
    this.#tell({ type: 'wasted', node: node.name, bytes, why })
  }

  /**
   * @param {SwarmNode} node
   * @param {FailureKind} kind
   * @param {string} why
   * @param {number} [retryAfterMs]
   */
  #fail(node, kind, why, retryAfterMs) {
    node.breaker.fail(kind, this.#clock.now(), retryAfterMs)
    this.#setState(node, STATE_AFTER[kind], why)
    if (node.breaker.state === 'open') node.estimate.relearn()
    if (node.breaker.needsHealth) this.#heartbeats.watch(node)
  }

  /** @param {SwarmNode} node @param {NodeState} state @param {string} why */
  #setState(node, state, why) {
    if (node.state === state) return
    const before = node.state
    node.state = state
    this.#tell({ type: 'node', node: node.name, state, before, why })
  }

  /** @param {SwarmNode} node @param {Beat} beat */
  #onBeat(node, beat) {
    if (typeof beat !== 'string') {
      this.#tell({ type: 'heartbeat', node: node.name, ms: beat.ms })
      if (node.runs.size === 0) node.estimate.sampleDelay(beat.ms)
      const isBack = node.breaker.needsHealth
      node.breaker.healthy()
      if (isBack || node.state === 'unknown')
        this.#setState(node, 'up', isBack ? 'it answers again' : 'it answers')
      this.#pump()
      return
    }
    this.#tell({ type: 'heartbeat', node: node.name, ms: undefined })
    if (beat === 'refused') this.#fail(node, 'refused', 'the connection was refused')
    else if (node.runs.size === 0 || node.silentMs(this.#clock.now()) > silenceIsDeathMs(node.estimate))
      this.#fail(node, 'silent', 'it does not answer')
    this.#pump()
  }

  /** @param {boolean} isOutage */
  #noteOutage(isOutage) {
    if (isOutage === this.#isOutage) return
    this.#isOutage = isOutage
    this.#tell({ type: 'outage', isOver: !isOutage })
  }

  /** @param {boolean} isBusy */
  #keepTicking(isBusy) {
    if (this.#timer !== undefined) return
    if (!isBusy) {
      if (this.#wasBusy) this.#tellMeasures()
      this.#wasBusy = false
      return
    }
    this.#wasBusy = true
    this.#tickedMs = this.#clock.now()
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined
      this.#tick()
    }, TICK_MS)
  }

  #tick() {
    const nowMs = this.#clock.now()
    const lostMs = nowMs - this.#tickedMs - TICK_MS
    if (lostMs > ASLEEP_MS) this.#excuse(lostMs)
    if (nowMs - this.#meteredMs >= METER_MS) {
      this.#meteredMs = nowMs
      for (const node of this.#nodes.values()) node.meter(nowMs)
      this.#judgeNodes(nowMs)
      this.#forgive(nowMs)
    }
    if (nowMs - this.#measuredMs >= MEASURED_MS) {
      this.#measuredMs = nowMs
      this.#tellMeasures()
    }
    if (this.#mode === 'stream' || this.#demand.missing().next().done) this.#judgeLateness(nowMs)
    this.#ask()
  }

  /** We were asleep, so nobody was silent. @param {number} lostMs */
  #excuse(lostMs) {
    for (const node of this.#nodes.values())
      if (node.runs.size > 0) node.lastByteMs = Math.max(node.lastByteMs, this.#tickedMs) + lostMs
  }

  #tellMeasures() {
    for (const node of this.#nodes.values()) {
      const { rate, delayMs, isRateKnown } = node.estimate
      this.#tell({
        type: 'measured',
        node: node.name,
        bytesPerSecond: isRateKnown && node.runs.size > 0 ? rate * 1000 : 0,
        delayMs,
        inFlightBytes: node.leftBytes,
        receivedBytes: node.receivedBytes,
        verifiedBytes: node.verifiedBytes,
      })
    }
  }

  /** Who is silent has failed; who is far below what is usual is slow. @param {number} nowMs */
  #judgeNodes(nowMs) {
    const closed = [...this.#nodes.values()].filter(({ breaker }) => breaker.state !== 'open')
    const bestRate = Math.max(...closed.map(({ estimate }) => (estimate.isRateKnown ? estimate.rate : 0)), 0)
    const patience = closed.length <= 1 ? LAST_NODE_PATIENCE : 1
    for (const node of this.#nodes.values()) {
      if (node.runs.size > 0 && node.silentMs(nowMs) > patience * silenceIsDeathMs(node.estimate)) {
        this.#fail(node, 'silent', `it has sent nothing for ${Math.round(node.silentMs(nowMs))} ms`)
        for (const run of [...node.runs]) run.stop()
      } else if (node.breaker.state === 'open') {
        continue // a liar may be all that is left, and still be read from
      } else if (node.state === 'up' && node.hasBecomeSlow(bestRate, this.#file.chunkSize, nowMs)) {
        this.#setState(node, 'slow', `its rate fell to ${Math.round(node.estimate.rate)} kB/s`)
      } else if (
        node.state === 'slow' &&
        node.runs.size > 0 &&
        !node.isSlow(bestRate, this.#file.chunkSize)
      ) {
        this.#setState(node, 'up', 'its rate is back')
      }
      node.giveAnotherChance(nowMs)
    }
  }

  /** What all usable nodes sent wrong may be asked for again after a while. @param {number} nowMs */
  #forgive(nowMs) {
    if (this.#rejected.size === 0) return
    const usable = this.#usable()
    for (const [chunk, rejected] of this.#rejected) {
      const badOn = this.#chunks.badOn(chunk)
      if (badOn.size === 0 || nowMs - rejected.atMs <= rejected.patienceMs) continue
      if (!usable.every(({ name }) => badOn.has(name))) continue
      this.#chunks.forgive(chunk)
      rejected.patienceMs = Math.min(2 * rejected.patienceMs, FORGIVE_MS.last)
    }
  }

  /** Looks at what others bring for each reader, nearest first. @param {number} nowMs */
  #judgeLateness(nowMs) {
    const usable = this.#usable()
    for (const { first, last } of this.#demand.spans) {
      let before = 0 // bytes nearer to the reader that nobody brings yet
      for (let chunk = first; chunk <= last; chunk++) {
        if (this.#chunks.isHere(chunk)) continue
        const [run, second] = this.#chunks.ownersOf(chunk)
        if (run === undefined) before += this.#chunks.bytesOf(chunk)
        else if (second === undefined) this.#judgeOwed(run, chunk, chunk - first, before, usable, nowMs)
      }
    }
  }

  /**
   * @param {Run} run
   * @param {number} chunk
   * @param {number} position
   * @param {number} beforeBytes
   * @param {readonly SwarmNode[]} usable
   * @param {number} nowMs
   */
  #judgeOwed(run, chunk, position, beforeBytes, usable, nowMs) {
    const { node } = run
    const others = usable.filter((other) => other !== node && !this.#chunks.badOn(chunk).has(other.name))
    if (others.length === 0) return
    const bytes = this.#chunks.bytesOf(chunk)
    const othersRate = others.reduce((sum, { candidate }) => sum + candidate.rate, 0)
    const best = others.reduce((a, b) =>
      completionMs(b.candidate, bytes) < completionMs(a.candidate, bytes) ? b : a,
    )
    const sharing =
      [...node.runs].filter((other) => other.firstByteMs !== undefined && other !== run).length + 1
    const untilFirstByteMs =
      run.firstByteMs === undefined ? Math.max(0, node.estimate.delayMs - (nowMs - run.startedMs)) : 0
    const verdict = judgeOwed({
      position,
      isArriving: run.next === chunk,
      arrivalMs: untilFirstByteMs + node.estimate.transferMs(run.bytesUntil(chunk) * sharing),
      promisedMs: (this.#promises.get(run) ?? nowMs) - nowMs,
      silentMs: node.silentMs(nowMs),
      silenceLimitMs: silenceLimitMs(node.estimate),
      elsewhereMs: completionMs(best.candidate, bytes) + beforeBytes / othersRate,
      patienceMs: this.patienceMs,
    })
    switch (verdict) {
      case 'wait':
        return
      case 'reassign':
        this.#shorten(run, chunk - 1)
        return
      case 'slow':
        if (!hasHedgeBudget(this.#hedgedBytes, this.#verifiedBytes, this.#file.chunkSize)) return
        this.#hedgedBytes += bytes
        this.#hedge(run, chunk, best, nowMs)
        return
      case 'silent':
        this.#hedge(run, chunk, best, nowMs)
    }
  }

  /** @param {Run} run @param {number} chunk @param {SwarmNode} to @param {number} nowMs */
  #hedge(run, chunk, to, nowMs) {
    if (to.runs.size > MAX_RUNS) return // one more than for all else
    const waitedMs = nowMs - run.startedMs
    this.#start(to, chunk, chunk, 'hedge')
    this.#tell({ type: 'hedge', chunk, from: run.node.name, to: to.name, waitedMs })
  }

  /** Takes the last chunks away from a run. @param {Run} run @param {number} last that it keeps @param {string} [why] */
  #shorten(run, last, why = 'another node will be sooner') {
    for (let chunk = last + 1; chunk <= run.last; chunk++) {
      if (!this.#chunks.ownersOf(chunk).has(run)) continue
      this.#chunks.release(chunk, run)
      this.#tell({ type: 'dropped', chunk, node: run.node.name, why })
    }
    run.shorten(last)
  }

  /** Nothing is left to ask for: idle nodes take over what busy ones would bring last. @param {readonly SwarmNode[]} usable */
  #shareTail(usable) {
    if (!this.#demand.missing().next().done) return
    const { chunkSize } = this.#file
    for (const idle of usable) {
      if (idle.runs.size > 0 || idle.breaker.state === 'trial') continue
      const [victim] = usable
        .flatMap((node) => (node === idle ? [] : [...node.runs]))
        .filter((run) => run.last > run.next)
        .sort((a, b) => leftMs(b) - leftMs(a))
      if (victim === undefined) return
      const taken = chunksToTake({
        chunks: victim.last - victim.next,
        chunkMs: idle.estimate.transferMs(chunkSize),
        delayMs: idle.estimate.delayMs,
        leftMs: leftMs(victim),
        ownChunkMs: victim.node.estimate.transferMs(chunkSize),
      })
      if (taken === 0) continue
      const { last } = victim
      const first = last - taken + 1
      if ([...Array(taken).keys()].some((index) => this.#chunks.badOn(first + index).has(idle.name))) continue
      this.#shorten(victim, first - 1)
      this.#start(idle, first, last, 'ahead')
    }
  }

  /** After a seek: hangs up on what nobody will read, but lets a chunk finish that is half here. */
  #stopUseless() {
    if (this.#mode === 'bulk') return
    const spans = this.#demand.spans
    for (const { runs } of this.#nodes.values()) {
      for (const run of [...runs]) {
        let last = run.last
        while (last >= run.next && !isWithin(spans, last)) last--
        if (last === run.last) continue
        const isHalfHere = run.partBytes > this.#chunks.bytesOf(Math.min(run.next, run.last)) / 2
        this.#shorten(run, Math.max(last, isHalfHere ? run.next : run.next - 1))
      }
    }
    const nowMs = this.#clock.now()
    for (const chunk of this.#failovers.owed) {
      if (isWithin(spans, chunk)) continue
      for (const over of this.#failovers.forget(chunk, nowMs)) this.#tell({ type: 'failover', ...over })
    }
  }
}

/** @param {Run} run */
const leftMs = (run) => run.node.estimate.transferMs(run.node.leftBytes)

/** A storage name as the path of a URL. @param {string} name */
const encodeName = (name) => name.split('/').map(encodeURIComponent).join('/')
