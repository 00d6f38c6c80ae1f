/** Somebody who watches a file as the page has it watched: fed some seconds ahead, played at its rate, looped. */
import type { Clock } from '../../src/swarm/clock.js'
import type { SwarmFile } from '../../src/swarm/fetch-range.js'
import type { Reader } from '../../src/swarm/reader.js'
import type { Swarm } from '../../src/swarm/swarm.js'

const LOOK_MS = 250
/** As the page counts: with less than this ahead a browser stands still. */
const UNPLAYABLE_MS = 1000
const SLACK_BYTES = 128 * 1024

/** A file, who reads it, and the time: that of a simulation, or real. */
export interface Watched {
  readonly swarm: Swarm
  readonly file: SwarmFile
  readonly clock: Clock
}

/** How it is watched. */
export interface Viewing {
  /** rate of the video */
  readonly bytesPerMs: number
  /** how much it is fed ahead of its playhead */
  readonly aheadMs: number
  /** of the page, which may be throttled; that of the world unless told otherwise */
  readonly clock?: Clock
}

/** One viewer. It begins at once, and goes on until it is told to stop. */
export class Viewer {
  isPaused = false
  /** how long it stood still for lack of bytes, the start apart */
  stoodMs = 0
  /** when it last went elsewhere, or to the beginning: until it has something ahead, it needs what helps */
  soughtMs: number
  #playhead = 0
  #position = 0
  #lookedMs: number
  #isStarted = false
  #timer: unknown
  #reader: Reader
  readonly #watched: Watched
  readonly #viewing: Viewing
  readonly #clock: Clock

  constructor(watched: Watched, viewing: Viewing) {
    this.#watched = watched
    this.#viewing = viewing
    this.#clock = viewing.clock ?? watched.clock
    this.#lookedMs = watched.clock.now()
    this.soughtMs = this.#lookedMs
    this.#reader = watched.swarm.open(0, watched.file.size - 1)
    void this.#read(this.#reader)
    this.#look()
  }

  /** Goes elsewhere in the file. */
  seek(byte: number): void {
    const before = this.#reader
    this.soughtMs = this.#watched.clock.now()
    this.#playhead = byte
    this.#position = byte
    this.#isStarted = false // who seeks waits
    this.#feed()
    this.#reader = this.#watched.swarm.open(byte, this.#watched.file.size - 1)
    before.cancel()
    void this.#read(this.#reader)
  }

  /** Goes away. */
  stop(): void {
    this.#clock.clearTimeout(this.#timer)
    this.#reader.cancel()
  }

  async #read(reader: Reader): Promise<void> {
    for (;;) {
      const bytes = await reader.next()
      if (bytes === undefined || reader !== this.#reader) return
      this.#position += bytes.length
    }
  }

  #look(): void {
    const { size, chunkSize } = this.#watched.file
    const { bytesPerMs } = this.#viewing
    const nowMs = this.#watched.clock.now()
    const wantedBytes = (nowMs - this.#lookedMs) * bytesPerMs
    this.#lookedMs = nowMs
    const playable = Math.max(0, this.#position - this.#playhead)
    if (!this.isPaused) {
      // The page lets a video move when the first chunk is whole, though its first pieces come before.
      this.#isStarted ||= playable > 0 && this.#position >= Math.min(chunkSize, size)
      if (this.#isStarted) this.#playhead += Math.min(wantedBytes, playable)
      const isAtEnd = this.#position >= size
      if (this.#isStarted && playable < wantedBytes && !isAtEnd)
        this.stoodMs += (wantedBytes - playable) / bytesPerMs
      if (this.#playhead >= size) this.seek(0)
    }
    this.#feed()
    this.#timer = this.#clock.setTimeout(() => this.#look(), LOOK_MS)
  }

  #feed(): void {
    const { bytesPerMs, aheadMs } = this.#viewing
    const { swarm, file } = this.#watched
    const limit = this.#playhead + aheadMs * bytesPerMs + SLACK_BYTES
    swarm.patienceMs = Math.max(0, (this.#position - this.#playhead) / bytesPerMs - UNPLAYABLE_MS)
    swarm.feedUntil(limit < file.size ? limit : Number.POSITIVE_INFINITY)
  }
}
