// @ts-check
/** @import { NodeState } from '../swarm/events.js' */
/** One node's trouble, from its first sign to the last chunk that others brought, told in a few sentences. */
import { count, formatMs, listSome, listWords } from './words.js'

/** How many chunks a sentence names before it only counts. */
const NAMED = 4
/** Reasons longer than this are for the log, not for the back row. */
const LONGEST_REASON = 80

/** @typedef {Exclude<NodeState, 'up' | 'unknown'>} Trouble */

/** @type {Readonly<Record<Trouble, { first: string, later: string }>>} */
const WORDS = {
  slow: { first: 'became slow', later: 'is slow' },
  'no answer': { first: 'stopped answering', later: 'does not answer' },
  down: { first: 'went down', later: 'is down' },
  'other version': { first: 'has another version of the video', later: 'has another version of the video' },
  missing: { first: 'no longer has the video', later: 'does not have the video' },
  'sent bad data': { first: 'sent bad data and is left out for now', later: 'is left out for now' },
  'wrong answer': { first: 'gave a wrong answer', later: 'gave a wrong answer' },
}

/** Collects what belongs together; {@link Incident.tell} makes sentences of it. */
export class Incident {
  node
  atMs
  /** its states since, without repeats @type {{ state: Trouble, why: string }[]} */
  #states = []
  /** was it never seen in a better state? */
  #isFirstSeen
  /** refused chunk → who brought it in the end @type {Map<number, string | undefined>} */
  #refused = new Map()
  /** what it owed: chunks, who brought them, the longest wait @type {Set<number>} */
  #handedOver = new Set()
  /** @type {Set<string>} */
  #helpers = new Set()
  #waitedMs = 0
  #wasPlaying = false
  /** how long the video stood still because of it; `isStanding`: it still does */
  #stalledMs = 0
  #isStanding = false
  /** since when it is slow @type {number | undefined} */
  #slowSinceMs = undefined
  /** how often it was slow and caught up, and how long that took in all */
  #slowTimes = 0
  #slowMs = 0
  /** @type {number} */
  lastMs

  /**
   * @param {string} node
   * @param {number} atMs
   * @param {boolean} isFirstSeen
   */
  constructor(node, atMs, isFirstSeen) {
    this.node = node
    this.atMs = atMs
    this.lastMs = atMs
    this.#isFirstSeen = isFirstSeen
  }

  get isSlowOnly() {
    return (
      this.#states.length > 0 &&
      this.#states.every(({ state }) => state === 'slow') &&
      this.#refused.size === 0
    )
  }

  get hasStates() {
    return this.#states.length > 0
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
   * A refused chunk came from another node.
   * @param {number} chunk
   * @param {string} node
   */
  replace(chunk, node) {
    this.#refused.set(chunk, node)
  }

  /**
   * @param {{ to: readonly string[], chunks: readonly number[], waitedMs: number, atMs: number }} failover
   * @param {boolean} isPlaying
   */
  handOver({ to, chunks, waitedMs, atMs }, isPlaying) {
    this.lastMs = atMs
    for (const chunk of chunks) this.#handedOver.add(chunk)
    for (const node of to) this.#helpers.add(node)
    this.#waitedMs = Math.max(this.#waitedMs, waitedMs)
    this.#wasPlaying ||= isPlaying
  }

  /** The video has stopped because of it. */
  stand() {
    this.#isStanding = true
  }

  /** @param {number} ms */
  goOn(ms) {
    this.#isStanding = false
    this.#stalledMs += ms
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
    return [this.#tellRefused(), this.#tellStates(), this.#tellHandOver()]
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
    const helpers = [...new Set([...this.#refused.values()].filter((node) => node !== undefined))]
    const thrown = isOne ? 'it was thrown away' : 'they were thrown away'
    return `${wrong}; ${thrown}${helpers.length === 0 ? '' : ` and came from ${listSome(helpers, NAMED)}`}.`
  }

  #tellStates() {
    const [first, ...rest] = this.#states
    if (first === undefined) return ''
    if (this.isSlowOnly && this.#slowTimes > 0) return this.#tellSlow()
    const isLater = this.#isFirstSeen || this.#refused.size > 0
    const lead = `${WORDS[first.state][isLater ? 'later' : 'first']}${reason(first)}`
    const then = rest.slice(-1).map((turn) => `now it ${WORDS[turn.state].later}${reason(turn)}`)
    return `${this.node} ${[lead, ...then].join('; ')}.`
  }

  #tellSlow() {
    const all = formatMs(this.#slowMs)
    const so =
      this.#slowTimes === 1 ? `was slow for ${all}` : `was slow ${this.#slowTimes} times, ${all} in all`
    return `${this.node} ${so}${this.#slowSinceMs === undefined ? '' : ', and is slow again'}.`
  }

  #tellHandOver() {
    const chunks = [...this.#handedOver]
    const video = this.#tellVideo()
    if (chunks.length === 0) return video === '' ? '' : `${video[0]?.toUpperCase()}${video.slice(1)}.`
    const what = chunks.length === 1 ? `chunk ${chunks[0]}` : count(chunks.length, 'chunk')
    const whose =
      this.hasStates || this.#refused.size > 0 ? `Its ${what}` : `${this.node} did not deliver: its ${what}`
    const wait =
      this.#waitedMs === 0 ? 'nobody had to wait' : `the longest wait was ${formatMs(this.#waitedMs)}`
    return `${[`${whose} came from ${listSome([...this.#helpers], NAMED)}`, wait, video].filter((part) => part !== '').join('; ')}.`
  }

  #tellVideo() {
    if (this.#isStanding) return 'the video stands still'
    if (this.#stalledMs > 0) return `the video stood still for ${formatMs(this.#stalledMs)}`
    return this.#wasPlaying ? 'the video did not stop' : ''
  }
}

/**
 * The reason in brackets, unless it only says the same again.
 * @param {{ state: Trouble, why: string }} turn
 */
const reason = ({ state, why }) =>
  why === '' || why.length > LONGEST_REASON || why === `it ${WORDS[state].later}` ? '' : ` (${why})`
