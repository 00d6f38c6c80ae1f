/**
 * A viewer in a world without waiting: a video that plays what a swarm of simulated nodes brings it, by the same
 * rules as the page's, and all of the page's models, which hear every event.
 */

import type { PlayerEvent, Policy } from '../../../../src/player/playing/player-events.js'
import { FULL_SECONDS, StallMeter } from '../../../../src/player/playing/stalls.js'
import { Figures } from '../../../../src/player/room/figures.js'
import { markNodes } from '../../../../src/player/room/marks/node-marks.js'
import { NodeModel } from '../../../../src/player/room/nodes/node-model.js'
import { Story } from '../../../../src/player/room/story/story.js'
import type { SwarmEvent } from '../../../../src/swarm/events.js'
import type { Reader } from '../../../../src/swarm/reader.js'
import { type NodeBehaviour, Simulation, simulatedFile } from '../../../swarm/simulation.ts'

export type Event = SwarmEvent | PlayerEvent

const LOOK_MS = 50

/** What the viewer's file and habits are. */
export interface Viewing {
  readonly sizeBytes: number
  readonly chunkBytes: number
  readonly bytesPerSecond: number
  readonly random: () => number
}

/** A video that is being watched, and the models of its page. */
export class SimulatedPlayer {
  readonly simulation: Simulation
  readonly story = new Story()
  readonly figures = new Figures()
  readonly nodes: NodeModel
  readonly events: Event[] = []
  /** told of every event, before the models and behind them */
  onEvent: (event: Event, when: 'before' | 'after') => void = () => {}
  policy: Policy = { kind: 'all' }
  aheadSeconds = 5
  isPaused = false
  readonly #viewing: Viewing
  readonly #meter = new StallMeter()
  #reader: Reader
  #seconds = 0
  /** up to where it has everything from its playhead on, byte */
  #bufferedEnd = 0
  #isSeeking = false
  #hasPicture = false

  constructor(viewing: Viewing, behaviours: readonly Partial<NodeBehaviour>[]) {
    this.#viewing = viewing
    this.nodes = new NodeModel(markNodes(behaviours.map((_, index) => `node${index + 1}`)))
    this.simulation = new Simulation(simulatedFile(viewing.sizeBytes, viewing.chunkBytes), behaviours, {
      random: viewing.random,
      hashMs: 2,
      heartbeatMs: 2_000,
      onEvent: (event) => this.#tell(event),
    })
    this.simulation.swarm.feedUntil(this.#limit)
    this.#reader = this.#read(0)
    this.simulation.after(LOOK_MS, () => this.#look())
  }

  get nowMs(): number {
    return this.simulation.clock.now()
  }

  setPolicy(policy: Policy): void {
    this.policy = policy
    this.simulation.swarm.policy = policy
  }

  /** Goes to a place of the file, 0 up to 1. */
  seek(share: number): void {
    const { sizeBytes, bytesPerSecond } = this.#viewing
    const start = Math.floor(share * (sizeBytes - 1))
    this.#seconds = start / bytesPerSecond
    this.#isSeeking = true
    this.#bufferedEnd = start
    this.#reader.cancel()
    this.simulation.swarm.feedUntil(this.#limit)
    this.#reader = this.#read(start)
  }

  get #limit(): number {
    return (this.#seconds + this.aheadSeconds) * this.#viewing.bytesPerSecond
  }

  get #isEnded(): boolean {
    return this.#seconds * this.#viewing.bytesPerSecond >= this.#viewing.sizeBytes
  }

  get #isPlaying(): boolean {
    return !this.isPaused && !this.#isEnded && !this.#isSeeking
  }

  #tell(event: Event): void {
    this.events.push(event)
    this.onEvent(event, 'before')
    this.nodes.apply(event)
    this.figures.apply(event)
    this.story.apply(event, { isPlaying: this.#isPlaying, policy: this.policy })
    this.onEvent(event, 'after')
  }

  #read(start: number): Reader {
    const reader = this.simulation.swarm.open(start, this.#viewing.sizeBytes - 1)
    const go = async (): Promise<void> => {
      for (let bytes = await reader.next(); bytes !== undefined; bytes = await reader.next()) {
        if (reader !== this.#reader) return
        this.#bufferedEnd += bytes.length
      }
    }
    queueMicrotask(() => void go())
    return reader
  }

  /** One look at the video, as the page looks at it, and what has been played since the last one. */
  #look(): void {
    const { bytesPerSecond } = this.#viewing
    const atMs = this.nowMs
    const hasData = this.#bufferedEnd > this.#seconds * bytesPerSecond
    if (hasData) this.#isSeeking = false
    if (hasData && !this.#hasPicture) {
      this.#hasPicture = true
      this.#tell({ type: 'first frame', atMs, ms: atMs, kind: 'picture' })
    } else if (hasData && !this.isPaused) {
      this.#seconds = Math.min(this.#seconds + LOOK_MS / 1000, this.#bufferedEnd / bytesPerSecond)
    }
    this.simulation.swarm.feedUntil(this.#limit)
    if (this.#hasPicture) {
      const shouldMove = !this.isPaused && !this.#isEnded
      const enough = (this.#seconds + FULL_SECONDS) * bytesPerSecond
      const stall = this.#meter.look({
        atMs,
        seconds: this.#seconds,
        shouldMove,
        isSeeking: this.#isSeeking,
        lacksData: this.#bufferedEnd < enough && this.simulation.swarm.isAwaited(enough),
      })
      if (stall !== undefined) this.#tell(stall)
    }
    this.simulation.after(LOOK_MS, () => this.#look())
  }
}
