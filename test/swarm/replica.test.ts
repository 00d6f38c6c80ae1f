/** Who is known to lack the file is asked for no chunk: a HEAD shows when it has it, and costs no byte of it. */
import { describe, expect, test } from 'vitest'
import { asFound, lackShownBy } from '../../src/swarm/replica.js'
import { type NodeBehaviour, type SimulatedNode, Simulation, simulatedFile } from './simulation.ts'
import { Viewer } from './viewer.ts'

const SHA = { this: 'a'.repeat(64), another: 'b'.repeat(64) }
const FILE = { name: 'talk.mp4', size: 1000, chunkSize: 100, sha256: SHA.this }

describe('a HEAD shows', () => {
  test.for<[what: string, status: number, fields: Record<string, string>, kind: string | undefined]>([
    ['this version', 200, { 'Content-Length': '1000', ETag: `"${SHA.this}"` }, undefined],
    ['another hash', 200, { 'Content-Length': '1000', ETag: `"${SHA.another}"` }, 'other version'],
    ['another size', 200, { 'Content-Length': '999' }, 'other version'],
    ['no file', 404, {}, 'missing'],
    ['a file that is gone', 410, {}, 'missing'],
    ['nothing, with no field to see', 200, {}, undefined],
    ['nothing, with a tag that is no hash', 200, { 'Content-Length': '1000', ETag: '"1"' }, undefined],
    ['nothing, when it is not understood', 501, { 'Content-Length': '0' }, undefined],
    ['nothing, when the node is busy', 503, { 'Content-Length': '0' }, undefined],
  ])('%s', ([, status, fields, kind]) => {
    expect(lackShownBy({ status, headers: new Headers(fields) }, FILE)?.kind).toBe(kind)
  })

  test('without hashes, another tag than the one that the file had', () => {
    const file = { name: 'talk.mp4', size: 1000, chunkSize: 100, etag: '"1"' }
    const head = (etag: string) => ({ status: 200, headers: new Headers({ ETag: etag }) })
    expect(lackShownBy(head('"1"'), file)).toBeUndefined()
    expect(lackShownBy(head('"2"'), file)?.kind).toBe('other version')
  })
})

describe('what a node said when the file was looked for', () => {
  const node = { name: 'node1', url: 'http://node1' }
  const manifest = (sha256: string) => ({ ...FILE, version: 1, sha256, chunks: [], mtimeMs: 0 }) as const
  const replica = (sha256: string) => ({ size: 1000, etag: `"${sha256}"`, lastModifiedMs: 0 })
  const as = (
    reply: Parameters<typeof asFound>[1]['replies'] extends ReadonlyMap<string, infer R> ? R : never,
  ) => asFound(node, { file: FILE, delays: new Map([['node1', 50]]), replies: new Map([['node1', reply]]) })

  test.for<[what: string, reply: Parameters<typeof as>[0], isOther: boolean]>([
    ['nothing', {}, false],
    ['the file', { replica: replica(SHA.this) }, false],
    ['the file and its manifest', { replica: replica(SHA.this), manifest: manifest(SHA.this) }, false],
    ['another file', { replica: replica(SHA.another) }, true],
    ['a manifest of another one', { manifest: manifest(SHA.another) }, true],
    [
      'an old manifest beside the file',
      { replica: replica(SHA.this), manifest: manifest(SHA.another) },
      false,
    ],
  ])('%s', ([, reply, isOther]) => {
    expect(as(reply)).toMatchObject({ ...node, delayMs: 50 })
    expect('otherVersion' in as(reply)).toBe(isOther)
  })
})

const MIB = 2 ** 20
const VIDEO = { ...simulatedFile(7 * MIB), sha256: SHA.this }
const NODES: Partial<NodeBehaviour>[] = [50, 150, 300].map((delayMs) => ({ delayMs, bytesPerMs: 375 }))

const replace = ({ behaviour }: SimulatedNode): void => {
  behaviour.answer = ({ start, end }) => ({
    status: 206,
    fields: { 'Content-Range': `bytes ${start}-${end}/${VIDEO.size}`, ETag: `"${SHA.another}"` },
  })
}
const remove = ({ behaviour }: SimulatedNode): void => {
  behaviour.answer = () => ({ status: 404 })
}

/** As the page is when node 3 alone has the version that plays, and the page knows it. */
function lesson(heartbeatMs = 2000): Simulation {
  const simulation: Simulation = new Simulation(VIDEO, NODES, {
    ...{ heartbeatMs, knowsDelays: true },
    nodes: NODES.map(({ delayMs = 0 }, index) => ({
      ...{ name: `node${index + 1}`, url: `http://node${index + 1}`, delayMs },
      ...(index === 2 ? {} : { otherVersion: 'its ETag is that of another version' }),
    })),
  })
  replace(simulation.node(1))
  replace(simulation.node(2))
  new Viewer(simulation, { bytesPerMs: VIDEO.size / 30_000, aheadMs: 10_000 })
  return simulation
}

const asked = (simulation: Simulation): number[] => [1, 2].map((number) => simulation.node(number).requests)

describe('a node that is known to have another version', () => {
  test.for([2000, 0])('is told at once, and asked for no chunk (heartbeats: %i ms)', async (heartbeatMs) => {
    const simulation = lesson(heartbeatMs)
    await simulation.pass(40_000)
    expect(simulation.statesOf('node1')).toEqual(['other version'])
    expect(simulation.statesOf('node2')).toEqual(['other version'])
    expect(simulation.told('node').filter(({ node }) => node !== 'node3')).toMatchObject([
      { atMs: 0, before: 'unknown' },
      { atMs: 0, before: 'unknown' },
    ])
    expect(asked(simulation)).toEqual([0, 0])
    expect(simulation.told('failover')).toEqual([])
    expect(simulation.told('wasted')).toEqual([])
    for (const number of [1, 2]) {
      expect(simulation.node(number).heads).toBeGreaterThan(10)
      expect(simulation.node(number).heads).toBeLessThanOrEqual(20)
    }
  })

  test.for([2000, 0])('is read from soon after it has this one (heartbeats: %i ms)', async (heartbeatMs) => {
    const simulation = lesson(heartbeatMs)
    await simulation.pass(9000)
    simulation.node(1).behaviour.answer = undefined
    const sinceMs = simulation.clock.now()
    await simulation.clock.run(() => simulation.told('verified').some(({ node }) => node === 'node1'), 30_000)
    expect(simulation.clock.now() - sinceMs).toBeLessThan(6000) // 2 s until it is seen, and the viewer wants little
    expect(simulation.statesOf('node1')).toEqual(['other version', 'up'])
  })

  test('and is killed is told as down, and as it is when it comes back', async () => {
    const simulation = lesson()
    await simulation.pass(5000)
    simulation.node(1).kill()
    await simulation.pass(5000)
    expect(simulation.statesOf('node1')).toEqual(['other version', 'down'])
    simulation.node(1).restart()
    await simulation.pass(10_000)
    expect(simulation.statesOf('node1')).toEqual(['other version', 'down', 'up', 'other version'])
    expect(asked(simulation)).toEqual([1, 0])
  })

  test('is an outage when there is no other, until it has this one', async () => {
    const simulation = lesson()
    simulation.swarm.policy = { kind: 'only', node: 'node1' }
    await simulation.pass(5000)
    expect(simulation.told('outage')).toMatchObject([{ isOver: false, why: 'not allowed' }])
    simulation.node(1).behaviour.answer = undefined
    await simulation.pass(5000)
    expect(simulation.told('outage')).toMatchObject([{ isOver: false }, { isOver: true }])
  })
})

describe('a node that comes to lack the file while it is read from', () => {
  test.for<[what: string, strike: (node: SimulatedNode) => void]>([
    ['replaced', replace],
    ['removed', remove],
  ])('is not asked for chunks again before it has it: %s', async ([, strike]) => {
    const simulation = lesson()
    simulation.node(1).behaviour.answer = undefined
    await simulation.clock.run(() => simulation.statesOf('node1').includes('up'), 20_000)
    strike(simulation.node(1))
    await simulation.clock.run(() => simulation.statesOf('node1').length > 2, 20_000)
    const before = simulation.node(1).requests
    await simulation.pass(15_000)
    expect(simulation.node(1).requests).toBe(before)
    expect(simulation.told('failover').length).toBeLessThanOrEqual(1)
  })

  test('and is read again though its HEAD proves nothing, ever more seldom tried', async () => {
    const simulation = lesson()
    const node = simulation.node(1)
    node.behaviour.answer = ({ start, end }) =>
      end === 0 ? { status: 501 } : { status: 206, fields: { 'Content-Range': `bytes ${start}-${end}/99` } }
    await simulation.pass(8000)
    expect(node.requests).toBeGreaterThan(1)
    expect(node.requests).toBeLessThan(8)
    node.behaviour.answer = undefined
    await simulation.pass(12_000)
    expect(simulation.statesOf('node1').at(-1)).toBe('up')
  })
})
