/**
 * Flushing while there is still more to write: flushed at the end alone, the disks would be idle until then, and the processors
 * after it. One copy at a time, because each flush keeps one of the few threads that read, write and hash.
 */

/** After so many bytes of each copy the next one is flushed, if none is. */
const STEP_BYTES = 16 * 1024 * 1024

export class EarlyFlush {
  #flushing: Promise<void> | undefined
  #unflushedBytes = 0
  /** whose turn it is */
  #turn = 0

  /** So much was written to each of these. */
  note(copies: readonly { flushSoFar(): Promise<void> }[], bytes: number): void {
    this.#unflushedBytes += bytes
    const copy = copies[this.#turn % copies.length]
    if (this.#flushing !== undefined || this.#unflushedBytes < STEP_BYTES || copy === undefined) return
    this.#unflushedBytes = 0
    this.#turn++
    this.#flushing = copy.flushSoFar().finally(() => {
      this.#flushing = undefined
    })
  }

  /** Resolves when no flush is under way. */
  get ended(): Promise<void> {
    return this.#flushing ?? Promise.resolve()
  }
}
