// @ts-check
/** How often and how long the video stood still, as one sentence tells it: a stall that goes on has no length yet. */
import { formatMs } from '../../../words/in-words.js'

/** The stalls of one line of the story. */
export class Standing {
  times = 0
  ms = 0
  isStanding = false

  get isNothing() {
    return this.times === 0 && !this.isStanding
  }

  stand() {
    this.isStanding = true
  }

  /** The stall that goes on is told elsewhere. */
  withdraw() {
    this.isStanding = false
  }

  /** @param {number} ms how long it stood */
  goOn(ms) {
    this.isStanding = false
    this.times++
    this.ms += ms
  }

  /** `the video stood still for 400 ms`; '' when it did not. */
  tell() {
    if (this.times === 0) return this.isStanding ? 'the video stands still' : ''
    const all = formatMs(this.ms)
    const so = this.times === 1 ? `for ${all}` : `${this.times} times, ${all} in all`
    return `the video stood still ${so}${this.isStanding ? ', and stands still again' : ''}`
  }
}
