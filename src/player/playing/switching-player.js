// @ts-check
/**
 * Plays a file from one node at a time, in any browser and at any address: the video's source is a node's
 * file, and when that fails, the same file of the next node at the same position.
 */
import { realClock } from '../../swarm/clock.js'
import { fileUrl } from '../../version/url-path.js'
import { FactsReader } from '../media/facts-reader.js'
import { chooseSource } from './choose-source.js'
import { MediaWatch } from './media-watch.js'
import { NodeWatch } from './node-watch.js'
import { lookAtProgress, ProgressMeter } from './progress.js'
import { readRange } from './read-range.js'
import { resume } from './resume.js'

const LOOK_MS = 250
/** With so little progress, the nodes are asked at once how they are. */
const DOUBT_MS = 500
/** How long a source has after an error of its node, doubled for each that did not last, up to the longest. */
const FIRST_REST_MS = 250
const LAST_REST_MS = 4_000
const LASTING_MS = 10_000
/** As the code of a `MediaError`. */
const NETWORK = 2

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
  /** of the error that the video has now, once it is known @type {'node' | 'file' | undefined} */
  #cause
  #mediaWatch
  #isToBegin
  #facts
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
    const retry = () => this.#retry()
    const isElsewhere = (/** @type {MediaError} */ error) => this.#findCause(error)
    this.#mediaWatch = new MediaWatch({ video, name: file.name, onEvent, retry, isElsewhere })
    this.#facts = new FactsReader({
      sizeBytes: file.size,
      source: () => this.#sourceOfFacts(),
      onFacts: (facts) => this.#mediaWatch.learn(facts),
    })
    this.#isToBegin = video.autoplay && playback === undefined
    const begin = () => {
      this.#isToBegin = false
    }
    video.addEventListener('play', begin, { signal })
    video.addEventListener('loadeddata', () => void this.#facts.learn(), { signal })
    const timer = setInterval(look, LOOK_MS)
    signal.addEventListener('abort', () => clearInterval(timer))
  }

  /** What the video is handed is not seen here. */
  owes() {
    return true
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
    this.#mediaWatch.close()
    this.#watch.close()
  }

  /**
   * Whose error it is: a node that can still be read by a script has sent the video what it could not use.
   * @param {MediaError} error
   * @returns {Promise<boolean>} the node's
   */
  async #findCause(error) {
    this.#cause = undefined
    const isNodes = error.code === NETWORK || !(await this.#facts.isReadable())
    if (this.#video.error !== error) return isNodes
    if (isNodes) this.#cause = 'node'
    this.#look()
    return isNodes
  }

  /** Who reads the file of the current node. */
  #sourceOfFacts() {
    const node = this.#nodes.find((node) => node.name === this.#current)
    if (node === undefined) return undefined
    const url = fileUrl(node, this.#file.name)
    return (/** @type {number} */ start, /** @type {number} */ end) => readRange(url, start, end)
  }

  /** The file may be better elsewhere; a browser that stands without an error begins again where it is. */
  #retry() {
    if (this.#video.error !== null) {
      this.#cause ??= 'file'
      this.#look()
    } else if (this.#current !== undefined)
      this.#use({ node: this.#current, why: 'the browser stood', hasFailed: false }, performance.now())
  }

  #look() {
    const nowMs = performance.now()
    const hasError = this.#video.error !== null
    const stuckMs = this.#progress.look({ atMs: nowMs, ...lookAtProgress(this.#video, this.#isToBegin) })
    const isInDoubt = this.#current !== undefined && stuckMs >= DOUBT_MS
    if (isInDoubt || hasError) this.#watch.askNow()
    const nodes = this.#watch.nodes.map((node) => ({
      ...node,
      failedAtMs: this.#failedAtMs.get(node.name) ?? -Infinity,
    }))
    const loadedMs = nowMs - this.#loadedAtMs
    // Some browsers find nothing to play and wait for it without a word: no other node has it either.
    if (isInDoubt && nodes.some(({ name, isHealthy }) => name === this.#current && isHealthy))
      void this.#facts.learn()
    // What the file is to blame for waits its time, or for ever.
    const isHeld = hasError ? this.#cause === undefined : this.#mediaWatch.isVain
    const error = hasError ? this.#cause : undefined
    const state = { nowMs, nodes, policy: this.#policy, current: this.#current, error }
    const choice = chooseSource({
      ...state,
      ...{ stuckMs: isHeld ? 0 : stuckMs, loadedMs, restMs: this.#restMs },
    })
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
    if (from !== undefined && (hasFailed || this.#cause === 'file')) this.#failedAtMs.set(from, nowMs)
    const hasLasted = nowMs - this.#loadedAtMs >= LASTING_MS
    if (hasFailed) this.#restMs = hasLasted ? FIRST_REST_MS : Math.min(2 * this.#restMs, LAST_REST_MS)
    this.#cause = undefined
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
