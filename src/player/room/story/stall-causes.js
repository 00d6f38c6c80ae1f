// @ts-check
/** @import { SwarmEvent } from '../../../swarm/events.js' */
/** @import { PlayerEvent } from '../../playing/player-events.js' */
/** @import { Entry, Incidents } from './incidents.js' */
/** @import { Requests } from './requests.js' */
/** @import { Line, StoryLines } from './story-lines.js' */
/**
 * Whose fault it is that the picture stands: a stall is told with the trouble of the node that is waited for, or, as
 * long as no cause is known, in a line of its own.
 */

import { UNNOTICED_MS } from './incident.js'
import { TOGETHER_MS } from './incidents.js'
import { Standing } from './standing.js'

/** Finds the cause of each stall, and remembers since when the picture moves. */
export class StallCauses {
  #lines
  #requests
  #incidents
  /** the stall that goes on, and whose fault it is @type {{ sinceMs: number, entry: Entry | undefined } | undefined} */
  #stall = undefined
  /** stalls that are nobody's fault as far as is known @type {{ standing: Standing, line: Line, lastMs: number } | undefined} */
  #alone = undefined
  #hasPicture = false
  /** since when the picture moves without a break @type {number | undefined} */
  movesSinceMs = undefined

  /**
   * @param {object} story
   * @param {StoryLines} story.lines
   * @param {Requests} story.requests
   * @param {Incidents} story.incidents
   */
  constructor({ lines, requests, incidents }) {
    this.#lines = lines
    this.#requests = requests
    this.#incidents = incidents
  }

  /**
   * Does the picture move, as far as any event shows?
   * @param {SwarmEvent | PlayerEvent} event
   * @param {boolean} isPlaying
   */
  see(event, isPlaying) {
    this.#hasPicture ||= event.type === 'first frame'
    const moves = this.#hasPicture && isPlaying && this.#stall === undefined
    this.movesSinceMs = moves ? (this.movesSinceMs ?? event.atMs) : undefined
  }

  /**
   * @param {number} atMs
   * @param {number} sinceMs
   * @param {boolean} isOutage then no single node is the cause
   */
  stand(atMs, sinceMs, isOutage) {
    this.movesSinceMs = undefined
    this.#incidents.noteStall(sinceMs)
    const entry = isOutage ? undefined : this.#incidents.latestWaitedFor(atMs)
    this.#stall = { sinceMs, entry }
    if (entry === undefined) return this.#standAlone(atMs)
    entry.incident.standing.stand()
    this.#incidents.tell(entry)
  }

  /**
   * @param {number} atMs
   * @param {number} ms how long it stood
   * @param {boolean} isOutage
   */
  goOn(atMs, ms, isOutage) {
    if (this.#stall === undefined) this.stand(atMs, atMs - ms, isOutage)
    const entry = this.#stall?.entry
    this.#stall = undefined
    if (entry !== undefined) {
      entry.incident.standing.goOn(ms)
      this.#incidents.tell(entry)
    } else if (this.#alone !== undefined) {
      this.#alone.standing.goOn(ms)
      this.#alone.lastMs = atMs
      this.#tellAlone()
    }
  }

  /**
   * Trouble that has just been noticed may be the cause of the stall that goes on.
   * @param {Entry} entry
   * @param {number} atMs
   */
  blame(entry, atMs) {
    const [stall, alone] = [this.#stall, this.#alone]
    if (stall === undefined || stall.entry !== undefined || alone === undefined) return
    if (atMs - stall.sinceMs >= UNNOTICED_MS || !this.#requests.isWaitedFor(entry.incident.node)) return
    alone.standing.withdraw()
    if (alone.standing.isNothing) {
      this.#lines.remove(alone.line)
      this.#alone = undefined
    } else this.#tellAlone()
    stall.entry = entry
    entry.incident.standing.stand()
  }

  /** @param {number} atMs */
  #standAlone(atMs) {
    if (this.#alone === undefined || atMs - this.#alone.lastMs > TOGETHER_MS)
      this.#alone = { standing: new Standing(), line: this.#lines.add(atMs, '', 'bad'), lastMs: atMs }
    this.#alone.standing.stand()
    this.#tellAlone()
  }

  #tellAlone() {
    if (this.#alone === undefined) return
    const text = this.#alone.standing.tell()
    this.#lines.mend(this.#alone.line, `${text[0]?.toUpperCase()}${text.slice(1)}.`)
  }
}
