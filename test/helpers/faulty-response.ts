/**
 * A reply that does wrong what it is told to. It stands in for the ServerResponse of `node:http`, so that
 * the node above it is the project's own, untouched, with its own latency and bandwidth.
 */
import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http'
import { type Uplink, uplink } from '../../src/node/lab/impairments.ts'
import { waitUntil } from '../../src/node/lab/wait.ts'
import { CORRUPT_EVERY_BYTES, type Fault, type NodeCount, type SeenRequest } from './fault.ts'
import { Head } from './faulty-head.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Taken = (error?: Error | null) => void

/** What this process counts. */
export const seen: Mutable<Omit<NodeCount, 'requests'>> & { requests: SeenRequest[] } = {
  connections: 0,
  maxConnections: 0,
  allConnections: 0,
  replies: 0,
  maxReplies: 0,
  videoBytes: 0,
  requests: [],
}

let fault: Fault = { kind: 'none' }
/** Aborts when another fault is set: what was held goes on. */
let over = new AbortController()
/** One budget for all replies. */
let trickle: Uplink | undefined

/** From now on, in the middle of replies too. */
export function setFault(next: Fault): void {
  fault = next
  trickle = next.kind === 'slow' ? uplink((next.bytesPerSecond * 8) / 1000) : undefined
  over.abort()
  over = new AbortController()
}

/** A reply under the fault of the moment. */
export class FaultyResponse extends ServerResponse {
  readonly #isVideo: boolean
  readonly #isHealth: boolean
  readonly #hangUp = new AbortController()
  /** place in the file of the body's next byte */
  #position = 0
  #sentBytes = 0
  /** where the body stops that is cut, short or hung */
  #stopBytes = 0
  #hasBegun = false
  /** a reply of our own takes the place of the node's */
  #isReplaced = false
  #isShort = false

  constructor(...args: ConstructorParameters<typeof ServerResponse>) {
    super(...args)
    const request = args[0] as IncomingMessage
    const { url = '' } = request
    this.#isHealth = url === '/health'
    this.#isVideo = !this.#isHealth && !/^\/(?:_\/|watch\/|$)/.test(url)
    seen.requests.push({ atMs: Date.now(), url, range: request.headers.range })
    if (this.#isVideo) {
      seen.replies++
      seen.maxReplies = Math.max(seen.maxReplies, seen.replies)
    }
    if (this.#isVideo && fault.kind === 'whole file') forgetRange(request)
    this.once('close', () => {
      if (this.#isVideo) seen.replies--
      this.#hangUp.abort(new Error('hung up'))
    })
  }

  /** The fault, where it touches this reply. */
  get #fault(): Fault {
    switch (fault.kind) {
      case 'slow':
      case 'late':
      case 'silent':
      case 'hung':
      case 'reset':
        return fault.spares === 'health' && !this.#isVideo ? { kind: 'none' } : fault
      default:
        return this.#isVideo ? fault : { kind: 'none' }
    }
  }

  /** @param fields names and values in turn, as this project's nodes give them */
  override writeHead(
    status: number,
    fields?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
    more?: OutgoingHttpHeaders | OutgoingHttpHeader[],
  ): this {
    if (!Array.isArray(fields)) return super.writeHead(status, fields as string, more)
    const head = new Head(fields.map(String))
    this.#position = Number(/^bytes (\d+)-/.exec(head.get('Content-Range'))?.[1] ?? 0)
    this.#stopBytes = Math.floor(Number(head.get('Content-Length')) / 2)
    const now = this.#fault
    this.#isReplaced = now.kind === 'status'
    this.#isShort = now.kind === 'short'
    const changed = head.under(now)
    return super.writeHead(now.kind === 'status' ? now.status : status, [...changed.fields])
  }

  /** The node hands over a piece and waits until it is `taken`: so pieces never overtake each other. */
  override write(piece: Uint8Array | string, taken?: unknown, other?: Taken): boolean {
    const tell = (typeof taken === 'function' ? taken : (other ?? (() => {}))) as Taken
    void this.#send(Buffer.from(piece as string), false).then(() => tell(), tell)
    return true
  }

  override end(piece?: unknown, taken?: unknown, other?: () => void): this {
    const tell = [piece, taken, other].find((value) => typeof value === 'function') as Taken | undefined
    const bytes =
      typeof piece === 'string' || piece instanceof Uint8Array ? Buffer.from(piece as string) : NOTHING
    void this.#send(bytes, true).then(
      () => tell?.(),
      (error: Error) => tell?.(error),
    )
    return this
  }

  /** @throws Error when the rest of the reply cannot leave any more */
  async #send(bytes: Buffer, isLast: boolean): Promise<void> {
    await this.#begin()
    if (this.#isReplaced) return this.#close('replaced')
    for (let sent = 0; sent < bytes.length; ) {
      const stopBytes = await this.#pass()
      const most = Math.min(stopBytes, trickle?.sliceBytes ?? bytes.length)
      const slice = bytes.subarray(sent, sent + most)
      const { kind } = this.#fault
      if (kind === 'slow') await trickle?.beforeBytes(slice.length, this.#hangUp.signal)
      this.#corrupt(slice)
      await this.#write(slice)
      sent += slice.length
      if (this.#isShort && this.#sentBytes >= this.#stopBytes) return this.#close('short')
    }
    if (isLast) await new Promise<void>((resolve) => super.end(resolve))
  }

  /** What comes before the first byte, the head included. */
  async #begin(): Promise<void> {
    if (this.#hasBegun) return
    this.#hasBegun = true
    const now = this.#fault
    if (now.kind === 'late') await waitUntil(performance.now() + now.ms, this.#hangUp.signal)
    while (this.#fault.kind === 'silent') await this.#untilOver()
    if (this.#fault.kind === 'reset') this.#reset()
  }

  /** Waits where the body is to stop. @returns how many bytes may leave before it has to be asked again */
  async #pass(): Promise<number> {
    for (;;) {
      const { kind } = this.#fault
      if (kind === 'reset') this.#reset()
      const leftBytes = this.#stopBytes - this.#sentBytes
      if (this.#isShort) return leftBytes
      if (kind !== 'hung' && kind !== 'cut') return Number.POSITIVE_INFINITY
      if (leftBytes > 0) return leftBytes
      if (kind === 'cut') {
        this.socket?.destroy()
        throw new Error('cut')
      }
      await this.#untilOver()
    }
  }

  /** Flips bits where the fault says so. @param bytes a copy that is ours */
  #corrupt(bytes: Buffer): void {
    const now = this.#fault
    if (now.kind !== 'corrupt') return
    const end = this.#position + bytes.length
    const step = now.byte === undefined ? CORRUPT_EVERY_BYTES : Number.POSITIVE_INFINITY
    const first = now.byte ?? Math.ceil(this.#position / CORRUPT_EVERY_BYTES) * CORRUPT_EVERY_BYTES
    for (let at = first; at < end; at += step) {
      const place = at - this.#position
      if (place >= 0) bytes[place] = (bytes[place] ?? 0) ^ 0xff
    }
  }

  async #write(slice: Buffer): Promise<void> {
    const { signal } = this.#hangUp
    await new Promise<void>((resolve, reject) => {
      const gone = (): void => reject(signal.reason) // a connection that is gone takes nothing more
      signal.addEventListener('abort', gone)
      super.write(slice, (error) => {
        signal.removeEventListener('abort', gone)
        if (error) reject(error)
        else resolve()
      })
    })
    this.#position += slice.length
    this.#sentBytes += slice.length
    if (this.#isVideo) seen.videoBytes += slice.length
  }

  /** Ends a reply that is not the node's; what the node still has for it goes nowhere. */
  #close(why: string): never {
    if (!this.writableEnded) super.end()
    throw new Error(why)
  }

  #reset(): never {
    this.socket?.resetAndDestroy()
    throw new Error('reset')
  }

  /** Waits for another fault. */
  async #untilOver(): Promise<void> {
    const { signal } = over
    const hangUp = this.#hangUp.signal
    hangUp.throwIfAborted()
    await new Promise<void>((resolve) => {
      for (const end of [signal, hangUp]) end.addEventListener('abort', () => resolve(), { once: true })
    })
    hangUp.throwIfAborted()
  }
}

const NOTHING = Buffer.alloc(0)

function forgetRange({ rawHeaders }: IncomingMessage): void {
  for (let at = rawHeaders.length - 2; at >= 0; at -= 2) {
    if (rawHeaders[at]?.toLowerCase() === 'range') rawHeaders.splice(at, 2)
  }
}
