/**
 * A load of equal requests over keep-alive connections, as a process of its own. It learns the length of
 * one answer from the first and then only counts bytes, so that the server is what is measured.
 *
 *   node bench/load.ts PORT PATH CONNECTIONS SECONDS FIRST_BYTE LAST_BYTE RANGE_BYTES
 *
 * With RANGE_BYTES 0 it asks for the whole file, else for ranges that start between the two bytes given.
 * Prints one JSON object: answers, bytes and seconds.
 */
import { connect } from 'node:net'

const [port = 0, , connections = 1, seconds = 1, firstByte = 0, lastByte = 0, rangeBytes = 0] = process.argv
  .slice(2)
  .map(Number)
const path = process.argv[3] ?? '/'

/** Numerals that never leave this interval have equally many digits, and so have the answers' heads. */
function nextRequest(): string {
  if (rangeBytes === 0) return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
  const start = firstByte + Math.floor(Math.random() * (lastByte - firstByte - rangeBytes))
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nRange: bytes=${start}-${start + rangeBytes - 1}\r\n\r\n`
}

/** Length of the answer whose beginning this is. */
function answerLength(beginning: string): number {
  const headEnd = beginning.indexOf('\r\n\r\n')
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(beginning) ?? []
  if (headEnd === -1 || length === undefined || !/^HTTP\/1\.1 20[06] /.test(beginning)) {
    throw new Error(`Not the answer that this load can count: ${beginning.slice(0, 200)}`)
  }
  return headEnd + 4 + Number(length)
}

let answers = 0
let bytes = 0
const startedMs = performance.now()
const endMs = startedMs + seconds * 1000

function open(): Promise<void> {
  return new Promise((resolve, reject) => {
    let length = 0
    let left = 0
    const buffer = Buffer.allocUnsafe(1024 * 1024)
    const onRead = (count: number, chunk: Uint8Array): boolean => {
      if (length === 0)
        length = left = answerLength(Buffer.from(chunk.buffer, 0, Math.min(count, 4096)).toString('latin1'))
      left -= count
      bytes += count
      if (left > 0) return true
      if (left < 0) throw new Error('An answer was longer than the first one')
      answers++
      if (performance.now() >= endMs) {
        socket.destroy()
        resolve()
      } else {
        left = length
        socket.write(nextRequest())
      }
      return true
    }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback: onRead } })
    socket.once('connect', () => socket.write(nextRequest()))
    socket.once('error', reject)
    socket.once('end', () => reject(new Error('The server closed a connection')))
  })
}

await Promise.all(Array.from({ length: connections }, open))
console.log(JSON.stringify({ answers, bytes, seconds: (performance.now() - startedMs) / 1000 }))
