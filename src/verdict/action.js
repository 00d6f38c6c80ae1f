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
