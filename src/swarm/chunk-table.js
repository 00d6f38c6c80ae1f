// @ts-check
/** Every chunk of one file: where it lies, who is bringing it, and the verified ones themselves. */

/**
 * @typedef {import('./fetch-range.js').SwarmFile} SwarmFile
 * @typedef {import('./run.js').Run} Run
 */

/** So much memory of chunks that are done with waits for the next ones. */
const SPARE_BYTES = 8 * 2 ** 20

/** The chunks of one file. Chunks are named by index. */
export class ChunkTable {
  /** how many there are */
  count
  #file
  #cacheBytes
  /** verified chunks, the one used longest ago first @type {Map<number, Uint8Array<ArrayBuffer>>} */
  #kept = new Map()
  #keptBytes = 0
  /** @type {Map<number, Set<Run>>} */
  #owners = new Map()
  /** complete, and its hash is being computed @type {Set<number>} */
  #verifying = new Set()
  /** handed over for good (bulk) @type {Set<number>} */
  #done
  /** memory of chunks that are done with: new memory has to be had from the system, and cleared @type {Uint8Array<ArrayBuffer>[]} */
  #spare = []

  /**
   * @param {SwarmFile} file
   * @param {number} cacheBytes how much of what is verified is kept
   * @param {Iterable<number>} have chunks that nobody needs to read
   */
  constructor(file, cacheBytes, have) {
    this.#file = file
    this.#cacheBytes = cacheBytes
    this.#done = new Set(have)
    this.count = Math.ceil(file.size / file.chunkSize)
  }

  /** @param {number} byte */
  indexOf(byte) {
    return Math.floor(byte / this.#file.chunkSize)
  }

  /** @param {number} chunk @returns {number} its first byte */
  startOf(chunk) {
    return chunk * this.#file.chunkSize
  }

  /** @param {number} chunk @returns {number} its last byte */
  endOf(chunk) {
    return Math.min(this.#file.size, (chunk + 1) * this.#file.chunkSize) - 1
  }

  /** @param {number} chunk @param {number} [last] @returns {number} bytes of the chunks from one to another */
  bytesOf(chunk, last = chunk) {
    return this.endOf(last) - this.startOf(chunk) + 1
  }

  /** @param {number} chunk @returns {Uint8Array<ArrayBuffer> | undefined} verified bytes */
  get(chunk) {
    const bytes = this.#kept.get(chunk)
    if (bytes !== undefined) {
      this.#kept.delete(chunk)
      this.#kept.set(chunk, bytes) // used last
    }
    return bytes
  }

  /**
   * Keeps a verified chunk, and drops what was used longest ago and is not needed.
   * @param {number} chunk
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @param {(chunk: number) => boolean} isNeeded
   */
  keep(chunk, bytes, isNeeded) {
    this.#kept.set(chunk, bytes)
    this.#keptBytes += bytes.length
    if (this.#keptBytes <= this.#cacheBytes) return
    for (const [old, { length }] of this.#kept) {
      if (isNeeded(old)) continue
      this.#kept.delete(old)
      this.#keptBytes -= length
      if (this.#keptBytes <= this.#cacheBytes) return
    }
  }

  /** Memory for a chunk that begins to arrive. @param {number} chunk */
  roomFor(chunk) {
    const size = this.bytesOf(chunk)
    return (size === this.#file.chunkSize ? this.#spare.pop() : undefined) ?? new Uint8Array(size)
  }

  /** Nobody looks at these bytes any more. @param {Uint8Array<ArrayBuffer>} bytes of one chunk */
  useAgain(bytes) {
    const { chunkSize } = this.#file
    if (bytes.length === chunkSize && this.#spare.length * chunkSize < SPARE_BYTES) this.#spare.push(bytes)
  }

  /** @param {number} chunk it was handed over, and is never read again */
  markDone(chunk) {
    this.#done.add(chunk)
  }

  get doneCount() {
    return this.#done.size
  }

  /** Was it handed over for good (bulk)? @param {number} chunk */
  isDone(chunk) {
    return this.#done.has(chunk)
  }

  /** How many are neither here nor on their way (bulk). */
  get openCount() {
    return this.count - this.#done.size - this.#owners.size - this.#verifying.size
  }

  /** Is it here, or on its way through verification? @param {number} chunk */
  isHere(chunk) {
    return this.#kept.has(chunk) || this.#done.has(chunk) || this.#verifying.has(chunk)
  }

  /** @param {number} chunk @returns {ReadonlySet<Run>} the runs that bring it */
  ownersOf(chunk) {
    return this.#owners.get(chunk) ?? NOBODY
  }

  /** @param {number} chunk @param {Run} run */
  claim(chunk, run) {
    const owners = this.#owners.get(chunk)
    if (owners === undefined) this.#owners.set(chunk, new Set([run]))
    else owners.add(run)
  }

  /** @param {number} chunk @param {Run} run */
  release(chunk, run) {
    const owners = this.#owners.get(chunk)
    if (owners?.delete(run) && owners.size === 0) this.#owners.delete(chunk)
  }

  /** @param {number} chunk */
  isVerifying(chunk) {
    return this.#verifying.has(chunk)
  }

  /** @param {number} chunk @param {boolean} isVerifying */
  setVerifying(chunk, isVerifying) {
    if (isVerifying) this.#verifying.add(chunk)
    else this.#verifying.delete(chunk)
  }
}

/** @type {ReadonlySet<Run>} */
const NOBODY = new Set()
