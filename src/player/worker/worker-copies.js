// @ts-check
/**
 * Copies of the watch page in the browser's cache: whole pages of one version each, with the node list and the
 * policy that belong to it. The page itself is put last, so a set that has it is whole; what was left half-written
 * is none, and a part whose bytes are not those that its entity tag names is not there.
 */

/** Raise the number when copies of before must not be used any more. */
const CACHE_PREFIX = 'watch-shell-2 '
/** All caches of ours, of any version. */
const ANY_PREFIX = /^watch-shell-\d+/
/** One page serves for all videos; no video has this URL. */
export const PAGE_PATH = '/watch/'
/** More than any page of ours has. */
const MAX_PARTS = 50
/** What an answer consists of beside its bytes; the rest is of the connection that it came by. */
const KEPT_FIELDS = [
  ...['Content-Type', 'Content-Security-Policy', 'X-Content-Type-Options', 'Cross-Origin-Resource-Policy'],
  ...['Cache-Control', 'ETag', 'Watch-Version'],
]
/** Ours, on a copy: when a node last said that this is its version, and how long it took to. */
const AT_FIELD = 'Watch-Copy-At-Ms'
const TOOK_FIELD = 'Watch-Copy-Took-Ms'

/**
 * One file of the page, whole.
 * @typedef {{ readonly bytes: Uint8Array<ArrayBuffer>, readonly headers: Headers }} Part
 */
/**
 * A page that is here whole.
 * @typedef {{ readonly version: string, readonly page: Part, readonly atMs: number, readonly tookMs: number }} PageCopy
 * `atMs`: when its node last said that this is its version, since 1970; `tookMs`: how long that took.
 */

export class Copies {
  #origin
  #caches
  #hash
  #now

  /**
   * @param {object} options
   * @param {string} options.origin our web origin
   * @param {Pick<CacheStorage, 'match' | 'open' | 'keys' | 'delete'>} options.caches
   * @param {(bytes: Uint8Array<ArrayBuffer>) => Promise<string>} options.hash SHA-256 as hex
   * @param {() => number} [options.now] ms since 1970
   */
  constructor({ origin, caches, hash, now = Date.now }) {
    this.#origin = origin
    this.#caches = caches
    this.#hash = hash
    this.#now = now
  }

  /**
   * The newest page that is here whole. Never rejects: a cache that cannot be read has nothing.
   * @returns {Promise<PageCopy | undefined>}
   */
  async newest() {
    try {
      const names = (await this.#caches.keys()).filter((name) => name.startsWith(CACHE_PREFIX))
      const found = await Promise.all(names.map((name) => this.#pageOf(name.slice(CACHE_PREFIX.length))))
      return found.flatMap((copy) => copy ?? []).sort((a, b) => b.atMs - a.atMs)[0]
    } catch {
      return undefined
    }
  }

  /**
   * The newest page, if its parts are still what they were. Never rejects.
   * @returns {Promise<PageCopy | undefined>}
   */
  async newestSound() {
    const copy = await this.newest()
    const parts = copy && (await Promise.all(partsOf(copy.page).map((path) => this.part(copy.version, path))))
    return parts?.every((part) => part !== undefined) ? copy : undefined
  }

  /**
   * A part of a page that is here whole. Never rejects.
   * @param {string} version
   * @param {string} path
   * @returns {Promise<Part | undefined>}
   */
  async part(version, path) {
    try {
      const response = await this.#caches.match(this.#origin + path, {
        cacheName: CACHE_PREFIX + version,
        ignoreVary: true,
      })
      if (response === undefined) return undefined
      const part = { bytes: new Uint8Array(await response.arrayBuffer()), headers: response.headers }
      return (await this.#isSound(part)) ? part : undefined
    } catch {
      return undefined
    }
  }

  /**
   * Keeps a page, and then no other. Never rejects: where there is no room, what is here stays.
   * @param {string} version
   * @param {Part} page
   * @param {number} tookMs how long the node took for it
   * @param {(path: string) => Promise<Part | undefined>} fetchPart of this version; `undefined`: it cannot be had
   */
  async keep(version, page, tookMs, fetchPart) {
    const name = CACHE_PREFIX + version
    try {
      const wasWhole = (await this.part(version, PAGE_PATH)) !== undefined
      const cache = await this.#caches.open(name)
      try {
        await Promise.all(partsOf(page).map((path) => this.#keepPart(cache, version, path, fetchPart)))
        const fields = { [AT_FIELD]: String(this.#now()), [TOOK_FIELD]: String(Math.round(tookMs)) }
        await cache.put(this.#origin + PAGE_PATH, toResponse(page, fields))
      } catch (error) {
        if (!wasWhole) await this.#caches.delete(name)
        throw error
      }
      await this.#deleteOthers(name)
    } catch (error) {
      console.warn('No copy of the page is kept:', error)
    }
  }

  /** Deletes what a worker of another release has left. Never rejects. */
  async deleteForeign() {
    try {
      const names = await this.#caches.keys()
      const old = names.filter((name) => ANY_PREFIX.test(name) && !name.startsWith(CACHE_PREFIX))
      await Promise.all(old.map((name) => this.#caches.delete(name)))
    } catch (error) {
      console.warn('Old copies are still there:', error)
    }
  }

  /** @param {string} keptName */
  async #deleteOthers(keptName) {
    const names = await this.#caches.keys()
    const others = names.filter((name) => name.startsWith(CACHE_PREFIX) && name !== keptName)
    await Promise.all(others.map((name) => this.#caches.delete(name)))
  }

  /**
   * @param {Cache} cache
   * @param {string} version
   * @param {string} path
   * @param {(path: string) => Promise<Part | undefined>} fetchPart
   */
  async #keepPart(cache, version, path, fetchPart) {
    if ((await this.part(version, path)) !== undefined) return
    const part = await fetchPart(path)
    if (part === undefined || !(await this.#isSound(part))) throw new Error(`${path} cannot be had whole`)
    await cache.put(this.#origin + path, toResponse(part))
  }

  /** Are these the bytes that the node's entity tag speaks of, which is their SHA-256? @param {Part} part */
  async #isSound({ bytes, headers }) {
    const [, expected] = /^"([0-9a-f]{64})(?:-gzip)?"$/.exec(headers.get('ETag') ?? '') ?? []
    return expected === undefined || (await this.#hash(bytes)) === expected
  }

  /** @param {string} version @returns {Promise<PageCopy | undefined>} */
  async #pageOf(version) {
    const page = await this.part(version, PAGE_PATH)
    if (page === undefined) return undefined
    const [atMs, tookMs] = [AT_FIELD, TOOK_FIELD].map((field) => Number(page.headers.get(field)))
    return { version, page, atMs: atMs || 0, tookMs: tookMs || 0 }
  }
}

/**
 * An answer made of a part. Pure.
 * @param {Part} part
 * @param {Readonly<Record<string, string>>} [fields] beside its own
 */
export function toResponse({ bytes, headers }, fields = {}) {
  const kept = KEPT_FIELDS.flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [/** @type {[string, string]} */ ([name, value])]
  })
  return new Response(bytes, { headers: [...kept, ...Object.entries(fields)] })
}

/**
 * The page as it is shown from a copy: it says so itself, and since when its node has not been heard of.
 * @param {PageCopy} copy
 */
export function toCopiedPage({ page, atMs }) {
  const html = new TextDecoder().decode(page.bytes).replace('<html ', `<html data-copy-at-ms="${atMs}" `)
  return toResponse({ bytes: new TextEncoder().encode(html), headers: page.headers })
}

/**
 * What a page names as its parts: all that it cannot begin without. Pure.
 * @param {Part} page
 */
function partsOf({ bytes }) {
  const named = new TextDecoder().decode(bytes).matchAll(/\s(?:href|src)="(\/_\/[^"?#]+)"/g)
  return [...new Set([...named].map(([, path = '']) => path))].slice(0, MAX_PARTS)
}
