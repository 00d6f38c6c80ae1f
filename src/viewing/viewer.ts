/**
 * A viewer without a screen: reads a video as the watch page does, with its look-ahead and its definition of a stall, and
 * throws the bytes away at the pace at which they would be shown.
 */
import { RUNTIME } from '../http-client/runtime.ts'
import { readMediaFacts, type Times } from '../player/media/media-facts.js'
import { feedLimit } from '../player/playing/feed-limit.js'
import { FULL_SECONDS, type Stall, StallMeter } from '../player/playing/stalls.js'
import { HEARTBEAT_MS } from '../player/playing/swarm-player.js'
import type { SwarmEvent } from '../swarm/events.js'
import type { SwarmFile } from '../swarm/fetch-range.js'
import type { NodeAddress } from '../swarm/node.js'
import { Swarm } from '../swarm/swarm.js'
import { readRange } from './read-range.ts'

/** How often it looks at its video, as a page does. */
const LOOK_MS = 50
/** What a browser wants to have before the picture moves, and again when it stood. */
const BEGIN_SECONDS = 0.5
/** A browser's decoders stop with about so much left. */
const UNPLAYABLE_SECONDS = 1

export interface ViewerOptions {
  readonly file: SwarmFile
  readonly nodes: readonly NodeAddress[]
  readonly lookAheadSeconds: number
  /** how long the video plays, where its file does not say so */
  readonly seconds?: number | undefined
  readonly onEvent?: (event: SwarmEvent | Stall) => void
}

/** What it is doing now, and what it has met with. Times in ms. */
export interface ViewerState {
  readonly phase: 'starts' | 'plays' | 'stands' | 'at the end' | 'failed'
  /** from the beginning to the first picture */
  readonly firstPictureMs: number | undefined
  readonly stalls: number
  readonly stoodMs: number
  readonly longestStallMs: number
  /** of the file, and of what came for nothing */
  readonly bytes: number
  readonly wastedBytes: number
}

/** One viewer. It begins at once; whoever made it closes it. */
export class Viewer {
  readonly #options: ViewerOptions
  readonly #swarm: Swarm
  readonly #meter = new StallMeter()
  readonly #beganMs = performance.now()
  readonly #timer: NodeJS.Timeout
  #times: Times | undefined
  #duration: number
  #metadataEnd = 0
  #position = 0
  #seconds = 0
  #lookedMs = performance.now()
  #isMoving = false
  #starvedSinceMs: number | undefined
  #starvings = 0
  #firstPictureMs: number | undefined
  #stalls = 0
  #stoodMs = 0
  #longestStallMs = 0
  #stallSinceMs: number | undefined
  #wastedBytes = 0
  #error: Error | undefined

  constructor(options: ViewerOptions) {
    this.#options = options
    this.#duration = options.seconds ?? Number.NaN
    const { file, nodes, onEvent } = options
    this.#swarm = new Swarm({
      ...{ file, nodes, heartbeatMs: HEARTBEAT_MS, ...RUNTIME },
      onEvent: (event) => {
        if (event.type === 'wasted') this.#wastedBytes += event.bytes
        onEvent?.(event)
      },
    })
    this.#feed()
    void this.#learn()
    void this.#read()
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
  }

  get state(): ViewerState {
    const standsMs = this.#stallSinceMs === undefined ? 0 : performance.now() - this.#stallSinceMs
    return {
      phase: this.#phase,
      firstPictureMs: this.#firstPictureMs,
      stalls: this.#stalls,
      stoodMs: this.#stoodMs + standsMs,
      longestStallMs: Math.max(this.#longestStallMs, standsMs),
      bytes: this.#position,
      wastedBytes: this.#wastedBytes,
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#swarm.close()
  }

  get #phase(): ViewerState['phase'] {
    if (this.#error !== undefined) return 'failed'
    if (this.#seconds >= this.#duration) return 'at the end'
    if (this.#firstPictureMs === undefined) return 'starts'
    return this.#stallSinceMs === undefined ? 'plays' : 'stands'
  }

  /** The file's own tables say which bytes belong to which time. */
  async #learn(): Promise<void> {
    const { size, chunkSize } = this.#options.file
    const read = (start: number, last: number) => readRange(this.#swarm, start, last)
    try {
      const { times, seconds } = await readMediaFacts(size, read, ({ end }) => {
        this.#metadataEnd = Math.max(this.#metadataEnd, end + chunkSize)
        this.#feed()
      })
      this.#times = times
      if (seconds !== undefined) this.#duration = seconds
    } catch (error) {
      this.#error ??= error as Error
    }
  }

  /** Takes the bytes in order, as fast as its look-ahead lets them come. */
  async #read(): Promise<void> {
    const reader = this.#swarm.open(0, this.#options.file.size - 1)
    try {
      for (let piece = await reader.next(); piece !== undefined; piece = await reader.next())
        this.#position += piece.length
    } catch (error) {
      this.#error ??= error as Error
    }
  }

  #look(): void {
    const nowMs = performance.now()
    const passed = (nowMs - this.#lookedMs) / 1000
    this.#lookedMs = nowMs
    const isKnown = Number.isFinite(this.#duration)
    if (isKnown && this.#seconds < this.#duration && this.#error === undefined) this.#play(nowMs, passed)
    this.#feed()
  }

  /** @param passed seconds since it was looked at before */
  #play(nowMs: number, passed: number): void {
    const needs = this.#isMoving ? passed : BEGIN_SECONDS
    this.#isMoving = this.#position >= this.#bytesFor(this.#seconds + needs)
    if (this.#isMoving) {
      this.#firstPictureMs ??= nowMs - this.#beganMs
      this.#seconds = Math.min(this.#duration, this.#seconds + passed)
      this.#starvedSinceMs = undefined
    } else {
      if (this.#starvedSinceMs === undefined && this.#seconds > 0) this.#starvings++
      this.#starvedSinceMs ??= nowMs
    }
    if (this.#firstPictureMs !== undefined) this.#measure(nowMs)
  }

  #measure(nowMs: number): void {
    const stall = this.#meter.look({
      atMs: nowMs,
      seconds: this.#seconds,
      shouldMove: this.#seconds < this.#duration,
      isSeeking: false,
      lacksData: this.#position < this.#bytesFor(this.#seconds + FULL_SECONDS),
    })
    if (stall === undefined) return
    if (stall.isOver) {
      this.#stallSinceMs = undefined
      this.#stoodMs += stall.ms
      this.#longestStallMs = Math.max(this.#longestStallMs, stall.ms)
    } else {
      this.#stalls++
      this.#stallSinceMs = stall.atMs - stall.ms
    }
    this.#options.onEvent?.(stall)
  }

  /** How many bytes must be there for the picture of this time. */
  #bytesFor(seconds: number): number {
    const { size } = this.#options.file
    if (seconds >= this.#duration) return size
    const exact = this.#times?.(seconds) ?? (seconds / this.#duration) * size
    return Math.min(size, exact)
  }

  /** How many seconds are there beyond the playhead. */
  get #ahead(): number {
    let [low, high] = [0, this.#options.lookAheadSeconds + 1]
    while (high - low > 0.1) {
      const middle = (low + high) / 2
      if (this.#position >= this.#bytesFor(this.#seconds + middle)) low = middle
      else high = middle
    }
    return low
  }

  /** Tells the swarm how far it may read, and how long the video can do without. */
  #feed(): void {
    const { file, lookAheadSeconds } = this.#options
    const nowMs = performance.now()
    const isKnown = Number.isFinite(this.#duration)
    this.#swarm.patienceMs = isKnown ? 1000 * Math.max(0, this.#ahead - UNPLAYABLE_SECONDS) : 0
    this.#swarm.feedUntil(
      feedLimit({
        sizeBytes: file.size,
        seconds: this.#seconds,
        aheadSeconds: lookAheadSeconds,
        rate: 1,
        durationSeconds: this.#duration,
        metadataEnd: this.#metadataEnd,
        timeToByte: this.#times,
        starvedMs: this.#starvedSinceMs === undefined ? 0 : nowMs - this.#starvedSinceMs,
        starvings: this.#starvings,
      }),
    )
  }
}
