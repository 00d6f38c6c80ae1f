/** The floor of how late replies are: a bare `node:http` server with a timer for each, asked as `delay-node.ts` is. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const latencyMs = Number(process.argv[2])
const BODY = Buffer.alloc(150, 'x')
let lateMs: number[] = []

const server = createServer((_, response) => {
  const dueMs = performance.now() + latencyMs
  const answer = (): void => {
    const leftMs = dueMs - performance.now()
    if (leftMs > 0) return void setTimeout(answer, leftMs) // a timer may be early
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': BODY.length })
    lateMs.push(performance.now() - dueMs)
    response.end(BODY)
  }
  answer()
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
process.on('message', () => {
  process.send?.(lateMs)
  lateMs = []
})
process.once('disconnect', () => process.exit())
