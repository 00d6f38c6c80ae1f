// @ts-check
/** What is done to a node on purpose, at its time: one step of a scenario, and its words. Pure. */
import { sayChanges, sayFaults } from '../lab/faults.js'
import { listWords } from '../words/in-words.js'

/**
 * One thing that is done to one node. `atMs` counts from the first picture on. `set`: these faults and impairments, and
 * no others; `crash` ends its process, and `start` begins another one.
 * @typedef {{ readonly atMs: number, readonly node: string } & (
 *   | { readonly kind: 'set', readonly faults: import('../lab/faults.js').FaultSet,
 *       readonly impairments: Readonly<Record<string, number>> }
 *   | { readonly kind: 'crash' | 'start' | 'heal' }
 * )} Action
 */

/** Beyond what is read ahead: a chunk, what a browser holds of it, and a stall until it is told. */
const AFTERMATH_MS = 6_000

/**
 * When all has been seen, after the first picture: what lay ahead when the last thing was done has been played by then, so
 * a viewer who got nothing any more has stood. Or when the video is over.
 * @param {object} scenario
 * @param {readonly Action[]} scenario.actions in the order of their times
 * @param {number} scenario.lookAheadSeconds
 * @param {number} videoSeconds how long the video plays; not known: `NaN`
 */
export function endMsOf({ actions, lookAheadSeconds }, videoSeconds) {
  const lastMs = actions.at(-1)?.atMs ?? 0
  const videoMs = Number.isFinite(videoSeconds) ? videoSeconds * 1000 : Number.POSITIVE_INFINITY
  return Math.min(lastMs + lookAheadSeconds * 1000 + AFTERMATH_MS, Math.max(lastMs, videoMs))
}

/**
 * Why the end of it all cannot have shown; '' when it can have.
 * @param {readonly Action[]} actions in the order of their times
 * @param {number} videoSeconds how long the video plays; not known: `NaN`
 */
export const whyTooShort = (actions, videoSeconds) =>
  (actions.at(-1)?.atMs ?? 0) > videoSeconds * 1000 ? 'the video is over before the last step' : ''

/** `node1 hangs`. @param {Action} action */
export function describeAction(action) {
  switch (action.kind) {
    case 'crash':
      return `${action.node} is killed`
    case 'start':
      return `${action.node} is started again`
    case 'heal':
      return `${action.node} is healed`
    case 'set':
      return `${action.node} ${listWords([...sayChanges(action.impairments), ...sayFaults(action.faults)])}`
  }
}
