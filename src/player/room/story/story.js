// @ts-check
/** @import { SwarmEvent } from '../../../swarm/events.js' */
/** @import { PlayerEvent, Policy } from '../../playing/player-events.js' */
/**
 * What happened, in sentences that a person would tell: the hundreds of events a second become a few lines. A line
 * says only what events have shown, and is mended when later ones show more; see incident.js for a node's trouble.
 */

import { formatMs, formatSeconds } from '../../words.js'
import { Absences } from './absences.js'
import { Incident } from './incident.js'
import { describeIncident } from './incident-words.js'
import { describeOutage } from './outage-words.js'
import { Requests } from './requests.js'
import { Standing } from './standing.js'

/** Older lines are forgotten. */
const LINES = 200
/** What happens to one node, or again and again, within this time is one story. */
const TOGETHER_MS = 10_000
/** A silent node starves the video before its silence is noticed: a stall may begin that much earlier. */
const UNNOTICED_MS = 3_000
/** Who sent so many wrong chunks, and is asked for nothing while others are, is left out. */
const LIES = 2
/** So many incidents may still be mended. */
const INCIDENTS = 50

/** @typedef {import('../nodes/trouble-words.js').Trouble} Trouble */

/**
 * One line. Its text may grow while what it tells goes on.
 * @typedef {object} Line
 * @property {number} id
 * @property {number} atMs
 * @property {string} text
 * @property {'good' | 'bad' | 'plain'} tone
 */
/** @typedef {{ incident: Incident, line: Line }} Entry */

/**
 * What holds while an event is told.
 * @typedef {object} Scene
 * @property {boolean} isPlaying is the video playing, so that it could stop?
 * @property {Policy} policy
 */

/** Folds events into lines. */
export class Story {
  /** oldest first @type {Line[]} */
  lines = []
  /** changes whenever a line does */
  version = 0
  #nextId = 1
  /** of every node the last trouble @type {Map<string, Entry>} */
  #latest = new Map()
  /** what may still be mended @type {Entry[]} */
  #entries = []
  /** refused chunk → whose story it is part of @type {Map<number, Entry>} */
  #refused = new Map()
  /** who is asked for nothing any more, and which line says so @type {Map<string, Entry>} */
  #leftOut = new Map()
  #absences = new Absences()
  #requests = new Requests()
  /** the stall that goes on, and whose fault it is @type {{ sinceMs: number, entry: Entry | undefined } | undefined} */
  #stall = undefined
  /** stalls that are nobody's fault as far as is known @type {{ standing: Standing, line: Line, lastMs: number } | undefined} */
  #alone = undefined
  #hasPicture = false
  /** since when the picture moves without a break @type {number | undefined} */
  #movesSinceMs = undefined
  /** the outage that goes on, or the last one while nothing has come since @type {{ atMs: number, over: string, line: Line, end?: Line } | undefined} */
  #outage = undefined
  /** @type {{ message: string, times: number, line: Line } | undefined} */
  #error = undefined

  /**
   * @param {SwarmEvent | PlayerEvent} event
   * @param {Scene} scene
   */
  apply(event, scene) {
    this.#requests.apply(event)
    this.#hasPicture ||= event.type === 'first frame'
    this.#noteMovement(event.atMs, scene.isPlaying)
    this.#noteLeftOut(event.atMs)
    switch (event.type) {
      case 'node':
        return event.state === 'up' || event.state === 'unknown'
          ? this.#recover(event)
          : this.#trouble({ ...event, state: event.state })
      case 'asked':
        return this.#ask(event)
      case 'rejected':
        return this.#reject(event)
      case 'verified':
      case 'unverified':
        return this.#arrive(event)
      case 'failover':
        return this.#handOver(event)
      case 'stall':
        return event.isOver
          ? this.#goOn(event.atMs, event.ms)
          : this.#stand(event.atMs, event.atMs - event.ms)
      case 'outage':
        return event.isOver ? this.#endOutage(event.atMs) : this.#lackNodes(event, scene.policy)
      case 'started':
        this.#outage = undefined // what this player lacks it tells by itself
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
    this.#add(atMs, text, tone)
  }

  /** @param {number} atMs @param {boolean} isPlaying */
  #noteMovement(atMs, isPlaying) {
    const moves = this.#hasPicture && isPlaying && this.#stall === undefined
    this.#movesSinceMs = moves ? (this.#movesSinceMs ?? atMs) : undefined
  }

  /** @param {Extract<SwarmEvent, { type: 'node' }> & { state: Trouble }} event */
  #trouble({ node, state, before, why, atMs }) {
    this.#absences.begin(node, state, before, atMs)
    const open = this.#open(node, atMs)
    const goesOn = open !== undefined && !(open.incident.isSlowOnly && state !== 'slow')
    const wasBetter = this.#absences.wasBetter(node, state, before)
    const entry = goesOn ? open : (this.#flap(node, atMs, wasBetter) ?? this.#begin(node, atMs, wasBetter))
    entry.incident.change(state, why, atMs)
    this.#tell(entry)
  }

  /**
   * The line that gathers what a node does again and again, if it does.
   * @param {string} node
   * @param {number} atMs
   * @param {boolean} wasBetter
   */
  #flap(node, atMs, wasBetter) {
    if (!this.#absences.isFlapping(node, atMs)) return undefined
    const latest = this.#latest.get(node)
    if (!latest?.incident.isFlapping) return this.#begin(node, atMs, wasBetter, atMs, true)
    latest.incident.isOver = false
    return latest
  }

  /** @param {Extract<SwarmEvent, { type: 'node' }>} event */
  #recover({ node, before, atMs }) {
    const entry = this.#latest.get(node)
    if (entry === undefined || before === 'unknown') return
    const { incident } = entry
    if (incident.isSlowOnly) {
      incident.catchUp(atMs)
      return this.#tell(entry) // goes on: the next slow moments belong to the same line
    }
    incident.isOver = true
    const back = this.#absences.end(node, atMs)
    if (back === undefined) return
    if (incident.isFlapping) {
      incident.comeBack(atMs)
      if (back.hasBrought) incident.bring(back.hadBrought)
      else
        this.#absences.watchReturn(node, () => {
          incident.bring(back.hadBrought)
          this.#tell(entry)
        })
      return this.#tell(entry)
    }
    const line = this.#add(atMs, back.text, 'good')
    if (back.proven !== '') this.#absences.watchReturn(node, () => this.#mend(line, back.proven))
  }

  /** @param {{ chunk: number, node: string, atMs: number }} event */
  #ask({ chunk, node, atMs }) {
    this.#absences.ask(node, chunk)
    const entry = this.#leftOut.get(node)
    if (entry === undefined) return
    this.#leftOut.delete(node)
    entry.incident.askAgain(atMs)
    this.#tell(entry)
  }

  /** Who is left out is seen by what is asked, and of whom. @param {number} atMs */
  #noteLeftOut(atMs) {
    for (const [node, entry] of this.#latest) {
      const { incident } = entry
      if (incident.refusals < LIES || incident.isOver || this.#leftOut.has(node)) continue
      const sinceMs = this.#requests.leftOutSinceMs(node, incident.lastMs, atMs)
      if (sinceMs === undefined) continue
      incident.leaveOut(sinceMs)
      this.#leftOut.set(node, entry)
      this.#tell(entry)
    }
  }

  /** @param {{ chunk: number, node: string, atMs: number }} event */
  #reject({ chunk, node, atMs }) {
    const open = this.#open(node, atMs)
    const entry = open === undefined || open.incident.isSlowOnly ? this.#begin(node, atMs, false) : open
    entry.incident.refuse(chunk, atMs)
    this.#refused.set(chunk, entry)
    this.#tell(entry)
  }

  /** @param {{ chunk: number, node: string }} event */
  #arrive({ chunk, node }) {
    if (this.#outage?.end !== undefined) this.#outage = undefined // it is over for good
    this.#absences.bring(node, chunk)
    const entry = this.#refused.get(chunk)
    if (entry === undefined) return
    this.#refused.delete(chunk)
    entry.incident.replace(chunk, node)
    this.#tell(entry)
  }

  /** @param {Extract<SwarmEvent, { type: 'failover' }>} event */
  #handOver(event) {
    const latest = this.#latest.get(event.from)
    const isPartOfIt =
      latest !== undefined && event.atMs - event.recoveredMs - TOGETHER_MS < latest.incident.lastMs
    const entry = isPartOfIt
      ? latest
      : this.#begin(event.from, event.atMs - event.recoveredMs, false, event.atMs)
    entry.incident.handOver(event, this.#movesSinceMs)
    this.#tell(entry)
  }

  /** @param {number} atMs @param {number} sinceMs */
  #stand(atMs, sinceMs) {
    this.#movesSinceMs = undefined
    for (const entry of this.#entries) if (entry.incident.hasStood(sinceMs)) this.#tell(entry)
    const isOutage = this.#outage !== undefined && this.#outage.end === undefined
    const entry = this.#entries.findLast(
      ({ incident: { node, lastMs } }) =>
        !isOutage && atMs - lastMs < TOGETHER_MS && this.#requests.isWaitedFor(node),
    )
    this.#stall = { sinceMs, entry }
    if (entry === undefined) return this.#standAlone(atMs)
    entry.incident.standing.stand()
    this.#tell(entry)
  }

  /** @param {number} atMs */
  #standAlone(atMs) {
    if (this.#alone === undefined || atMs - this.#alone.lastMs > TOGETHER_MS)
      this.#alone = { standing: new Standing(), line: this.#add(atMs, '', 'bad'), lastMs: atMs }
    this.#alone.standing.stand()
    this.#tellAlone()
  }

  /**
   * @param {number} atMs
   * @param {number} ms
   */
  #goOn(atMs, ms) {
    if (this.#stall === undefined) this.#stand(atMs, atMs - ms)
    const entry = this.#stall?.entry
    this.#stall = undefined
    if (entry !== undefined) {
      entry.incident.standing.goOn(ms)
      this.#tell(entry)
    } else if (this.#alone !== undefined) {
      this.#alone.standing.goOn(ms)
      this.#alone.lastMs = atMs
      this.#tellAlone()
    }
  }

  /** The stall that goes on has found its cause. @param {Entry} entry */
  #blame(entry) {
    const alone = this.#alone
    if (this.#stall === undefined || alone === undefined) return
    alone.standing.withdraw()
    if (alone.standing.isNothing) {
      this.lines = this.lines.filter((line) => line !== alone.line)
      this.#alone = undefined
    } else this.#tellAlone()
    this.#stall.entry = entry
    entry.incident.standing.stand()
  }

  #tellAlone() {
    const text = this.#alone?.standing.tell() ?? ''
    if (this.#alone !== undefined) this.#mend(this.#alone.line, `${text[0]?.toUpperCase()}${text.slice(1)}.`)
  }

  /**
   * @param {Extract<SwarmEvent, { type: 'outage', isOver: false }>} event
   * @param {Policy} policy
   */
  #lackNodes({ atMs, why }, policy) {
    const { title, text, over } = describeOutage(why, policy)
    const end = this.#outage?.end
    if (end !== undefined) this.lines = this.lines.filter((line) => line !== end) // it was no end
    const line = this.#outage?.line ?? this.#add(atMs, '', 'bad')
    this.#outage = { atMs: this.#outage?.atMs ?? atMs, over, line }
    this.#mend(line, `${title}. ${text}`)
  }

  /** @param {number} atMs */
  #endOutage(atMs) {
    const outage = this.#outage
    if (outage === undefined || outage.end !== undefined) return
    outage.end = this.#add(atMs, `${outage.over}, after ${formatMs(atMs - outage.atMs)} of waiting.`, 'good')
  }

  /** @param {Extract<PlayerEvent, { type: 'switched' }>} event */
  #switch({ atMs, to, why, hasFailed }) {
    const text = hasFailed
      ? `${why}: the page plays from ${to} now, from the same place.`
      : `The page plays from ${to} now: ${why}.`
    this.#add(atMs, text, hasFailed ? 'bad' : 'plain')
  }

  /** The same again and again is one line. @param {Extract<PlayerEvent, { type: 'player error' }>} event */
  #report({ atMs, message }) {
    const last = this.#error
    if (last?.message !== message) {
      this.#error = { message, times: 1, line: this.#add(atMs, `The player reports: ${message}`, 'bad') }
      return
    }
    last.times++
    this.#mend(last.line, `The player reports, ${last.times} times: ${message}`)
  }

  /** Once, however often the video comes to that place. @param {Extract<PlayerEvent, { type: 'media trouble' }>} event */
  #explain({ atMs, trouble }) {
    const text = trouble === undefined ? '' : `${trouble.title}. ${trouble.why}`
    if (text !== '' && !this.lines.some((line) => line.text === text)) this.#add(atMs, text, 'bad')
  }

  /** What goes on at a node. @param {string} node @param {number} atMs */
  #open(node, atMs) {
    const entry = this.#latest.get(node)
    if (entry === undefined || entry.incident.isOver) return undefined
    return atMs - entry.incident.lastMs < TOGETHER_MS ? entry : undefined
  }

  /**
   * @param {string} node
   * @param {number} atMs when it began
   * @param {boolean} wasBetter
   * @param {number} toldMs when it is told
   * @param {boolean} [isFlapping]
   */
  #begin(node, atMs, wasBetter, toldMs = atMs, isFlapping = false) {
    const incident = new Incident(node, atMs, wasBetter, isFlapping)
    const entry = { incident, line: this.#add(toldMs, '', 'bad') }
    this.#latest.set(node, entry)
    this.#entries.push(entry)
    if (this.#entries.length > INCIDENTS) this.#entries.shift()
    const stall = this.#stall
    if (
      stall !== undefined &&
      stall.entry === undefined &&
      toldMs - stall.sinceMs < UNNOTICED_MS &&
      this.#requests.isWaitedFor(node)
    )
      this.#blame(entry)
    return entry
  }

  /** @param {Entry} entry */
  #tell({ incident, line }) {
    this.#mend(line, describeIncident(incident.facts))
  }

  /** @param {Line} line @param {string} text */
  #mend(line, text) {
    line.text = text
    this.version++
  }

  /**
   * @param {number} atMs
   * @param {string} text
   * @param {Line['tone']} tone
   * @returns {Line}
   */
  #add(atMs, text, tone) {
    const line = { id: this.#nextId++, atMs, text, tone }
    this.lines.push(line)
    if (this.lines.length > LINES) this.lines.shift()
    this.version++
    return line
  }
}
