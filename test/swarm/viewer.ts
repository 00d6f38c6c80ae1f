/** Somebody who watches a simulated file as the page has it watched: fed some seconds ahead, played at its rate, looped. */
import type { Clock } from '../../src/swarm/clock.js'
import type { Simulation } from './simulation.ts'

const LOOK_MS = 250
/** As the page counts: with less than this ahead a browser stands still. */
const UNPLAYABLE_MS = 1000
const SLACK_BYTES = 128 * 1024

/** What is watched, and how. */
export interface Viewing {
  /** rate of the video */
  readonly bytesPerMs: number
  /** how much it is fed ahead of its playhead */
  readonly aheadMs: number
  /** of the page, which may be throttled; that of the world unless told otherwise */
  readonly clock?: Clock
}

/** One viewer. It begins at once, and goes on for ever. */
export class Viewer {
  isPaused = false
  /** how long it stood still for lack of bytes, the start apart */
  stoodMs = 0
  #playhead = 0
  #position = 0
  #lookedMs: number
  #isStarted = false
  #reader
  readonly #simulation
  readonly #viewing
  readonly #clock: Clock

  constructor(simulation: Simulation, viewing: Viewing) {
    this.#simulation = simulation
    this.#viewing = viewing
    this.#clock = viewing.clock ?? simulation.clock
    this.#lookedMs = simulation.clock.now()
    this.#reader = simulation.swarm.open(0, simulation.file.size - 1)
    void this.#read(this.#reader)
    this.#look()
  }

  /** Goes elsewhere in the file. */
  seek(byte: number): void {
    const before = this.#reader
    this.#playhead = byte
    this.#position = byte
    this.#isStarted = false // who seeks waits
    this.#feed()
    this.#reader = this.#simulation.swarm.open(byte, this.#simulation.file.size - 1)
    before.cancel()
    void this.#read(this.#reader)
  }

  async #read(reader: ReturnType<Simulation['swarm']['open']>): Promise<void> {
    for (;;) {
      const bytes = await reader.next()
      if (bytes === undefined || reader !== this.#reader) return
      this.#position += bytes.length
    }
  }

  #look(): void {
    const { size } = this.#simulation.file
    const { bytesPerMs } = this.#viewing
    const nowMs = this.#simulation.clock.now()
    const wantedBytes = (nowMs - this.#lookedMs) * bytesPerMs
    this.#lookedMs = nowMs
    const playable = Math.max(0, this.#position - this.#playhead)
    if (!this.isPaused) {
      this.#playhead += Math.min(wantedBytes, playable)
      this.#isStarted ||= playable > 0
      const isAtEnd = this.#position >= size
      if (this.#isStarted && playable < wantedBytes && !isAtEnd)
        this.stoodMs += (wantedBytes - playable) / bytesPerMs
      if (this.#playhead >= size) this.seek(0)
    }
    this.#feed()
    this.#clock.setTimeout(() => this.#look(), LOOK_MS)
  }

  #feed(): void {
    const { bytesPerMs, aheadMs } = this.#viewing
    const { swarm, file } = this.#simulation
    const limit = this.#playhead + aheadMs * bytesPerMs + SLACK_BYTES
    swarm.patienceMs = Math.max(0, (this.#position - this.#playhead) / bytesPerMs - UNPLAYABLE_MS)
    swarm.feedUntil(limit < file.size ? limit : Number.POSITIVE_INFINITY)
  }
}
