/**
 * As much of `fetch` as a swarm needs, on `node:http`: half the work for each byte of what Node.js' own `fetch` does
 * with its web streams, which on a fast network is what a download waits for.
 */
import { setMaxListeners } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest, Agent as SecureAgent } from 'node:https'
import type { Fetch, Fetched, FetchInit } from '../swarm/fetch-range.js'

/** RFC 9110 §15.4: where else the file is. */
const REDIRECTS = new Set([301, 302, 303, 307, 308])
const MAX_REDIRECTS = 5
/** So many pieces of a body are read ahead of who takes them. */
const MAX_WAITING_PIECES = 16

/** No limit of sockets, the swarm has its own: what waits in an agent's queue does not hear that it is aborted. */
const options = { keepAlive: true } as const
const agent = new Agent(options)
const secureAgent = new SecureAgent(options)

/**
 * Asks for a URL. A redirect to another web origin is not followed; it is the answer then.
 * @throws TypeError with the system's error as its cause when there is no answer; the signal's reason when it aborts
 */
export const httpFetch: Fetch = async (url, init) => {
  let target = new URL(url)
  for (let redirects = 0; ; redirects++) {
    const response = await send(target, init)
    const { statusCode = 0, headers } = response
    const next = REDIRECTS.has(statusCode) ? whereTo(headers.location, target) : undefined
    if (next === undefined || redirects === MAX_REDIRECTS) return new HttpResponse(response)
    response.destroy() // what is sent with it may be endless
    target = next
  }
}

/** Where a redirect leads, if it stays with the server that the node list names: nobody vouches for another one. */
function whereTo(location: string | undefined, from: URL): URL | undefined {
  if (location === undefined || !URL.canParse(location, from.href)) return undefined
  const next = new URL(location, from)
  return next.origin === from.origin ? next : undefined
}

function send(url: URL, init: FetchInit): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, signal } = init
  if (signal !== undefined) setMaxListeners(0, signal) // one signal for eleven nodes is no leak
  return new Promise((resolve, reject) => {
    const isSecure = url.protocol === 'https:'
    const sent = (isSecure ? httpsRequest : httpRequest)(url, {
      method,
      headers,
      agent: isSecure ? secureAgent : agent,
      ...(signal === undefined ? {} : { signal }),
    })
    let isAnswered = false
    sent.once('response', (response) => {
      isAnswered = true
      resolve(response)
    })
    sent.once('error', (cause: NodeJS.ErrnoException) => {
      if (isAnswered) return // the body tells
      if (signal?.aborted) reject(signal.reason)
      // The node closed a connection that was idle, just when we used it: it has not seen this request.
      else if (sent.reusedSocket && cause.code === 'ECONNRESET') resolve(send(url, init))
      else reject(new TypeError('fetch failed', { cause }))
    })
    // Without an answer and without an error: the server has changed to another protocol.
    sent.once('close', () => reject(new TypeError('fetch failed')))
    sent.end()
  })
}

class HttpResponse implements Fetched {
  readonly status: number
  readonly ok: boolean
  readonly headers: Fetched['headers']
  readonly body: HttpBody

  constructor(response: IncomingMessage) {
    this.status = response.statusCode ?? 0
    this.ok = this.status >= 200 && this.status < 300
    this.headers = {
      get: (name) => {
        const value = response.headers[name.toLowerCase()]
        return value === undefined ? null : String(value)
      },
    }
    this.body = new HttpBody(response)
  }
}

/** A body that is read piece by piece, at the pace of its reader. */
class HttpBody {
  readonly #response: IncomingMessage
  readonly #pieces: Buffer[] = []
  #wake: (() => void) | undefined
  #isOver = false
  #error: Error | undefined

  constructor(response: IncomingMessage) {
    this.#response = response
    response.on('data', (piece: Buffer) => {
      this.#pieces.push(piece)
      if (this.#pieces.length >= MAX_WAITING_PIECES) response.pause()
      this.#wake?.()
    })
    response.once('error', (error) => {
      this.#error = error
    })
    response.once('close', () => {
      this.#isOver = true
      if (!response.complete) this.#error ??= Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
      this.#wake?.()
    })
    response.once('end', () => {
      this.#isOver = true
      this.#wake?.()
    })
  }

  getReader() {
    return { read: () => this.#read(), cancel: () => this.cancel() }
  }

  async cancel(): Promise<void> {
    this.#response.destroy()
  }

  async #read(): Promise<{ done: false; value: Uint8Array } | { done: true; value: undefined }> {
    for (;;) {
      const value = this.#pieces.shift()
      if (value !== undefined) {
        if (this.#pieces.length === 0) this.#response.resume()
        return { done: false, value }
      }
      if (this.#error !== undefined) throw new TypeError('terminated', { cause: this.#error })
      if (this.#isOver) return { done: true, value: undefined }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
