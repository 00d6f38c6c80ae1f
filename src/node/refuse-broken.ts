/** Requests that never become one: bytes that are no HTTP, heads that are too large or too late, tunnels. */
import { type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { ALLOW, type Refusal, replyWithRefusal } from './reply.ts'

/** A request line whose method the parser does not know, but whose form is right (RFC 9112 §3). */
const REQUEST_LINE = /^[!#$%&'*+.^_`|~0-9a-z-]+ [^\s]+ HTTP\/1\.[01]\r?\n/i

type ParseError = NodeJS.ErrnoException & { rawPacket?: Buffer }

/**
 * Answers what the HTTP parser refuses, with one line of fixed text, and closes the connection.
 * @param pending settles when the replies under way on this connection are complete; until then nothing
 *   can be said without falling into them, and afterwards it is closed without a word
 */
export function refuseBrokenRequests(
  server: Server,
  commonFields: readonly string[],
  pending: (socket: Duplex) => Promise<void> | undefined,
): void {
  const refuse = (socket: Duplex, status: Refusal): void => {
    const { fields, body, lengthBytes } = replyWithRefusal(status, status === 405 ? ['Allow', ALLOW] : [])
    const all = [
      ...fields,
      ...commonFields,
      'Content-Length',
      String(lengthBytes),
      'Connection',
      'close',
      'Date',
      new Date().toUTCString(),
    ]
    const lines = all.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${all[index + 1]}\r\n`] : []))
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body.join('')}`, () =>
      socket.destroy(),
    )
  }
  const refuseOrClose = (socket: Duplex, status: Refusal): void => {
    socket.on('error', () => {}) // the client is free to leave, and a tunnel's socket has no other listener
    const replies = pending(socket)
    if (replies === undefined) refuse(socket, status)
    else void replies.then(() => socket.end(() => socket.destroy()))
  }
  server.on('clientError', (error: ParseError, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
    else refuseOrClose(socket, statusOf(error))
  })
  server.on('connect', (_request, socket) => refuseOrClose(socket, 405))
}

function statusOf({ code, rawPacket }: ParseError): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return 431
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408
    case 'HPE_INVALID_METHOD':
      return rawPacket !== undefined && REQUEST_LINE.test(rawPacket.toString('latin1')) ? 405 : 400
    default:
      return 400
  }
}
