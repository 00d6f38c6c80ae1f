// @ts-check
/**
 * Helps chunks that are late: asks a second node for what a reader needs next, takes away what has not begun to
 * arrive, and at the end of a file has idle nodes share what busy ones still owe. What is late, late.js decides.
 */
import { completionMs, MAX_RUNS, overtakingMs } from './choose.js'
import { chunksToTake, hasHedgeBudget, isSlowing, judgeOwed, silenceLimitMs } from './late.js'

/**
 * @typedef {import('./chunk-table.js').ChunkTable} ChunkTable
 * @typedef {import('./clock.js').Clock} Clock
 * @typedef {import('./demand.js').Demand} Demand
 * @typedef {import('./node.js').SwarmNode} SwarmNode
 * @typedef {import('./run.js').Run} Run
 * @typedef {import('./transfers.js').Transfers} Transfers
 */

const SOONER = 'another node will be sooner'

/** The rescues of one swarm. */
export class Rescue {
  #chunks
  #chunkSize
  #demand
  #transfers
  #clock
  #attention
  #blame
  #hedgedBytes = 0

  /**
   * @param {object} options
   * @param {ChunkTable} options.chunks
   * @param {number} options.chunkSize bytes
   * @param {Demand} options.demand
   * @param {Transfers} options.transfers
   * @param {Clock} options.clock
   * @param {import('./attention.js').Attention} options.attention
   * @param {import('./blame.js').Blame} options.blame
   */
  constructor({ chunks, chunkSize, demand, transfers, clock, attention, blame }) {
    this.#chunks = chunks
    this.#chunkSize = chunkSize
    this.#demand = demand
    this.#transfers = transfers
    this.#clock = clock
    this.#attention = attention
    this.#blame = blame
  }

  /**
   * Looks at what nodes owe each reader, nearest first.
   * @param {readonly SwarmNode[]} usable
   * @param {number} patienceMs how long readers can wait without harm
   */
  helpLate(usable, patienceMs) {
    for (const { first, last } of this.#demand.spans) {
      let beforeBytes = 0 // nearer to the reader, and nobody brings them yet
      for (let chunk = first; chunk <= last; chunk++) {
        if (this.#chunks.isHere(chunk)) continue
        const [run, second] = this.#chunks.ownersOf(chunk)
        if (run === undefined) beforeBytes += this.#chunks.bytesOf(chunk)
        else if (second === undefined) this.#help(run, chunk, chunk - first, beforeBytes, usable, patienceMs)
      }
    }
  }

  /**
   * @param {Run} run which owes it
   * @param {number} chunk
   * @param {number} position
   * @param {number} beforeBytes
   * @param {readonly SwarmNode[]} usable
   * @param {number} patienceMs
   */
  #help(run, chunk, position, beforeBytes, usable, patienceMs) {
    const { node } = run
    const others = usable.filter((other) => other !== node && !this.#blame.on(chunk).has(other.name))
    if (others.length === 0) return
    const nowMs = this.#attention.now()
    const bytes = this.#chunks.bytesOf(chunk)
    const othersRate = others.reduce((sum, { estimate }) => sum + Math.max(estimate.rate, 1e-3), 0)
    const elsewhereMs = (/** @type {SwarmNode} */ other) =>
      (position === 0 ? overtakingMs : completionMs)(other.candidateAt(this.#clock.now()), bytes)
    const best = others.reduce((a, b) => (elsewhereMs(b) < elsewhereMs(a) ? b : a))
    const verdict = judgeOwed({
      position,
      isArriving: run.next === chunk,
      isSlowing: isSlowing(node.estimate),
      arrivalMs: arrivalMs(run, chunk, nowMs),
      promisedMs: run.promisedMs - nowMs,
      silentMs: node.silentMs,
      silenceLimitMs: silenceLimitMs(node.estimate),
      elsewhereMs: elsewhereMs(best) + beforeBytes / othersRate,
      patienceMs,
    })
    if (verdict === 'reassign') this.#transfers.shorten(run, chunk - 1, SOONER)
    if (verdict === 'silent' || verdict === 'urgent') this.#hedge(run, chunk, best)
    if (
      verdict === 'slow' &&
      hasHedgeBudget(this.#hedgedBytes, this.#transfers.verifiedBytes, this.#chunkSize)
    ) {
      this.#hedgedBytes += this.#transfers.restOf(run, chunk)
      this.#hedge(run, chunk, best)
    }
  }

  /** @param {Run} run @param {number} chunk @param {SwarmNode} to */
  #hedge(run, chunk, to) {
    if (to.runs.size > MAX_RUNS) return // one more than for all else
    this.#transfers.hedge(run, chunk, to)
  }

  /** Nothing is left to ask for: idle nodes take over what busy ones would bring last. @param {readonly SwarmNode[]} usable */
  shareTail(usable) {
    for (const idle of usable) {
      if (idle.runs.size > 0 || idle.breaker.state === 'trial') continue
      const [victim] = usable
        .flatMap((node) => (node === idle ? [] : [...node.runs]))
        .filter((run) => run.last > run.next)
        .sort((a, b) => leftMs(b) - leftMs(a))
      if (victim === undefined) return
      const taken = chunksToTake({
        chunks: victim.last - victim.next,
        chunkMs: idle.estimate.transferMs(this.#chunkSize),
        delayMs: idle.estimate.delayMs,
        leftMs: leftMs(victim),
        ownChunkMs: victim.node.estimate.transferMs(this.#chunkSize),
      })
      const { last } = victim
      const first = last - taken + 1
      if (taken === 0 || this.#isBadOn(first, last, idle)) continue
      this.#transfers.shorten(victim, first - 1, SOONER)
      this.#transfers.start(idle, first, last, 'ahead')
    }
  }

  /** Did a node send one of these chunks wrong? @param {number} first @param {number} last @param {SwarmNode} node */
  #isBadOn(first, last, { name }) {
    for (let chunk = first; chunk <= last; chunk++) if (this.#blame.on(chunk).has(name)) return true
    return false
  }
}

/** When a chunk would be here, from now. Runs of one node share its rate. @param {Run} run @param {number} chunk @param {number} nowMs of our attention */
function arrivalMs(run, chunk, nowMs) {
  const { estimate, runs } = run.node
  const sharing = [...runs].filter((other) => other.firstByteMs !== undefined && other !== run).length + 1
  const untilFirstByteMs =
    run.firstByteMs === undefined ? Math.max(0, estimate.delayMs - (nowMs - run.askedMs)) : 0
  return untilFirstByteMs + estimate.transferMs(run.bytesUntil(chunk) * sharing)
}

/** @param {Run} run */
const leftMs = (run) => run.node.estimate.transferMs(run.node.leftBytes)
