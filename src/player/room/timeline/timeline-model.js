// @ts-check
/**
 * What was asked of whom, when it came and how it ended, over time: bars in a lane for each node, and how the playhead and
 * the edge of the buffer moved meanwhile. Pure but for what it remembers.
 */
/** @import { SwarmEvent } from '../../../swarm/events.js' */
/** @import { PlayerEvent } from '../../playing/player-events.js' */

/**
 * How a request for a chunk ended: all of it came, its hash was wrong, another copy was first, it was given up.
 * @typedef {'whole' | 'bad' | 'second' | 'given up'} BarEnd
 */

/**
 * One chunk asked of one node. Times in ms on the clock of the events.
 * @typedef {object} Bar
 * @property {number} lane index of the node
 * @property {number} chunk
 * @property {import('../../../swarm/events.js').Purpose} purpose
 * @property {number} askedMs
 * @property {number | undefined} begunMs its first byte; `undefined`: none so far
 * @property {number | undefined} endMs `undefined`: it is under way
 * @property {BarEnd | undefined} end
 * @property {string} why it was given up, in words
 * @property {Bar | undefined} after the bar that it took over from
 */

/**
 * Where the video was at one moment, in seconds of it.
 * @typedef {object} Sample
 * @property {number} atMs
 * @property {number} playhead
 * @property {number} edge of what lies ahead of it without a gap
 */

/** A session of hours is as large as this: some 200 bytes each. */
const MAX_BARS = 15_000
const MAX_SAMPLES = 20_000

export class TimelineModel {
  #lanes
  /** in the order in which they were asked for @type {Bar[]} */
  bars = []
  /** @type {Sample[]} */
  samples = []
  /** those under way, by lane and chunk @type {Map<string, Bar>} */
  #open = new Map()
  /** the last bar of a chunk that brought nothing @type {Map<number, Bar>} */
  #failed = new Map()

  /** @param {readonly string[]} names of the nodes, in the order of their lanes */
  constructor(names) {
    this.names = names
    this.#lanes = new Map(names.map((name, index) => [name, index]))
  }

  /** @param {SwarmEvent | PlayerEvent} event */
  apply(event) {
    switch (event.type) {
      case 'asked':
        return this.#ask(event)
      case 'begun': {
        const bar = this.#find(event.node, event.chunk)
        if (bar !== undefined) bar.begunMs ??= event.atMs
        return
      }
      case 'hedge': {
        const [late, second] = [this.#find(event.from, event.chunk), this.#find(event.to, event.chunk)]
        if (second !== undefined) second.after = late
        return
      }
      case 'verified':
      case 'unverified':
        return this.#close(event, 'whole')
      case 'rejected':
        return this.#close(event, 'bad')
      case 'unused':
        return this.#close(event, 'second')
      case 'dropped':
        return this.#close(event, 'given up', event.why)
    }
  }

  /** @param {Sample} sample */
  sample(sample) {
    const last = this.samples.at(-1)
    const before = this.samples.at(-2)
    // What stands still is two points, however long it stands.
    if (
      last?.playhead === sample.playhead &&
      before?.playhead === sample.playhead &&
      last.edge === sample.edge &&
      before.edge === sample.edge
    )
      last.atMs = sample.atMs
    else this.samples.push(sample)
    if (this.samples.length > MAX_SAMPLES) this.samples.splice(0, this.samples.length - MAX_SAMPLES)
  }

  /** @param {SwarmEvent & { type: 'asked' }} event */
  #ask({ node, chunk, purpose, atMs }) {
    const lane = this.#lanes.get(node)
    if (lane === undefined) return
    const failed = this.#failed.get(chunk)
    /** @type {Bar} */
    const bar = {
      ...{
        lane,
        chunk,
        purpose,
        askedMs: atMs,
        begunMs: undefined,
        endMs: undefined,
        end: undefined,
        why: '',
      },
      after: failed?.lane === lane ? undefined : failed,
    }
    this.bars.push(bar)
    this.#open.set(`${lane} ${chunk}`, bar)
    this.#failed.delete(chunk)
    if (this.bars.length > MAX_BARS) this.bars.splice(0, this.bars.length - MAX_BARS)
  }

  /** @param {{ node: string, chunk: number, atMs: number }} event @param {BarEnd} end */
  #close({ node, chunk, atMs }, end, why = '') {
    const bar = this.#find(node, chunk)
    if (bar === undefined) return
    this.#open.delete(`${bar.lane} ${chunk}`)
    Object.assign(bar, { endMs: atMs, end, why })
    if (end === 'given up' || end === 'bad') this.#failed.set(chunk, bar)
    if (end === 'whole') this.#failed.delete(chunk)
  }

  /** @param {string} node @param {number} chunk */
  #find(node, chunk) {
    return this.#open.get(`${this.#lanes.get(node)} ${chunk}`)
  }
}
