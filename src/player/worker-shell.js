// @ts-check
/**
 * Copies of the watch page's own files, so that the page can be opened again when the node it came from is
 * dead. A file comes from the network if that answers briefly, for a node may have newer ones; otherwise from
 * the copy, which is renewed when the late answer arrives.
 */

/** Raise the number when copies of before must not be used any more. */
const CACHE_NAME = 'watch-shell-1'
/** All caches of ours, of any version. */
const CACHE_PREFIX = 'watch-shell-'
/** One page serves for all videos; no video has this URL. */
const PAGE_PATH = '/watch/'
/** How long the network may take before the copy is used: a node may simulate some latency. */
const BRIEFLY_MS = 700
/** How long a late answer is waited for, to renew the copy. A hung node keeps connections open meanwhile. */
const LATE_MS = 10_000

/**
 * @typedef {object} ShellOptions
 * @property {string} origin our web origin
 * @property {Pick<CacheStorage, 'open' | 'keys' | 'delete'>} caches
 * @property {(url: string, init: RequestInit) => Promise<Response>} fetch
 * @property {number} [brieflyMs]
 * @property {number} [lateMs]
 */

export class Shell {
  #origin
  #caches
  #fetch
  #brieflyMs
  #lateMs
  /**
   * The last answer was late. A page is some twenty files in a few rounds, and one wait is enough for all of
   * them: until the network answers, the others do not wait. Only a hint, so it may die with the worker.
   */
  #isLate = false

  /** @param {ShellOptions} options */
  constructor({ origin, caches, fetch, brieflyMs = BRIEFLY_MS, lateMs = LATE_MS }) {
    this.#origin = origin
    this.#caches = caches
    this.#fetch = fetch
    this.#brieflyMs = brieflyMs
    this.#lateMs = lateMs
  }

  /**
   * Does this URL belong to the shell? Pure.
   * @param {URL} url
   * @param {boolean} isPage it is navigated to
   */
  has(url, isPage) {
    if (url.origin !== this.#origin) return false
    if (isPage) return url.pathname.startsWith(PAGE_PATH)
    return /^\/_\/(?:(?:player|swarm)\/.|nodes$)/.test(url.pathname)
  }

  /**
   * Answers a request for a file of the shell.
   * @param {URL} url
   * @param {boolean} isPage
   * @param {(kept: Promise<unknown>) => void} onKept gets what goes on after the answer: keeping a copy
   * @returns {Promise<Response>} rejects as fetch does, when there is neither an answer nor a copy
   */
  async answer(url, isPage, onKept) {
    const key = this.#key(url, isPage)
    const cache = await this.#caches.open(CACHE_NAME)
    const copy = await cache.match(key, { ignoreVary: true })
    if (copy === undefined) {
      const fresh = await this.#fetch(url.href, { cache: 'no-cache' })
      if (fresh.ok) onKept(cache.put(key, fresh.clone()))
      return fresh
    }
    const renewal = this.#renew(cache, key, url.href)
    onKept(renewal)
    const wait = cancellableDelay(this.#isLate ? 0 : this.#brieflyMs)
    const first = await Promise.race([renewal, wait.done])
    wait.cancel()
    if (first === 'late') this.#isLate = true
    return first === 'late' || first === undefined ? copy : first
  }

  /**
   * Has a copy of each of these URLs from now on, if they belong to the shell. Never rejects.
   * @param {readonly string[]} hrefs
   */
  async keep(hrefs) {
    const cache = await this.#caches.open(CACHE_NAME)
    const keepOne = async (/** @type {string} */ href) => {
      const url = new URL(href, this.#origin)
      const isPage = url.pathname.startsWith(PAGE_PATH)
      if (!this.has(url, isPage)) return
      const key = this.#key(url, isPage)
      if ((await cache.match(key, { ignoreVary: true })) === undefined)
        await this.#renew(cache, key, url.href)
    }
    await Promise.all(hrefs.map(keepOne))
  }

  async deleteOldCaches() {
    const names = await this.#caches.keys()
    const old = names.filter((name) => name.startsWith(CACHE_PREFIX) && name !== CACHE_NAME)
    await Promise.all(old.map((name) => this.#caches.delete(name)))
  }

  /**
   * The network's answer, of which a copy is kept. A broken answer never replaces a good copy.
   * @param {Cache} cache
   * @param {string} key
   * @param {string} href
   * @returns {Promise<Response | undefined>} `undefined` when there was no good answer
   */
  async #renew(cache, key, href) {
    try {
      const signal = AbortSignal.timeout(this.#lateMs)
      const fresh = await this.#fetch(href, { cache: 'no-cache', signal })
      this.#isLate = false
      if (!fresh.ok) return undefined
      await cache.put(key, fresh.clone()) // which reads it to its end: a reply cut short is no copy
      return fresh
    } catch {
      return undefined // the node is down, hung, or broke off: that is what the copy is for
    }
  }

  /** @param {URL} url @param {boolean} isPage */
  #key(url, isPage) {
    return this.#origin + (isPage ? PAGE_PATH : url.pathname)
  }
}

/** @param {number} ms */
function cancellableDelay(ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  /** @type {Promise<'late'>} */
  const done = new Promise((resolve) => {
    timer = setTimeout(resolve, ms, 'late')
  })
  return { done, cancel: () => clearTimeout(timer) }
}
