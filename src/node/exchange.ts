/** One request and its reply: who hung up, when the first byte left, how many bytes of the body did. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Passage } from './lab/passage.ts'

/** Raised from every wait of an exchange whose client is gone. Nobody is left to answer. */
export class HungUpError extends Error {
  override name = 'HungUpError'
}

/** Wraps what Node.js hands to a request listener. Times are on the clock of `performance.now()`. */
export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** address of the client; a closed connection has none any more */
  readonly client: string | undefined
  readonly startedMs = performance.now()
  firstByteMs: number | undefined
  /** its way through the faults that are in force */
  passage: Passage | undefined
  /** bytes of the body that were handed to the connection */
  bytesSent = 0
  /** Aborts when the client hangs up: its connection closes, whatever it still waits for. */
  readonly hangUp: AbortSignal
  #isReading = false
  #onGone: ((error: HungUpError) => void) | undefined

  constructor(request: IncomingMessage, response: ServerResponse, hangUp: AbortSignal) {
    this.request = request
    this.response = response
    this.client = request.socket.remoteAddress
    this.hangUp = hangUp
  }

  /** The client hung up before it had the whole reply. */
  get isGone(): boolean {
    return this.hangUp.aborted
  }

  /** Ends a write that is under way when the client hangs up. */
  markGone(): void {
    this.#onGone?.(new HungUpError())
  }

  /**
   * Reads the body of the request, as text.
   * @returns `undefined` when it is longer than that
   * @throws HungUpError when the client goes away before it is whole
   */
  async readBody(maxBytes: number): Promise<string | undefined> {
    if (this.request.headers.expect !== undefined) this.response.writeContinue()
    const blocks: Buffer[] = []
    let sizeBytes = 0
    this.#isReading = true
    try {
      // What is left behind it must not end the connection before the answer.
      const body: AsyncIterable<Buffer> = this.request.iterator({ destroyOnReturn: false })
      for await (const block of body) {
        sizeBytes += block.length
        if (sizeBytes > maxBytes) return undefined
        blocks.push(block)
      }
    } catch (cause) {
      throw new HungUpError(undefined, { cause })
    } finally {
      this.#isReading = false
    }
    return Buffer.concat(blocks).toString('utf8')
  }

  /** What comes on the connection makes no sense: when that was to be the body of this request, it has none. */
  giveUpBody(): void {
    if (this.#isReading) this.request.destroy()
  }

  /** Starts the reply; the head leaves together with the first bytes behind it. */
  writeHead(status: number, fields: string[]): void {
    if (this.isGone) throw new HungUpError()
    this.response.writeHead(status, fields)
    this.firstByteMs = performance.now()
  }

  /**
   * Hands over a piece of the body and waits until the connection has taken it: that is the backpressure,
   * and only then may the memory of `piece` be used again.
   * @throws HungUpError when the client goes away first
   */
  write(piece: Uint8Array): Promise<void> {
    return this.#untilTaken(piece.length, (taken) => this.response.write(piece, taken))
  }

  /** Ends the reply, with a last piece, with text, or without. Waits and throws as {@link Exchange.write}. */
  end(piece: Uint8Array | string = '', encoding: 'utf8' | 'latin1' = 'utf8'): Promise<void> {
    const sizeBytes = typeof piece === 'string' ? Buffer.byteLength(piece, encoding) : piece.length
    return this.#untilTaken(sizeBytes, (taken) => this.response.end(piece, encoding, taken))
  }

  /** The head leaves now, with nothing behind it. */
  flushHead(): void {
    this.response.flushHeaders()
  }

  /** Ends the connection on purpose, in the middle of a reply: as a process that dies, or as one that says goodbye. */
  endConnection(how: 'reset' | 'fin'): void {
    const { socket } = this.request
    if (how === 'reset') socket.resetAndDestroy()
    else socket.destroySoon()
  }

  /** Cuts the connection: what is missing of the reply must never look like its end. */
  cut(): void {
    this.response.destroy()
    this.request.socket.destroy()
  }

  #untilTaken(sizeBytes: number, hand: (taken: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.isGone) return reject(new HungUpError())
      // A reply that still waits for its turn on the connection is told nothing when that closes.
      this.#onGone = reject
      hand((error) => {
        this.#onGone = undefined
        if (error) return reject(new HungUpError(undefined, { cause: error }))
        this.bytesSent += sizeBytes
        resolve()
      })
    })
  }
}
