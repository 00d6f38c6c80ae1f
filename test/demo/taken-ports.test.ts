/** What the demo says of ports that are not free. */
import { createServer, type Server } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type Listener, whoListens } from '../../src/cli/who-listens.ts'
import { explainTaken } from '../../src/demo/taken-ports.ts'
import type { NodeConfig } from '../../src/node-list.ts'
import { freePorts, listen } from '../helpers/command.ts'
import { startTestNode } from '../helpers/node.ts'

const node = (number: number): NodeConfig => ({
  name: `node${number}`,
  host: '127.0.0.1',
  port: 8000 + number,
  latencyMs: 0,
  jitterMs: 0,
  bandwidthKbps: 0,
  root: `/tmp/node${number}`,
})
const NOBODY: Listener = { kind: 'nobody' }
const is = (name: string): Listener => ({ kind: 'node', name })

test.for<[what: string, listeners: Listener[], says: string | undefined]>([
  ['free ports: nothing', [NOBODY, NOBODY], undefined],
  [
    'all of them ours: that they run already, once',
    [is('node1'), is('node2')],
    'The nodes run already: node1, node2, on ports 8001, 8002. End them first (q or Ctrl+C in their terminal), or name a node list with other ports: --config FILE',
  ],
  ['one node that runs', [is('node1')], 'The nodes run already: node1, on port 8001. '],
  [
    'some of them ours: which',
    [is('node1'), NOBODY],
    'Cannot start the nodes: node1 runs already, on port 8001. End what is there, ',
  ],
  [
    'other programs',
    [{ kind: 'another program' }, { kind: 'silent' }],
    'Cannot start the nodes: port 8001 of node1 is taken by another program; port 8002 of node2 is taken by something that does not answer. ',
  ],
  [
    'nodes under other names',
    [is('node2'), is('node1')],
    'Cannot start the nodes: port 8001 of node1 is taken by node2, another node; port 8002 ',
  ],
])('%s', ([, listeners, says]) => {
  const found = listeners.map((listener, index) => ({ node: node(index + 1), listener }))
  const said = explainTaken(found)
  if (says === undefined) expect(said).toBeUndefined()
  else expect(said?.startsWith(says)).toBe(true)
})

/** Who is found where a server of the test listens. */
async function ask(server: Server): Promise<Listener> {
  const port = await listen(server)
  onTestFinished(() => void server.close())
  return whoListens({ ...node(1), port })
}

test('a node is asked for its name, and waited for as long as it is slow', async () => {
  const { port } = await startTestNode({ name: 'mine', latencyMs: 1_200 })
  expect(await whoListens({ ...node(1), port, latencyMs: 1_200 })).toEqual({ kind: 'node', name: 'mine' })
})

test('where nobody listens there is nobody', async () => {
  const [port = 0] = await freePorts(1)
  expect(await whoListens({ ...node(1), port })).toEqual({ kind: 'nobody' })
})

test('what closes, or answers otherwise, is another program; what says nothing is silent', async () => {
  expect(await ask(createServer((socket) => void socket.destroy()))).toEqual({ kind: 'another program' })
  const page = createServer((socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnull'))
  expect(await ask(page)).toEqual({ kind: 'another program' })
  expect(await ask(createServer((socket) => void onTestFinished(() => void socket.destroy())))).toEqual({
    kind: 'silent',
  })
})
