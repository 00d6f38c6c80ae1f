import { createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { NODE_DEFAULTS, type NodeConfig } from '../../src/node-list.ts'
import { type Probe, probeNode } from '../../src/picking/probe.ts'
import { freePorts } from '../helpers/command.ts'
import { startTestNode } from '../helpers/node.ts'

const listed = (port: number, latencyMs: number): NodeConfig => ({
  ...NODE_DEFAULTS,
  ...{ name: 'node1', port, latencyMs, root: '/' },
})

const stateOf = async (node: NodeConfig, timeoutMs: number): Promise<Probe['state']> =>
  (await probeNode(node, { probes: 3, timeoutMs })).state

/** A server that does one thing with every connection. */
async function serve(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}))
    onConnection(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('a node that needs longer than it is given is slow, and not down', async () => {
  const { port } = await startTestNode({ latencyMs: 1500 })
  expect(await stateOf(listed(port, 1500), 200)).toBe('slow')
  expect(await stateOf(listed(port, 1500), 20_000)).toBe('up')
})

test('one that could have answered in time is silent: why is not known', async () => {
  const port = await serve(() => {})
  expect(await stateOf(listed(port, 50), 200)).toBe('silent')
})

test('one where nobody listens refused', async () => {
  const [port = 0] = await freePorts(1)
  expect(await stateOf(listed(port, 1500), 200)).toBe('refused')
})

test('one that dies in the middle of it has cut the connection', async () => {
  const port = await serve((socket) => void socket.once('data', () => socket.resetAndDestroy()))
  expect(await stateOf(listed(port, 0), 5000)).toBe('cut')
})

test('an address that is none of this machine is unreachable or silent, and never called a node', async () => {
  expect(['unreachable', 'silent']).toContain(
    await stateOf({ ...listed(9, 0), host: 'no.such.invalid' }, 5000),
  )
})
