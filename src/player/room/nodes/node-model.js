// @ts-check
/** @import { NodeState, SwarmEvent } from '../../../swarm/events.js' */
/** @import { NodeMark } from '../marks/node-marks.js' */
/** @import { PlayerEvent } from '../../playing/player-events.js' */
/** What the class sees of every node: how it is doing, its heartbeat, and what it has delivered. */

import { broughtBy } from '../../../swarm/events.js'
import { formatClock } from '../../../words/in-words.js'
import { reasonOf } from './trouble-words.js'

/** How long a heartbeat stays on the line. */
export const HEARTBEAT_MS = 60_000

/** @typedef {{ atMs: number, ms: number | undefined }} Beat */

/**
 * @typedef {object} NodeFacts
 * @property {NodeMark} mark
 * @property {NodeState} state
 * @property {string} why
 * @property {boolean} isLate does it owe bytes, and has been silent for longer than is usual for it?
 * @property {number | undefined} notBeforeMs until then it is asked for nothing
 * @property {number | undefined} bytesPerSecond its rate when it last sent, as far as that says something of the node
 * @property {number} bytes that it delivered and that passed verification
 * @property {Set<number>} inFlight chunks that it is asked for
 * @property {number} refused chunks of it that were thrown away
 * @property {Beat[]} beats of the last minute, oldest first
 */

/** Folds events into the facts of every node. */
export class NodeModel {
  /** @type {readonly NodeFacts[]} */
  nodes
  /** bytes of all nodes together */
  totalBytes = 0
  /** @type {Map<string, NodeFacts>} */
  #byName

  /** @param {readonly NodeMark[]} marks */
  constructor(marks) {
    this.nodes = marks.map((mark) => ({
      mark,
      state: 'unknown',
      why: '',
      isLate: false,
      notBeforeMs: undefined,
      bytesPerSecond: undefined,
      bytes: 0,
      inFlight: new Set(),
      refused: 0,
      beats: [],
    }))
    this.#byName = new Map(this.nodes.map((node) => [node.mark.name, node]))
  }

  /** @param {SwarmEvent | PlayerEvent} event */
  apply(event) {
    const node = 'node' in event ? this.#byName.get(event.node) : undefined
    if (node === undefined) return
    switch (event.type) {
      case 'node':
        node.state = event.state
        node.why = reasonOf(event.state, event.why)
        node.isLate = false
        return
      case 'asked':
        node.inFlight.add(event.chunk)
        return
      case 'verified':
      case 'unverified':
        for (const brought of broughtBy(event)) {
          const by = this.#byName.get(brought.node)
          if (by !== undefined) by.bytes += brought.bytes
        }
        this.totalBytes += event.bytes
        for (const other of this.nodes) other.inFlight.delete(event.chunk) // a second copy is given up
        return
      case 'rejected':
        node.refused++
        node.inFlight.delete(event.chunk)
        return
      case 'unused':
      case 'dropped':
        node.inFlight.delete(event.chunk)
        return
      case 'measured':
        node.isLate = event.isLate
        node.notBeforeMs = event.notBeforeMs
        node.bytesPerSecond = event.bytesPerSecond
        return
      case 'heartbeat':
        node.beats.push({ atMs: event.atMs, ms: event.ms })
        dropOldBeats(node.beats, event.atMs)
    }
  }
}

/**
 * @param {Beat[]} beats
 * @param {number} nowMs
 */
function dropOldBeats(beats, nowMs) {
  const first = beats.findIndex(({ atMs }) => atMs >= nowMs - HEARTBEAT_MS)
  beats.splice(0, first === -1 ? beats.length : first)
}

/** @type {Readonly<Record<NodeState, { words: string, tone: 'good' | 'unsure' | 'bad' | 'quiet' }>>} */
const STATES = {
  unknown: { words: 'not asked yet', tone: 'quiet' },
  up: { words: 'up', tone: 'good' },
  slow: { words: 'slow', tone: 'unsure' },
  busy: { words: 'busy', tone: 'unsure' },
  'no answer': { words: 'no answer', tone: 'bad' },
  down: { words: 'down', tone: 'bad' },
  'other version': { words: 'other version', tone: 'bad' },
  missing: { words: 'missing', tone: 'bad' },
  'sent bad data': { words: 'sent bad data', tone: 'bad' },
  'wrong answer': { words: 'wrong answer', tone: 'bad' },
}

/** In these it sends what it is asked for. @type {ReadonlySet<NodeState>} */
const AT_WORK = new Set(['unknown', 'up', 'slow'])

/**
 * How a node is doing, in words, and how worrying that is. Pure.
 * @param {Pick<NodeFacts, 'state' | 'isLate' | 'refused' | 'notBeforeMs'>} facts
 * @param {number} nowMs
 */
export function describeState({ state, isLate, refused, notBeforeMs = Number.NEGATIVE_INFINITY }, nowMs) {
  if (notBeforeMs > nowMs && AT_WORK.has(state)) return { words: 'left out', tone: 'unsure' }
  if (isLate && AT_WORK.has(state)) return { words: 'late', tone: 'unsure' }
  if (state === 'sent bad data' && refused === 1) return { words: 'sent a bad chunk', tone: 'bad' }
  return STATES[state]
}

/** In these it may answer, and is not asked all the same. @type {ReadonlySet<NodeState>} */
const ANSWERING = new Set([...AT_WORK, 'sent bad data', 'busy', 'wrong answer'])

/**
 * Of a node that answers and is left out: until when, and when it was last heard of; else ''. Pure.
 * @param {Pick<NodeFacts, 'state' | 'notBeforeMs' | 'beats'>} facts
 * @param {number} nowMs
 */
export function noteOf({ state, notBeforeMs = Number.NEGATIVE_INFINITY, beats }, nowMs) {
  if (notBeforeMs <= nowMs || !ANSWERING.has(state)) return ''
  const answer = beats.findLast(({ ms }) => ms !== undefined)
  const heard = answer === undefined ? '' : `; last answered at ${formatClock(answer.atMs / 1000)}`
  return `not asked until ${formatClock(notBeforeMs / 1000)} while there are others${heard}`
}

/**
 * The rate of a node as far as it is known; one that is away has none. Pure.
 * @param {Pick<NodeFacts, 'state' | 'bytesPerSecond'>} facts
 */
export const rateOf = ({ state, bytesPerSecond }) => (AT_WORK.has(state) ? bytesPerSecond : undefined)

/**
 * The heartbeat as lines in a box of 1 × 1: x from a minute ago to now, y from no delay (1) to `topMs` (0).
 * A line ends where there was no answer, and the time of that is in `silences`. Pure.
 * The height grows with the square root, so that 50 ms and 300 ms can both be seen beside 2 s.
 * @param {readonly Beat[]} beats oldest first
 * @param {number} nowMs
 * @param {number} topMs
 * @returns {{ lines: { x: number, y: number }[][], silences: number[] }}
 */
export function heartbeatLines(beats, nowMs, topMs) {
  /** @type {{ x: number, y: number }[][]} */
  const lines = []
  const silences = []
  let isBroken = true
  for (const { atMs, ms } of beats) {
    const x = 1 - (nowMs - atMs) / HEARTBEAT_MS
    if (x < 0) continue
    if (ms === undefined) silences.push(x)
    else if (isBroken) lines.push([])
    if (ms !== undefined) lines.at(-1)?.push({ x, y: 1 - Math.min(1, Math.sqrt(ms / topMs)) })
    isBroken = ms === undefined
  }
  return { lines, silences }
}

/**
 * The longest answer on any of the lines, so that all of them have one scale and can be compared; at least
 * half a second, so that a few ms of noise stay small. Pure.
 * @param {readonly NodeFacts[]} nodes
 */
export const heartbeatTopMs = (nodes) =>
  Math.max(500, ...nodes.flatMap(({ beats }) => beats.map(({ ms }) => ms ?? 0)))
