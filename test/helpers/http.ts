/** Two HTTP clients: one that speaks in requests, and one that sends exactly the bytes it is given. */
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface HttpReply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** names and values in turn, as they came */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  /** the body as Latin-1, a character for each byte: what differs can be read */
  readonly text: string
}

export interface RequestOptions {
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
}

/**
 * Asks a node on a connection of its own and waits for the whole reply. Nothing is done to `path`, and no
 * redirect is followed.
 * @throws Error when the reply is cut
 */
export function request(
  { port }: { readonly port: number },
  path: string,
  { method = 'GET', headers = {} }: RequestOptions = {},
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.once('error', reject)
      reply.once('end', () => {
        const { statusCode: status = 0, headers, rawHeaders } = reply
        const body = Buffer.concat(chunks)
        resolve({ status, headers, rawHeaders, body, text: body.toString('latin1') })
      })
    })
    sent.once('error', reject)
    sent.end()
  })
}

export interface RawReply {
  readonly status: number
  /** names and values as they came */
  readonly lines: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
  /** the body as Latin-1, as in {@link HttpReply} */
  readonly text: string
  /** how much of what Content-Length promised is not there */
  readonly missingBytes: number
}

/** The values of all lines of one field. Pure. */
export const fieldLines = ({ lines }: Pick<RawReply, 'lines'>, name: string): string[] =>
  lines.filter(([other]) => other.toLowerCase() === name.toLowerCase()).map(([, value]) => value)

/** The value of a field that has one line at most. Pure. */
export function field(reply: Pick<RawReply, 'lines'>, name: string): string | undefined {
  const values = fieldLines(reply, name)
  if (values.length > 1) throw new Error(`${name} has ${values.length} lines`)
  return values[0]
}

/**
 * Takes replies apart by their Content-Length. Pure. What is left behind the last one is in its body, too
 * long then, or makes this throw: nothing on the wire goes unseen.
 * @param methods of the requests in their order, GET where there are fewer
 */
export function parseReplies(bytes: Buffer, methods: readonly string[] = []): RawReply[] {
  const replies: RawReply[] = []
  for (let position = 0; position < bytes.length; ) {
    const headEnd = bytes.indexOf('\r\n\r\n', position)
    const head = bytes.toString('latin1', position, headEnd === -1 ? undefined : headEnd)
    const [statusLine = '', ...fieldTexts] = head.split('\r\n')
    const [, status] = /^HTTP\/1\.1 ([0-9]{3}) [ -~]+$/.exec(statusLine) ?? []
    if (status === undefined || headEnd === -1)
      throw new Error(`No reply: ${JSON.stringify(head.slice(0, 200))}`)
    const lines = fieldTexts.map((text) => {
      const [, name, value] = /^([!#-'*+.^_`|~0-9A-Za-z-]+): (.*)$/.exec(text) ?? []
      if (name === undefined || value === undefined) throw new Error(`No field: ${JSON.stringify(text)}`)
      return [name, value] as const
    })
    const hasBody = methods[replies.length] !== 'HEAD' && !/^1|204|304/.test(status)
    const lengthBytes = hasBody ? Number(field({ lines }, 'Content-Length')) : 0
    if (!Number.isSafeInteger(lengthBytes)) throw new Error(`${status} without Content-Length`)
    const end = headEnd + 4 + lengthBytes
    const body = bytes.subarray(headEnd + 4, end)
    const missingBytes = Math.max(0, end - bytes.length)
    replies.push({ status: Number(status), lines, body, text: body.toString('latin1'), missingBytes })
    position = end
  }
  return replies
}

/** A connection that sends exactly what it is told to, and reads when it is told to. */
export class RawConnection {
  readonly #socket: Socket
  #chunks: Buffer[] = []
  #sizeBytes = 0
  #wake: (() => void) | undefined
  #isClosed = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#sizeBytes += chunk.length
      this.#wake?.()
    })
    socket.on('error', () => {}) // a reset is one way to close; `close` follows
    socket.once('close', () => {
      this.#isClosed = true
      this.#wake?.()
    })
  }

  /** Connects; the connection ends with the test. @throws Error when nobody listens */
  static open({ port }: { readonly port: number }, host = '127.0.0.1'): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host })
      onTestFinished(() => void socket.destroy())
      socket.once('error', reject)
      socket.once('connect', () => resolve(new RawConnection(socket)))
    })
  }

  /** @param bytes text is sent as Latin-1, a byte for each character */
  send(bytes: string | Buffer): void {
    this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }

  /** Everything that was read so far. */
  get received(): Buffer {
    this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.alloc(0)
  }

  get receivedBytes(): number {
    return this.#sizeBytes
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Stops reading, as a slow reader does. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Hangs up without a word. */
  hangUp(): void {
    this.#socket.destroy()
  }

  /** Waits until something is read for which `isEnough` holds, or the connection has closed. */
  async until(isEnough: () => boolean): Promise<void> {
    while (!this.#isClosed && !isEnough()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Waits until the node closes the connection, and returns all that it said. */
  async untilClosed(): Promise<Buffer> {
    await this.until(() => false)
    return this.received
  }

  /** Waits for this many whole replies, fewer when the connection closes first. @param methods as of {@link parseReplies} */
  async replies(count: number, methods: readonly string[] = []): Promise<RawReply[]> {
    let neededBytes = 0
    await this.until(() => {
      if (this.receivedBytes < neededBytes) return false
      let replies: RawReply[]
      try {
        replies = parseReplies(this.received, methods)
      } catch {
        return false // a head has arrived in part
      }
      neededBytes = this.receivedBytes + (replies.at(-1)?.missingBytes ?? 0)
      return replies.length >= count && neededBytes === this.receivedBytes
    })
    return parseReplies(this.received, methods)
  }
}

/** Sends bytes on a connection of its own and returns the first whole reply. @throws Error when there is none */
export async function exchangeRaw(
  node: { readonly port: number },
  bytes: string | Buffer,
  method = 'GET',
): Promise<RawReply> {
  const connection = await RawConnection.open(node)
  connection.send(bytes)
  const [reply] = await connection.replies(1, [method])
  connection.hangUp()
  if (reply === undefined) throw new Error('The connection closed without a reply')
  return reply
}

/** Sends bytes on a connection of its own and returns every reply until the node closes it. */
export async function exchangeUntilClosed(
  node: { readonly port: number },
  bytes: string | Buffer,
  methods: readonly string[] = [],
): Promise<RawReply[]> {
  const connection = await RawConnection.open(node)
  connection.send(bytes)
  return parseReplies(await connection.untilClosed(), methods)
}

/** The head of a GET request for a target, as it goes over the wire. Pure. */
export const getHead = (target: string, ...lines: readonly string[]): string =>
  [`GET ${target} HTTP/1.1`, 'Host: 127.0.0.1', ...lines, '', ''].join('\r\n')
