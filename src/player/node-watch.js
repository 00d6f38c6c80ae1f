// @ts-check
/** Watches the health of nodes, and whether each has the file, for a player without a swarm. */
import { MAX_HEALTH_BYTES, skipBounded } from '../swarm/read-bounded.js'

/** A health call every so often, with so much time to answer. */
const PERIOD_MS = 1_500
const TIMEOUT_MS = 2_000
/** A replica is looked at again when its node was away, and now and then. */
const REPLICA_FRESH_MS = 30_000
/** A strong ETag of ours is the SHA-256 of the file. */
const CONTENT_TAG = /^"([0-9a-f]{64})"$/

/** @typedef {import('../swarm/events.js').NodeState} NodeState */
/** @typedef {import('../swarm/events.js').SwarmEvent} SwarmEvent */
/** @typedef {import('./player-events.js').VideoNode} VideoNode */
/** @typedef {{ state: NodeState, ms: number, replicaAtMs: number, timer: unknown, isAsking: boolean }} Watched */

/**
 * @typedef {object} WatchOptions
 * @property {readonly VideoNode[]} nodes
 * @property {import('./player-events.js').VideoFile} file
 * @property {(event: SwarmEvent) => void} onEvent
 * @property {() => void} onChange the state of a node has changed
 * @property {typeof globalThis.fetch} fetch
 * @property {import('../swarm/clock.js').Clock} clock
 */

export class NodeWatch {
  #options
  /** @type {Map<VideoNode, Watched>} */
  #watched
  #isClosed = false
  #isOutage = false

  /** @param {WatchOptions} options */
  constructor(options) {
    this.#options = options
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

  close() {
    this.#isClosed = true
    for (const { timer } of this.#watched.values()) this.#options.clock.clearTimeout(timer)
  }

  /** @param {VideoNode} node @param {Watched} watched */
  async #ask(node, watched) {
    const { clock, onEvent } = this.#options
    clock.clearTimeout(watched.timer)
    watched.isAsking = true
    const startMs = clock.now()
    const health = await this.#call(node.healthUrl, 'GET')
    const ms = health.kind === 'answer' && health.response.ok ? clock.now() - startMs : undefined
    if (this.#isClosed) return
    onEvent({ type: 'heartbeat', atMs: clock.now(), node: node.name, ms })
    watched.ms = ms ?? watched.ms
    const verdict = ms === undefined ? judgeHealth(health) : await this.#checkReplica(node, watched)
    if (this.#isClosed) return
    if (verdict.state !== 'up') watched.replicaAtMs = -Infinity
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
    const head = await this.#call(fileUrl(node, file.name), 'HEAD')
    watched.replicaAtMs = clock.now()
    return head.kind === 'answer' ? judgeReplica(head.response, file) : judgeHealth(head)
  }

  /** @param {VideoNode} node @param {Watched} watched @param {Verdict} verdict */
  #change(node, watched, { state, why }) {
    if (state === watched.state) return
    const { clock, onEvent, onChange } = this.#options
    const before = watched.state
    watched.state = state
    onEvent({ type: 'node', atMs: clock.now(), node: node.name, state, before, why })
    const isOutage = [...this.#watched.values()].every(({ state }) => state !== 'up' && state !== 'unknown')
    if (isOutage !== this.#isOutage) {
      const atMs = clock.now()
      onEvent(
        isOutage
          ? { type: 'outage', atMs, isOver: false, why: 'nobody answers' }
          : { type: 'outage', atMs, isOver: true },
      )
    }
    this.#isOutage = isOutage
    onChange()
  }

  /**
   * @param {string} url
   * @param {'GET' | 'HEAD'} method
   * @returns {Promise<Call>}
   */
  async #call(url, method) {
    const { clock, fetch } = this.#options
    const abort = new AbortController()
    const timer = clock.setTimeout(() => abort.abort(), TIMEOUT_MS)
    try {
      const response = await fetch(url, { method, cache: 'no-store', signal: abort.signal })
      await skipBounded(response, MAX_HEALTH_BYTES) // an answer that stops halfway is none
      return { kind: 'answer', response }
    } catch {
      return { kind: abort.signal.aborted ? 'silence' : 'refusal' }
    } finally {
      clock.clearTimeout(timer)
    }
  }
}

/** @typedef {{ kind: 'answer', response: Response } | { kind: 'silence' } | { kind: 'refusal' }} Call */
/** @typedef {{ state: NodeState, why: string }} Verdict */

/** @param {Call} call @returns {Verdict} */
function judgeHealth(call) {
  if (call.kind === 'silence') return { state: 'no answer', why: `no answer within ${TIMEOUT_MS} ms` }
  if (call.kind === 'refusal') return { state: 'down', why: 'it refused the connection' }
  return { state: 'wrong answer', why: `it answered with status ${call.response.status}` }
}

/**
 * @param {Response} response to HEAD
 * @param {import('./player-events.js').VideoFile} file
 * @returns {Verdict}
 */
function judgeReplica({ status, headers }, file) {
  if (status === 404 || status === 410) return { state: 'missing', why: 'it does not have this video' }
  if (status !== 200) return { state: 'wrong answer', why: `it answered with status ${status}` }
  const size = headers.get('Content-Length')
  const hash = CONTENT_TAG.exec(headers.get('ETag') ?? '')?.[1]
  const isOtherSize = size !== null && Number(size) !== file.size
  const isOtherHash = hash !== undefined && file.sha256 !== undefined && hash !== file.sha256
  if (isOtherSize || isOtherHash)
    return { state: 'other version', why: 'it has another version of this video' }
  return { state: 'up', why: 'it answers' }
}

/**
 * Where a node has a file. Pure.
 * @param {VideoNode} node
 * @param {string} name storage name
 */
export const fileUrl = (node, name) => `${node.url}/${name.split('/').map(encodeURIComponent).join('/')}`
