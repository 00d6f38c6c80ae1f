/** The floor: a bare `node:http` server that sends a ready buffer of as many bytes as `/BYTES` says. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const buffers = new Map<string, Buffer>()

const server = createServer((request, response) => {
  const size = request.url ?? '/0'
  const buffer = buffers.get(size) ?? Buffer.alloc(Number(size.slice(1)), 'x')
  buffers.set(size, buffer)
  response.writeHead(200, { 'Content-Type': 'video/mp4', 'Content-Length': buffer.length })
  response.end(buffer)
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
