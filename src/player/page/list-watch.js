// @ts-check
/**
 * Is the node list that the page goes by still the one that its node has? Asked when something says that it may not
 * be: a page that takes a node for dead which has only moved says what is not true.
 */
/** @import { VideoNode } from '../playing/player-events.js' */

/** Nodes go and come in groups; the list is asked for once for all of them, and not more often than this. */
const REST_MS = 5_000
/** A node that did not answer may be starting; it is soon asked again, and then as seldom as others, until it answers. */
const FIRST_RETRY_MS = 1_000

export class ListWatch {
  #known
  #ask
  #onChange
  #clock
  #isAsking = false
  /** while one of them is set, what is suspected waits for it @type {unknown} */
  #timer
  #isSuspected = false
  #hasAnswered = true
  #told = ''

  /**
   * @param {object} options
   * @param {readonly VideoNode[]} options.nodes that the page goes by
   * @param {() => Promise<readonly VideoNode[]>} options.ask the node itself, past every copy
   * @param {(changes: string, nodes: readonly VideoNode[]) => void} options.onChange told once of each other list,
   *   in words
   * @param {import('../../swarm/clock.js').Clock} options.clock
   */
  constructor({ nodes, ask, onChange, clock }) {
    this.#known = nodes
    this.#ask = ask
    this.#onChange = onChange
    this.#clock = clock
  }

  /** Something says that the list may be old. */
  suspect() {
    this.#isSuspected = true
    if (this.#isAsking || this.#timer !== undefined) return
    void this.#look()
  }

  async #look() {
    this.#isSuspected = false
    this.#isAsking = true
    const nodes = await this.#ask().catch(() => undefined) // as long as the node is dead there is no other list to go by
    this.#isAsking = false
    const rest = () => {
      this.#timer = undefined
      if (this.#isSuspected) this.suspect()
    }
    const isFirstRetry = nodes === undefined && this.#hasAnswered
    this.#timer = this.#clock.setTimeout(rest, isFirstRetry ? FIRST_RETRY_MS : REST_MS)
    this.#hasAnswered = nodes !== undefined
    if (nodes === undefined) {
      this.#isSuspected = true
      return
    }
    const text = JSON.stringify(nodes)
    if (text === this.#told || text === JSON.stringify(this.#known)) return
    this.#told = text
    this.#onChange(describeChanges(this.#known, nodes), nodes)
  }
}

/**
 * What is different in another node list, in words. Pure.
 * @param {readonly VideoNode[]} before
 * @param {readonly VideoNode[]} now
 */
export function describeChanges(before, now) {
  const old = new Map(before.map((node) => [node.name, node]))
  const names = new Set(now.map(({ name }) => name))
  const changes = now.flatMap((node) => {
    const known = old.get(node.name)
    if (known === undefined) return [`${node.name} is new`]
    if (known.url !== node.url) return [`${node.name} is at ${node.url} now`]
    return JSON.stringify(known) === JSON.stringify(node) ? [] : [`${node.name} has other settings`]
  })
  const gone = before.filter(({ name }) => !names.has(name)).map(({ name }) => `${name} is no longer on it`)
  return [...changes, ...gone].join(', ') || 'its order is another one'
}
