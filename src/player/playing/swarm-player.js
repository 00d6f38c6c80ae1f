// @ts-check
/** Plays a file from all nodes: the video's requests, through the service worker, become reads of a swarm. */

import { realClock } from '../../swarm/clock.js'
import { Swarm } from '../../swarm/swarm.js'
import { mediaTypeOf } from '../../version/media-type.js'
import { readMediaFacts } from '../media/media-facts.js'
import { startStream } from '../worker/stream-source.js'
import { VideoStreams } from '../worker/video-streams.js'
import { holdBack } from './begin.js'
import { LookAhead } from './look-ahead.js'
import { MediaWatch } from './media-watch.js'
import { resume } from './resume.js'

/** How often each node's health is looked at, for its card. */
export const HEARTBEAT_MS = 2_000

export class SwarmPlayer {
  #video
  #swarm
  #onEvent
  #streams
  #lookAhead
  #stop = new AbortController()
  #mediaWatch
  #letBegin = () => {}

  /**
   * Opens the swarm and begins to read, before the video asks: the worker may still be starting.
   * @param {import('./player-events.js').PlayerOptions} options
   */
  constructor({ video, file, nodes, onEvent, lookAheadSeconds, policy, early = {} }) {
    this.#video = video
    this.#onEvent = onEvent
    this.#swarm = new Swarm({ file, nodes, onEvent, policy, heartbeatMs: HEARTBEAT_MS, ...early })
    this.#streams = new VideoStreams({
      file: { size: file.size, mediaType: mediaTypeOf(file.name) },
      open: (start, end) => this.#open(start, end),
      clock: realClock,
    })
    this.#lookAhead = new LookAhead({
      video,
      sizeBytes: file.size,
      aheadSeconds: lookAheadSeconds,
      feedUntil: (byte) => this.#swarm.feedUntil(byte),
      setPatience: (ms) => {
        this.#swarm.patienceMs = ms
      },
    })
    const retry = () => this.#retry()
    this.#mediaWatch = new MediaWatch({ video, name: file.name, onEvent, retry })
    this.#readAhead(file).catch(() => {}) // it is told, and the video will ask for the same
  }

  /**
   * Gives the video its source. The worker must be in charge.
   * @returns {Promise<boolean>} whether the video's first request has come here, and not gone past the worker
   */
  start() {
    this.#letBegin = holdBack(this.#video)
    return startStream({
      video: this.#video,
      onRequest: (range, port) => this.#streams.answer(range, port),
      isReading: () => this.#streams.readers > 0,
      signal: this.#stop.signal,
    })
  }

  /**
   * Has the video yet to be handed what it plays in the next seconds?
   * @param {number} seconds
   */
  owes(seconds) {
    return this.#swarm.isAwaited(this.#lookAhead.enoughFor(seconds))
  }

  /** @param {number} seconds */
  setLookAhead(seconds) {
    this.#lookAhead.setSeconds(seconds)
  }

  /** @param {import('./player-events.js').Policy} policy */
  setPolicy(policy) {
    this.#swarm.policy = policy
  }

  close() {
    this.#letBegin()
    this.#stop.abort()
    this.#lookAhead.close()
    this.#mediaWatch.close()
    this.#streams.close()
    this.#swarm.close()
  }

  /**
   * Reads the beginning of the file, and of an MP4 the tables wherever they are: the video will want the same.
   * @param {import('./player-events.js').VideoFile} file
   */
  async #readAhead({ size, chunkSize }) {
    const read = (/** @type {number} */ start, /** @type {number} */ end) => this.#read(start, end)
    const allow = (/** @type {number} */ byte) => this.#lookAhead.allowMetadata(byte)
    const { facts, times } = await readMediaFacts(size, read, ({ end }) => allow(end + chunkSize))
    if (this.#stop.signal.aborted) return
    this.#mediaWatch.learn(facts)
    if (times !== undefined) this.#lookAhead.useTimes(times)
    else allow(Infinity) // of other files, and of fragmented ones, browsers first read here and there
  }

  /**
   * A reader whose failure is told: a video element only says that something failed.
   * @param {number} start
   * @param {number} end inclusive
   */
  #open(start, end) {
    const reader = this.#swarm.open(start, end)
    return {
      next: () =>
        reader.next().catch((error) => {
          this.#onEvent({ type: 'player error', atMs: performance.now(), message: `${error.message}.` })
          throw error
        }),
      cancel: () => reader.cancel(),
    }
  }

  /**
   * @param {number} start
   * @param {number} end inclusive
   * @returns {Promise<Uint8Array>} shorter only when the player is closed meanwhile
   */
  async #read(start, end) {
    const bytes = new Uint8Array(end - start + 1)
    const reader = this.#open(start, end)
    let length = 0
    for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) {
      bytes.set(piece, length)
      length += piece.length
    }
    return bytes.subarray(0, length)
  }

  /** Begins again. Position, speed and whether it plays are as they are now: a person may have changed them meanwhile. */
  #retry() {
    const { currentTime, paused, playbackRate } = this.#video
    this.#video.load()
    resume(this.#video, { currentTime, paused, playbackRate })
  }
}
