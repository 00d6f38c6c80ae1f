// @ts-check
/** Everything under way: starts runs, has their chunks verified, and says what became of each, and of each byte. */
import { fileUrl } from '../version/url-path.js'
import { completionMs } from './choose.js'
import { Failovers } from './failovers.js'
import { Run } from './run.js'
import { Remains } from './shares.js'
import { Verifier } from './verifier.js'

/**
 * @typedef {import('./chunk-table.js').ChunkTable} ChunkTable
 * @typedef {import('./clock.js').Clock} Clock
 * @typedef {import('./events.js').Purpose} Purpose
 * @typedef {import('./events.js').Told} Told
 * @typedef {import('./events.js').WasteReason} WasteReason
 * @typedef {import('./fetch-range.js').Fetch} Fetch
 * @typedef {import('./fetch-range.js').Outcome} Outcome
 * @typedef {import('./fetch-range.js').SwarmFile} SwarmFile
 * @typedef {import('./fleet.js').Fleet} Fleet
 * @typedef {import('./node.js').SwarmNode} SwarmNode
 * @typedef {import('./shares.js').Part} Part
 * @typedef {import('./shares.js').Share} Share
 */

/** What a whole chunk that is not used is as waste. */
const WASTE = /** @type {const} */ ({
  'second copy': 'second copy',
  unchecked: 'incomplete',
  mixed: 'bad hash',
})

/** The transfers of one swarm. */
export class Transfers {
  /** bytes that were good */
  verifiedBytes = 0
  #file
  #chunks
  #fleet
  #fetch
  #clock
  #verifier
  #tell
  #onPart
  #onChunk
  #isWanted
  #waitedMs
  #onHashFailure
  #onChange
  #attention
  #isClosed = false
  #failovers = new Failovers()
  #remains

  /**
   * @param {object} options
   * @param {SwarmFile} options.file
   * @param {ChunkTable} options.chunks
   * @param {Fleet} options.fleet
   * @param {Fetch} options.fetch
   * @param {Clock} options.clock
   * @param {import('./attention.js').Attention} options.attention
   * @param {(bytes: Uint8Array<ArrayBuffer>) => Promise<string>} options.hash
   * @param {(event: Told) => void} options.tell
   * @param {(run: Run, part: Uint8Array<ArrayBuffer>) => void} options.onPart told of what is here of a chunk
   * @param {(chunk: number, bytes: Uint8Array<ArrayBuffer>) => void} options.onChunk takes a good chunk
   * @param {(chunk: number) => boolean} options.isWanted will a reader read it, as far as is known?
   * @param {(chunk: number) => number} options.waitedMs how long a reader has waited for a chunk
   * @param {(error: Error) => void} options.onHashFailure nothing can be checked
   * @param {() => void} options.onChange something has to be asked for, or may be
   */
  constructor({
    file,
    chunks,
    fleet,
    fetch,
    clock,
    attention,
    hash,
    tell,
    onPart,
    onChunk,
    isWanted,
    waitedMs,
    onHashFailure,
    onChange,
  }) {
    this.#file = file
    this.#chunks = chunks
    this.#fleet = fleet
    this.#fetch = fetch
    this.#clock = clock
    this.#attention = attention
    this.#remains = new Remains(file.chunks, tell)
    this.#verifier = new Verifier(file, hash, clock)
    this.#tell = tell
    this.#onPart = onPart
    this.#onChunk = onChunk
    this.#isWanted = isWanted
    this.#waitedMs = waitedMs
    this.#onHashFailure = onHashFailure
    this.#onChange = onChange
  }

  /** Nothing that still comes counts any more. */
  close() {
    this.#isClosed = true
    this.#verifier.close()
  }

  /**
   * Asks a node for chunks.
   * @param {SwarmNode} node
   * @param {number} first chunk
   * @param {number} last chunk
   * @param {Purpose} purpose
   * @param {object} [how]
   * @param {number} [how.startedMs] when the request was made, if that was before
   * @param {Part | undefined} [how.part] of the first chunk: the rest of it is asked for
   * @param {boolean} [how.isRescue] a reader waits for it, and somebody else was in vain
   */
  start(
    node,
    first,
    last,
    purpose,
    { startedMs = this.#clock.now(), part = this.#remains.take(first), isRescue = false } = {},
  ) {
    const askedMs = this.#attention.now()
    const run = new Run(node, this.#chunks, first, last, startedMs, askedMs, part)
    run.isTakenOver = startedMs < this.#clock.now()
    run.isRescue = isRescue
    run.promisedMs = askedMs + completionMs(node.candidateAt(this.#clock.now()), run.leftBytes)
    node.addRun(run)
    for (let chunk = first; chunk <= last; chunk++) {
      this.#chunks.claim(chunk, run)
      this.#tell({ type: 'asked', chunk, node: node.name, purpose })
    }
    if (this.#isClosed) return // by a listener, just now
    void run
      .perform(fileUrl(node, this.#file.name), this.#file, this.#fetch, () => this.#clock.now(), {
        onFirstByte: () => node.noteFirstByte(run, this.#clock.now()),
        onBegin: (chunk) => this.#isClosed || this.#tell({ type: 'begun', chunk, node: node.name }),
        onBytes: (_, bytes) => node.noteBytes(bytes, this.#clock.now()),
        onPart: (run, part) => this.#onPart(run, part),
        onChunk: (run, chunk, part) => void this.#verify(run, chunk, part),
      })
      .then((outcome) => this.#end(run, outcome))
  }

  /**
   * A node is to bring something at once: what it brings of these chunks would share the uplink with it. All of it is
   * kept, and what is missing asked for again when there is room.
   * @param {SwarmNode} node
   * @param {number} first all from this chunk on make way
   */
  makeWay(node, first) {
    for (const run of [...node.runs])
      if (run.next >= first && (run.partBytes === 0 || this.#remains.isMixable(run.next)))
        this.shorten(run, run.next - 1, 'a reader waits for another chunk')
  }

  /**
   * Asks a second node for a chunk: for the rest of it, when it has begun to arrive.
   * @param {Run} run which owes it
   * @param {number} chunk
   * @param {SwarmNode} node
   */
  hedge(run, chunk, node) {
    const hasBegun = this.restOf(run, chunk) < this.#chunks.bytesOf(chunk)
    this.start(node, chunk, chunk, 'hedge', { part: hasBegun ? run.copyPart() : undefined })
    const waitedMs = this.#clock.now() - run.startedMs
    this.#tell({ type: 'hedge', chunk, from: run.node.name, to: node.name, waitedMs })
  }

  /**
   * @param {Run} run which owes it
   * @param {number} chunk
   * @returns {number} bytes that another node would have to bring of it
   */
  restOf(run, chunk) {
    return run.next === chunk && this.#remains.isMixable(chunk)
      ? run.bytesUntil(chunk)
      : this.#chunks.bytesOf(chunk)
  }

  /** Has a request left a part of it? @param {number} chunk */
  hasPartOf(chunk) {
    return this.#remains.has(chunk)
  }

  /**
   * Takes the last chunks away from a run, and those before them that others have brought meanwhile: it would go on
   * for nothing.
   * @param {Run} run
   * @param {number} last that it keeps
   * @param {string} why
   */
  shorten(run, last, why) {
    let kept = last
    while (kept >= run.next && this.#isVerified(kept)) kept--
    for (let chunk = kept + 1; chunk <= run.last; chunk++) {
      if (!this.#chunks.ownersOf(chunk).has(run)) continue
      this.#chunks.release(chunk, run)
      this.#tell({ type: 'dropped', chunk, node: run.node.name, why })
    }
    run.shorten(kept)
  }

  /** @param {number} chunk */
  #isVerified(chunk) {
    return this.#chunks.isHere(chunk) && !this.#chunks.isVerifying(chunk)
  }

  /** After a seek: hangs up on what nobody will read, but lets a chunk finish that is half here. */
  stopUseless() {
    const isWanted = this.#isWanted
    this.#remains.giveUp(isWanted)
    for (const { runs } of this.#fleet.nodes) {
      for (const run of [...runs]) {
        let last = run.last
        while (last >= run.next && !isWanted(last)) last--
        if (last === run.last) continue
        const isHalfHere = run.partBytes > this.#chunks.bytesOf(Math.min(run.next, run.last)) / 2
        this.shorten(run, Math.max(last, isHalfHere ? run.next : run.next - 1), 'nobody wants it any more')
      }
    }
    const nowMs = this.#clock.now()
    for (const chunk of this.#failovers.owed) {
      if (isWanted(chunk)) continue
      for (const over of this.#failovers.forget(chunk, nowMs)) this.#tell({ type: 'failover', ...over })
    }
  }

  /** A chunk is whole: is it true? @param {Run} run @param {number} chunk @param {Part} part all of it */
  async #verify(run, chunk, part) {
    const { node } = run
    const { memory } = part
    this.#chunks.release(chunk, run)
    this.#tell({
      type: 'arrived',
      chunk,
      node: node.name,
      bytes: memory.length,
      ms: this.#clock.now() - run.startedMs,
    })
    if (this.#isVerified(chunk)) return this.#leave(node, chunk, part, 'second copy')
    this.#chunks.setVerifying(chunk, true)
    const verdict = await this.#verifier.judge(chunk, memory, sendersOf(part).join(', '))
    this.#chunks.setVerifying(chunk, false)
    if (this.#isClosed) return
    if (verdict instanceof Error) {
      this.#leave(node, chunk, part, 'unchecked')
      this.#onHashFailure(verdict)
    } else if (verdict.kind === 'rejected') this.#reject(node, chunk, part, verdict)
    else if (this.#chunks.isHere(chunk)) this.#leave(node, chunk, part, 'second copy')
    else this.#accept(node, chunk, part, verdict.kind)
    this.#onChange()
  }

  /**
   * @param {SwarmNode} node
   * @param {number} chunk
   * @param {Part} part all of it
   * @param {'verified' | 'unverified'} type
   */
  #accept(node, chunk, { memory, shares }, type) {
    const size = memory.length
    for (const share of shares) share.node.verifiedBytes += share.bytes
    this.verifiedBytes += size
    const waitedMs = this.#waitedMs(chunk)
    this.#onChunk(chunk, memory)
    const others = shares
      .filter((share) => share.node !== node)
      .map((share) => ({ node: share.node.name, bytes: share.bytes }))
    this.#tell({ type, chunk, node: node.name, bytes: size, ...(others.length > 0 ? { others } : {}) })
    this.#remains.waste(this.#remains.take(chunk), 'cancelled')
    this.#fleet.accept(node, chunk)
    for (const over of this.#failovers.bring(chunk, node.name, waitedMs, this.#clock.now()))
      this.#tell({ type: 'failover', ...over })
    // Somebody else was first: a run that would end with this chunk ends before it; else it comes all the same.
    for (const run of [...this.#chunks.ownersOf(chunk)])
      if (run.last === chunk) this.shorten(run, chunk - 1, 'another node was first')
  }

  /**
   * Where several nodes had a part in it nobody can tell which of them was wrong: one of them is to bring it all.
   * @param {SwarmNode} node
   * @param {number} chunk
   * @param {Part} part all of it
   * @param {{ expected: string, found: string }} hashes
   */
  #reject(node, chunk, part, { expected, found }) {
    if (sendersOf(part).length > 1) {
      this.#remains.noteMixed(chunk)
      this.#leave(node, chunk, part, 'mixed')
      return
    }
    this.#tell({ type: 'rejected', chunk, node: node.name, expected, found })
    this.#remains.waste(part, 'bad hash')
    this.#fleet.reject(node, chunk)
  }

  /**
   * @param {SwarmNode} node
   * @param {number} chunk
   * @param {Part} part all of it, which is not used
   * @param {keyof typeof WASTE} why
   */
  #leave(node, chunk, part, why) {
    this.#tell({ type: 'unused', chunk, node: node.name, why })
    this.#remains.waste(part, WASTE[why])
  }

  /** @param {Run} run @param {Outcome} outcome */
  #end(run, outcome) {
    const { node } = run
    const nowMs = this.#clock.now()
    node.removeRun(run)
    this.#keepPart(run, outcome.kind === 'stopped' ? 'cancelled' : 'incomplete')
    const owed = this.#releaseRest(run)
    if (this.#isClosed) return
    const failure = outcome.kind === 'complete' || outcome.kind === 'stopped' ? undefined : outcome
    const why = failure?.why ?? 'no longer wanted from here'
    for (const chunk of owed) this.#tell({ type: 'dropped', chunk, node: node.name, why })
    const missing = owed.filter((chunk) => !this.#chunks.isHere(chunk))
    if (run.wasAtWork && (failure !== undefined || node.breaker.state === 'open'))
      this.#failovers.begin(node.name, missing, nowMs)
    if (failure !== undefined)
      this.#fleet.fail(
        node,
        failure.kind,
        failure.why,
        failure.kind === 'busy' ? failure.retryAfterMs : undefined,
      )
    this.#onChange()
  }

  /** Somebody else may finish what a run has begun. @param {Run} run that has ended @param {WasteReason} why else it is of no use */
  #keepPart(run, why) {
    const chunk = run.next
    const part = run.takePart()
    if (part === undefined) return
    const isTrusted = part.shares.every(
      (share) => !share.node.breaker.isLiar && !this.#fleet.blame.on(chunk).has(share.node.name),
    )
    const isOfUse =
      isTrusted && this.#remains.isMixable(chunk) && !this.#chunks.isHere(chunk) && this.#isWanted(chunk)
    if (isOfUse) this.#remains.keep(chunk, part, why)
    else this.#remains.waste(part, why)
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
}

/** @param {Part} part @returns {string[]} names of the nodes that had a part in it */
const sendersOf = ({ shares }) => [...new Set(shares.map(({ node }) => node.name))]
