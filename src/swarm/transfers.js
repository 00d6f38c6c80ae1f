// @ts-check
/** Everything under way: starts runs, has their chunks verified, and says what became of each. */
import { fileUrl } from '../version/url-path.js'
import { completionMs } from './choose.js'
import { Failovers } from './failovers.js'
import { Run } from './run.js'
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
 */

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
  #waitedMs
  #onHashFailure
  #onChange
  #attention
  #isClosed = false
  #failovers = new Failovers()

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
    this.#verifier = new Verifier(file, hash, clock)
    this.#tell = tell
    this.#onPart = onPart
    this.#onChunk = onChunk
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
   * @param {number} [startedMs] when the request was made, if that was before
   */
  start(node, first, last, purpose, startedMs = this.#clock.now()) {
    const askedMs = this.#attention.now()
    const run = new Run(node, this.#chunks, first, last, startedMs, askedMs)
    run.isTakenOver = startedMs < this.#clock.now()
    run.promisedMs =
      askedMs + completionMs(node.candidateAt(this.#clock.now()), this.#chunks.bytesOf(first, last))
    node.addRun(run)
    for (let chunk = first; chunk <= last; chunk++) {
      this.#chunks.claim(chunk, run)
      this.#tell({ type: 'asked', chunk, node: node.name, purpose })
    }
    if (this.#isClosed) return // by a listener, just now
    void run
      .perform(fileUrl(node, this.#file.name), this.#file, this.#fetch, () => this.#clock.now(), {
        onFirstByte: () => node.noteFirstByte(run, this.#clock.now()),
        onBytes: (_, bytes) => node.noteBytes(bytes, this.#clock.now()),
        onPart: (run, part) => this.#onPart(run, part),
        onChunk: (run, chunk, bytes) => void this.#verify(run, chunk, bytes),
      })
      .then((outcome) => this.#end(run, outcome))
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

  /**
   * After a seek: hangs up on what nobody will read, but lets a chunk finish that is half here.
   * @param {(chunk: number) => boolean} isWanted
   */
  stopUseless(isWanted) {
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

  /** A chunk is whole: is it true? @param {Run} run @param {number} chunk @param {Uint8Array<ArrayBuffer>} bytes */
  async #verify(run, chunk, bytes) {
    const { node } = run
    const size = bytes.length
    node.receivedBytes += size
    this.#chunks.release(chunk, run)
    this.#tell({
      type: 'arrived',
      chunk,
      node: node.name,
      bytes: size,
      ms: this.#clock.now() - run.startedMs,
    })
    if (this.#isVerified(chunk)) {
      this.#waste(node, size, 'second copy')
      return
    }
    this.#chunks.setVerifying(chunk, true)
    const verdict = await this.#verifier.judge(chunk, bytes, node.name)
    this.#chunks.setVerifying(chunk, false)
    if (this.#isClosed) return
    if (verdict instanceof Error) {
      this.#waste(node, size, 'incomplete')
      this.#onHashFailure(verdict)
    } else if (verdict.kind === 'rejected') this.#reject(node, chunk, size, verdict)
    else if (this.#chunks.isHere(chunk)) this.#waste(node, size, 'second copy')
    else this.#accept(node, chunk, bytes, verdict.kind)
    this.#onChange()
  }

  /**
   * @param {SwarmNode} node
   * @param {number} chunk
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @param {'verified' | 'unverified'} type
   */
  #accept(node, chunk, bytes, type) {
    const size = bytes.length
    node.verifiedBytes += size
    this.verifiedBytes += size
    const waitedMs = this.#waitedMs(chunk)
    this.#onChunk(chunk, bytes)
    this.#tell({ type, chunk, node: node.name, bytes: size })
    this.#fleet.accept(node, chunk)
    for (const over of this.#failovers.bring(chunk, node.name, waitedMs, this.#clock.now()))
      this.#tell({ type: 'failover', ...over })
    // Somebody else was first: a run that would end with this chunk ends before it; else it comes all the same.
    for (const run of [...this.#chunks.ownersOf(chunk)])
      if (run.last === chunk) this.shorten(run, chunk - 1, 'another node was first')
  }

  /**
   * @param {SwarmNode} node
   * @param {number} chunk
   * @param {number} bytes
   * @param {{ expected: string, found: string }} hashes
   */
  #reject(node, chunk, bytes, { expected, found }) {
    this.#tell({ type: 'rejected', chunk, node: node.name, expected, found })
    this.#waste(node, bytes, 'bad hash')
    this.#fleet.reject(node, chunk)
  }

  /** @param {Run} run @param {Outcome} outcome */
  #end(run, outcome) {
    const { node } = run
    const nowMs = this.#clock.now()
    node.removeRun(run)
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
}
