// @ts-check
/** Asks all nodes about one file at once, and knows when nobody is worth waiting for any more. */
import { checkManifest, MAX_MANIFEST_BYTES } from '../version/manifest.js'
import { encodeStorageName, fileUrl } from '../version/url-path.js'
import { contradiction } from '../version/versions.js'
import { bodyLimitMs, headLimitMs } from './patience.js'
import { readBoundedJson } from './read-bounded.js'
import { whyNoAnswer } from './unreachable.js'
import { isWebPage } from './unverified.js'

/**
 * @typedef {import('../version/manifest.js').Manifest} Manifest
 * @typedef {import('./node.js').NodeAddress} NodeAddress
 */

/**
 * What one node has said so far.
 * @typedef {object} Reply
 * @property {number} [delayMs] to its first byte
 * @property {string} [failure] why there is no answer
 * @property {Manifest} [manifest]
 * @property {string} [problem] what is wrong with its manifest, or with the whole answer of somebody else's server
 * @property {import('./unverified.js').Replica} [replica] what a HEAD shows of its file
 */

/**
 * Who is still waited for, how long at most from the beginning on, and who has a manifest; nodes by their names.
 * @typedef {{ waitsFor: readonly string[], forMs: number, holders: readonly string[] }} Waiting
 */

/**
 * @typedef {object} Question
 * @property {readonly NodeAddress[]} nodes
 * @property {string} video storage name
 * @property {import('./fetch-range.js').Fetch} fetch
 * @property {import('./clock.js').Clock} clock
 * @property {number} patienceMs how long to wait while nobody has a manifest
 * @property {boolean} hearsEverybody waits so long for each, somebody else's servers too, when one of ours has a manifest
 * @property {(waiting: Waiting) => void} [onWait] told of each change while it goes on
 * @property {ReadonlyMap<string, Reply>} known what need not be asked, by the node's name
 */

/** At a start every machine has most to do, and a newer version that is missed is worse than a moment more. */
const BUSY_MS = 500

/** The questions to all nodes, and the end of waiting for their answers. */
export class Search {
  #options
  #startedMs
  #abort = new AbortController()
  /** @type {Map<string, Reply>} */
  #replies = new Map()
  /** until when each node that owes an answer is waited for, when another has a manifest @type {Map<NodeAddress, number>} */
  #waiting = new Map()
  /** @type {unknown} */
  #timer
  /** @type {() => void} */
  #finish = () => {}

  /** @param {Question} options */
  constructor(options) {
    this.#options = options
    this.#startedMs = options.clock.now()
  }

  /** What each node said, when nobody is worth waiting for any more. @returns {Promise<ReadonlyMap<string, Reply>>} */
  replies() {
    return new Promise((resolve) => {
      this.#finish = () => resolve(this.#replies)
      const { nodes, known } = this.#options
      for (const node of nodes) {
        const reply = known.get(node.name)
        this.#replies.set(node.name, reply ?? {})
        if (reply === undefined) this.#waiting.set(node, this.#startedMs + headLimitMs(node) + BUSY_MS)
      }
      for (const node of [...this.#waiting.keys()]) {
        void this.#ask(node).then(() => {
          this.#waiting.delete(node)
          this.#look()
        })
      }
      this.#look()
    })
  }

  /** Asks nobody any more. */
  end() {
    this.#options.clock.clearTimeout(this.#timer)
    this.#abort.abort()
    this.#finish()
  }

  /** Is it over? Otherwise looks again when it may be. */
  #look() {
    const { clock, patienceMs, hearsEverybody, onWait } = this.#options
    clock.clearTimeout(this.#timer)
    if (this.#abort.signal.aborted) return
    const holders = [...this.#replies].flatMap(([name, { manifest }]) =>
      manifest === undefined ? [] : [name],
    )
    const waits = [...this.#waiting].flatMap(([{ name, isForeign }, endMs]) => {
      if (holders.length === 0 || hearsEverybody)
        return [{ name, endMs: Math.max(endMs, this.#startedMs + patienceMs) }]
      return isForeign ? [] : [{ name, endMs }]
    })
    const endMs = Math.max(0, ...waits.map((wait) => wait.endMs))
    const leftMs = endMs - clock.now()
    if (waits.length === 0 || leftMs <= 0) return this.#finish()
    this.#timer = clock.setTimeout(() => this.#look(), leftMs)
    onWait?.({ waitsFor: waits.map(({ name }) => name), forMs: endMs - this.#startedMs, holders })
  }

  /** Asks one node all there is to ask. @param {NodeAddress} node */
  async #ask(node) {
    if (node.isForeign) return this.#askReplica(node)
    await Promise.all([this.#askManifest(node), this.#askReplica(node)])
    // The file may have been replaced between the two answers: who contradicts itself is asked once more.
    if (contradiction({ node: node.name, ...this.#replies.get(node.name) }) !== undefined)
      await Promise.all([this.#askManifest(node), this.#askReplica(node)])
  }

  /** @param {NodeAddress} node */
  async #askManifest(node) {
    const url = `${node.url}/_/manifest/${encodeStorageName(this.#options.video)}`
    const response = await this.#fetch(node, url, 'GET')
    if (response === undefined) return
    /** @type {ReturnType<typeof checkManifest> | undefined} `undefined`: it has none */
    let checked
    try {
      if (response.ok) {
        const length = Number(response.headers.get('Content-Length') ?? MAX_MANIFEST_BYTES)
        const endMs = this.#options.clock.now() + bodyLimitMs(node, length)
        this.#waiting.set(node, Math.max(endMs, this.#waiting.get(node) ?? 0))
        this.#look()
        checked = checkManifest(await readBoundedJson(response, MAX_MANIFEST_BYTES))
        if ('manifest' in checked && checked.manifest.name !== this.#options.video)
          checked = { problem: 'is that of another file' }
      } else await response.body?.cancel()
    } catch (error) {
      checked =
        error instanceof RangeError
          ? { problem: `is longer than ${MAX_MANIFEST_BYTES} bytes` }
          : error instanceof SyntaxError
            ? { problem: 'is no JSON' }
            : undefined // it broke off: the node is not there any more
    }
    const { manifest, problem, ...reply } = this.#reply(node)
    this.#replies.set(node.name, { ...reply, ...checked })
    this.#look()
  }

  /** @param {NodeAddress} node */
  async #askReplica(node) {
    const response = await this.#fetch(node, fileUrl(node, this.#options.video), 'HEAD')
    if (response === undefined) return
    const { status, headers } = response
    const length = headers.get('Content-Length')
    const { replica, ...reply } = this.#reply(node)
    if (status !== 200 || length === null || !/^\d+$/.test(length)) {
      this.#replies.set(node.name, reply)
    } else if (node.isForeign && isWebPage(headers.get('Content-Type'), this.#options.video)) {
      this.#replies.set(node.name, { ...reply, problem: 'it answers with a web page' })
    } else {
      const lastModifiedMs = Date.parse(headers.get('Last-Modified') ?? '') || 0 // who sends no date has the oldest
      const etag = headers.get('ETag') ?? undefined
      this.#replies.set(node.name, { ...reply, replica: { size: Number(length), etag, lastModifiedMs } })
    }
  }

  /**
   * @param {NodeAddress} node
   * @param {string} url
   * @param {'GET' | 'HEAD'} method
   */
  async #fetch(node, url, method) {
    const { fetch, clock } = this.#options
    try {
      const { signal } = this.#abort
      const response = await fetch(url, { method, cache: 'no-store', credentials: 'omit', signal })
      const { failure, ...reply } = this.#reply(node)
      const delayMs = response.tookMs ?? clock.now() - this.#startedMs
      this.#replies.set(node.name, { delayMs, ...reply })
      return response
    } catch (error) {
      const reply = this.#reply(node)
      if (!this.#abort.signal.aborted && reply.delayMs === undefined)
        this.#replies.set(node.name, { ...reply, failure: whyNoAnswer(error) })
      return undefined // the others may answer
    }
  }

  /** @param {NodeAddress} node @returns {Reply} */
  #reply({ name }) {
    return this.#replies.get(name) ?? {}
  }
}
