// @ts-check
/** @import { SwarmEvent } from '../../../swarm/events.js' */
/** @import { Trouble } from '../nodes/trouble-words.js' */
/** @import { Requests } from './requests.js' */
/** @import { Line, StoryLines } from './story-lines.js' */
/**
 * The trouble of all nodes: which events belong to one incident, and so to one line. What is said of it is mended
 * whenever an event shows more.
 */

import { Absences } from './absences.js'
import { Incident } from './incident.js'
import { describeIncident } from './incident-words.js'

/** What happens to one node, or again and again, within this time is one story. */
export const TOGETHER_MS = 10_000
/** So many incidents may still be mended. */
const INCIDENTS = 50

/** @typedef {{ incident: Incident, line: Line }} Entry */

/** Folds what happens to nodes into incidents, and tells each in its line. */
export class Incidents {
  #lines
  #requests
  #onBegin
  /** of every node the last trouble @type {Map<string, Entry>} */
  #latest = new Map()
  /** what may still be mended @type {Entry[]} */
  #entries = []
  /** refused chunk → whose story it is part of @type {Map<number, Entry>} */
  #refused = new Map()
  /** who is asked for nothing any more, and which line says so @type {Map<string, Entry>} */
  #leftOut = new Map()
  #absences = new Absences()

  /**
   * @param {object} story
   * @param {StoryLines} story.lines
   * @param {Requests} story.requests
   * @param {(entry: Entry, atMs: number) => void} story.onBegin told of each new one, before
   *   anything is said of it
   */
  constructor({ lines, requests, onBegin }) {
    this.#lines = lines
    this.#requests = requests
    this.#onBegin = onBegin
  }

  /** @param {Extract<SwarmEvent, { type: 'node' }> & { state: Trouble }} event */
  trouble({ node, state, before, why, atMs }) {
    this.#absences.begin(node, state, before, atMs)
    const open = this.#open(node, atMs)
    const goesOn = open !== undefined && !(open.incident.isSlowOnly && state !== 'slow')
    const wasBetter = this.#absences.wasBetter(node, state, before)
    const entry = goesOn ? open : (this.#flap(node, atMs, wasBetter) ?? this.#begin(node, atMs, wasBetter))
    entry.incident.change(state, why, atMs)
    this.tell(entry)
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
  recover({ node, before, atMs }) {
    const entry = this.#latest.get(node)
    if (entry === undefined || before === 'unknown') return
    const { incident } = entry
    if (incident.isSlowOnly) {
      incident.catchUp(atMs)
      return this.tell(entry) // goes on: the next slow moments belong to the same line
    }
    incident.isOver = true
    const isCut = incident.recoverFromCut()
    const back = this.#absences.end(node, atMs)
    if (back === undefined) return
    if (incident.isFlapping) {
      incident.comeBack(atMs)
      if (back.hasBrought) incident.bring(back.hadBrought)
      else
        this.#absences.watchReturn(node, () => {
          incident.bring(back.hadBrought)
          this.tell(entry)
        })
      return this.tell(entry)
    }
    if (isCut) return this.tell(entry) // it was not away
    const line = this.#lines.add(atMs, back.text, 'good')
    if (back.proven !== '') this.#absences.watchReturn(node, () => this.#lines.mend(line, back.proven))
  }

  /** A call of a node's health. @param {{ node: string, ms: number | undefined }} event */
  beat({ node, ms }) {
    if (ms === undefined) this.#latest.get(node)?.incident.miss()
  }

  /** @param {{ chunk: number, node: string, atMs: number }} event */
  ask({ chunk, node, atMs }) {
    this.#absences.ask(node, chunk)
    const entry = this.#leftOut.get(node)
    if (entry === undefined) return
    this.#leftOut.delete(node)
    entry.incident.askAgain(atMs)
    this.tell(entry)
  }

  /** Who is left out, for having sent a wrong chunk, is seen by what is asked, and of whom. @param {number} atMs */
  noteLeftOut(atMs) {
    for (const [node, entry] of this.#latest) {
      const { incident } = entry
      if (incident.refusals === 0 || incident.isOver || this.#leftOut.has(node)) continue
      const sinceMs = this.#requests.leftOutSinceMs(node, incident.lastMs, atMs)
      if (sinceMs === undefined) continue
      incident.leaveOut(sinceMs)
      this.#leftOut.set(node, entry)
      this.tell(entry)
    }
  }

  /** @param {{ chunk: number, node: string, atMs: number }} event */
  reject({ chunk, node, atMs }) {
    const open = this.#open(node, atMs)
    const entry = open === undefined || open.incident.isSlowOnly ? this.#begin(node, atMs, false) : open
    entry.incident.refuse(chunk, atMs)
    this.#refused.set(chunk, entry)
    this.tell(entry)
  }

  /** @param {{ chunk: number, node: string }} event */
  arrive({ chunk, node }) {
    this.#absences.bring(node, chunk)
    const entry = this.#refused.get(chunk)
    if (entry === undefined) return
    this.#refused.delete(chunk)
    entry.incident.replace(chunk, node)
    this.tell(entry)
  }

  /**
   * @param {Extract<SwarmEvent, { type: 'failover' }>} event
   * @param {number | undefined} movesSinceMs since when the picture moves without a break
   */
  handOver(event, movesSinceMs) {
    const latest = this.#latest.get(event.from)
    const isPartOfIt =
      latest !== undefined && event.atMs - event.recoveredMs - TOGETHER_MS < latest.incident.lastMs
    const entry = isPartOfIt
      ? latest
      : this.#begin(event.from, event.atMs - event.recoveredMs, false, event.atMs)
    entry.incident.handOver(event, movesSinceMs)
    this.tell(entry)
  }

  /** The picture stood from then on, whatever the cause: no line may say that it did not. @param {number} sinceMs */
  noteStall(sinceMs) {
    for (const entry of this.#entries) if (entry.incident.hasStood(sinceMs)) this.tell(entry)
  }

  /** The last trouble of a node that a reader waits for, if it is not long ago. @param {number} atMs */
  latestWaitedFor(atMs) {
    return this.#entries.findLast(
      ({ incident: { node, lastMs } }) => atMs - lastMs < TOGETHER_MS && this.#requests.isWaitedFor(node),
    )
  }

  /** @param {Entry} entry */
  tell({ incident, line }) {
    this.#lines.mend(line, describeIncident(incident.facts))
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
    const entry = { incident, line: this.#lines.add(toldMs, '', 'bad') }
    this.#latest.set(node, entry)
    this.#entries.push(entry)
    if (this.#entries.length > INCIDENTS) this.#entries.shift()
    this.#onBegin(entry, toldMs)
    return entry
  }
}
