import { expect, test } from 'vitest'
import { Attention } from '../../src/swarm/attention.js'
import { ChunkTable } from '../../src/swarm/chunk-table.js'
import { SwarmNode } from '../../src/swarm/node.js'
import { Run } from '../../src/swarm/run.js'
import { VirtualClock } from './simulation.ts'

const CHUNK_BYTES = 256 * 1024
const CHUNKS = new ChunkTable({ name: 'talk.mp4', size: 100 * CHUNK_BYTES, chunkSize: CHUNK_BYTES }, 0, [])

const forNodes = {
  random: Math.random,
  attention: new Attention(new VirtualClock()),
  chunkSize: CHUNK_BYTES,
}

const newNode = (): SwarmNode =>
  new SwarmNode({ name: 'node1', url: 'http://node1/videos', delayMs: 50 }, forNodes)

function begin(node: SwarmNode, first: number, last: number, startedMs: number): Run {
  const run = new Run(node, CHUNKS, first, last, startedMs, startedMs)
  node.addRun(run)
  return run
}

test('its health is asked for below its URL, unless it is elsewhere', () => {
  expect(newNode().healthUrl).toBe('http://node1/videos/health')
  const foreign = { name: 'node1', url: 'http://node1', healthUrl: 'http://node1/ping' }
  expect(new SwarmNode(foreign, forNodes).healthUrl).toBe('http://node1/ping')
})

test('bytes in flight are those of all requests that are not here', () => {
  const node = newNode()
  begin(node, 0, 3, 0)
  begin(node, 7, 7, 0).partBytes = 1000
  expect(node.candidateAt(0)).toMatchObject({ leftBytes: 5 * CHUNK_BYTES - 1000, runs: 2, delayMs: 50 })
})
