// @ts-check
/** Watches what a video makes of its file: tells once what does not get better by itself, and tries again the rest. */
import { describeMediaTrouble, isHopeless } from '../media/media-trouble.js'
import { Retries } from './retries.js'
import { watchStuck } from './stuck.js'

/** @import { MediaFacts } from '../media/media-facts.js' */
/** @import { MediaSymptom } from '../media/media-trouble.js' */

/** A file says its length rounded, and its sound and pictures end at different times. */
const END_SLACK_SECONDS = 1.5
/** Who has played for so long without a picture gets none. WebKit, where it has much to do, learns late that there is one. */
const SOUND_SECONDS = 3
/** Who has not come further has seen nothing. */
const START_SECONDS = 0.5
/** As the code of a `MediaError`. */
const NETWORK = 2
const UNSUPPORTED = 4
/** A browser that finds nothing to play says so at once, or, as WebKit may, never. */
const SPEECHLESS_MS = 3_000

export class MediaWatch {
  #video
  #name
  #onEvent
  #retry
  #isElsewhere
  #retries = new Retries()
  /** @type {MediaFacts | undefined} */
  #facts
  /** what holds now @type {MediaSymptom['kind'] | undefined} */
  #told
  /** the browser has understood the file, whatever we make of it */
  #hasBegun = false
  /** since which place it has played without a picture @type {number | undefined} */
  #blackFromSeconds
  /** the longest that the video has taken its file for */
  #durationSeconds = 0
  #stop = new AbortController()
  #endStuck

  /**
   * @param {object} options
   * @param {HTMLVideoElement} options.video
   * @param {string} options.name of the file
   * @param {(event: import('./player-events.js').PlayerEvent) => void} options.onEvent
   * @param {() => void} options.retry begins again, in the state that the video is in then
   * @param {(error: MediaError) => boolean | Promise<boolean>} [options.isElsewhere] is the cause elsewhere than in the
   *   file, so that it may pass? A browser that loads a file itself says of an absent node what it says of a bad file.
   */
  constructor({ video, name, onEvent, retry, isElsewhere = ({ code }) => code === NETWORK }) {
    this.#video = video
    this.#name = name
    this.#onEvent = onEvent
    this.#retry = retry
    this.#isElsewhere = isElsewhere
    this.#endStuck = watchStuck(video, () => this.#beginAgain())
    const { signal } = this.#stop
    const listen = (/** @type {string} */ type, /** @type {() => void} */ act) =>
      video.addEventListener(type, act, { signal })
    listen('error', () => void this.#fail())
    listen('ended', () => this.#end())
    listen('timeupdate', () => {
      this.#retries.see(video.currentTime)
      this.#lookForPicture()
    })
    listen('playing', () => this.#withdraw())
    listen('loadedmetadata', () => {
      this.#hasBegun = true
    })
    listen('durationchange', () => {
      if (Number.isFinite(video.duration))
        this.#durationSeconds = Math.max(this.#durationSeconds, video.duration)
    })
  }

  /**
   * What the file is, once that is known.
   * @param {MediaFacts} facts
   */
  learn(facts) {
    this.#facts = facts
    if (this.isVain) setTimeout(() => this.#speakUp(), SPEECHLESS_MS)
  }

  /** Has the file nothing to play, by its bytes and as far as the browser has seen, so that waiting for it is in vain? */
  get isVain() {
    if (this.#hasBegun) return false
    const { container, cut } = this.#facts ?? {}
    return container === 'unknown' || (cut !== undefined && cut.atSeconds === undefined)
  }

  close() {
    this.#endStuck()
    this.#stop.abort()
  }

  async #fail() {
    const { error, currentTime } = this.#video
    if (error === null) return
    const isOver = () => this.#stop.signal.aborted || this.#video.error !== error
    const answer = this.#isElsewhere(error)
    const isElsewhere = typeof answer === 'boolean' ? answer : await answer
    if (isOver()) return
    /** @type {Extract<MediaSymptom, { kind: 'error' }>} */
    const symptom = { kind: 'error', code: error.code, message: error.message, seconds: currentTime }
    const isVain = !isElsewhere && isHopeless(symptom, this.#facts)
    const pauseMs = isVain ? undefined : this.#retries.fail(isElsewhere)
    if (pauseMs === undefined) return this.#tell(symptom)
    this.#report(`The video stopped with an error (${error.message || `code ${error.code}`})`)
    setTimeout(() => {
      if (!isOver()) this.#retry()
    }, pauseMs)
  }

  /** Its next seconds are there, and the browser shows none of them. */
  #beginAgain() {
    const { currentTime: seconds } = this.#video
    if (this.#retries.fail(false) === undefined) return this.#tell({ kind: 'stuck', seconds })
    this.#report('The browser stood still with the next seconds there, so the page began again.')
    if (seconds < START_SECONDS) this.#video.currentTime = 0 // a seek to there may make it stand again
    this.#retry()
  }

  /** @param {string} message */
  #report(message) {
    this.#onEvent({ type: 'player error', atMs: performance.now(), message })
  }

  /** The file has nothing to play, and the browser waits for it without a word. */
  #speakUp() {
    const { error, readyState } = this.#video
    if (this.#stop.signal.aborted || error !== null || readyState > 0) return
    this.#tell({ kind: 'error', code: UNSUPPORTED, message: '', seconds: 0 })
  }

  #end() {
    // WebKit says that it has come to the file's own end, whatever there was to see before.
    const { atSeconds: seconds = this.#video.currentTime, ofSeconds = this.#durationSeconds } =
      this.#facts?.cut ?? {}
    if (seconds < ofSeconds - END_SLACK_SECONDS) this.#tell({ kind: 'ended early', seconds, ofSeconds })
  }

  /** Only what plays is known to be sound: some browsers have its data first and then refuse all of it. */
  #lookForPicture() {
    const { currentTime, paused, seeking, videoWidth } = this.#video
    if (videoWidth > 0 || paused || seeking) this.#blackFromSeconds = undefined
    else this.#blackFromSeconds ??= currentTime
    if (videoWidth > 0 && this.#told === 'no picture') this.#takeBack()
    const blackSeconds = currentTime - (this.#blackFromSeconds ?? currentTime)
    if (blackSeconds >= SOUND_SECONDS && this.#facts?.pictures !== undefined)
      this.#tell({ kind: 'no picture' })
  }

  /** It plays, from another place perhaps: what stopped it is no matter now. */
  #withdraw() {
    if (this.#told !== 'no picture') this.#takeBack()
  }

  #takeBack() {
    if (this.#told === undefined) return
    this.#told = undefined
    this.#onEvent({ type: 'media trouble', atMs: performance.now(), trouble: undefined })
  }

  /** @param {MediaSymptom} symptom */
  #tell(symptom) {
    if (this.#told === symptom.kind) return // the same again is no news
    this.#told = symptom.kind
    const trouble = describeMediaTrouble(symptom, this.#facts, this.#name)
    this.#onEvent({ type: 'media trouble', atMs: performance.now(), trouble })
  }
}
