/** A node that remembers how late each of its replies was, and tells whoever started it when asked. */
import { startNode } from '../src/node/server.ts'

const [root = '.', latencyMs = '0'] = process.argv.slice(2)
let lateMs: number[] = []

const node = await startNode(
  {
    name: 'bench',
    host: '127.0.0.1',
    port: 0,
    latencyMs: Number(latencyMs),
    jitterMs: 0,
    bandwidthKbps: 0,
    root,
  },
  { onReply: ({ firstByteMs }) => lateMs.push((firstByteMs ?? Number.NaN) - Number(latencyMs)) },
)
process.on('message', () => {
  process.send?.(lateMs)
  lateMs = []
})
process.once('disconnect', () => process.exit())
console.log(node.port)
