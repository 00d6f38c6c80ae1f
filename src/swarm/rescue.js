// @ts-check
/**
 * Helps chunks that are late: asks a second node for what a reader needs next, takes away what has not begun to
 * arrive, and at the end of a file has idle nodes share what busy ones still owe. What is late, late.js decides.
 */
import { completionMs, MAX_RUNS, overtakingMs } from './choose.js'
import { chunksToTake, hasHedgeBudget, isMuchLater, isSlowing, judgeOwed, silenceLimitMs } from './late.js'

/**
 * @typedef {import('./chunk-table.js').ChunkTable} ChunkTable
 * @typedef {import('./clock.js').Clock} Clock
 * @typedef {import('./demand.js').Demand} Demand
 * @typedef {import('./node.js').SwarmNode} SwarmNode
 * @typedef {import('./run.js').Run} Run
 * @typedef {import('./transfers.js').Transfers} Transfers
 */

/**
 * A chunk that is owed.
 * @typedef {object} Late
 * @property {number} chunk
 * @property {number} position 0 for the one that its reader needs next
 * @property {number} beforeBytes nearer to the reader, and nobody brings them yet
 * @property {number} patienceMs how long the reader can wait without harm
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
        const late = { chunk, position: chunk - first, beforeBytes, patienceMs }
        if (run === undefined) beforeBytes += this.#chunks.bytesOf(chunk)
        else if (second === undefined) this.#help(run, late, usable)
        else this.#settle([run, second], late, usable)
      }
    }
  }

  /** @param {Run} run which owes it @param {Late} late @param {readonly SwarmNode[]} usable */
  #help(run, late, usable) {
    const { chunk } = late
    const { verdict, best } = this.#judge(run, late, usable)
    if (best === undefined) return
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

  /**
   * Two bring it: who will be much later is sent home as soon as that is plain, for all that it sends is of no use; and
   * when both will be too late, to make room for another one.
   * @param {readonly [Run, Run]} runs
   * @param {Late} late
   * @param {readonly SwarmNode[]} usable
   */
  #settle(runs, late, usable) {
    const { chunk } = late
    const nowMs = this.#attention.now()
    const inMs = (/** @type {Run} */ run) => arrivalMs(run, chunk, nowMs)
    const [one, two] = runs
    const [sooner, later] = inMs(one) <= inMs(two) ? [one, two] : [two, one]
    const isPlain =
      later.last === chunk &&
      sooner.firstByteMs !== undefined &&
      ![one, two].some(({ node }) => isInQuestion(node)) &&
      isMuchLater(inMs(later), inMs(sooner))
    const rest = usable.filter((node) => node !== later.node)
    if (isPlain || this.#judge(sooner, late, rest).verdict === 'urgent')
      this.#transfers.shorten(later, chunk - 1, SOONER)
  }

  /**
   * @param {Run} run which owes it
   * @param {Late} late
   * @param {readonly SwarmNode[]} usable
   * @returns {{ verdict: import('./late.js').Lateness, best?: SwarmNode }} `best`: who would have it first
   */
  #judge(run, { chunk, position, beforeBytes, patienceMs }, usable) {
    const { node } = run
    const others = usable.filter((other) => other !== node && !this.#blame.on(chunk).has(other.name))
    if (others.length === 0) return { verdict: 'wait' }
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
    return { verdict, best }
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
  const sharing = [...run.node.runs].filter(
    (other) => other.firstByteMs !== undefined && other !== run,
  ).length
  return run.aloneMs(nowMs, chunk) + sharing * run.node.estimate.transferMs(run.bytesUntil(chunk))
}

/**
 * Is it about to be found out? Whether a node is gone, or has become slow, shows in what it owes.
 * @param {SwarmNode} node
 */
const isInQuestion = ({ state, silentMs, estimate }) =>
  silentMs > silenceLimitMs(estimate) || (state !== 'slow' && (!estimate.isRateKnown || isSlowing(estimate)))

/** @param {Run} run */
const leftMs = (run) => run.node.estimate.transferMs(run.node.leftBytes)
