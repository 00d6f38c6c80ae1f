// @ts-check
/** All nodes of a swarm: which of them may be asked now, how each is doing, and why. Every change is told. */
import { fileUrl } from '../version/url-path.js'
import { Blame } from './blame.js'
import { Favourite } from './favourite.js'
import { isBusy } from './fetch-range.js'
import { Heartbeats } from './heartbeat.js'
import { silenceIsLateMs } from './late.js'
import { SwarmNode } from './node.js'
import { Outage, outageReason } from './outage.js'
import { lackShownBy } from './replica.js'

/**
 * @typedef {import('./breaker.js').FailureKind} FailureKind
 * @typedef {import('./clock.js').Clock} Clock
 * @typedef {import('./events.js').NodeState} NodeState
 * @typedef {import('./events.js').Told} Told
 * @typedef {import('./heartbeat.js').Beat} Beat
 * @typedef {import('./node.js').NodeAddress} NodeAddress
 */

/**
 * Which nodes may be asked: all of them, only the one that answers soonest, or one by name.
 * @typedef {{ kind: 'all' } | { kind: 'fastest' } | { kind: 'only', node: string }} Policy
 */

/** Where there are only liars, each is asked for one chunk in this time, until one of them is true. */
const LAST_RESORT_MS = 500
/** The last node that works gets more patience: if all are late it is the network. */
const LAST_NODE_PATIENCE = 3

/** Why each failure is a state, in the words of the page. @type {Record<FailureKind, NodeState>} */
const STATE_AFTER = {
  refused: 'down',
  cut: 'down',
  silent: 'no answer',
  ill: 'wrong answer',
  missing: 'missing',
  'other version': 'other version',
  'wrong answer': 'wrong answer',
  busy: 'busy',
  'bad data': 'sent bad data',
}

/** The nodes of one swarm. */
export class Fleet {
  /** in the order of the node list @type {readonly SwarmNode[]} */
  nodes
  /** who sent which chunk wrong */
  blame = new Blame()
  #policy
  #favourite = new Favourite(this.blame)
  /** who sent wrong what is needed next @type {readonly ReadonlySet<string>[]} */
  #liars = []
  #file
  #clock
  #tell
  #onChange
  #heartbeats
  #outage
  #canSpare

  /**
   * @param {object} options
   * @param {readonly NodeAddress[]} options.addresses
   * @param {Policy} options.policy
   * @param {import('./fetch-range.js').SwarmFile} options.file
   * @param {import('./fetch-range.js').Fetch} options.fetch
   * @param {Clock} options.clock
   * @param {import('./attention.js').Attention} options.attention
   * @param {() => number} options.random
   * @param {number} options.heartbeatMs between `/health` calls to nodes that are up; 0: none
   * @param {(event: Told) => void} options.tell
   * @param {() => void} options.onChange somebody may be asked now who could not be before
   * @param {() => boolean} options.canSpare can the readers do without a node that may send wrong data?
   */
  constructor({ addresses, policy, file, fetch, clock, heartbeatMs, tell, onChange, canSpare, ...others }) {
    const forNodes = { ...others, chunkSize: file.chunkSize }
    this.nodes = addresses.map((address) => new SwarmNode(address, forNodes))
    this.#file = file
    this.#policy = policy
    this.#clock = clock
    this.#tell = tell
    this.#onChange = onChange
    this.#canSpare = canSpare
    this.#outage = new Outage(tell)
    this.#heartbeats = new Heartbeats({
      fetch,
      clock,
      periodMs: heartbeatMs,
      fileUrlOf: (node) => fileUrl(node, file.name),
      onBeat: (node, beat) => this.#onBeat(node, beat),
    })
    if (heartbeatMs > 0) for (const node of this.nodes) this.#heartbeats.watch(node)
  }

  get policy() {
    return this.#policy
  }

  set policy(policy) {
    this.#policy = policy
    this.#favourite.forget()
  }

  /** Nodes that the policy allows. @returns {readonly SwarmNode[]} */
  get allowed() {
    const policy = this.#policy
    return policy.kind === 'only' ? this.nodes.filter(({ name }) => name === policy.node) : this.nodes
  }

  /** Is anything under way? */
  get isBusy() {
    return this.nodes.some(({ runs }) => runs.size > 0)
  }

  /** Takes note of who is known to have another version. Call it before anybody is asked for a chunk. */
  noteKnown() {
    for (const node of this.nodes)
      if (node.otherVersion !== undefined) this.fail(node, 'other version', node.otherVersion)
  }

  /** Ends all calls. */
  close() {
    this.#heartbeats.close()
    for (const { runs } of this.nodes) for (const run of runs) run.stop()
  }

  /**
   * Nodes that can be asked now.
   * @param {readonly ReadonlySet<string>[]} [liars] of each chunk that a reader needs next: names of those that sent it
   *   wrong; without it, as it was last said
   * @returns {readonly SwarmNode[]}
   */
  usable(liars = this.#liars) {
    this.#liars = liars
    const nowMs = this.#clock.now()
    const { allowed } = this
    if (!this.#canSpare())
      for (const node of allowed)
        if (node.breaker.isSpared && node.breaker.tryAnyway(nowMs)) this.#tellMeasures(node)
    const admitted = allowed.filter((node) => node.breaker.admits(nowMs))
    if (admitted.length === 0) {
      const liars = allowed.filter(({ name }) => nowMs - this.blame.lastMs(name) > LAST_RESORT_MS)
      for (const node of liars) if (node.breaker.tryAnyway(nowMs)) this.#tellMeasures(node)
      return liars.filter(({ breaker }) => breaker.state === 'trial')
    }
    if (this.#policy.kind !== 'fastest') return admitted
    return [this.#favourite.among(admitted, this.#liars, nowMs)]
  }

  /**
   * Who sent wrong what is needed: what is in question stays so while it is asked for once more.
   * @param {number} chunk
   * @returns {ReadonlySet<string>} names
   */
  liarsOn(chunk) {
    return this.isOutage ? this.blame.liarsOn(chunk) : this.blame.on(chunk)
  }

  /** Does an outage last? */
  get isOutage() {
    return this.#outage.isOpen
  }

  /**
   * Tells when nobody can be asked for what is needed. A node on trial is no end of that before it has brought
   * something: each attempt at a replica that is gone would else be told as a return.
   * @param {readonly SwarmNode[]} usable
   * @param {boolean} isWanted is there something to ask for?
   * @param {readonly ReadonlySet<string>[]} liars of each chunk that a reader needs next: names of those that sent it wrong
   */
  noteOutage(usable, isWanted, liars) {
    const isLasting = isWanted && this.isOutage
    const able = isLasting
      ? usable.filter(({ breaker }) => breaker.state === 'closed' || breaker.isPromising)
      : usable
    const inVain = liars.find((names) => able.every(({ name }) => names.has(name)))
    if (able.length > 0 && inVain === undefined) this.#outage.note(undefined)
    else if (isWanted || this.isOutage) {
      const { allowed, nodes } = this
      const others = nodes.filter((node) => !allowed.includes(node))
      const wrong = new Set(nodes.filter(({ name }) => inVain?.has(name)).map(breakerOf))
      this.#outage.note(outageReason(allowed.map(breakerOf), others.map(breakerOf), wrong, this.#clock.now()))
    }
  }

  /**
   * A node failed us.
   * @param {SwarmNode} node
   * @param {FailureKind} kind
   * @param {string} why
   * @param {number} [retryAfterMs]
   * @param {NodeState} [state] that shows it
   */
  fail(node, kind, why, retryAfterMs, state = STATE_AFTER[kind]) {
    node.breaker.fail(kind, this.#clock.now(), retryAfterMs)
    if (kind !== 'bad data' || node.breaker.isLiar) this.#setState(node, state, why)
    if (node.breaker.state === 'open') node.estimate.relearn()
    node.forgetSilence()
    if (node.breaker.needsHealth || node.breaker.lacksFile) this.#heartbeats.watch(node)
  }

  /** A node sent a chunk with a wrong hash. @param {SwarmNode} node @param {number} chunk */
  reject(node, chunk) {
    const nowMs = this.#clock.now()
    this.blame.note(chunk, node.name, nowMs)
    const hasOther = this.allowed.some((other) => other !== node && other.breaker.wouldAdmit(nowMs))
    if (hasOther && this.#canSpare()) node.breaker.spare()
    this.fail(node, 'bad data', `chunk ${chunk} had a wrong hash`)
    if (node.breaker.isLiar) for (const run of [...node.runs]) run.stop()
  }

  /** A chunk from this node was good. @param {SwarmNode} node @param {number} chunk */
  accept(node, chunk) {
    this.blame.clear(chunk, node.name)
    node.breaker.succeed()
    if (node.breaker.state === 'open') return // it came before the node failed, and says nothing of now
    if (node.state === 'slow') return
    this.#setState(node, 'up', node.state === 'unknown' ? 'it answered' : 'it works again')
  }

  /** Who is silent has failed; who is far below what is usual is slow; who is blamed with all others is forgiven. */
  judge() {
    const nowMs = this.#clock.now()
    for (const node of this.nodes) node.meter()
    const fastest = this.#compare()
    const closed = this.nodes.filter(({ breaker }) => breaker.state !== 'open')
    const patience = closed.length <= 1 ? LAST_NODE_PATIENCE : 1
    for (const node of this.nodes) {
      const { silentMs } = node
      if (silentMs > patience * node.deathMs) {
        this.fail(node, 'silent', `it has sent nothing for ${Math.round(silentMs)} ms`)
        for (const run of [...node.runs]) run.stop()
      } else if (node.breaker.state !== 'open') {
        this.#judgeRate(node, nowMs - node.lastByteMs, fastest)
      }
    }
    const usable = this.usable().map(({ name }) => name)
    this.blame.forgive(usable, nowMs)
  }

  /**
   * Who was never seen to send is expected to be like those that were.
   * @returns bytes per ms of the fastest that was; 0 when none was
   */
  #compare() {
    const rates = this.nodes.flatMap(({ estimate }) => (estimate.isRateKnown ? [estimate.rate] : []))
    const fastest = Math.max(0, ...rates)
    if (rates.length > 0) for (const { estimate } of this.nodes) estimate.expect(fastest)
    return fastest
  }

  /** @param {SwarmNode} node @param {number} idleMs since its last byte @param {number} fastest bytes per ms */
  #judgeRate(node, idleMs, fastest) {
    const { slowness, estimate } = node
    if (node.state === 'up' && slowness.isToBeTold())
      this.#setState(node, 'slow', `its rate fell from ${kBps(estimate.usualRate)} to ${kBps(estimate.rate)}`)
    else if (node.state === 'slow' && node.runs.size > 0 && !slowness.shows(true))
      this.#setState(node, 'up', 'its rate is back')
    else if (node.state === 'slow' && node.runs.size === 0 && slowness.isForgotten(idleMs))
      this.#setState(node, 'up', 'it answers, and was not asked for long')
    if (node.runs.size > 0 || !slowness.giveAnotherChance(idleMs, fastest)) return
    node.isDelayDoubtful = true
    this.#heartbeats.watch(node)
  }

  /** Tells what is known of each node. */
  tellMeasures() {
    for (const node of this.nodes) this.#tellMeasures(node)
  }

  /** @param {SwarmNode} node */
  #tellMeasures(node) {
    const { rate, delayMs, isRateKnown } = node.estimate
    this.#tell({
      type: 'measured',
      node: node.name,
      bytesPerSecond: isRateKnown && node.breaker.state !== 'open' ? rate * 1000 : undefined,
      delayMs,
      inFlightBytes: node.leftBytes,
      receivedBytes: node.receivedBytes,
      verifiedBytes: node.verifiedBytes,
      isLate: node.silentMs > silenceIsLateMs(node.estimate),
      notBeforeMs: this.#notBeforeMs(node),
    })
  }

  /** Until when nobody asks it. A liar is asked before its time when there is nobody else. @param {SwarmNode} node */
  #notBeforeMs({ breaker }) {
    const nowMs = this.#clock.now()
    const isLastResort = breaker.isLiar && !this.allowed.some((other) => other.breaker.wouldAdmit(nowMs))
    return isLastResort ? undefined : breaker.notBeforeMs
  }

  /** @param {SwarmNode} node @param {NodeState} state @param {string} why */
  #setState(node, state, why) {
    if (node.state === state) return
    const before = node.state
    node.state = state
    this.#tell({ type: 'node', node: node.name, state, before, why })
    this.#tellMeasures(node)
  }

  /** @param {SwarmNode} node @param {Beat} beat */
  #onBeat(node, beat) {
    this.#tell({ type: 'heartbeat', node: node.name, ms: beat.kind === 'answer' ? beat.ms : undefined })
    switch (beat.kind) {
      case 'answer':
        this.#noteHealth(node, beat)
        break
      case 'none':
        this.fail(node, 'refused', beat.why)
        break
      case 'error':
        this.fail(
          node,
          'ill',
          `its /health answered ${beat.status}`,
          undefined,
          isBusy(beat.status) ? 'busy' : undefined,
        )
        break
      case 'silent':
        if (node.lastByteMs < beat.sinceMs)
          this.fail(node, 'silent', `it has not answered for ${Math.round(beat.forMs)} ms`)
    }
    this.#onChange()
  }

  /** @param {SwarmNode} node @param {Beat & { kind: 'answer' }} beat */
  #noteHealth(node, { ms, isLate, head }) {
    const isBack = node.breaker.needsHealth
    if (isBack || node.isDelayDoubtful) node.estimate.isDelayKnown = false // it may have come back as another
    if (node.runs.size === 0) node.estimate.sampleDelay(ms)
    node.isDelayDoubtful = isBack || isLate
    node.forgetSilence()
    node.breaker.healthy()
    if (head !== undefined && node.breaker.lacksFile) this.#noteHead(node, head)
    if (isBack || node.state === 'unknown')
      this.#setState(node, 'up', isBack ? 'it answers again' : 'it answers')
  }

  /** What proves nothing is for a trial to find out. @param {SwarmNode} node @param {import('./replica.js').FileHead} head */
  #noteHead(node, head) {
    const lack = lackShownBy(head, this.#file)
    if (lack === undefined) node.breaker.mayHaveFile()
    else this.fail(node, lack.kind, lack.why)
  }
}

/** @param {number} bytesPerMs */
const kBps = (bytesPerMs) => `${bytesPerMs < 10 ? bytesPerMs.toFixed(1) : Math.round(bytesPerMs)} kB/s`

/** @param {SwarmNode} node */
const breakerOf = ({ breaker }) => breaker
