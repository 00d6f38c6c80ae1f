// @ts-check
/**
 * Answers that are asked for before whoever needs them is here. Whoever then asks the same gets what has come meanwhile,
 * as if it were fast; how long the node took for it goes with it.
 */

/** @typedef {import('../../swarm/fetch-range.js').FetchInit} FetchInit */
/** @typedef {import('../../swarm/fetch-range.js').Fetched} Fetched */
/**
 * @typedef {object} Asked
 * @property {string} url
 * @property {Promise<Fetched>} answer
 * @property {AbortController} abort
 * @property {number} bytes of its body that are here
 */

/** So much of a body is read before it is wanted. */
const AHEAD_BYTES = 1024 * 1024

export class EarlyAnswers {
  #fetch
  #now
  /** by what they ask for @type {Map<string, Asked>} */
  #asked = new Map()
  /** those that are of no use, as was seen @type {Asked[]} */
  #unfit = []

  /**
   * @param {object} options
   * @param {(url: string, init: FetchInit) => Promise<Response>} options.fetch
   * @param {() => number} options.now ms
   */
  constructor({ fetch, now }) {
    this.#fetch = fetch
    this.#now = now
  }

  /**
   * Asks now for what somebody will want.
   * @param {string} url
   * @param {FetchInit} init
   */
  ask(url, init) {
    const abort = new AbortController()
    const startedMs = this.#now()
    /** @type {Asked} */
    const asked = { url, abort, bytes: 0, answer: new Promise(() => {}) }
    asked.answer = this.#fetch(url, { ...init, signal: abort.signal }).then((response) => {
      const { status, ok, headers } = response
      const count = (/** @type {number} */ bytes) => {
        asked.bytes += bytes
      }
      const body = response.body && readAhead(response.body, count)
      return { status, ok, headers, body, tookMs: this.#now() - startedMs }
    })
    asked.answer.catch(() => {}) // it is for whoever asks for it
    this.#asked.set(keyOf(url, init), asked)
  }

  /**
   * Fetches: what was asked for already, once, or else from the network.
   * @param {string} url
   * @param {FetchInit} init
   * @returns {Promise<Fetched>} rejects as `fetch` does
   */
  async fetch(url, init) {
    const key = keyOf(url, init)
    const asked = this.#asked.get(key)
    if (asked === undefined) return this.#fetch(url, init)
    this.#asked.delete(key)
    const end = () => asked.abort.abort()
    if (init.signal?.aborted) end()
    init.signal?.addEventListener('abort', end, { once: true })
    const answer = await asked.answer
    if (hasRange(answer, init)) return answer
    this.#unfit.push(asked)
    return this.#fetch(url, init)
  }

  /**
   * Hangs up on what nobody has asked for since.
   * @returns {{ url: string, bytes: number }[]} what had come of it
   */
  leave() {
    const left = [...this.#asked.values(), ...this.#unfit]
    this.#asked.clear()
    this.#unfit = []
    for (const { abort } of left) abort.abort()
    return left.map(({ url, bytes }) => ({ url, bytes }))
  }
}

/** Ranges that begin at the same byte are one: who asks early does not know where the file ends. @param {string} url @param {FetchInit} init */
const keyOf = (url, { method = 'GET', headers = {} }) =>
  `${method} ${url} ${headers['Range']?.replace(/-.*/, '') ?? ''}`

/**
 * Is it an answer to these bytes? Where it is an answer to none, it would be the same for any.
 * @param {Fetched} answer
 * @param {FetchInit} init
 */
function hasRange({ headers }, { headers: { Range } = {} }) {
  const [, found] = /^bytes (\d+-\d+)\//i.exec(headers.get('Content-Range') ?? '') ?? []
  return found === undefined || `bytes=${found}` === Range
}

/**
 * Takes what comes, whether it is wanted yet or not.
 * @param {ReadableStream<Uint8Array>} body
 * @param {(bytes: number) => void} onBytes
 */
function readAhead(body, onBytes) {
  /** @type {Transformer<Uint8Array, Uint8Array>} */
  const counting = {
    transform(piece, controller) {
      onBytes(piece.length)
      controller.enqueue(piece)
    },
  }
  const size = (/** @type {Uint8Array} */ { length }) => length
  return body.pipeThrough(new TransformStream(counting, undefined, { highWaterMark: AHEAD_BYTES, size }))
}
