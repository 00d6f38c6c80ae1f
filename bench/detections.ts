/** What may happen to a node, how soon a reader is to say so, and what is no more than a false alarm. Pure. */
import type { NodeState, SwarmEvent } from '../src/swarm/events.js'
import { quantile } from './ratio.ts'
import { type Fault, HANG, KILL, shuffle, slowTo } from './watch-faults.ts'

/** Something that happens, and what is to be said of it. */
export interface Detection {
  readonly name: string
  readonly fault: Fault
  /** it strikes while the node owes something, or while it does not */
  readonly isOwing: boolean
  readonly state: NodeState
  readonly maxMs: number
  /** Only time in which the node owes something counts: how fast it is shows in nothing else. */
  readonly isRate?: boolean
}

/** When it is over. */
export const MAX_BACK_MS = 1500

/** @param bytesPerSecond of each node */
export const detectionsFor = (bytesPerSecond: number): readonly Detection[] => [
  { name: 'killed while it owes something', fault: KILL, isOwing: true, state: 'down', maxMs: 300 },
  { name: 'killed while idle', fault: KILL, isOwing: false, state: 'down', maxMs: 2500 },
  { name: 'hung while it owes something', fault: HANG, isOwing: true, state: 'no answer', maxMs: 1500 },
  {
    name: 'cut to 1/16 of its rate',
    fault: slowTo('slow', bytesPerSecond / 16),
    isOwing: true,
    state: 'slow',
    maxMs: 3000,
    isRate: true,
  },
]

/** Each of them so many times, in any order. */
export const planDetections = (
  detections: readonly Detection[],
  times: number,
  random: () => number,
): Detection[] =>
  shuffle(
    detections.flatMap((detection) => Array<Detection>(times).fill(detection)),
    random,
  )

/** What is said of a node while everything is as it should be is a false alarm; so is a wrong word. */
export class Alarms {
  /** in their order */
  readonly all: Alarm[] = []
  readonly #expected = new Map<string, readonly NodeState[]>()

  /** From now on these are true words about the node; any other is not. */
  expect(node: string, ...states: NodeState[]): void {
    this.#expected.set(node, states)
  }

  /** @param during what goes on: a line of the table */
  hear(event: SwarmEvent, during: string): void {
    const word = alarmIn(event, (node) => this.#expected.get(node) ?? [])
    if (word !== undefined) this.all.push({ during, word })
  }
}

/** What was said, and what went on then. */
export interface Alarm {
  readonly during: string
  readonly word: string
}

/** A word that is not true, if the event is one. Pure. */
function alarmIn(event: SwarmEvent, expected: (node: string) => readonly NodeState[]): string | undefined {
  switch (event.type) {
    case 'node':
      return expected(event.node).includes(event.state)
        ? undefined
        : `${event.node} is called "${event.state}" (before: "${event.before}"): ${event.why}`
    case 'hedge':
      return expected(event.from).length > 0
        ? undefined
        : `${event.from} is called late with chunk ${event.chunk} after ${Math.round(event.waitedMs)} ms`
    case 'outage':
      return event.isOver ? undefined : `nobody is left: ${event.why}`
    default:
      return undefined
  }
}

/** How the time between events is called. */
export const QUIET = 'nothing happens'
/** How the end of an event is called. */
export const backFrom = (name: string): string => `back (${name})`

/** One event, and how long it took until it was said. */
export interface Sample {
  readonly event: string
  readonly said: { readonly countedMs: number; readonly clockMs: number } | undefined
}

export const HEADING = ['event', 'said', 'median s', 'max s', 'limit', '', 'by the clock', 'false alarms']

/** What has to be so for one line of the table. */
interface Required {
  readonly event: string
  /** how often it was to happen */
  readonly times: number
  readonly maxMs: number
}

/** A line of the table, and whether it is as it has to be. Pure. @param samples of all events */
export function rowOf(
  { event, times, maxMs }: Required,
  samples: readonly Sample[],
  alarms: readonly Alarm[],
): { cells: string[]; isMet: boolean } {
  const said = samples.flatMap((sample) =>
    sample.event === event && sample.said !== undefined ? [sample.said] : [],
  )
  const counted = said.map(({ countedMs }) => countedMs)
  const mostMs = Math.max(...counted)
  const isInTime = said.length === times && mostMs <= maxMs
  const falseAlarms = alarmsDuring(event, alarms)
  return {
    cells: [
      event,
      `${said.length} of ${times}`,
      ...[quantile(counted, 0.5), mostMs].map(seconds),
      ...[`≤ ${maxMs / 1000}`, isInTime ? 'ok' : 'MISSED'],
      ...[seconds(Math.max(...said.map(({ clockMs }) => clockMs))), String(falseAlarms)],
    ],
    isMet: isInTime && falseAlarms === 0,
  }
}

/** The line about the time between events. Pure. */
export function quietRow(alarms: readonly Alarm[]): { cells: string[]; isMet: boolean } {
  const falseAlarms = alarmsDuring(QUIET, alarms)
  return { cells: [QUIET, '', '', '', '', '', '', String(falseAlarms)], isMet: falseAlarms === 0 }
}

const alarmsDuring = (event: string, alarms: readonly Alarm[]): number =>
  alarms.filter(({ during }) => during === event).length
const seconds = (ms: number): string => (Number.isFinite(ms) ? (ms / 1000).toFixed(2) : '–')
