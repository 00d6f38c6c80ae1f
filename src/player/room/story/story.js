// @ts-check
/** @import { SwarmEvent } from '../../../swarm/events.js' */
/** @import { PlayerEvent, Policy } from '../../playing/player-events.js' */
/**
 * What happened, in sentences that a person would tell: the hundreds of events a second become a few lines. A line
 * says only what events have shown, and is mended when later ones show more; see incidents.js for the trouble of nodes.
 */

import { formatSeconds } from '../../../words/in-words.js'
import { Incidents } from './incidents.js'
import { OutageLine } from './outage-line.js'
import { Requests } from './requests.js'
import { StallCauses } from './stall-causes.js'
import { StoryLines } from './story-lines.js'

/** @typedef {import('./story-lines.js').Line} Line */

/**
 * What holds while an event is told.
 * @typedef {object} Scene
 * @property {boolean} isPlaying is the video playing, so that it could stop?
 * @property {Policy} policy
 */

/** Folds events into lines. */
export class Story {
  #lines = new StoryLines()
  #requests = new Requests()
  #outage = new OutageLine(this.#lines)
  #incidents = new Incidents({
    lines: this.#lines,
    requests: this.#requests,
    onBegin: (entry, atMs) => this.#stalls.blame(entry, atMs),
  })
  #stalls = new StallCauses({ lines: this.#lines, requests: this.#requests, incidents: this.#incidents })
  /** @type {{ message: string, times: number, line: Line } | undefined} */
  #error = undefined

  /** oldest first @returns {readonly Line[]} */
  get lines() {
    return this.#lines.all
  }

  /** changes whenever a line does */
  get version() {
    return this.#lines.version
  }

  /**
   * @param {SwarmEvent | PlayerEvent} event
   * @param {Scene} scene
   */
  apply(event, scene) {
    this.#requests.apply(event)
    this.#stalls.see(event, scene.isPlaying)
    this.#incidents.noteLeftOut(event.atMs)
    switch (event.type) {
      case 'node':
        return event.state === 'up' || event.state === 'unknown'
          ? this.#incidents.recover(event)
          : this.#incidents.trouble({ ...event, state: event.state })
      case 'heartbeat':
        return this.#incidents.beat(event)
      case 'asked':
        return this.#incidents.ask(event)
      case 'rejected':
        return this.#incidents.reject(event)
      case 'verified':
      case 'unverified':
        this.#outage.bring()
        return this.#incidents.arrive(event)
      case 'failover':
        return this.#incidents.handOver(event, this.#stalls.movesSinceMs)
      case 'stall':
        return event.isOver
          ? this.#stalls.goOn(event.atMs, event.ms, this.#outage.goesOn)
          : this.#stalls.stand(event.atMs, event.atMs - event.ms, this.#outage.goesOn)
      case 'outage':
        return event.isOver ? this.#outage.end(event.atMs) : this.#outage.begin(event, scene.policy)
      case 'started':
        this.#outage.forget()
        return this.note(
          event.atMs,
          event.kind === 'swarm'
            ? 'The page reads the video chunk by chunk.'
            : `The page plays from one node and switches: ${event.why}.`,
        )
      case 'first frame':
        return this.note(event.atMs, `First ${event.kind} after ${formatSeconds(event.ms)}.`, 'good')
      case 'switched':
        return this.#switch(event)
      case 'player error':
        return this.#report(event)
      case 'media trouble':
        return this.#explain(event)
    }
  }

  /**
   * Adds a line, for what is no event.
   * @param {number} atMs
   * @param {string} text
   * @param {Line['tone']} tone
   */
  note(atMs, text, tone = 'plain') {
    this.#lines.add(atMs, text, tone)
  }

  /** @param {Extract<PlayerEvent, { type: 'switched' }>} event */
  #switch({ atMs, to, why, hasFailed }) {
    const text = hasFailed
      ? `${why}: the page plays from ${to} now, from the same place.`
      : `The page plays from ${to} now: ${why}.`
    this.#lines.add(atMs, text, hasFailed ? 'bad' : 'plain')
  }

  /** The same again and again is one line. @param {Extract<PlayerEvent, { type: 'player error' }>} event */
  #report({ atMs, message }) {
    const last = this.#error
    if (last?.message !== message) {
      this.#error = {
        message,
        times: 1,
        line: this.#lines.add(atMs, `The player reports: ${message}`, 'bad'),
      }
      return
    }
    last.times++
    this.#lines.mend(last.line, `The player reports, ${last.times} times: ${message}`)
  }

  /** Once, however often the video comes to that place. @param {Extract<PlayerEvent, { type: 'media trouble' }>} event */
  #explain({ atMs, trouble }) {
    const text = trouble === undefined ? '' : `${trouble.title}. ${trouble.why}`
    if (text !== '' && !this.lines.some((line) => line.text === text)) this.#lines.add(atMs, text, 'bad')
  }
}
