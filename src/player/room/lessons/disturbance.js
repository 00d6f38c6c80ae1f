// @ts-check
/** What else than the nodes has a part in how a lesson went: then it proves nothing, or less. */
import { formatMs } from '../../../words/in-words.js'
import { wasAwake } from '../../playing/wakefulness.js'

/**
 * What a look at the page sees.
 * @typedef {object} Seen
 * @property {number} atMs
 * @property {Pick<HTMLVideoElement, 'paused' | 'ended' | 'seeking' | 'playbackRate'>} video
 * @property {unknown} choices another object when somebody has chosen something else
 */

/** Looks at the page again and again. */
export class Disturbance {
  #choices
  #lookedAtMs = Number.NaN
  #asleepMs = 0
  #ownStands = 0
  /** @type {Set<string>} */
  #whys = new Set()

  /** @param {unknown} choices of the experiments at the beginning */
  constructor(choices) {
    this.#choices = choices
  }

  /** @param {Seen} seen */
  look({ atMs, video, choices }) {
    if (video.paused && !video.ended) this.#whys.add('the video was paused')
    if (video.seeking) this.#whys.add('somebody jumped in the video')
    if (video.playbackRate !== 1) this.#whys.add('the video was played at another speed')
    if (choices !== this.#choices) this.#whys.add('an experiment was changed meanwhile')
    if (!Number.isNaN(this.#lookedAtMs) && !wasAwake(this.#lookedAtMs, atMs))
      this.#asleepMs = Math.max(this.#asleepMs, atMs - this.#lookedAtMs)
    this.#lookedAtMs = atMs
  }

  /** The picture stands, though what it plays next is there: no node has a part in that. */
  noteOwnStand() {
    this.#ownStands++
  }

  /** Why it proves nothing; '' when it does. */
  get undone() {
    return [...this.#whys].join('; ')
  }

  /** What else can be the cause of what went wrong; '' when nothing. */
  get excuse() {
    const excuses = [
      this.#asleepMs === 0 ? '' : `this page stood still for ${formatMs(this.#asleepMs)}`,
      this.#ownStands === 0 ? '' : 'the picture stood though this browser had what comes next',
    ]
    return excuses.filter((excuse) => excuse !== '').join('; ')
  }
}
