// @ts-check
/** @import { Policy } from '../../playing/player-events.js' */
/** @import { OutageReason } from '../../../swarm/events.js' */
/** @import { Line, StoryLines } from './story-lines.js' */
/** That nobody can be read from, and that somebody can again: two lines, the second of which may turn out to be no end. */

import { formatMs } from '../../../words/in-words.js'
import { describeOutage } from './outage-words.js'

/** Tells of outages. */
export class OutageLine {
  #lines
  /** the one that goes on, or the last one while nothing has come since @type {{ atMs: number, over: string, line: Line, end?: Line } | undefined} */
  #outage = undefined

  /** @param {StoryLines} lines */
  constructor(lines) {
    this.#lines = lines
  }

  get goesOn() {
    return this.#outage !== undefined && this.#outage.end === undefined
  }

  /**
   * @param {{ atMs: number, why: OutageReason }} outage
   * @param {Policy} policy
   */
  begin({ atMs, why }, policy) {
    const { title, text, over } = describeOutage(why, policy)
    const end = this.#outage?.end
    if (end !== undefined) this.#lines.remove(end) // it was no end
    const line = this.#outage?.line ?? this.#lines.add(atMs, '', 'bad')
    this.#outage = { atMs: this.#outage?.atMs ?? atMs, over, line }
    this.#lines.mend(line, `${title}. ${text}`)
  }

  /** @param {number} atMs */
  end(atMs) {
    const outage = this.#outage
    if (outage === undefined || outage.end !== undefined) return
    const text = `${outage.over}, after ${formatMs(atMs - outage.atMs)} of waiting.`
    outage.end = this.#lines.add(atMs, text, 'good')
  }

  /** Something has come: an outage that has ended is over for good. */
  bring() {
    if (this.#outage?.end !== undefined) this.#outage = undefined
  }

  /** Another player tells by itself what it lacks. */
  forget() {
    this.#outage = undefined
  }
}
