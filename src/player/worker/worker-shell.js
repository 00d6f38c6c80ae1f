// @ts-check
/**
 * The watch page out of this browser, so that it can be opened again when the node it came from is dead. One
 * question decides for all of a page: which version is it? The node is asked for the page itself; when it answers,
 * its version is the one, and when it does not, or takes much longer than the last time, that of the copy. Every
 * other part is then of that version, from wherever it can be had. What the node says later is not lost: the page
 * is told.
 */
import { PAGE_PATH, toCopiedPage, toResponse } from './worker-copies.js'

/** The rooms that the page's files come from, as in node/target.ts. */
const ROOMS = ['player', 'verdict', 'lab', 'swarm', 'version', 'words']
/** All URLs of the shell, as patterns of a path (URLPattern). */
export const SHELL_PATHS = [`${PAGE_PATH}*`, ...ROOMS.map((room) => `/_/${room}/*`), '/_/nodes']
const PART = new RegExp(`^/_/(?:(?:${ROOMS.join('|')})/.|nodes$)`)

/** How much longer than twice as long as the last time the node may take before the copy is used. */
const BRIEFLY_MS = 700
/** How long an answer is waited for at all: longer than a node may be told to take (node-list.ts). */
const LATE_MS = 125_000
/** No file of the page is as long. */
const MAX_BYTES = 8 * 1024 * 1024
/** How many pages are remembered while they load. */
const MAX_LOADS = 100

/** @typedef {import('./worker-copies.js').Part} Part */
/** @typedef {import('./worker-copies.js').PageCopy} PageCopy */
/**
 * What the network says: a part of our page; something else, which is nothing to us; or nothing.
 * @typedef {{ kind: 'ours', version: string, part: Part, tookMs: number }
 *   | { kind: 'other', response: Response }
 *   | { kind: 'none', error: unknown, response?: Response }} Asked
 */

/**
 * @typedef {object} ShellOptions
 * @property {string} origin our web origin
 * @property {import('./worker-copies.js').Copies} copies
 * @property {(url: string, init: RequestInit) => Promise<Response>} fetch
 * @property {(response: Response, maxBytes: number) => Promise<Uint8Array<ArrayBuffer>>} readBounded
 * @property {(client: string) => void} onRenewed told of a page that was opened from a copy, and whose node has
 *   another version
 * @property {(client: string) => void} beginAgain loads a page anew that cannot be had in one version
 */
/**
 * @typedef {object} ShellRequest
 * @property {URL} url
 * @property {boolean} isPage it is navigated to
 * @property {string} client the page: the one that will be, or the one that asks; '' when unknown
 * @property {(kept: Promise<unknown>) => void} onKept gets what goes on after the answer
 */

export class Shell {
  #origin
  #copies
  #fetch
  #readBounded
  #onRenewed
  #beginAgain
  /**
   * page → what it is. Of use while it loads, so it may die with the worker.
   * @type {Map<string, { readonly version: string, asked?: Asked, isKept?: boolean }>}
   */
  #loads = new Map()

  /** @param {ShellOptions} options */
  constructor({ origin, copies, fetch, readBounded, onRenewed, beginAgain }) {
    this.#origin = origin
    this.#copies = copies
    this.#fetch = fetch
    this.#readBounded = readBounded
    this.#onRenewed = onRenewed
    this.#beginAgain = beginAgain
  }

  /**
   * Does this URL belong to the shell? Pure.
   * @param {URL} url
   * @param {boolean} isPage it is navigated to
   */
  has(url, isPage) {
    if (url.origin !== this.#origin) return false
    if (isPage) return url.pathname.startsWith(PAGE_PATH)
    return PART.test(url.pathname)
  }

  /**
   * Answers a request for the page or a part of it.
   * @param {ShellRequest} request
   * @returns {Promise<Response>} rejects as fetch does, when there is neither an answer nor a copy
   */
  answer(request) {
    return request.isPage ? this.#answerPage(request) : this.#answerPart(request)
  }

  /**
   * Has a whole copy of a page from now on. Never rejects.
   * @param {string} href of the page
   * @param {string} client
   * @param {boolean} [tells] the page of it: its version may be another, for it was opened by another worker
   */
  async keep(href, client, tells = false) {
    if (!this.has(new URL(href), true)) return
    const load = this.#loads.get(client)
    if (load?.isKept && !tells) return
    const asked = load?.asked ?? (await this.#ask(href, true))
    if (asked.kind !== 'ours') return
    this.#remember(client, { version: asked.version, isKept: true })
    await this.#keepAnswer(asked)
    if (tells) this.#onRenewed(client)
  }

  /** @param {ShellRequest} request */
  async #answerPage({ url, client, onKept }) {
    const asking = this.#ask(url.href, true)
    const known = await this.#copies.newest()
    const asked = await inTime(asking, patienceMs(known))
    const copy = asked === 'late' || asked.kind === 'none' ? await this.#copies.newestSound() : undefined
    if (copy !== undefined) {
      this.#remember(client, { version: copy.version })
      onKept(asking.then((late) => this.#learn(late, copy.version, client)))
      return toCopiedPage(copy)
    }
    const answer = await asking
    if (answer.kind === 'ours') this.#remember(client, { version: answer.version, asked: answer })
    return responseOf(answer)
  }

  /** @param {ShellRequest} request */
  async #answerPart({ url, client }) {
    const version = this.#loads.get(client)?.version
    const copied = version && (await this.#copies.part(version, url.pathname))
    if (copied) return toResponse(copied)
    const asking = this.#ask(url.href, false)
    const newest = await this.#copies.newest()
    if (version === undefined) {
      const asked = await inTime(asking, patienceMs(newest))
      const isMissing = asked === 'late' || asked.kind === 'none'
      const part = newest && isMissing && (await this.#copies.part(newest.version, url.pathname))
      return part ? toResponse(part) : responseOf(await asking)
    }
    const asked = await asking
    const isMixed = asked.kind === 'ours' && asked.version !== version
    const isHelpless = asked.kind === 'none' && newest !== undefined && newest.version !== version
    if (!isMixed && !isHelpless) return responseOf(asked)
    // The node was exchanged, or died, while the page loaded: another whole page is better than a mixed one.
    this.#beginAgain(client)
    return Response.error()
  }

  /**
   * What the network says after the page was opened from a copy.
   * @param {Asked} asked
   * @param {string} version of the copy
   * @param {string} client
   */
  async #learn(asked, version, client) {
    if (asked.kind !== 'ours') return
    await this.#keepAnswer(asked)
    if (asked.version !== version) this.#onRenewed(client)
  }

  /** Keeps the page that the network gave, with all its parts. @param {Asked} asked */
  async #keepAnswer(asked) {
    if (asked.kind !== 'ours') return
    await this.#copies.keep(asked.version, asked.part, asked.tookMs, async (path) => {
      const part = await this.#ask(this.#origin + path, false)
      return part.kind === 'ours' && part.version === asked.version ? part.part : undefined
    })
  }

  /**
   * Asks the node. Never rejects.
   * @param {string} href
   * @param {boolean} isPage a browser follows a redirect of a page itself
   * @returns {Promise<Asked>}
   */
  async #ask(href, isPage) {
    const startMs = performance.now()
    try {
      const signal = AbortSignal.timeout(LATE_MS)
      const redirect = isPage ? 'manual' : 'follow'
      const response = await this.#fetch(href, { cache: 'no-cache', redirect, signal })
      const version = response.ok && !response.redirected && response.headers.get('Watch-Version')
      if (response.status >= 500) return { kind: 'none', error: undefined, response }
      if (!version) return { kind: 'other', response }
      // Read to its end: an answer that is cut short is none.
      const bytes = await this.#readBounded(response, MAX_BYTES)
      const part = { bytes, headers: response.headers }
      return { kind: 'ours', version, part, tookMs: performance.now() - startMs }
    } catch (error) {
      return { kind: 'none', error } // the node is down, hung, or broke off: that is what the copy is for
    }
  }

  /** @param {string} client @param {{ readonly version: string, asked?: Asked, isKept?: boolean }} load */
  #remember(client, load) {
    if (client === '') return
    this.#loads.set(client, load)
    const [oldest] = this.#loads.keys()
    if (this.#loads.size > MAX_LOADS && oldest !== undefined) this.#loads.delete(oldest)
  }
}

/**
 * How long the node may take before the copy is used. Without one it has all the time it needs.
 * @param {PageCopy | undefined} copy
 */
const patienceMs = (copy) => (copy === undefined ? LATE_MS : BRIEFLY_MS + 2 * copy.tookMs)

/**
 * What the network said, for the browser.
 * @param {Asked} asked
 * @returns {Response}
 * @throws as fetch does, when it said nothing
 */
function responseOf(asked) {
  if (asked.kind === 'ours') return toResponse(asked.part)
  if (asked.response !== undefined) return asked.response
  throw /** @type {{ error: unknown }} */ (asked).error
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms
 * @returns {Promise<T | 'late'>}
 */
async function inTime(promise, ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  /** @type {Promise<'late'>} */
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms, 'late')
  })
  const first = await Promise.race([promise, late])
  clearTimeout(timer)
  return first
}
