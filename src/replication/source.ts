/** The file that is replicated: one version of it, read from front to end and hashed on the way. */
import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
import { explainFileError } from '../file-errors.ts'
import { findLookalike } from '../lookalike.ts'
import { type Manifest, openingBytes, PIECE_BYTES } from '../version/manifest.js'
import { sha256Hex } from '../version/sha256.js'
import { chunkSizeFor, modificationTimeMs } from './manifest.ts'

/** Bytes per read, or a chunk if that is more. One block is read while another is written and hashed. */
const BLOCK_BYTES = 1024 * 1024

/** The hashes that a manifest holds. */
export type Hashes = Pick<Manifest, 'sha256' | 'chunkSize' | 'chunks' | 'opening'>

/** An open source and what it was when it was opened. */
export class Source {
  readonly file: string
  readonly sizeBytes: number
  readonly stats: BigIntStats
  readonly #handle: FileHandle

  private constructor(file: string, handle: FileHandle, stats: BigIntStats) {
    this.file = file
    this.#handle = handle
    this.stats = stats
    this.sizeBytes = Number(stats.size)
  }

  /** @throws Error that names the file when it is none, or no regular one */
  static async open(file: string): Promise<Source> {
    // Without O_NONBLOCK the open of a FIFO would wait for a writer.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
      async (cause: unknown) => {
        const lookalike = await findLookalike(path.dirname(file), path.basename(file))
        const hint =
          lookalike === undefined
            ? ''
            : '. One is there whose name looks the same but is spelt with other code points (composed or decomposed letters): let Tab complete the name'
        throw new Error(`Cannot read ${file}: ${explainFileError(cause)}${hint}`, { cause })
      },
    )
    const stats = await handle.stat({ bigint: true })
    if (stats.isFile()) return new Source(file, handle, stats)
    await handle.close()
    throw new Error(
      `Cannot replicate ${file}: ${stats.isDirectory() ? 'it is a folder; name one file' : 'it is no regular file'}`,
    )
  }

  get modificationTimeMs(): number {
    return modificationTimeMs(this.stats)
  }

  /**
   * Reads the source once, from front to end.
   * @param eachBlock takes every block and says whether it wants another; the block's memory is used
   *   again when the promise has resolved
   * @returns the hashes of exactly the bytes that were handed out, or `undefined` when it was stopped
   * @throws Error when the source changed meanwhile, and what `eachBlock` throws
   */
  async read(
    eachBlock: (block: Uint8Array, position: number) => Promise<boolean>,
  ): Promise<Hashes | undefined> {
    const chunkSize = chunkSizeFor(this.sizeBytes)
    const blockBytes = Math.max(BLOCK_BYTES, chunkSize) // both powers of two: a block has whole chunks
    const hasher = new Hasher(chunkSize)
    const [first, second] = [Buffer.allocUnsafeSlow(blockBytes), Buffer.allocUnsafeSlow(blockBytes)]
    let [current, spare] = [first, second]
    let reading = this.#fill(current, 0)
    for (let position = 0; position < this.sizeBytes; ) {
      const block = await reading
      const next = position + block.length
      reading = next < this.sizeBytes ? this.#fill(spare, next) : Promise.resolve(spare)
      reading.catch(() => {}) // told when it is awaited
      let goesOn = false
      try {
        const taken = eachBlock(block, position)
        ;[goesOn] = await Promise.all([taken, hasher.update(block)]) // hashed while the disks are at work
      } finally {
        if (!goesOn) await reading.catch(() => {}) // no read may be left behind
      }
      if (!goesOn) return undefined
      position = next
      ;[current, spare] = [spare, current]
    }
    await this.requireUnchanged()
    return hasher.digest()
  }

  /** @throws Error when the source is no longer the version that was opened */
  async requireUnchanged(): Promise<void> {
    const now = await this.#handle.stat({ bigint: true })
    const { stats } = this
    if (now.size !== stats.size || now.mtimeNs !== stats.mtimeNs) throw this.#changed()
  }

  /** A few bytes from anywhere: as many as asked, or fewer where it ends. */
  readonly readAt = async (position: number, length: number): Promise<Uint8Array> => {
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(length), 0, length, position)
    return buffer.subarray(0, bytesRead)
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async #fill(buffer: Buffer<ArrayBuffer>, position: number): Promise<Buffer<ArrayBuffer>> {
    const wanted = Math.min(buffer.length, this.sizeBytes - position)
    for (let filled = 0; filled < wanted; ) {
      const { bytesRead } = await this.#handle.read(buffer, filled, wanted - filled, position + filled)
      if (bytesRead === 0) throw this.#changed()
      filled += bytesRead
    }
    return buffer.subarray(0, wanted)
  }

  #changed(): Error {
    return new Error(
      `Cannot replicate ${this.file}: it changed while it was read. Wait until it is finished, then run this again.`,
    )
  }
}

/** SHA-256 of a stream of bytes, as a whole, and on other threads meanwhile in chunks, and of its opening in pieces. */
class Hasher {
  readonly #chunkSize: number
  readonly #whole = createHash('sha256')
  readonly #chunks: string[] = []
  #opening: string[] | undefined

  constructor(chunkSize: number) {
    this.#chunkSize = chunkSize
  }

  /** Takes the next bytes: whole chunks, but for the last ones of the stream. */
  async update(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const chunks = Promise.all(cut(bytes, this.#chunkSize).map(sha256Hex))
    this.#whole.update(bytes)
    this.#chunks.push(...(await chunks))
    this.#opening ??= await Promise.all(
      cut(bytes.subarray(0, openingBytes(bytes.length)), PIECE_BYTES).map(sha256Hex),
    )
  }

  digest(): Hashes {
    return {
      sha256: this.#whole.digest('hex'),
      chunkSize: this.#chunkSize,
      chunks: this.#chunks,
      opening: this.#opening ?? [],
    }
  }
}

/** The parts of some bytes, each of the same size but for the last. Pure. */
function cut(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer>[] {
  const count = Math.ceil(bytes.length / size)
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size))
}
