/** The labs of real nodes, as a page follows them. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { LabSeen } from '../../../src/lab/client.js'
import type { Starter } from '../../../src/node/lab/starter.ts'
import { LabWatch } from '../../../src/player/page/lab-watch.js'
import { HandClock } from '../../helpers/hand-clock.ts'
import { readLab, setLab } from '../../helpers/lab.ts'
import { startTestNode, type TestNode } from '../../helpers/node.ts'

async function follow(options: { opensLab?: boolean; isLooking?: () => boolean } = {}) {
  const { opensLab = true, isLooking = () => true } = options
  const node = await startTestNode({}, { opensLab })
  const clock = new HandClock()
  const seen: LabSeen[] = []
  const watch = new LabWatch({
    nodes: [node].map(({ url }) => ({ name: 'node1', url })),
    fetch: globalThis.fetch,
    clock,
    isLooking,
    onChange: (_, now) => seen.push(now),
  })
  watch.start()
  return { node, clock, seen, watch }
}

const labCalls = (node: TestNode): number => node.records.filter(({ target }) => target === '/_/lab').length

test('what somebody else sets is seen, and what is over', async () => {
  const { node, clock, seen } = await follow()
  await expect.poll(() => seen.at(-1)?.state?.faults).toEqual([])
  await setLab(node, { faults: { stall: { afterBytes: 5 } } })
  clock.advance(2_000)
  await expect.poll(() => seen.at(-1)?.state?.faults[0]?.says).toBe('stalls after 5 bytes')
  await setLab(node, {})
  clock.advance(2_000)
  await expect.poll(() => seen.at(-1)?.state?.faults).toEqual([])
})

test('what the page sets lasts as long as it is there', async () => {
  const { node, clock, watch } = await follow()
  await watch.set('node1', { faults: { stall: { afterBytes: 5 } } })
  const before = await readLab(node)
  expect(before.leaseLeftMs).toBeGreaterThan(29_000)
  expect(before.leaseLeftMs).toBeLessThanOrEqual(30_000)
  const calls = labCalls(node)
  const renewed = () =>
    node.records.some(({ method, status }, index) => index >= calls && method === 'PUT' && status === 200)
  clock.advance(5_000)
  await expect.poll(renewed).toBe(true)
  expect((await readLab(node)).revision).toBe(before.revision)
})

test('what was set by somebody else meanwhile is not renewed, and nothing is set again', async () => {
  const { node, clock, watch } = await follow()
  await watch.set('node1', { faults: { stall: { afterBytes: 5 } } })
  await setLab(node, { faults: { corrupt: true } })
  clock.advance(5_000)
  await expect.poll(() => node.records.filter(({ status }) => status === 409).length).toBe(1)
  clock.advance(5_000)
  clock.advance(5_000)
  expect(node.records.filter(({ status }) => status === 409)).toHaveLength(1)
  expect(Object.keys((await readLab(node)).faults)).toEqual(['corrupt'])
})

test('a healed node is healed for good', async () => {
  const { node, watch } = await follow()
  await watch.set('node1', { faults: { corrupt: { everyChunks: 1 } } })
  await watch.heal('node1')
  expect((await readLab(node)).faults).toEqual({})
})

test('a closed lab is seen and refuses, in words that follow the name of the node', async () => {
  const { seen, watch } = await follow({ opensLab: false })
  await expect.poll(() => seen.at(-1)?.state?.token === undefined && seen.length).toBe(1)
  await expect(watch.set('node1', {})).rejects.toThrow('has a lab that is closed: start it with --lab')
})

test('who does not answer is away, and what was known is kept', async () => {
  const { node, clock, seen, watch } = await follow()
  await watch.set('node1', { faults: { stall: { afterBytes: 5 } } })
  await node.close()
  clock.advance(2_000)
  await expect.poll(() => seen.at(-1)?.isAway).toBe(true)
  expect(seen.at(-1)?.state?.faults).toHaveLength(1)
  expect(seen.at(-1)?.isSilent).toBe(false)
})

test('who takes the call and says nothing may be there all the same', async () => {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.closeAllConnections())
  onTestFinished(() => void server.close())
  const seen: LabSeen[] = []
  const watch = new LabWatch({
    nodes: [{ name: 'node1', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }],
    fetch: globalThis.fetch,
    clock: new HandClock(),
    isLooking: () => true,
    onChange: (_, now) => seen.push(now),
  })
  watch.start()
  await expect.poll(() => seen, { timeout: 10_000 }).toMatchObject([{ isAway: true, isSilent: true }])
})

test('who is to start a node is asked by way of another, where the first has gone since it was looked at', async () => {
  const started: [string, number][] = []
  const names = ['node1', 'node2', 'node3']
  const meetStarter = (onStarter: (starter: Starter) => void) =>
    onStarter({ names, start: (...order) => started.push(order) })
  const nodes = await Promise.all(
    names.map((name) => startTestNode({ name }, { opensLab: true, meetStarter })),
  )
  const seen = new Set<string>()
  const watch = new LabWatch({
    nodes: nodes.map(({ url }, index) => ({ name: names[index] ?? '', url })),
    fetch: globalThis.fetch,
    clock: new HandClock(),
    isLooking: () => true,
    onChange: (name) => seen.add(name),
  })
  watch.start()
  await expect.poll(() => seen.size).toBe(3)
  await nodes[0]?.close()
  await watch.startNode('node1', 25_000)
  expect(started).toEqual([['node1', 25_000]])
  for (const node of nodes) await node.close()
  await expect(watch.startNode('node1')).rejects.toThrow('cannot be asked')
})

test('a page that nobody looks at asks nobody', async () => {
  const { node, clock } = await follow({ isLooking: () => false })
  for (let times = 0; times < 5; times++) clock.advance(2_000)
  expect(labCalls(node)).toBe(0)
})
