// @ts-check
/**
 * Keeps the swarm's limit some seconds ahead of a video's playhead, and never lets it stop the video; and tells the
 * swarm how long the video can do without news.
 */
import { enoughBytes, feedLimit } from './feed-limit.js'
import { secondsAhead } from './seconds-ahead.js'

const LOOK_MS = 250
/** Chromium stands still with about this much ahead: its decoders want more than the next frame. */
const UNPLAYABLE_SECONDS = 1
/** Each of these may move the limit at once. */
const EVENTS = ['timeupdate', 'seeking', 'seeked', 'progress', 'ratechange', 'waiting', 'loadedmetadata']

export class LookAhead {
  #video
  #sizeBytes
  #feedUntil
  #setPatience
  #aheadSeconds
  #metadataEnd = 0
  /** @type {((seconds: number) => number) | undefined} */
  #timeToByte
  /** @type {number | undefined} */
  #starvedSinceMs
  #starvings = 0
  #stop = new AbortController()
  #timer

  /**
   * @param {object} options
   * @param {HTMLVideoElement} options.video
   * @param {number} options.sizeBytes of its file
   * @param {number} options.aheadSeconds
   * @param {(byte: number) => void} options.feedUntil
   * @param {(ms: number) => void} options.setPatience
   */
  constructor({ video, sizeBytes, aheadSeconds, feedUntil, setPatience }) {
    this.#video = video
    this.#sizeBytes = sizeBytes
    this.#aheadSeconds = aheadSeconds
    this.#feedUntil = feedUntil
    this.#setPatience = setPatience
    const { signal } = this.#stop
    for (const type of EVENTS) video.addEventListener(type, () => this.#update(), { signal })
    video.addEventListener('waiting', () => this.#countStarving(), { signal })
    this.#timer = setInterval(() => this.#update(), LOOK_MS)
    this.#update()
  }

  /** @param {number} seconds */
  setSeconds(seconds) {
    this.#aheadSeconds = seconds
    this.#update()
  }

  /**
   * Makes sure that the bytes before this one can be read while the video does not know its file yet.
   * @param {number} byte
   */
  allowMetadata(byte) {
    this.#metadataEnd = Math.max(this.#metadataEnd, byte)
    this.#update()
  }

  /**
   * From now on times are exact.
   * @param {(seconds: number) => number} timeToByte
   */
  useTimes(timeToByte) {
    this.#timeToByte = timeToByte
    this.#update()
  }

  /**
   * The byte before which all must be there, so that the video lacks nothing in the next seconds.
   * @param {number} seconds
   */
  enoughFor(seconds) {
    const { currentTime, duration } = this.#video
    return enoughBytes({
      ...{ sizeBytes: this.#sizeBytes, timeToByte: this.#timeToByte },
      ...{ seconds: currentTime, aheadSeconds: seconds, durationSeconds: duration },
    })
  }

  close() {
    this.#stop.abort()
    clearInterval(this.#timer)
  }

  #countStarving() {
    if (!this.#video.seeking && this.#video.currentTime > 0) this.#starvings++
  }

  #update() {
    const video = this.#video
    const nowMs = performance.now()
    const isStarved =
      video.networkState === HTMLMediaElement.NETWORK_LOADING &&
      (video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA || video.seeking) &&
      !video.ended
    const playable = Math.max(0, secondsAhead(video) - UNPLAYABLE_SECONDS)
    this.#setPatience(video.seeking ? 0 : (1000 * playable) / Math.max(1, video.playbackRate))
    this.#starvedSinceMs = isStarved ? (this.#starvedSinceMs ?? nowMs) : undefined
    this.#feedUntil(
      feedLimit({
        sizeBytes: this.#sizeBytes,
        seconds: video.currentTime,
        aheadSeconds: this.#aheadSeconds,
        rate: video.playbackRate,
        durationSeconds: video.readyState >= HTMLMediaElement.HAVE_METADATA ? video.duration : Number.NaN,
        metadataEnd: this.#metadataEnd,
        timeToByte: this.#timeToByte,
        starvedMs: this.#starvedSinceMs === undefined ? 0 : nowMs - this.#starvedSinceMs,
        starvings: this.#starvings,
      }),
    )
  }
}
