/** A request for the first chunk that was made before anybody knew the file, and what a swarm makes of it. */
import { expect, test } from 'vitest'
import { EarlyAnswers } from '../../src/player/page/early-answers.js'
import type { SwarmFile } from '../../src/swarm/fetch-range.js'
import type { SwarmOptions } from '../../src/swarm/swarm.js'
import { type NodeBehaviour, type SimulatedNode, Simulation, simulatedFile } from './simulation.ts'

const CHUNK_BYTES = 256 * 1024
const FILE = simulatedFile(10 * CHUNK_BYTES)
/** It was made so long ago. */
const AGO_MS = 1000
const BEGUN = { node: 'node2', bytes: CHUNK_BYTES, startedMs: -AGO_MS }

function open(
  options: Partial<SwarmOptions> = {},
  second: Partial<NodeBehaviour> = {},
  file: SwarmFile = FILE,
): Simulation {
  const nodes = [50, 150, 300].map((delayMs) => ({ delayMs, bytesPerMs: 375 }))
  const behaviours = nodes.map((node, index) => (index === 1 ? { ...node, ...second } : node))
  return new Simulation(file, behaviours, { knowsDelays: true, begun: BEGUN, ...options })
}

/** Who was asked for the first chunk, in turn. */
const askedFirst = (simulation: Simulation): string[] =>
  simulation.told('asked').flatMap(({ chunk, node }) => (chunk === 0 ? [node] : []))

test('its node brings the first chunk, and nobody else is asked for it', async () => {
  const simulation = open()
  expect(await simulation.readAll()).toMatchObject({ isTrue: true })
  await simulation.pass(1000)
  expect(askedFirst(simulation)).toEqual(['node2'])
  expect(simulation.told('verified').find(({ chunk }) => chunk === 0)?.node).toBe('node2')
  expect(simulation.wastedShare).toBe(0)
  expect(simulation.imbalances).toEqual([])
})

test('a file that is shorter than a chunk comes by it, too', async () => {
  const simulation = open({}, {}, simulatedFile(1000))
  expect(await simulation.readAll()).toMatchObject({ isTrue: true })
  expect(askedFirst(simulation)).toEqual(['node2'])
})

test('how far its node is shows by other requests: this one waited for us as well', async () => {
  const simulation = open()
  await simulation.readAll()
  const delays = simulation
    .told('measured')
    .flatMap(({ node, delayMs }) => (node === 'node2' ? [delayMs] : []))
  expect(Math.max(...delays)).toBeLessThan(AGO_MS / 2)
})

test('its chunk is verified like all others', async () => {
  const simulation = open({}, { isCorrupt: (chunk) => chunk === 0 })
  expect(await simulation.readAll()).toMatchObject({ isTrue: true })
  expect(simulation.told('rejected')).toMatchObject([{ chunk: 0, node: 'node2' }])
  expect(askedFirst(simulation)).toEqual(['node2', expect.not.stringContaining('node2')])
})

test('a node that then has another version is left, and another one brings the chunk', async () => {
  const fields = { 'Content-Range': `bytes 0-${CHUNK_BYTES - 1}/${FILE.size + 1}` }
  const simulation = open({}, { answer: () => ({ status: 206, fields }) })
  expect(await simulation.readAll()).toMatchObject({ isTrue: true })
  expect(askedFirst(simulation)).toEqual(['node2', expect.not.stringContaining('node2')])
})

test.for<[why: string, options: Partial<SwarmOptions>, file?: SwarmFile]>([
  ['it is for less than the first chunk', {}, simulatedFile(10 * CHUNK_BYTES, 2 * CHUNK_BYTES)],
  ['the choice does not allow its node', { policy: { kind: 'only', node: 'node3' } }],
  ['the list does not have its node', { begun: { ...BEGUN, node: 'node9' } }],
])('it is left alone when %s', async ([, options, file = FILE]) => {
  const simulation = open(options, {}, file)
  expect(await simulation.readAll()).toMatchObject({ isTrue: true })
  expect(askedFirst(simulation)).toEqual([expect.not.stringContaining('node2')])
})

test('whose node has not answered since is not counted on', async () => {
  const simulation = open({
    nodes: [
      { name: 'node1', url: 'http://node1', delayMs: 50 },
      { name: 'node2', url: 'http://node2' },
    ],
  })
  expect(await simulation.readAll()).toMatchObject({ isTrue: true })
  expect(askedFirst(simulation)).toEqual(['node1'])
})

test('whose node has another version is not asked for on', async () => {
  const simulation = open({
    nodes: [
      { name: 'node1', url: 'http://node1', delayMs: 50 },
      { name: 'node2', url: 'http://node2', delayMs: 150, otherVersion: 'its file is another one' },
    ],
  })
  expect(await simulation.readAll()).toMatchObject({ isTrue: true })
  expect(askedFirst(simulation)).toEqual(['node1'])
})

const UPLINK_BYTES_PER_MS = 375

/**
 * As a page has it: what was asked for lies ready by the time that there is a swarm.
 * @returns the rates that were ever told of its node, in bytes per ms
 */
async function toldRates(agoMs: number, toldDelayMs: number): Promise<number[]> {
  const behaviours = [50, 150, 300].map((delayMs) => ({ delayMs, bytesPerMs: UPLINK_BYTES_PER_MS }))
  const page = new Simulation(FILE, behaviours)
  page.swarm.close()
  const { clock, nodes } = page
  const nodeOf = (url: string): SimulatedNode => page.node(Number(new URL(url).host.replace('node', '')))
  const early = new EarlyAnswers({
    fetch: (url, init) => nodeOf(url).fetch(new URL(url), init),
    now: clock.now,
  })
  early.ask('http://node2/talk.mp4', { headers: { Range: `bytes=0-${CHUNK_BYTES - 1}` } })
  await page.pass(agoMs)
  const simulation = new Simulation(FILE, behaviours, {
    through: () => ({ clock, fetch: (url, init) => early.fetch(url, init) }),
    begun: { ...BEGUN, startedMs: clock.now() - agoMs },
    nodes: nodes.map(({ name, url }) => ({ name, url, delayMs: toldDelayMs })),
  })
  const reader = simulation.swarm.open(0, FILE.size - 1)
  const read = async (): Promise<void> => {
    while ((await reader.next()) !== undefined);
  }
  await page.settled(read())
  simulation.swarm.close()
  expect(askedFirst(simulation)).toEqual(['node2'])
  return simulation
    .told('measured')
    .flatMap(({ node, bytesPerSecond }) =>
      node === 'node2' && bytesPerSecond !== undefined ? [bytesPerSecond / 1000] : [],
    )
}

test.for<[what: string, agoMs: number, toldDelayMs: number]>([
  ['begins to come', 160, 150],
  ['is half here', 500, 150],
  ['is half here, and the node seemed far while the page was busy', 500, 400],
  ['is half here, and the node seems near', 500, 20],
  ['is all here', 1000, 150],
  ['has been here for long', 5000, 400],
])('bytes that lay ready do not change the rate of its node: the chunk %s', async ([
  ,
  agoMs,
  toldDelayMs,
]) => {
  const rates = await toldRates(agoMs, toldDelayMs)
  expect(rates.length).toBeGreaterThan(0)
  expect(Math.max(...rates)).toBeLessThan(UPLINK_BYTES_PER_MS * 1.05)
  expect(Math.min(...rates)).toBeGreaterThan(UPLINK_BYTES_PER_MS * 0.85)
})
