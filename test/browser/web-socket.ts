/**
 * A WebSocket client for text, since Node.js 20 has none: enough for a browser on the same machine.
 * @see RFC 6455 §5.2 for the frames
 */
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import type { Socket } from 'node:net'

const OPCODE = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 } as const

/** One connection. */
export class TextSocket {
  readonly #socket: Socket
  readonly #onText: (text: string) => void
  #bytes: Buffer
  #pieces: Buffer[] = []

  private constructor(socket: Socket, head: Buffer, onText: (text: string) => void) {
    this.#socket = socket
    this.#onText = onText
    this.#bytes = head
    socket.on('data', (data: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, data])
      this.#read()
    })
    socket.on('error', () => {}) // the browser has ended; `close` follows
  }

  /**
   * @param url `ws://…`
   * @param onText is given every message
   * @param onClose told when no more can come
   */
  static open(url: string, onText: (text: string) => void, onClose: () => void): Promise<TextSocket> {
    const asked = request(url.replace(/^ws:/, 'http:'), {
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
        'Sec-WebSocket-Version': '13',
      },
    })
    asked.end()
    return new Promise((resolve, reject) => {
      asked.once('error', reject)
      asked.once('response', ({ statusCode }) => reject(new Error(`${url} answers ${statusCode}`)))
      asked.once('upgrade', (_, socket: Socket, head) => {
        socket.once('close', onClose)
        resolve(new TextSocket(socket, head, onText))
      })
    })
  }

  send(text: string): void {
    this.#frame(OPCODE.text, Buffer.from(text))
  }

  close(): void {
    this.#socket.destroy()
  }

  /** A client masks what it sends, §5.3. */
  #frame(opcode: number, payload: Buffer): void {
    const mask = randomBytes(4)
    const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))
    this.#socket.write(Buffer.concat([frameHead(opcode, payload.length), mask, masked]))
  }

  #read(): void {
    for (let frame = readFrame(this.#bytes); frame !== undefined; frame = readFrame(this.#bytes)) {
      this.#bytes = this.#bytes.subarray(frame.sizeBytes)
      if (frame.opcode === OPCODE.close) this.close()
      if (frame.opcode === OPCODE.ping) this.#frame(OPCODE.pong, frame.payload)
      if (frame.opcode !== OPCODE.text && frame.opcode !== OPCODE.continuation) continue
      this.#pieces.push(frame.payload)
      if (frame.isLast) this.#onText(Buffer.concat(this.#pieces.splice(0)).toString())
    }
  }
}

const IS_LAST = 0x80
const IS_MASKED = 0x80
/** These lengths say that the length follows, in 2 and in 8 bytes. */
const [IN_2_BYTES, IN_8_BYTES] = [126, 127]

function frameHead(opcode: number, length: number): Buffer {
  const start = (rest: number) => [IS_LAST | opcode, IS_MASKED | rest]
  if (length < IN_2_BYTES) return Buffer.from(start(length))
  if (length < 2 ** 16) return Buffer.from([...start(IN_2_BYTES), length >> 8, length & 0xff])
  const head = Buffer.from([...start(IN_8_BYTES), 0, 0, 0, 0, 0, 0, 0, 0])
  head.writeBigUInt64BE(BigInt(length), 2)
  return head
}

/** @returns `undefined` when more must come first; a server does not mask */
function readFrame(bytes: Buffer) {
  const [first, second] = bytes
  if (first === undefined || second === undefined) return undefined
  const headBytes = second === IN_8_BYTES ? 10 : second === IN_2_BYTES ? 4 : 2
  if (bytes.length < headBytes) return undefined
  const length =
    headBytes === 10 ? Number(bytes.readBigUInt64BE(2)) : headBytes === 4 ? bytes.readUInt16BE(2) : second
  const sizeBytes = headBytes + length
  if (bytes.length < sizeBytes) return undefined
  const payload = Buffer.from(bytes.subarray(headBytes, sizeBytes))
  return { opcode: first & 0x0f, isLast: (first & IS_LAST) !== 0, payload, sizeBytes }
}
