// @ts-check
/** Whether somebody else breaks, heals or ends nodes during a lesson: then it does not show what it says. */
import { CLOSES_PORT, sayChanges } from '../../../lab/faults.js'
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
  /** what was found, in words @type {Set<string>} */
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

  /** Whatever its lab says, it says nothing of somebody else: the node is being changed, or is killed. @param {string} name */
  expectNothing(name) {
    this.#expected.delete(name)
  }

  /** What a lab says. @param {string} name @param {import('../../../lab/client.js').LabSeen} seen */
  see(name, { state, atMs, isAway, isSilent }) {
    const expected = this.#expected.get(name)
    if (expected === undefined || this.#clock.now() < expected.atMs + GRACE_MS) return
    if (isAway) {
      const mayBe = isSilent || Object.keys(expected.faults).some((fault) => CLOSES_PORT.has(fault))
      if (!mayBe) this.found.add(`${name} went away, which is no part of the lesson`)
      return
    }
    if (state === undefined || atMs < expected.atMs + GRACE_MS) return
    const more = [...this.#otherImpairments(expected, state), ...this.#otherFaults(expected, state)]
    if (more.length > 0) this.found.add(`somebody else did something to it: ${name} ${listWords(more)}`)
    if (this.#isHealed(expected, state, atMs)) this.found.add(`somebody healed ${name} meanwhile`)
  }

  /** @param {Expected} expected @param {import('../../../lab/client.js').LabState} state */
  #otherImpairments({ impairments }, state) {
    const others = Object.entries(state.impairments).filter(([field, value]) => impairments[field] !== value)
    return sayChanges(Object.fromEntries(others))
  }

  /** @param {Expected} expected @param {import('../../../lab/client.js').LabState} state */
  #otherFaults({ faults }, state) {
    const isOther = (/** @type {import('../../../lab/client.js').FaultState} */ { name, parameters }) =>
      JSON.stringify(sorted(parameters)) !== JSON.stringify(sorted(faults[name] ?? { none: true }))
    return state.faults.filter(isOther).map(({ says }) => says)
  }

  /** @param {Expected} expected @param {import('../../../lab/client.js').LabState} state @param {number} nowMs */
  #isHealed({ faults, atMs }, state, nowMs) {
    return Object.entries(faults).some(
      ([fault, { forMs = Number.POSITIVE_INFINITY }]) =>
        nowMs - atMs < forMs - GRACE_MS && !state.faults.some(({ name }) => name === fault),
    )
  }
}

/** @param {object} parameters */
const sorted = (parameters) => Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1))
