// @ts-check
/**
 * Plays a file from one node at a time, in any browser and at any address: the video's source is a node's
 * file, and when that fails, the same file of the next node at the same position.
 */
import { realClock } from '../swarm/clock.js'
import { chooseSource } from './choose-source.js'
import { fileUrl, NodeWatch } from './node-watch.js'
import { lookAtProgress, ProgressMeter } from './progress.js'
import { resume } from './resume.js'

const LOOK_MS = 250
/** With so little progress, the nodes are asked at once how they are. */
const DOUBT_MS = 500
/** How long a source has after an error, doubled for each that brought nothing, up to the last. */
const FIRST_REST_MS = 250
const LAST_REST_MS = 4_000

export class SwitchingPlayer {
  #video
  #file
  #nodes
  #onEvent
  #policy
  #watch
  #progress = new ProgressMeter()
  /** @type {string | undefined} */
  #current
  /** @type {Map<string, number>} */
  #failedAtMs = new Map()
  #loadedAtMs = 0
  #restMs = FIRST_REST_MS
  #stop = new AbortController()
  #playback

  /**
   * @param {import('./player-events.js').PlayerOptions} options
   * @param {Pick<HTMLVideoElement, 'currentTime' | 'paused' | 'playbackRate'>} [playback] to begin with
   */
  constructor({ video, file, nodes, onEvent, policy }, playback) {
    this.#playback = playback
    this.#video = video
    this.#file = file
    this.#nodes = nodes
    this.#onEvent = onEvent
    this.#policy = policy
    const look = () => this.#look()
    const fetch = globalThis.fetch.bind(globalThis)
    this.#watch = new NodeWatch({ nodes, file, policy, onEvent, onChange: look, fetch, clock: realClock })
    const { signal } = this.#stop
    video.addEventListener('error', () => this.#onError(), { signal })
    const recover = () => {
      this.#restMs = FIRST_REST_MS
    }
    video.addEventListener('playing', recover, { signal })
    const timer = setInterval(look, LOOK_MS)
    signal.addEventListener('abort', () => clearInterval(timer))
  }

  /** The video plays from one source, which no one can hold back. */
  setLookAhead() {}

  /** @param {import('./player-events.js').Policy} policy */
  setPolicy(policy) {
    this.#policy = policy
    this.#watch.setPolicy(policy)
    this.#look()
  }

  close() {
    this.#stop.abort()
    this.#watch.close()
  }

  #onError() {
    const { error } = this.#video
    if (error === null) return
    const message = `The video stopped with an error (${error.message || `code ${error.code}`})`
    this.#onEvent({ type: 'player error', atMs: performance.now(), message })
    this.#look()
  }

  #look() {
    const nowMs = performance.now()
    const hasError = this.#video.error !== null
    const stuckMs = this.#progress.look({ atMs: nowMs, ...lookAtProgress(this.#video) })
    if (this.#current !== undefined && (hasError || stuckMs >= DOUBT_MS)) this.#watch.askNow()
    const nodes = this.#watch.nodes.map((node) => ({
      ...node,
      failedAtMs: this.#failedAtMs.get(node.name) ?? -Infinity,
    }))
    const loadedMs = nowMs - this.#loadedAtMs
    const state = { nowMs, nodes, policy: this.#policy, current: this.#current, hasError }
    const choice = chooseSource({ ...state, stuckMs, loadedMs, restMs: this.#restMs })
    if (choice !== undefined) this.#use(choice, nowMs)
  }

  /**
   * @param {NonNullable<ReturnType<typeof chooseSource>>} choice
   * @param {number} nowMs
   */
  #use({ node: name, why, hasFailed }, nowMs) {
    const node = this.#nodes.find((node) => node.name === name)
    if (node === undefined) return
    const { currentTime, paused, playbackRate } = this.#video
    const from = this.#current
    if (from !== undefined && hasFailed) {
      this.#failedAtMs.set(from, nowMs)
      this.#restMs = Math.min(2 * this.#restMs, LAST_REST_MS)
    }
    this.#current = name
    this.#loadedAtMs = nowMs
    this.#progress = new ProgressMeter() // a new source has its own time to begin
    this.#video.src = fileUrl(node, this.#file.name)
    const before = from === undefined ? this.#playback : { currentTime, paused, playbackRate }
    if (before !== undefined) resume(this.#video, before)
    if (from !== undefined && from !== name)
      this.#onEvent({ type: 'switched', atMs: nowMs, from, to: name, why, hasFailed })
  }
}
