// @ts-check
/** Watches the health of nodes, and whether each has the file, for a player without a swarm. */
import { isBusy } from '../../swarm/fetch-range.js'
import { headLimitMs } from '../../swarm/patience.js'
import { hashOfTag } from '../../version/content-tag.js'
import { fileUrl } from '../../version/url-path.js'
import { callPatiently } from './patient-call.js'

/** A health call every so often, with so much time to answer, or as much as the node list allows. */
const PERIOD_MS = 1_500
const PATIENCE_MS = 2_000
/** A replica is looked at again when its node was away, and now and then. */
const REPLICA_FRESH_MS = 30_000

/** @typedef {import('../../swarm/events.js').NodeState} NodeState */
/** @typedef {import('../../swarm/events.js').SwarmEvent} SwarmEvent */
/** @typedef {import('../../swarm/events.js').OutageReason} OutageReason */
/** @typedef {import('./patient-call.js').Call} Call */
/** @typedef {import('./player-events.js').Policy} Policy */
/** @typedef {import('./player-events.js').VideoNode} VideoNode */
/** @typedef {{ state: NodeState, ms: number, replicaAtMs: number, timer: unknown, isAsking: boolean }} Watched */

/**
 * @typedef {object} WatchOptions
 * @property {readonly VideoNode[]} nodes
 * @property {import('./player-events.js').VideoFile} file
 * @property {(event: SwarmEvent) => void} onEvent
 * @property {Policy} policy
 * @property {() => void} onChange the state of a node has changed
 * @property {typeof globalThis.fetch} fetch
 * @property {import('../../swarm/clock.js').Clock} clock
 */

export class NodeWatch {
  #options
  /** @type {Map<VideoNode, Watched>} */
  #watched
  #policy
  #stop = new AbortController()
  /** @type {OutageReason | undefined} */
  #outage

  /** @param {WatchOptions} options */
  constructor(options) {
    this.#options = options
    this.#policy = options.policy
    this.#watched = new Map(
      options.nodes.map((node) => [
        node,
        { state: 'unknown', ms: Infinity, replicaAtMs: -Infinity, timer: undefined, isAsking: false },
      ]),
    )
    this.askNow()
  }

  /** What is known of the nodes now. */
  get nodes() {
    return [...this.#watched].map(([{ name }, { state, ms }]) => ({ name, isHealthy: state === 'up', ms }))
  }

  /** Does not wait for the next round. */
  askNow() {
    for (const [node, watched] of this.#watched) if (!watched.isAsking) void this.#ask(node, watched)
  }

  /** Which nodes may be used. @param {Policy} policy */
  setPolicy(policy) {
    this.#policy = policy
    this.#noteOutage()
  }

  close() {
    this.#stop.abort()
    for (const { timer } of this.#watched.values()) this.#options.clock.clearTimeout(timer)
  }

  /** @param {VideoNode} node @param {Watched} watched */
  async #ask(node, watched) {
    const { clock, onEvent } = this.#options
    clock.clearTimeout(watched.timer)
    watched.isAsking = true
    let isTold = false
    const tellBeat = (/** @type {number | undefined} */ ms) =>
      onEvent({ type: 'heartbeat', atMs: clock.now(), node: node.name, ms })
    const health = await this.#call(node.healthUrl, 'GET', node, watched, () => {
      isTold = true
      tellBeat(undefined)
    })
    if (this.#stop.signal.aborted) return
    const isWell = health.kind === 'answer' && health.response.ok
    const ms = isWell ? health.ms : undefined
    // Of a call during which we slept, nobody knows how long it took.
    if (ms !== undefined || (!isWell && !isTold)) tellBeat(ms)
    watched.ms = ms ?? watched.ms
    const verdict = isWell ? await this.#checkReplica(node, watched) : judgeHealth(health)
    if (this.#stop.signal.aborted) return
    watched.isAsking = false
    watched.timer = clock.setTimeout(() => void this.#ask(node, watched), PERIOD_MS)
    this.#change(node, watched, verdict)
  }

  /**
   * @param {VideoNode} node
   * @param {Watched} watched
   * @returns {Promise<Verdict>}
   */
  async #checkReplica(node, watched) {
    const { clock, file } = this.#options
    if (clock.now() - watched.replicaAtMs < REPLICA_FRESH_MS) return { state: 'up', why: 'it answers' }
    const head = await this.#call(fileUrl(node, file.name), 'HEAD', node, watched)
    watched.replicaAtMs = clock.now()
    return head.kind === 'answer' ? judgeReplica(head.response, file) : judgeHealth(head)
  }

  /** @param {VideoNode} node @param {Watched} watched @param {Verdict} verdict */
  #change(node, watched, { state, why }) {
    if (state !== 'up') watched.replicaAtMs = -Infinity
    if (state === watched.state) return
    const { clock, onEvent, onChange } = this.#options
    const before = watched.state
    watched.state = state
    onEvent({ type: 'node', atMs: clock.now(), node: node.name, state, before, why })
    this.#noteOutage()
    onChange()
  }

  #noteOutage() {
    const { clock, onEvent } = this.#options
    const states = [...this.#watched].map(([{ name }, { state }]) => ({ name, state }))
    const why = outageReason(states, this.#policy)
    if (why === this.#outage) return
    this.#outage = why
    const atMs = clock.now()
    onEvent(
      why === undefined
        ? { type: 'outage', atMs, isOver: true }
        : { type: 'outage', atMs, isOver: false, why },
    )
  }

  /**
   * @param {string} url
   * @param {'GET' | 'HEAD'} method
   * @param {VideoNode} node
   * @param {Watched} watched
   * @param {() => void} [onSilent]
   */
  #call(url, method, node, watched, onSilent = () => {}) {
    const { clock, fetch } = this.#options
    const usualMs = Number.isFinite(watched.ms) ? 2 * watched.ms : 0
    const patienceMs = Math.max(PATIENCE_MS, headLimitMs(node), usualMs)
    return callPatiently({
      ...{ fetch, clock, url, method, patienceMs, signal: this.#stop.signal },
      onSilent: () => {
        onSilent()
        this.#change(node, watched, { state: 'no answer', why: `no answer for ${Math.round(patienceMs)} ms` })
      },
    })
  }
}

/** @typedef {{ state: NodeState, why: string }} Verdict */

/** What a state is when all are in it. @type {Readonly<Partial<Record<NodeState, OutageReason>>>} */
const REASONS = {
  'no answer': 'nobody answers',
  down: 'nobody answers',
  'other version': 'replaced',
  missing: 'missing',
}

/**
 * Why no node can be used, as the swarm's outages are told; `undefined`: one can, or may. Pure.
 * @param {readonly { name: string, state: NodeState }[]} nodes
 * @param {Policy} policy
 * @returns {OutageReason | undefined}
 */
export function outageReason(nodes, policy) {
  const isUsable = (/** @type {{ state: NodeState }} */ { state }) => state === 'up' || state === 'unknown'
  const allowed = nodes.filter(({ name }) => policy.kind !== 'only' || name === policy.node)
  if (allowed.some(isUsable)) return undefined
  if (nodes.some(({ state }) => state === 'up')) return 'not allowed'
  const reasons = new Set(allowed.map(({ state }) => REASONS[state] ?? 'wrong answers'))
  if (reasons.size > 1) reasons.delete('nobody answers') // those that do answer are the reason
  const [first = 'nobody answers', second] = reasons
  return second === undefined ? first : 'mixed'
}

/** @param {Call} call @returns {Verdict} */
function judgeHealth(call) {
  if (call.kind === 'silence') return { state: 'no answer', why: 'it does not answer' }
  if (call.kind === 'refusal') return { state: 'down', why: 'it cannot be reached' }
  return judgeStatus(call.response.status)
}

/** @param {number} status that is of no use @returns {Verdict} */
const judgeStatus = (status) => ({
  state: isBusy(status) ? 'busy' : 'wrong answer',
  why: `it answered ${status}`,
})

/**
 * @param {Response} response to HEAD
 * @param {import('./player-events.js').VideoFile} file
 * @returns {Verdict}
 */
function judgeReplica({ status, headers }, file) {
  if (status === 404 || status === 410) return { state: 'missing', why: 'it does not have this video' }
  if (status !== 200) return judgeStatus(status)
  const size = headers.get('Content-Length')
  const hash = hashOfTag(headers.get('ETag'))
  const isOtherSize = size !== null && Number(size) !== file.size
  const isOtherHash = hash !== undefined && file.sha256 !== undefined && hash !== file.sha256
  if (isOtherSize || isOtherHash)
    return { state: 'other version', why: 'it has another version of this video' }
  return { state: 'up', why: 'it answers' }
}
