// @ts-check
/** Whether somebody else breaks or heals nodes during a lesson: then it does not show what it says. */
import { sayChanges } from '../../../lab/faults.js'
import { listWords } from '../../../words/in-words.js'

/** What a lab said so soon after something was set may be of before; what is over so soon may be over already. */
const GRACE_MS = 500

/**
 * What is to be in force on a node.
 * @typedef {object} Expected
 * @property {number} atMs since when
 * @property {import('../../../lab/faults.js').FaultSet} faults
 * @property {Readonly<Record<string, number>>} impairments
 */

export class Meddling {
  /** what was found, a sentence for each node @type {Set<string>} */
  found = new Set()
  #clock
  /** @type {Map<string, Expected>} */
  #expected = new Map()

  /** @param {import('../../../swarm/clock.js').Clock} clock */
  constructor(clock) {
    this.#clock = clock
  }

  /** @param {string} name of the node @param {Omit<Expected, 'atMs'>} what */
  expect(name, what) {
    this.#expected.set(name, { ...what, atMs: this.#clock.now() })
  }

  /** What a lab says. @param {string} name @param {import('../../../lab/client.js').LabSeen} seen */
  see(name, { state, atMs, isAway }) {
    const expected = this.#expected.get(name) ?? { atMs: 0, faults: {}, impairments: {} }
    if (isAway || state === undefined || atMs < expected.atMs + GRACE_MS) return
    const others = state.faults.filter(({ name }) => !(name in expected.faults)).map(({ says }) => says)
    const changed = Object.entries(state.changed).filter(
      ([field, value]) => expected.impairments[field] !== value,
    )
    const more = [...sayChanges(Object.fromEntries(changed)), ...others]
    if (more.length > 0) this.found.add(`somebody else did something to it: ${name} ${listWords(more)}`)
    const passedMs = atMs - expected.atMs
    const healed = Object.entries(expected.faults).filter(
      ([fault, { forMs = Number.POSITIVE_INFINITY }]) =>
        passedMs < forMs - GRACE_MS && !state.faults.some(({ name }) => name === fault),
    )
    if (healed.length > 0) this.found.add(`somebody healed ${name} meanwhile`)
  }
}
