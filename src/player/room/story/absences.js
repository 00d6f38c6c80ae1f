// @ts-check
/** @import { NodeState } from '../../../swarm/events.js' */
/**
 * Since when each node could not be used, how often it was back, and what its return has shown: an answer is not yet a
 * chunk.
 */

import { formatMs } from '../../../words/in-words.js'
import { TROUBLES } from '../nodes/trouble-words.js'

/** @typedef {import('../nodes/trouble-words.js').Trouble} Trouble */

/** In these states a node brings nothing. @type {ReadonlySet<NodeState>} */
const AWAY = new Set(['no answer', 'down', 'missing', 'other version', 'wrong answer', 'busy'])
/** Who was in one of these cannot have become worse. @type {ReadonlySet<NodeState>} */
const SILENT = new Set(['unknown', 'no answer', 'down'])
/** It is back when it answers, but has yet to show that its files can be had. @type {ReadonlySet<NodeState>} */
const UNREACHED = new Set(['no answer', 'down'])

/** Who was back so often, and was away again so soon after it each time, comes and goes. */
const FLAPS = { times: 2, withinMs: 10_000 }

/**
 * @typedef {object} Away
 * @property {number} sinceMs
 * @property {number} unreachedSinceMs the same, when it cannot be reached
 * @property {Trouble} state the last one
 * @property {boolean} isFirst was it never seen otherwise?
 * @property {boolean} hadBrought had it brought something before?
 * @property {Set<number>} chunks that it was asked for since
 * @property {boolean} hasBrought one of them
 */

/** Keeps account of who is away. */
export class Absences {
  /** @type {Map<string, Away>} */
  #away = new Map()
  /** nodes that have brought something @type {Set<string>} */
  #hasBrought = new Set()
  /** who answers again, and what it was asked for since @type {Map<string, { chunks: Set<number>, prove: () => void }>} */
  #returning = new Map()
  /** of every node how often it was back, each time soon after the last @type {Map<string, { times: number, backMs: number }>} */
  #returns = new Map()

  /**
   * @param {string} node
   * @param {Trouble} state
   * @param {NodeState} before
   * @param {number} atMs
   */
  begin(node, state, before, atMs) {
    this.#returning.delete(node)
    if (state === 'sent bad data') this.#away.delete(node) // it is there
    if (!AWAY.has(state)) return
    const away = this.#away.get(node)
    const wasUnreached = away !== undefined && UNREACHED.has(away.state)
    this.#away.set(node, {
      sinceMs: away?.sinceMs ?? atMs,
      unreachedSinceMs: wasUnreached ? away.unreachedSinceMs : atMs,
      isFirst: away?.isFirst ?? before === 'unknown',
      hadBrought: away?.hadBrought ?? this.#hasBrought.has(node),
      state,
      chunks: new Set(),
      hasBrought: false,
    })
  }

  /**
   * Does a node that has trouble now come and go? Who stayed for a while begins anew.
   * @param {string} node
   * @param {number} atMs
   */
  isFlapping(node, atMs) {
    const { times, backMs } = this.#returns.get(node) ?? { times: 0, backMs: Number.NEGATIVE_INFINITY }
    if (atMs - backMs > FLAPS.withinMs) {
      this.#returns.delete(node)
      return false
    }
    return times >= FLAPS.times && this.#away.has(node)
  }

  /**
   * Was a node seen better than it is now? One that never brought a chunk did not lose the video.
   * @param {string} node
   * @param {Trouble} state
   * @param {NodeState} before
   */
  wasBetter(node, state, before) {
    return !SILENT.has(before) && (state !== 'missing' || this.#hasBrought.has(node))
  }

  /**
   * It is back.
   * @param {string} node
   * @param {number} atMs
   * @returns {{ text: string, proven: string, hadBrought: boolean, hasBrought: boolean } | undefined} what can be said
   *   of its return now, and when it has brought a chunk; had it brought one before it went, and has it since?
   *   `undefined`: it was not away
   */
  end(node, atMs) {
    const away = this.#away.get(node)
    if (away === undefined) return undefined
    this.#away.delete(node)
    this.#returns.set(node, { times: (this.#returns.get(node)?.times ?? 0) + 1, backMs: atMs })
    const isUnreached = UNREACHED.has(away.state)
    const after = formatMs(atMs - (isUnreached ? away.unreachedSinceMs : away.sinceMs))
    const { hasBrought, hadBrought } = away
    const hasNeverAnswered = isUnreached && away.isFirst && away.sinceMs === away.unreachedSinceMs
    if (hasNeverAnswered) return { text: `${node} answers now.`, proven: '', hadBrought, hasBrought }
    const { now } = TROUBLES[away.state]
    const told = hadBrought ? `${node} ${now} again, after ${after}.` : `${node} ${now} now.`
    const proven = isUnreached
      ? `${node} is back after ${after} and brings chunks${hadBrought ? ' again' : ''}.`
      : told
    if (hasBrought) return { text: proven, proven: '', hadBrought, hasBrought }
    return {
      text: `${node} ${isUnreached ? 'answers' : 'is asked'} again, after ${after}.`,
      proven,
      hadBrought,
      hasBrought,
    }
  }

  /**
   * Calls back when a node that answers again has brought what it was asked for since.
   * @param {string} node
   * @param {() => void} prove
   */
  watchReturn(node, prove) {
    this.#returning.set(node, { chunks: new Set(), prove })
  }

  /** @param {string} node @param {number} chunk */
  ask(node, chunk) {
    this.#away.get(node)?.chunks.add(chunk)
    this.#returning.get(node)?.chunks.add(chunk)
  }

  /** @param {string} node @param {number} chunk */
  bring(node, chunk) {
    this.#hasBrought.add(node)
    const away = this.#away.get(node)
    if (away?.chunks.has(chunk)) away.hasBrought = true
    const back = this.#returning.get(node)
    if (back === undefined || !back.chunks.has(chunk)) return
    this.#returning.delete(node)
    back.prove()
  }
}
