/**
 * SHA-256 of all bytes of a file, in their order. It takes as long as the hashes of all chunks together, so for a large
 * file it has a thread, and with that a core, of its own.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** A thread needs about as long to start as one core needs to hash this. */
const LARGE_BYTES = 32 * 1024 * 1024

/** The hash of one file. */
export interface WholeHash {
  /** Takes the next bytes. Their memory, which is of {@link WholeHash.allocate}, may change when it has resolved. */
  update(bytes: Uint8Array): Promise<void>
  /** @returns lower-case hex */
  digest(): Promise<string>
  allocate(sizeBytes: number): Buffer
  /** Ends it; also one that has given no hash. */
  close(): Promise<void>
}

export const wholeHashFor = (fileBytes: number): WholeHash =>
  fileBytes < LARGE_BYTES ? new OwnHash() : new ThreadHash()

/** Hashes in this thread. */
export class OwnHash implements WholeHash {
  readonly #hash = createHash('sha256')

  async update(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes)
  }

  async digest(): Promise<string> {
    return this.#hash.digest('hex')
  }

  allocate(sizeBytes: number): Buffer {
    return Buffer.allocUnsafeSlow(sizeBytes)
  }

  async close(): Promise<void> {}
}

/** Hashes in another thread. */
export class ThreadHash implements WholeHash {
  readonly #worker = new Worker(new URL('hash-worker.js', import.meta.url), { execArgv: [] })
  readonly #gone = new AbortController()

  constructor() {
    const fail = (cause: unknown): void =>
      this.#gone.abort(new Error('The thread that hashes has ended.', { cause }))
    this.#worker.once('error', fail).once('exit', fail)
  }

  async update(bytes: Uint8Array): Promise<void> {
    await this.#ask(bytes)
  }

  async digest(): Promise<string> {
    return String(await this.#ask(null))
  }

  allocate(sizeBytes: number): Buffer {
    return Buffer.from(new SharedArrayBuffer(sizeBytes))
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  /** One question at a time. */
  async #ask(message: Uint8Array | null): Promise<unknown> {
    const { signal } = this.#gone
    this.#worker.postMessage(message)
    try {
      const [answer] = (await once(this.#worker, 'message', { signal })) as unknown[]
      return answer
    } catch {
      throw signal.reason // which says more than that the waiting was ended
    }
  }
}
