// @ts-check
/** @import { NodeState, SwarmEvent } from '../swarm/events.js' */
/** @import { PlayerEvent } from './player-events.js' */
/** What happened, in sentences that a person would tell: the hundreds of events a second become a few lines. */
import { Incident } from './incident.js'
import { formatMs, formatSeconds } from './words.js'

/** Older lines are forgotten. */
const LINES = 200
/** What happens to one node within this time is one story. */
const TOGETHER_MS = 10_000
/** A silent node starves the video before its silence is noticed: a stall may begin that much earlier. */
const UNNOTICED_MS = 3_000

/** Who was in one of these states cannot stop answering. @type {ReadonlySet<NodeState>} */
const SILENT = new Set(['unknown', 'no answer', 'down'])

/**
 * One line. Its text may grow while what it tells goes on.
 * @typedef {object} Line
 * @property {number} id
 * @property {number} atMs
 * @property {string} text
 * @property {'good' | 'bad' | 'plain'} tone
 */

/** Folds events into lines. */
export class Story {
  /** oldest first @type {Line[]} */
  lines = []
  /** changes whenever a line does */
  version = 0
  #nextId = 1
  /** what goes on at each node @type {Map<string, { incident: Incident, line: Line }>} */
  #open = new Map()
  /** refused chunk → whose story it is part of @type {Map<number, { incident: Incident, line: Line }>} */
  #refused = new Map()
  /** the stall that goes on, and which line tells it @type {{ atMs: number, line: Line, incident?: Incident } | undefined} */
  #stall = undefined
  /** @type {number | undefined} */
  #outageAtMs = undefined

  /**
   * @param {SwarmEvent | PlayerEvent} event
   * @param {boolean} isPlaying is the video playing, so that it could have stopped?
   */
  apply(event, isPlaying) {
    switch (event.type) {
      case 'node':
        return event.state === 'up' || event.state === 'unknown'
          ? this.#recover(event)
          : this.#trouble({ ...event, state: event.state })
      case 'rejected':
        return this.#reject(event)
      case 'verified':
      case 'unverified':
        return this.#replace(event.chunk, event.node)
      case 'failover': {
        const entry = this.#open.get(event.from) ?? this.#begin(event.from, event.atMs, false)
        entry.incident.handOver(event, isPlaying)
        return this.#tell(entry)
      }
      case 'stall':
        return event.isOver ? this.#goOn(event.atMs, event.ms) : this.#stand(event.atMs)
      case 'outage':
        return event.isOver ? this.#endOutage(event.atMs) : this.#beginOutage(event.atMs)
      case 'started':
        return this.note(
          event.atMs,
          event.kind === 'swarm'
            ? 'The page reads the video chunk by chunk.'
            : `The page plays from one node and switches: ${event.why}.`,
        )
      case 'first frame':
        return this.note(event.atMs, `First picture after ${formatSeconds(event.ms)}.`, 'good')
      case 'switched':
        return this.note(
          event.atMs,
          `${event.from} failed (${event.why}). The video goes on from ${event.to}, at the same place.`,
          'bad',
        )
      case 'player error':
        return this.note(event.atMs, `The player reports: ${event.message}`, 'bad')
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

  /** @param {Extract<SwarmEvent, { type: 'node' }> & { state: import('./incident.js').Trouble }} event */
  #trouble({ node, state, before, why, atMs }) {
    const open = this.#open.get(node)
    const goesOn = open !== undefined && atMs - open.incident.lastMs < TOGETHER_MS
    const entry =
      goesOn && !(open.incident.isSlowOnly && state !== 'slow')
        ? open
        : this.#begin(node, atMs, SILENT.has(before))
    entry.incident.change(state, why, atMs)
    this.#tell(entry)
  }

  /** @param {Extract<SwarmEvent, { type: 'node' }>} event */
  #recover({ node, before, atMs }) {
    const open = this.#open.get(node)
    if (open === undefined || !open.incident.hasStates || before === 'unknown') return
    const { incident } = open
    if (incident.isSlowOnly) {
      incident.catchUp(atMs)
      return this.#tell(open) // stays open: the next slow moments belong to the same line
    }
    this.#open.delete(node)
    this.#add(atMs, `${node} is back after ${formatMs(atMs - incident.atMs)}.`, 'good')
  }

  /** @param {{ chunk: number, node: string, atMs: number }} event */
  #reject({ chunk, node, atMs }) {
    const open = this.#open.get(node)
    const goesOn =
      open !== undefined && atMs - open.incident.lastMs < TOGETHER_MS && !open.incident.isSlowOnly
    const entry = goesOn ? open : this.#begin(node, atMs, false)
    entry.incident.refuse(chunk, atMs)
    this.#refused.set(chunk, entry)
    this.#tell(entry)
  }

  /**
   * @param {number} chunk
   * @param {string} node
   */
  #replace(chunk, node) {
    const entry = this.#refused.get(chunk)
    if (entry === undefined) return
    this.#refused.delete(chunk)
    entry.incident.replace(chunk, node)
    this.#tell(entry)
  }

  /** @param {number} atMs */
  #stand(atMs) {
    const cause = this.#isOutage
      ? undefined
      : [...this.#open.values()].filter(({ incident }) => atMs - incident.lastMs < TOGETHER_MS).at(-1)
    if (cause === undefined) {
      this.#stall = { atMs, line: this.#add(atMs, 'The video stands still.', 'bad') }
    } else {
      this.#stall = { atMs, ...cause }
      cause.incident.stand()
      this.#tell(cause)
    }
  }

  /**
   * @param {number} atMs
   * @param {number} ms
   */
  #goOn(atMs, ms) {
    if (this.#stall === undefined) this.#stand(atMs - ms)
    if (this.#stall === undefined) return
    const { line, incident } = this.#stall
    this.#stall = undefined
    incident?.goOn(ms)
    line.text = incident?.tell() ?? `The video stood still for ${formatMs(ms)}.`
    this.version++
  }

  get #isOutage() {
    return this.#outageAtMs !== undefined
  }

  /** @param {number} atMs */
  #beginOutage(atMs) {
    if (this.#isOutage) return
    this.#outageAtMs = atMs
    this.#add(atMs, 'No node answers. The page keeps asking, and goes on by itself.', 'bad')
  }

  /** @param {number} atMs */
  #endOutage(atMs) {
    if (this.#outageAtMs === undefined) return
    this.#add(atMs, `A node answers again, after ${formatMs(atMs - this.#outageAtMs)} without any.`, 'good')
    this.#outageAtMs = undefined
  }

  /**
   * @param {string} node
   * @param {number} atMs
   * @param {boolean} isFirstSeen
   */
  #begin(node, atMs, isFirstSeen) {
    const entry = { incident: new Incident(node, atMs, isFirstSeen), line: this.#add(atMs, '', 'bad') }
    this.#open.set(node, entry)
    const stall = this.#stall
    if (stall !== undefined && stall.incident === undefined && atMs - stall.atMs < UNNOTICED_MS) {
      this.lines = this.lines.filter((line) => line !== stall.line) // this node is why
      this.#stall = { atMs: stall.atMs, ...entry }
      entry.incident.stand()
    }
    return entry
  }

  /** @param {{ incident: Incident, line: Line }} entry */
  #tell({ incident, line }) {
    line.text = incident.tell()
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
