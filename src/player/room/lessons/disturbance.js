// @ts-check
/** What else than the nodes has a part in how a lesson went: then it proves nothing, or less. */
import { formatMs } from '../../../words/in-words.js'
import { secondsAhead } from '../../playing/seconds-ahead.js'
import { FULL_SECONDS } from '../../playing/stalls.js'
import { wasAwake } from '../../playing/wakefulness.js'

/** @typedef {EventTarget & Pick<HTMLVideoElement, 'ended' | 'playbackRate' | 'buffered' | 'currentTime'>} Watched */

export class Disturbance {
  #video
  #lookedAtMs = Number.NaN
  #asleepMs = 0
  #ownStands = 0
  /** @type {Set<string>} */
  #whys = new Set()

  /** @param {Watched} video @param {AbortSignal} signal ends the watch */
  constructor(video, signal) {
    this.#video = video
    const on = (/** @type {string} */ type, /** @type {() => string} */ why) =>
      video.addEventListener(type, () => this.note(why()), { signal })
    on('pause', () => (video.ended ? '' : 'the video was paused'))
    on('seeking', () => 'the playhead was moved')
    on('ratechange', () => (video.playbackRate === 1 ? '' : 'the video was played at another speed'))
    on('error', () => 'the browser could not go on with the video')
  }

  /** Why it proves nothing, '' for no reason. @param {string} why */
  note(why) {
    if (why !== '') this.#whys.add(why)
  }

  /** Is somebody here all the time? @param {number} atMs */
  look(atMs) {
    if (!Number.isNaN(this.#lookedAtMs) && !wasAwake(this.#lookedAtMs, atMs))
      this.#asleepMs = Math.max(this.#asleepMs, atMs - this.#lookedAtMs)
    this.#lookedAtMs = atMs
  }

  /** The picture begins to stand: no node has a part in that when what it plays next is there. */
  noteStand() {
    if (secondsAhead(/** @type {HTMLVideoElement} */ (this.#video)) >= FULL_SECONDS) this.#ownStands++
  }

  /** Why it proves nothing; '' when it does. A page that slept may have missed what a viewer would have seen. */
  get undone() {
    const slept = this.#asleepMs === 0 ? [] : [`this page stood still for ${formatMs(this.#asleepMs)}`]
    return [...this.#whys, ...slept].join('; ')
  }

  /** What else can be the cause of what went wrong; '' when nothing. */
  get excuse() {
    return this.#ownStands === 0 ? '' : 'the picture stood though this browser had what comes next'
  }
}
