// @ts-check
/** One node's trouble, from its first sign to the last chunk that others brought, told in a few sentences. */

import { count, formatMs, listSome, listWords } from '../../words.js'
import { describeFlaps, inBrackets, TROUBLES } from '../nodes/trouble-words.js'
import { Standing } from './standing.js'

/** @typedef {import('../nodes/trouble-words.js').Trouble} Trouble */

/** How many chunks a sentence names before it only counts. */
const NAMED = 4
/** Silence is noticed so long after it began: what is said of an incident must hold from there on. */
const UNNOTICED_MS = 3_000
/** What is said of a node that came back again and again, by what it has brought since. */
const BRINGS = { nothing: '', now: '; it brings chunks', again: '; it brings chunks again' }

/** Collects what belongs together; {@link Incident.tell} makes sentences of it. */
export class Incident {
  node
  atMs
  /** when something last happened in it @type {number} */
  lastMs
  /** is the node as it was? Then only what it owed may still be told. */
  isOver = false
  /** stalls that it is the cause of */
  standing = new Standing()
  /** its states since, or since it was last back, without repeats @type {{ state: Trouble, why: string }[]} */
  #states = []
  /** does it gather what would else be an incident each? */
  isFlapping
  /** how often it was away and back, in which states, when it last came back, and does it bring chunks since? */
  #flaps = {
    times: 0,
    states: /** @type {Set<Trouble>} */ (new Set()),
    backMs: 0,
    brings: /** @type {'nothing' | 'now' | 'again'} */ ('nothing'),
  }
  /** was it seen in a better state? */
  #wasBetter
  /** refused chunk → who brought it in the end @type {Map<number, string | undefined>} */
  #refused = new Map()
  /** what it owed: chunks, who brought them, the longest wait, when it was told last @type {number[]} */
  #handedOver = []
  /** @type {Set<string>} */
  #helpers = new Set()
  #waitedMs = 0
  #handedOverMs = Number.NEGATIVE_INFINITY
  /** did the picture move all the time? */
  #hasMoved = false
  /** since when it is slow @type {number | undefined} */
  #slowSinceMs = undefined
  /** how often it was slow and caught up, and how long that took in all */
  #slowTimes = 0
  #slowMs = 0
  /** how long nothing was asked of it, and since when nothing is @type {{ times: number, ms: number, sinceMs: number | undefined }} */
  #leftOut = { times: 0, ms: 0, sinceMs: undefined }

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
    this.#wasBetter = wasBetter
  }

  get isSlowOnly() {
    const isSlow = this.#states.length > 0 && this.#states.every(({ state }) => state === 'slow')
    return isSlow && this.#refused.size === 0 && this.#flaps.times === 0
  }

  get hasStates() {
    return this.#states.length > 0 || this.#flaps.times > 0
  }

  /** how many chunks were refused */
  get refusals() {
    return this.#refused.size
  }

  /**
   * @param {Trouble} state
   * @param {string} why
   * @param {number} atMs
   */
  change(state, why, atMs) {
    this.lastMs = atMs
    if (state === 'slow') this.#slowSinceMs = atMs
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
    this.#handedOver.push(...chunks) // one that it owed twice was taken over twice
    for (const node of to) this.#helpers.add(node)
    this.#waitedMs = Math.max(this.#waitedMs, waitedMs)
    const wasSilent =
      this.#flaps.states.has('no answer') || this.#states.some(({ state }) => state === 'no answer')
    this.#hasMoved = movesSinceMs !== undefined && movesSinceMs <= this.atMs - (wasSilent ? UNNOTICED_MS : 0)
  }

  /** The picture stood from then on, whatever the cause. @param {number} sinceMs @returns {boolean} whether that changes what is told */
  hasStood(sinceMs) {
    if (!this.#hasMoved || sinceMs >= this.#handedOverMs) return false
    this.#hasMoved = false
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
    this.#slowTimes++
    this.#slowMs += atMs - (this.#slowSinceMs ?? atMs)
    this.#slowSinceMs = undefined
  }

  /** All of it, as it is known by now. */
  tell() {
    return [this.#tellRefused(), this.#tellStates(), this.#tellLeftOut(), this.#tellHandOver()]
      .filter((part) => part !== '')
      .join(' ')
  }

  #tellRefused() {
    const chunks = [...this.#refused.keys()]
    if (chunks.length === 0) return ''
    const isOne = chunks.length === 1
    const which =
      chunks.length > NAMED
        ? count(chunks.length, 'chunk')
        : `${isOne ? 'Chunk' : 'Chunks'} ${listWords(chunks)}`
    const wrong = `${which} from ${this.node} had ${isOne ? 'a wrong hash' : 'wrong hashes'}`
    const thrown = isOne ? 'it was thrown away' : 'they were thrown away'
    const come = [...this.#refused.values()].filter((node) => node !== undefined)
    const from = this.#tellHelpers(new Set(come))
    if (from === '') return `${wrong}; ${thrown}.`
    const some = come.length === chunks.length ? '' : `${come.length} of them `
    return `${wrong}; ${thrown} and ${some}came ${from}.`
  }

  #tellFlaps() {
    const { times, states, backMs, brings } = this.#flaps
    const often = times === 1 ? 'once' : times === 2 ? 'twice' : `${times} times`
    const last = this.#states.at(-1)
    const now =
      last === undefined
        ? BRINGS[brings]
        : `; now it ${TROUBLES[last.state].later}${inBrackets(last.state, last.why)}`
    return `${this.node} ${describeFlaps(states)} ${often} in ${formatMs(backMs - this.atMs)}${now}.`
  }

  #tellStates() {
    if (this.#flaps.times > 0) return this.#tellFlaps()
    // That it sent bad data is said by the chunks, and whether it is left out is seen by what is asked of it.
    const told =
      this.#refused.size === 0 ? this.#states : this.#states.filter(({ state }) => state !== 'sent bad data')
    const [first, ...rest] = told
    if (first === undefined) return ''
    if (this.isSlowOnly && this.#slowTimes > 0) return this.#tellSlow()
    const lead = `${TROUBLES[first.state][this.#wasBetter ? 'first' : 'later']}${inBrackets(first.state, first.why)}`
    const then = rest
      .slice(-1)
      .map(({ state, why }) => `now it ${TROUBLES[state].later}${inBrackets(state, why)}`)
    return `${this.node} ${[lead, ...then].join('; ')}.`
  }

  #tellSlow() {
    const all = formatMs(this.#slowMs)
    const so =
      this.#slowTimes === 1 ? `was slow for ${all}` : `was slow ${this.#slowTimes} times, ${all} in all`
    return `${this.node} ${so}${this.#slowSinceMs === undefined ? '' : ', and is slow again'}.`
  }

  #tellLeftOut() {
    const { times, ms } = this.#leftOut
    if (this.#leftOut.sinceMs !== undefined) return `${this.node} is left out for now.`
    if (times === 0) return ''
    return `${this.node} was left out for ${formatMs(ms)}${times === 1 ? '' : ' in all'}.`
  }

  #tellHandOver() {
    const chunks = this.#handedOver
    const video = this.standing.isNothing
      ? this.#hasMoved
        ? 'the video did not stop'
        : ''
      : this.standing.tell()
    if (chunks.length === 0) return video === '' ? '' : `${video[0]?.toUpperCase()}${video.slice(1)}.`
    const what = chunks.length === 1 ? `chunk ${chunks[0]}` : count(chunks.length, 'chunk')
    const whose =
      this.hasStates || this.#refused.size > 0 ? `Its ${what}` : `${this.node} did not deliver: its ${what}`
    const wait =
      this.#waitedMs === 0 ? 'nobody had to wait' : `the longest wait was ${formatMs(this.#waitedMs)}`
    const parts = [`${whose} came ${this.#tellHelpers(this.#helpers)}`]
    if (this.standing.isNothing) parts.push(wait) // else the stall says more
    if (video !== '') parts.push(video)
    return `${parts.join('; ')}.`
  }

  /** Nobody takes over from himself. @param {ReadonlySet<string>} nodes that brought something */
  #tellHelpers(nodes) {
    if (nodes.size === 0) return ''
    const others = [...nodes].filter((node) => node !== this.node)
    const itself = nodes.has(this.node) ? 'in the end from itself' : ''
    if (others.length === 0) return itself
    return `from ${listSome(others, NAMED)}${itself === '' ? '' : ` and ${itself}`}`
  }
}
