/** A replica that is being served: one version of a file, open, and shared by the replies that overlap in time. */
import type { OpenFile } from './open-file.ts'
import { currentTurn } from './turn.ts'

/** What is true of one version of a replica. */
export interface ReplicaFacts {
  readonly name: string
  readonly sizeBytes: number
  /** ms since 1970 */
  readonly lastModifiedMs: number
  /** strong, with its quotes; the same on every node when the manifest fits */
  readonly etag: string
  /** SHA-256 as hex where the manifest fits the file */
  readonly sha256: string | undefined
}

/** An open replica: its facts and its bytes are of one version. Release it exactly once. */
export interface Replica {
  readonly facts: ReplicaFacts
  /** Fills `target` from `position` on; throws when these bytes are no longer there. */
  read(target: Uint8Array, position: number): Promise<void>
  /** @param wasCut the client hung up: nobody will ask for the next range */
  release(wasCut?: boolean): void
}

/** How long a file stays open when nobody reads it: the next range of a player comes at once. */
const LINGER_MS = 100

/** A file that several replies read. It is closed soon after the last of them, or at once if that was cut. */
export class SharedFile implements Replica {
  readonly facts: ReplicaFacts
  readonly #file: OpenFile
  readonly #onClose: () => void
  #readers = 1 // whoever opened it
  #isClosed = false
  #lookedAtTurn = -1
  #idleSinceMs = 0
  #timer: NodeJS.Timeout | undefined

  constructor(file: OpenFile, facts: ReplicaFacts, onClose: () => void) {
    this.#file = file
    this.facts = facts
    this.#onClose = onClose
  }

  /**
   * Becomes one reader more, if this is still open and still what its name leads to. One look serves all
   * who join in this turn: every one of them asked before it began.
   */
  join(): boolean {
    if (this.#isClosed) return false
    if (this.#lookedAtTurn !== currentTurn()) {
      if (!this.#file.isCurrent()) return false
      this.#lookedAtTurn = currentTurn()
    }
    this.#readers++
    return true
  }

  read(target: Uint8Array, position: number): Promise<void> {
    return this.#file.read(target, position)
  }

  release(wasCut = false): void {
    if (--this.#readers > 0) return
    if (wasCut) {
      this.#close()
      return
    }
    this.#idleSinceMs = performance.now()
    this.#timer ??= setTimeout(() => this.#closeIfIdle(), LINGER_MS).unref()
  }

  #closeIfIdle(): void {
    this.#timer = undefined
    if (this.#readers > 0) return
    const leftMs = this.#idleSinceMs + LINGER_MS - performance.now()
    if (leftMs <= 0) this.#close()
    else this.#timer = setTimeout(() => this.#closeIfIdle(), leftMs).unref()
  }

  #close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#onClose()
    this.#file.close().catch(() => {}) // nothing was written, so nothing can be lost
  }
}
