// @ts-check
/** One request for consecutive chunks of one node: cuts what arrives into chunks, and can be shortened on the way. */
import { fetchRange } from './fetch-range.js'
import { Share } from './shares.js'

/**
 * @typedef {import('./chunk-table.js').ChunkTable} ChunkTable
 * @typedef {import('./fetch-range.js').Outcome} Outcome
 * @typedef {import('./fetch-range.js').SwarmFile} SwarmFile
 * @typedef {import('./node.js').SwarmNode} SwarmNode
 * @typedef {import('./shares.js').Part} Part
 */

/**
 * Whom a run tells.
 * @typedef {object} RunListener
 * @property {(run: Run) => void} onFirstByte
 * @property {(run: Run, bytes: number) => void} onBytes
 * @property {(chunk: number) => void} onBegin the first byte of a chunk that this run brings
 * @property {(run: Run, part: Uint8Array<ArrayBuffer>) => void} onPart so much of a chunk is here; the memory is ours
 * @property {(run: Run, chunk: number, part: Part) => void} onChunk every byte of it is here
 */

/** One request under way. */
export class Run {
  node
  first
  /** chunk that it ends with; smaller than what was asked for after {@link Run.shorten} */
  last
  /** the chunk that is arriving or comes next */
  next
  startedMs
  /** it was made before there was a swarm */
  isTakenOver = false
  /** when it is ours, on the clock of our attention */
  askedMs
  /** when its last chunk was to be here, as it was estimated at the start, on the clock of our attention */
  promisedMs = Number.POSITIVE_INFINITY
  /** did its node have to show first whether it works? */
  isTrial
  /** a reader waits for it, and somebody else was in vain: nothing is to come beside it */
  isRescue = false
  /** its reply began, and promises what was asked for */
  hasBegun = false
  /** @type {number | undefined} */
  firstByteMs
  /** bytes of {@link Run.next} that are here */
  partBytes = 0
  #chunks
  #abort = new AbortController()
  /** where {@link Run.next} comes to lie @type {Uint8Array<ArrayBuffer> | undefined} */
  #memory
  /** whose bytes of it are here, as far as that was noted @type {Share[]} */
  #shares = []
  #notedBytes = 0
  /** the last chunk that we brought a byte of */
  #begun = -1

  /**
   * @param {SwarmNode} node
   * @param {ChunkTable} chunks
   * @param {number} first
   * @param {number} last
   * @param {number} startedMs
   * @param {number} askedMs
   * @param {Part} [begun] what is here of the first chunk
   */
  constructor(node, chunks, first, last, startedMs, askedMs, begun) {
    this.node = node
    this.#chunks = chunks
    this.first = first
    this.next = first
    this.last = last
    this.startedMs = startedMs
    this.askedMs = askedMs
    this.isTrial = node.breaker.state === 'trial'
    if (begun !== undefined) {
      this.#memory = begun.memory
      this.#shares = begun.shares
      this.#notedBytes = begun.bytes
      this.partBytes = begun.bytes
    }
  }

  /** Was its node at work for us? What is only tried is not counted on, and leaves nothing to take over. */
  get wasAtWork() {
    return this.hasBegun || (this.node.hasBegun && !this.isTrial)
  }

  /** Bytes that are still to come. */
  get leftBytes() {
    return this.next > this.last ? 0 : this.#chunks.bytesOf(this.next, this.last) - this.partBytes
  }

  /** When a chunk of it would be here if it came alone, from now. @param {number} nowMs on the clock of our attention @param {number} [chunk] */
  aloneMs(nowMs, chunk = this.last) {
    const { estimate } = this.node
    const untilFirstByteMs =
      this.firstByteMs === undefined ? Math.max(0, estimate.delayMs - (nowMs - this.askedMs)) : 0
    return untilFirstByteMs + estimate.transferMs(this.bytesUntil(chunk))
  }

  /** Bytes that come before the end of a chunk. @param {number} chunk of this run, not here yet */
  bytesUntil(chunk) {
    return this.#chunks.bytesOf(this.next, chunk) - this.partBytes
  }

  /** What is here of the chunk that has begun to arrive. It is no longer this run's. @returns {Part | undefined} */
  takePart() {
    this.#noteShare()
    const memory = this.#memory
    const part = memory && { memory, bytes: this.partBytes, shares: this.#shares }
    this.#memory = undefined
    this.#shares = []
    this.#notedBytes = 0
    this.partBytes = 0
    return part
  }

  /** The same for somebody else to go on with, while this run goes on as well. @returns {Part | undefined} */
  copyPart() {
    if (this.#memory === undefined) return undefined
    this.#noteShare()
    const memory = this.#chunks.roomFor(this.next)
    memory.set(this.#memory.subarray(0, this.partBytes))
    return { memory, bytes: this.partBytes, shares: this.#shares.map((share) => share.copy()) }
  }

  /** Notes what came from this node since the last time. */
  #noteShare() {
    const bytes = this.partBytes - this.#notedBytes
    if (bytes === 0) return
    this.#shares.push(new Share(this.node, bytes))
    this.#notedBytes = this.partBytes
    this.node.receivedBytes += bytes
  }

  /** Ends with an earlier chunk, at once if that is here. @param {number} last */
  shorten(last) {
    this.last = last
    if (this.next > last) this.stop()
  }

  /** Hangs up. */
  stop() {
    this.#abort.abort()
  }

  /**
   * Sends the request and waits for its end.
   * @param {string} url
   * @param {SwarmFile} file
   * @param {import('./fetch-range.js').Fetch} fetch
   * @param {() => number} now
   * @param {RunListener} listener
   * @returns {Promise<Outcome>}
   */
  perform(url, file, fetch, now, listener) {
    return fetchRange({
      url,
      start: this.#chunks.startOf(this.first) + this.partBytes,
      end: this.#chunks.endOf(this.last),
      file,
      fetch,
      signal: this.#abort.signal,
      onHead: () => {
        this.hasBegun = true
        this.node.hasBegun = true
      },
      onBytes: (bytes) => {
        if (this.firstByteMs === undefined) {
          this.firstByteMs = now()
          listener.onFirstByte(this)
        }
        listener.onBytes(this, bytes.length)
        this.#take(bytes, listener)
        return this.next <= this.last
      },
    })
  }

  /** @param {Uint8Array} bytes @param {RunListener} listener */
  #take(bytes, listener) {
    for (let taken = 0; taken < bytes.length && this.next <= this.last; ) {
      if (this.#begun !== this.next) {
        this.#begun = this.next
        listener.onBegin(this.next)
      }
      const size = this.#chunks.bytesOf(this.next)
      this.#memory ??= this.#chunks.roomFor(this.next)
      const piece = bytes.subarray(taken, taken + size - this.partBytes)
      this.#memory.set(piece, this.partBytes)
      this.partBytes += piece.length
      taken += piece.length
      if (this.partBytes < size) return listener.onPart(this, this.#memory.subarray(0, this.partBytes))
      const part = this.takePart()
      if (part !== undefined) listener.onChunk(this, this.next++, part)
    }
  }
}
