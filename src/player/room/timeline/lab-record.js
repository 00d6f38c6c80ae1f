// @ts-check
/**
 * What was done to the nodes, and when: as bands behind the time line, and so that the same can be done again. The labs say
 * since when something else is in force; that a node is gone the page can only see. Pure but for what it remembers.
 */
/** @import { LabSeen } from '../../../lab/client.js' */
import { CLOSES_PORT } from '../../../lab/faults.js'

/**
 * What is done to a node. Times in ms on the page's clock.
 * @typedef {object} Band
 * @property {number} lane
 * @property {number} fromMs
 * @property {number | undefined} toMs `undefined`: it goes on
 * @property {string} text
 */

/**
 * What came into force on a node: all that its lab said then, or that it was gone, or there again.
 * @typedef {{ readonly atMs: number, readonly node: string } & (
 *   | { readonly kind: 'set', readonly seed: number, readonly faults: Readonly<Record<string, object>>,
 *       readonly impairments: Readonly<Record<string, number>> }
 *   | { readonly kind: 'crash' | 'start' })} Change
 */

const GONE = 'gone'
const NOTHING = JSON.stringify([{}, {}])
const MAX_KEPT = 1_000

class Lane {
  /** what the lab said last, so that only what is new counts */
  told = NOTHING
  /** @type {LabSeen | undefined} */
  seen
  isGone = false
  /** when the reader last saw that the node went down */
  downMs = Number.NEGATIVE_INFINITY
  /** @type {Band | undefined} */
  band
}

export class LabRecord {
  #lanes
  /** @type {Band[]} */
  bands = []
  /** @type {Change[]} */
  changes = []

  /** @param {readonly string[]} names of the nodes, in the order of their lanes */
  constructor(names) {
    this.#lanes = new Map(names.map((name, index) => [name, { index, lane: new Lane() }]))
  }

  /** The reader found a node down: sooner than its lab is looked at again. @param {string} name @param {number} atMs */
  noteDown(name, atMs) {
    const found = this.#lanes.get(name)
    if (found !== undefined) found.lane.downMs = atMs
  }

  /**
   * @param {string} name
   * @param {LabSeen} seen
   * @param {string} text what the node does then, in words; '' when nothing is done to it
   * @param {number} nowMs
   */
  see(name, seen, text, nowMs) {
    const { index = -1, lane } = this.#lanes.get(name) ?? {}
    if (lane === undefined) return
    const before = lane.seen
    lane.seen = seen
    if (seen.isAway) {
      if (seen.isSilent) return // it may be there all the same
      const isOrdered = seen.state?.faults.some(({ name }) => CLOSES_PORT.has(name)) ?? true
      if (before?.state === undefined || isOrdered || lane.isGone) return
      lane.isGone = true
      lane.told = NOTHING
      if (seen.state?.faults.some(({ name }) => name === 'crash')) return // so it says why, and since when
      const atMs = lane.downMs > before.atMs ? lane.downMs : nowMs
      this.#keep({ kind: 'crash', atMs, node: name })
      this.#show(lane, index, atMs, GONE)
      return
    }
    const { state } = seen
    if (state === undefined) return
    // It cannot have changed before it was last looked at, whatever it says.
    const atMs = Math.max(before?.atMs ?? Number.NEGATIVE_INFINITY, seen.atMs - state.changedAgoMs)
    if (lane.isGone) {
      lane.isGone = false
      this.#keep({ kind: 'start', atMs, node: name })
      this.#show(lane, index, atMs, '')
    }
    const faults = Object.fromEntries(state.faults.map(({ name, parameters }) => [name, parameters]))
    const told = JSON.stringify([faults, state.changed])
    if (told === lane.told) return
    lane.told = told
    const { seed, changed } = state
    this.#keep({ kind: 'set', atMs, node: name, seed, faults, impairments: changed })
    this.#show(lane, index, atMs, text)
  }

  /** @param {Lane} lane @param {number} index @param {number} atMs @param {string} text */
  #show(lane, index, atMs, text) {
    if (lane.band !== undefined) lane.band.toMs = Math.max(lane.band.fromMs, atMs)
    lane.band = text === '' ? undefined : { lane: index, fromMs: atMs, toMs: undefined, text }
    if (lane.band !== undefined) this.bands.push(lane.band)
    if (this.bands.length > MAX_KEPT) this.bands.shift()
  }

  /** @param {Change} change */
  #keep(change) {
    this.changes.push(change)
    if (this.changes.length > MAX_KEPT) this.changes.shift()
  }
}
