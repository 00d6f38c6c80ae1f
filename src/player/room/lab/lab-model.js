// @ts-check
/**
 * What the labs of the nodes say, in words: kept apart from what the page itself can know of a node, and marked as such.
 * Pure.
 */
import { CLOSES_PORT, sayChanges } from '../../../lab/faults.js'
import { count, formatMs, listWords } from '../../../words/in-words.js'

/** @typedef {import('../../../lab/client.js').LabSeen} LabSeen */

/** All labs, by the names of the nodes. */
export class LabModel {
  /** @type {Map<string, LabSeen>} */
  #seen = new Map()
  /** what was last told of each @type {Map<string, string>} */
  #told = new Map()

  /**
   * Takes in what a lab says.
   * @param {string} name
   * @param {LabSeen} seen
   * @returns {string | undefined} a sentence for the story when something else is in force now
   */
  see(name, seen) {
    this.#seen.set(name, seen)
    if (this.isGone(name)) this.#told.delete(name) // its faults are gone with it: started again, it is not healed
    if (seen.isAway || seen.state === undefined) return undefined
    const now = this.says(name)
    const before = this.#told.get(name) ?? ''
    this.#told.set(name, now)
    if (now === before) return undefined
    return now === '' ? `The lab says: ${name} is healed.` : `The lab says: ${name} ${now}.`
  }

  /** What the node does then, in words; '' when nothing is in force. @param {string} name */
  says(name) {
    return listWords(this.#says(name))
  }

  /** Has it been looked at? @param {string} name */
  isKnown(name) {
    return this.#seen.has(name)
  }

  /** May it be set? @param {string} name */
  isOpen(name) {
    return this.#seen.get(name)?.state?.token !== undefined && !this.isGone(name)
  }

  /** Is it gone, as far as its lab shows? Not when the lab has closed its port, or when it only stands still. @param {string} name */
  isGone(name) {
    const seen = this.#seen.get(name)
    return (
      seen?.isAway === true && !seen.isSilent && !seen.state?.faults.some(({ name }) => CLOSES_PORT.has(name))
    )
  }

  /** Can it be started from here? @param {string} name */
  canStart(name) {
    return [...this.#seen.values()].some(
      ({ isAway, state }) => !isAway && state?.token !== undefined && state.starts.includes(name),
    )
  }

  /** Is anything in force, as far as is known? @param {string} name */
  isBusy(name) {
    return this.#says(name).length > 0
  }

  /** The impairments of a node now. @param {string} name */
  impairmentsOf(name) {
    return this.#seen.get(name)?.state?.impairments ?? {}
  }

  /**
   * `The lab: hangs, 7 s left, 12 hits`, or how to start it again; '' where nothing is in force.
   * @param {string} name
   * @param {number} nowMs on the page's clock
   */
  line(name, nowMs) {
    const seen = this.#seen.get(name)
    if (this.isGone(name)) return this.#howToStart(name)
    if (seen?.state === undefined) return ''
    const passedMs = nowMs - seen.atMs
    const faults = seen.state.faults.flatMap(({ says, leftMs, hits }) => {
      if (leftMs === undefined) return [hits === undefined ? says : `${says}, ${count(hits, 'hit')}`]
      return leftMs <= passedMs ? [] : [`${says}, ${formatMs(leftMs - passedMs)} left`]
    })
    const all = [...sayChanges(seen.state.changed), ...faults]
    return all.length === 0 ? '' : `The lab: ${all.join('; ')}`
  }

  /** '' where a button does it, or on another machine. @param {string} name */
  #howToStart(name) {
    return this.#isOurs && !this.canStart(name) ? `To start it again: npm run start-node ${name}` : ''
  }

  /** Are the nodes on this machine? Others have no token for us. */
  get #isOurs() {
    return [...this.#seen.values()].some(({ state }) => state?.token !== undefined)
  }

  /** What the node does then, one thing for each. @param {string} name */
  #says(name) {
    const { changed = {}, faults = [] } = this.#seen.get(name)?.state ?? {}
    return [...sayChanges(changed), ...faults.map(({ says }) => says)]
  }
}
