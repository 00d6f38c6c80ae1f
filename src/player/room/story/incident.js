// @ts-check
/**
 * One node's trouble, from its first sign to the last chunk that others brought: collects the facts that belong
 * together. It says nothing; see incident-words.js for the sentences.
 */

import { wasCut } from '../../../swarm/unreachable.js'
import { Standing } from './standing.js'

/** @typedef {import('../nodes/trouble-words.js').Trouble} Trouble */
/** @typedef {import('../nodes/trouble-words.js').ToldTrouble} ToldTrouble */

/**
 * Silence is noticed at most so long after it began: what is said of an incident must hold from there on, and a stall may
 * be its doing that began before it.
 */
export const UNNOTICED_MS = 3_000

/**
 * What is known of one node's trouble, for those who say it.
 * @typedef {object} IncidentFacts
 * @property {string} node
 * @property {number} atMs when it began
 * @property {boolean} wasBetter was the node seen in a better state?
 * @property {boolean} isSlowOnly
 * @property {boolean} hasStates
 * @property {readonly { state: ToldTrouble, why: string }[]} states since it began, or since the node was last back,
 *   without repeats
 * @property {{ times: number, states: ReadonlySet<ToldTrouble>, backMs: number, brings: 'nothing' | 'now' | 'again' }} flaps
 *   how often it was away and back, in which states, when it last came back, and does it bring chunks since?
 * @property {ReadonlyMap<number, string | undefined>} refused chunk → who brought it in the end
 * @property {{ times: number, ms: number, sinceMs: number | undefined }} slow how often it was slow and caught up, how
 *   long that took in all, and since when it is slow
 * @property {{ times: number, ms: number, sinceMs: number | undefined }} leftOut how long nothing was asked of it, and
 *   since when nothing is
 * @property {{ chunks: readonly number[], helpers: ReadonlySet<string>, waitedMs: number, hasMoved: boolean }} handedOver
 *   what it owed: chunks, who brought them, the longest wait, and did the picture move all the time?
 * @property {Standing} standing stalls that it is the cause of
 */

/** Collects what belongs together. */
export class Incident {
  node
  atMs
  wasBetter
  /** when something last happened in it @type {number} */
  lastMs
  /** is the node as it was? Then only what it owed may still be told. */
  isOver = false
  /** does it gather what would else be an incident each? */
  isFlapping
  standing = new Standing()
  /** @type {{ state: ToldTrouble, why: string }[]} */
  #states = []
  #flaps = {
    times: 0,
    states: /** @type {Set<ToldTrouble>} */ (new Set()),
    backMs: 0,
    brings: /** @type {'nothing' | 'now' | 'again'} */ ('nothing'),
  }
  /** @type {Map<number, string | undefined>} */
  #refused = new Map()
  #hasMissed = false
  #handedOver = {
    chunks: /** @type {number[]} */ ([]),
    helpers: /** @type {Set<string>} */ (new Set()),
    waitedMs: 0,
    hasMoved: false,
  }
  /** when what it owed was last told of */
  #handedOverMs = Number.NEGATIVE_INFINITY
  #slow = { times: 0, ms: 0, sinceMs: /** @type {number | undefined} */ (undefined) }
  #leftOut = { times: 0, ms: 0, sinceMs: /** @type {number | undefined} */ (undefined) }

  /**
   * @param {string} node
   * @param {number} atMs
   * @param {boolean} wasBetter
   * @param {boolean} [isFlapping]
   */
  constructor(node, atMs, wasBetter, isFlapping = false) {
    this.isFlapping = isFlapping
    this.node = node
    this.atMs = atMs
    this.lastMs = atMs
    this.wasBetter = wasBetter
  }

  get isSlowOnly() {
    const isSlow = this.#states.length > 0 && this.#states.every(({ state }) => state === 'slow')
    return isSlow && this.#refused.size === 0 && this.#flaps.times === 0
  }

  /** how many chunks were refused */
  get refusals() {
    return this.#refused.size
  }

  /** What is known by now. @returns {IncidentFacts} */
  get facts() {
    return {
      ...{ node: this.node, atMs: this.atMs, wasBetter: this.wasBetter, standing: this.standing },
      isSlowOnly: this.isSlowOnly,
      hasStates: this.#states.length > 0 || this.#flaps.times > 0,
      ...{ states: this.#states, flaps: this.#flaps, refused: this.#refused },
      ...{ slow: this.#slow, leftOut: this.#leftOut, handedOver: this.#handedOver },
    }
  }

  /**
   * @param {Trouble} state
   * @param {string} why
   * @param {number} atMs
   */
  change(state, why, atMs) {
    this.lastMs = atMs
    if (state === 'slow') this.#slow.sinceMs = atMs
    if (this.#states.at(-1)?.state !== state) this.#states.push({ state, why })
  }

  /**
   * @param {number} chunk
   * @param {number} atMs
   */
  refuse(chunk, atMs) {
    this.lastMs = atMs
    this.#refused.set(chunk, undefined)
  }

  /**
   * A refused chunk came, from another node or as it should be.
   * @param {number} chunk
   * @param {string} node
   */
  replace(chunk, node) {
    this.#refused.set(chunk, node)
  }

  /** Nobody asks it any more. @param {number} sinceMs */
  leaveOut(sinceMs) {
    this.#leftOut.sinceMs = sinceMs
  }

  /** It is asked again. @param {number} atMs */
  askAgain(atMs) {
    this.#leftOut.times++
    this.#leftOut.ms += atMs - (this.#leftOut.sinceMs ?? atMs)
    this.#leftOut.sinceMs = undefined
  }

  /**
   * @param {{ to: readonly string[], chunks: readonly number[], waitedMs: number, atMs: number }} failover
   * @param {number | undefined} movesSinceMs since when the picture moves without a break
   */
  handOver({ to, chunks, waitedMs, atMs }, movesSinceMs) {
    this.lastMs = atMs
    this.#handedOverMs = atMs
    const all = this.#handedOver
    all.chunks.push(...chunks) // one that it owed twice was taken over twice
    for (const node of to) all.helpers.add(node)
    all.waitedMs = Math.max(all.waitedMs, waitedMs)
    const wasSilent =
      this.#flaps.states.has('no answer') || this.#states.some(({ state }) => state === 'no answer')
    all.hasMoved = movesSinceMs !== undefined && movesSinceMs <= this.atMs - (wasSilent ? UNNOTICED_MS : 0)
  }

  /** The picture stood from then on, whatever the cause. @param {number} sinceMs @returns {boolean} whether that changes what is told */
  hasStood(sinceMs) {
    if (!this.#handedOver.hasMoved || sinceMs >= this.#handedOverMs) return false
    this.#handedOver.hasMoved = false
    return true
  }

  /** A call of its health had no answer. */
  miss() {
    this.#hasMissed = true
  }

  /**
   * It answers, the first time that it is called since: then all that is known is that an answer broke off.
   * @returns {boolean} whether that is so
   */
  recoverFromCut() {
    const [only, ...more] = this.#states
    if (only?.state !== 'down' || more.length > 0 || !wasCut(only.why) || this.#hasMissed) return false
    this.#states = [{ state: 'cut off', why: '' }]
    return true
  }

  /** It is back, and may soon be away again. @param {number} atMs */
  comeBack(atMs) {
    this.lastMs = atMs
    this.#flaps.times++
    this.#flaps.backMs = atMs
    this.#flaps.brings = 'nothing'
    for (const { state } of this.#states) this.#flaps.states.add(state)
    this.#states = []
    this.#hasMissed = false
  }

  /** It has brought something since it is back. @param {boolean} isAgain did it bring something before? */
  bring(isAgain) {
    this.#flaps.brings = isAgain ? 'again' : 'now'
  }

  /**
   * A slow node has caught up.
   * @param {number} atMs
   */
  catchUp(atMs) {
    this.lastMs = atMs
    this.#slow.times++
    this.#slow.ms += atMs - (this.#slow.sinceMs ?? atMs)
    this.#slow.sinceMs = undefined
  }
}
