// @ts-check
/**
 * What is the file? Asks every node at once, our own for the manifest too. The manifest is the authority for all that
 * follows: a chunk is true when it fits the manifest, whichever node sent it. Only our own nodes have that authority;
 * what somebody else's server says is never more than a claim.
 */
import { checkManifest, MAX_MANIFEST_BYTES } from './manifest.js'
import { bodyLimitMs, headLimitMs } from './patience.js'
import { readBoundedJson } from './read-bounded.js'
import { whyNoAnswer } from './unreachable.js'
import { chooseUnverified, isWebPage } from './unverified.js'
import { contradiction, decideVersion } from './versions.js'

/**
 * @typedef {import('./clock.js').Clock} Clock
 * @typedef {import('./fetch-range.js').Fetch} Fetch
 * @typedef {import('./fetch-range.js').SwarmFile} SwarmFile
 * @typedef {import('./manifest.js').Manifest} Manifest
 * @typedef {import('./node.js').NodeAddress} NodeAddress
 * @typedef {import('./versions.js').Discarded} Discarded
 * @typedef {import('./versions.js').FileVersion} FileVersion
 */

/**
 * - `found`: `delays` has, for each node that answered, how long it took, by name. `versions`: all that our own nodes
 *   have, the one that counts first. `discarded`: nodes whose word could not be believed. `sources`: the names of the
 *   nodes that may be read together; the others may have other bytes, and without a manifest nobody would notice.
 * - `missing`: nodes answered, and none has the file. `no node`: nobody answered.
 * - `replies`: what each node said, by name; nothing of who was silent.
 * @typedef {{ kind: 'found', file: SwarmFile, isVerified: boolean, delays: ReadonlyMap<string, number>,
 *     versions: readonly FileVersion[], discarded: readonly Discarded[], sources: readonly string[],
 *     replies: ReadonlyMap<string, Reply> }
 *   | { kind: 'missing', discarded: readonly Discarded[], replies: ReadonlyMap<string, Reply> }
 *   | { kind: 'no node', replies: ReadonlyMap<string, Reply> }} Found
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

/** No answer for this long is none, where nobody asks for more patience. */
const PATIENCE_MS = 3000

/**
 * Finds a file. Never rejects but with the signal's reason.
 * Waits for each of our nodes as long as it may take by the node list, so that a newer version is not missed: for one
 * that refuses not at all, for one that is silent no longer than that once another has a manifest.
 * @param {object} options
 * @param {readonly NodeAddress[]} options.nodes
 * @param {string} options.video storage name
 * @param {Fetch} options.fetch
 * @param {Clock} options.clock
 * @param {number} [options.patienceMs] how long to wait for the first who has the file; no shorter than the node list
 *   allows
 * @param {boolean} [options.hearsEverybody] waits for somebody else's servers too when the file is known; default no
 * @param {ReadonlyMap<string, Reply>} [options.known] what need not be asked, by the node's name
 * @param {() => number} [options.today] ms since 1970
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<Found>}
 */
export async function findFile({ nodes, video, fetch, clock, signal, ...options }) {
  const { patienceMs = PATIENCE_MS, hearsEverybody = false, known = new Map(), today = Date.now } = options
  signal?.throwIfAborted()
  const search = new Search({ nodes, video, fetch, clock, patienceMs, hearsEverybody, known })
  const onAbort = () => search.end()
  signal?.addEventListener('abort', onAbort)
  try {
    const replies = await search.replies()
    signal?.throwIfAborted()
    return judge(nodes, video, replies, today())
  } finally {
    signal?.removeEventListener('abort', onAbort)
    search.end()
  }
}

/**
 * What the replies prove. Pure.
 * @param {readonly NodeAddress[]} nodes
 * @param {string} video
 * @param {ReadonlyMap<string, Reply>} replies
 * @param {number} nowMs since 1970
 * @returns {Found}
 */
function judge(nodes, video, replies, nowMs) {
  const claims = nodes.map(({ name, isForeign = false }) => ({ node: name, isForeign, ...replies.get(name) }))
  /** @type {Map<string, number>} */
  const delays = new Map()
  for (const { node, delayMs } of claims) if (delayMs !== undefined) delays.set(node, delayMs)

  const own = claims.filter(({ isForeign }) => !isForeign)
  const { manifest, versions, discarded } = decideVersion(own, nowMs)
  for (const { node, isForeign, problem } of claims)
    if (isForeign && problem !== undefined) discarded.push({ node, why: problem })
  if (manifest !== undefined) {
    const sources = nodes.map(({ name }) => name) // any chunk of anybody can be checked
    return {
      ...{ kind: 'found', file: manifest, isVerified: true },
      ...{ delays, versions, discarded, sources, replies },
    }
  }
  const unverified = chooseUnverified(claims)
  if (unverified !== undefined) {
    const { file, sources } = unverified
    return {
      ...{ kind: 'found', file: { name: video, ...file }, isVerified: false },
      ...{ delays, versions, discarded, sources, replies },
    }
  }
  if (delays.size > 0) return { kind: 'missing', discarded, replies }
  return { kind: 'no node', replies }
}

/** The questions to all nodes, and the end of waiting for their answers. */
class Search {
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

  /** @param {Pick<Parameters<typeof findFile>[0], 'nodes' | 'video' | 'fetch' | 'clock'> & { patienceMs: number, hearsEverybody: boolean, known: ReadonlyMap<string, Reply> }} options */
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
        if (reply === undefined) this.#waiting.set(node, this.#startedMs + headLimitMs(node))
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
    const { clock, patienceMs, hearsEverybody } = this.#options
    clock.clearTimeout(this.#timer)
    if (this.#abort.signal.aborted) return
    const hasManifest = [...this.#replies.values()].some(({ manifest }) => manifest !== undefined)
    const ends = [...this.#waiting].flatMap(([node, endMs]) =>
      hasManifest
        ? node.isForeign && !hearsEverybody
          ? []
          : [endMs]
        : [Math.max(endMs, this.#startedMs + patienceMs)],
    )
    const leftMs = Math.max(0, ...ends) - clock.now()
    if (ends.length === 0 || leftMs <= 0) this.#finish()
    else this.#timer = clock.setTimeout(() => this.#look(), leftMs)
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
    const url = `${node.url}/_/manifest/${this.#path}`
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
    const response = await this.#fetch(node, `${node.url}/${this.#path}`, 'HEAD')
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
      this.#replies.set(node.name, { delayMs: clock.now() - this.#startedMs, ...reply })
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

  get #path() {
    return this.#options.video.split('/').map(encodeURIComponent).join('/')
  }
}
