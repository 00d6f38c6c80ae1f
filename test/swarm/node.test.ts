import { describe, expect, test } from 'vitest'
import { ChunkTable } from '../../src/swarm/chunk-table.js'
import { SwarmNode } from '../../src/swarm/node.js'
import { Run } from '../../src/swarm/run.js'

const CHUNK_BYTES = 256 * 1024
const CHUNKS = new ChunkTable({ name: 'talk.mp4', size: 100 * CHUNK_BYTES, chunkSize: CHUNK_BYTES }, 0, [])

const newNode = (): SwarmNode =>
  new SwarmNode({ name: 'node1', url: 'http://node1/videos', delayMs: 50 }, Math.random)

function begin(node: SwarmNode, first: number, last: number, startedMs: number): Run {
  const run = new Run(node, CHUNKS, first, last, 'ahead', startedMs)
  node.addRun(run, startedMs)
  return run
}

/** A node that was fast for long, and has then come down to a trickle. */
function trickling(): SwarmNode {
  const node = newNode()
  for (let index = 0; index < 300; index++) node.estimate.sampleRate(4000 * 100, 100)
  for (let index = 0; index < 20; index++) node.estimate.sampleRate(10 * 100, 100)
  node.noteBytes(0, 0)
  return node
}

test('its health is asked for below its URL, unless it is elsewhere', () => {
  expect(newNode().healthUrl).toBe('http://node1/videos/health')
  const foreign = { name: 'node1', url: 'http://node1', healthUrl: 'http://node1/ping' }
  expect(new SwarmNode(foreign, Math.random).healthUrl).toBe('http://node1/ping')
})

test('bytes in flight are those of all requests that are not here', () => {
  const node = newNode()
  begin(node, 0, 3, 0)
  begin(node, 7, 7, 0).partBytes = 1000
  expect(node.candidate).toMatchObject({ leftBytes: 5 * CHUNK_BYTES - 1000, runs: 2, delayMs: 50 })
})

describe('silence', () => {
  test('is none without a request', () => {
    expect(newNode().silentMs(99_999)).toBe(0)
  })

  test('begins with the oldest request, and anew with each byte of any of them', () => {
    const node = newNode()
    begin(node, 0, 0, 1000)
    begin(node, 1, 1, 1400)
    expect(node.silentMs(1500)).toBe(500)
    node.noteBytes(10, 1600)
    expect(node.silentMs(1700)).toBe(100)
  })

  test('of requests that are given up adds up, as far as it is more than usual', () => {
    const node = newNode()
    for (const startedMs of [0, 10_000, 20_000]) node.removeRun(begin(node, 0, 0, startedMs), startedMs + 400)
    begin(node, 0, 0, 30_000)
    expect(node.silentMs(30_100)).toBe(3 * (400 - 150) + 100)
    node.noteBytes(1, 30_150)
    expect(node.silentMs(30_200)).toBe(50)
  })

  test('does not begin before a request, however long ago the last byte was', () => {
    const node = newNode()
    node.noteBytes(10, 0)
    begin(node, 0, 0, 60_000)
    expect(node.silentMs(60_010)).toBe(10)
  })
})

describe('slow', () => {
  test.for<[rule: string, rate: number, bestRate: number, isSlow: boolean]>([
    ['is not what is a little less than usual', 400, 400, false],
    ['is far less than usual', 90, 400, true],
    ['is not what brings a chunk in no time, whatever is usual', 1000, 1000, false],
    ['is a twenty-fourth of what the best has', 400, 400 * 25, true],
  ])('%s', ([, rate, bestRate, isSlow]) => {
    const node = newNode()
    node.estimate.sampleRate(500 * 100, 100)
    node.estimate.rate = rate
    expect(node.isSlow(bestRate, CHUNK_BYTES)).toBe(isSlow)
  })

  test('is over only when it is well above that again', () => {
    const node = newNode()
    node.estimate.sampleRate(500 * 100, 100)
    node.estimate.rate = 200
    expect(node.isSlow(200, CHUNK_BYTES)).toBe(false)
    node.state = 'slow'
    expect(node.isSlow(200, CHUNK_BYTES)).toBe(true)
    node.estimate.rate = 300
    expect(node.isSlow(300, CHUNK_BYTES)).toBe(false)
  })
})

describe('a node that nobody asks any more, being slow', () => {
  test('gets another chance after two seconds, with a better rate than it last had', () => {
    const node = trickling()
    node.giveAnotherChance(2000)
    expect(node.estimate.isRateKnown).toBe(true)
    node.giveAnotherChance(2001)
    expect(node.estimate.isRateKnown).toBe(false)
    expect(node.estimate.rate).toBeGreaterThan(1000)
  })

  test('gets the next one later, if it was of no use', () => {
    const node = trickling()
    node.giveAnotherChance(2001)
    for (let index = 0; index < 20; index++) node.estimate.sampleRate(10 * 100, 100)
    node.noteBytes(0, 4000)
    node.giveAnotherChance(4000 + 4000)
    expect(node.estimate.isRateKnown).toBe(true)
    node.giveAnotherChance(4000 + 4001)
    expect(node.estimate.isRateKnown).toBe(false)
  })

  test('gets none while it is asked, for that shows how it is', () => {
    const node = trickling()
    begin(node, 0, 0, 1000)
    node.giveAnotherChance(60_000)
    expect(node.estimate.isRateKnown).toBe(true)
  })
})
