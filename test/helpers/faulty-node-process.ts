/**
 * One node of the project as a process of its own, which does wrong what its parent tells it to. It is given
 * its config as JSON, says its port in the first line that it prints, and ends with its parent.
 */
import http, { Server } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import type { NodeConfig } from '../../src/node-list.ts'
import type { Order, Report } from './fault.ts'
import { FaultyResponse, seen, setFault } from './faulty-response.ts'

process.once('disconnect', () => process.exit())
process.on('message', ({ id, fault }: Order) => {
  if (fault !== undefined) setFault(fault)
  process.send?.({ id, count: seen } satisfies Report)
})

/** The node's own server, whose replies are of our class, and whose connections are counted. */
function createFaultyServer(options: http.ServerOptions): Server {
  const server = new Server({ ...options, ServerResponse: FaultyResponse as typeof http.ServerResponse })
  return server.on('connection', (socket) => {
    seen.connections++
    seen.allConnections++
    seen.maxConnections = Math.max(seen.maxConnections, seen.connections)
    socket.once('close', () => seen.connections--)
  })
}

const [config = '{}', nodes = '[]'] = process.argv.slice(2)
http.createServer = createFaultyServer as typeof http.createServer
syncBuiltinESMExports() // before the node is loaded, which imports it by name
const { startNode } = await import('../../src/node/server.ts')
const node = await startNode(JSON.parse(config) as NodeConfig, { nodes: JSON.parse(nodes) as NodeConfig[] })
console.log(node.port)
