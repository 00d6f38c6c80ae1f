// @ts-check
/** Which chunks are wanted now, and in which order: those just ahead of each reader, or (bulk) all that are missing. */

/**
 * @typedef {import('./chunk-table.js').ChunkTable} ChunkTable
 * @typedef {import('./reader.js').Reader} Reader
 */

/** The chunks from one to another, both inclusive. @typedef {{ first: number, last: number }} Span */

/** What one swarm has to bring. */
export class Demand {
  #chunks
  #windowBytes
  /** the newest first: a player that seeks opens a reader, and only then closes the old one @type {Reader[]} */
  #readers = []
  /** the last chunk that may be fed */
  #lastFed = Number.POSITIVE_INFINITY
  #isBulk
  /** bulk: all before it are handed over */
  #firstMissing = 0

  /** @param {ChunkTable} chunks @param {number} windowBytes how far ahead of a reader @param {boolean} isBulk */
  constructor(chunks, windowBytes, isBulk) {
    this.#chunks = chunks
    this.#windowBytes = windowBytes
    this.#isBulk = isBulk
  }

  /** @returns {readonly Reader[]} */
  get readers() {
    return this.#readers
  }

  /** @param {Reader} reader */
  add(reader) {
    this.#readers.unshift(reader)
  }

  /** @param {Reader} reader */
  remove(reader) {
    this.#readers = this.#readers.filter((other) => other !== reader)
  }

  /** @param {number} byte none from here on is fed; the chunk that holds the byte before it is fed whole */
  feedUntil(byte) {
    this.#lastFed = byte <= 0 ? -1 : this.#chunks.indexOf(byte - 1)
  }

  /** @param {number} chunk */
  isFed(chunk) {
    return chunk <= this.#lastFed
  }

  /** @returns {Span[]} */
  get spans() {
    const lastChunk = this.#chunks.count - 1
    if (this.#isBulk) {
      while (this.#firstMissing <= lastChunk && this.#chunks.isDone(this.#firstMissing)) this.#firstMissing++
      return this.#firstMissing > lastChunk ? [] : [{ first: this.#firstMissing, last: lastChunk }]
    }
    const spans = []
    for (const { position, end } of this.#readers) {
      if (position > end) continue
      const first = this.#chunks.indexOf(position)
      const last = Math.min(
        this.#chunks.indexOf(Math.min(end, position + this.#windowBytes)),
        lastChunk,
        this.#lastFed,
      )
      if (first <= last) spans.push({ first, last })
    }
    return spans
  }

  /** Chunks that nobody brings, in the order of need. @returns {Generator<number>} */
  *missing() {
    for (const { first, last } of this.spans) {
      for (let chunk = first; chunk <= last; chunk++) {
        if (!this.#chunks.isHere(chunk) && this.#chunks.ownersOf(chunk).size === 0) yield chunk
      }
    }
  }

  /** Does a span reach the end of what its reader will ever need? Then nothing further ahead is left to do. */
  get isAtItsEnd() {
    return (
      this.#isBulk ||
      this.#readers.every(
        ({ position, end }) =>
          this.#chunks.startOf(this.#chunks.indexOf(end)) <= position + this.#windowBytes,
      )
    )
  }

  /** How long a reader has waited for this chunk. @param {number} chunk @param {number} nowMs */
  waitedMs(chunk, nowMs) {
    let waitedMs = 0
    for (const { position, waitingSinceMs } of this.#readers) {
      if (waitingSinceMs !== undefined && this.#chunks.indexOf(position) === chunk)
        waitedMs = Math.max(waitedMs, nowMs - waitingSinceMs)
    }
    return waitedMs
  }
}

/** @param {readonly Span[]} spans @param {number} chunk */
export const isWithin = (spans, chunk) => spans.some(({ first, last }) => chunk >= first && chunk <= last)
