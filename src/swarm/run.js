// @ts-check
/** One request for consecutive chunks of one node: cuts what arrives into chunks, and can be shortened on the way. */
import { fetchRange } from './fetch-range.js'

/**
 * @typedef {import('./chunk-table.js').ChunkTable} ChunkTable
 * @typedef {import('./fetch-range.js').Outcome} Outcome
 * @typedef {import('./fetch-range.js').SwarmFile} SwarmFile
 * @typedef {import('./node.js').SwarmNode} SwarmNode
 */

/**
 * Whom a run tells.
 * @typedef {object} RunListener
 * @property {(run: Run) => void} onFirstByte
 * @property {(run: Run, bytes: number) => void} onBytes
 * @property {(run: Run, part: Uint8Array<ArrayBuffer>) => void} onPart so much of a chunk is here; the memory is ours
 * @property {(run: Run, chunk: number, bytes: Uint8Array<ArrayBuffer>) => void} onChunk every byte of it is here
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
  /** its reply began, and promises what was asked for */
  hasBegun = false
  /** @type {number | undefined} */
  firstByteMs
  /** bytes of {@link Run.next} that are here */
  partBytes = 0
  #chunks
  #abort = new AbortController()
  /** @type {Uint8Array<ArrayBuffer> | undefined} */
  #part

  /**
   * @param {SwarmNode} node
   * @param {ChunkTable} chunks
   * @param {number} first
   * @param {number} last
   * @param {number} startedMs
   * @param {number} askedMs
   */
  constructor(node, chunks, first, last, startedMs, askedMs) {
    this.node = node
    this.#chunks = chunks
    this.first = first
    this.next = first
    this.last = last
    this.startedMs = startedMs
    this.askedMs = askedMs
    this.isTrial = node.breaker.state === 'trial'
  }

  /** Was its node at work for us? What is only tried is not counted on, and leaves nothing to take over. */
  get wasAtWork() {
    return this.hasBegun || (this.node.hasBegun && !this.isTrial)
  }

  /** Bytes that are still to come. */
  get leftBytes() {
    return this.next > this.last ? 0 : this.#chunks.bytesOf(this.next, this.last) - this.partBytes
  }

  /** Bytes that come before the end of a chunk. @param {number} chunk of this run, not here yet */
  bytesUntil(chunk) {
    return this.#chunks.bytesOf(this.next, chunk) - this.partBytes
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
      start: this.#chunks.startOf(this.first),
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
      const size = this.#chunks.bytesOf(this.next)
      this.#part ??= this.#chunks.roomFor(this.next)
      const piece = bytes.subarray(taken, taken + size - this.partBytes)
      this.#part.set(piece, this.partBytes)
      this.partBytes += piece.length
      taken += piece.length
      if (this.partBytes < size) return listener.onPart(this, this.#part.subarray(0, this.partBytes))
      const chunk = this.#part
      this.#part = undefined
      this.partBytes = 0
      listener.onChunk(this, this.next++, chunk)
    }
  }
}
