/** Viewers without a screen, on real nodes with the sample video. */
import { cpSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { RUNTIME } from '../../src/http-client/runtime.ts'
import { NODE_DEFAULTS } from '../../src/node-list.ts'
import { replicate } from '../../src/replication/replicate.ts'
import { realClock } from '../../src/swarm/clock.js'
import { findFile } from '../../src/swarm/find-file.js'
import { Audience } from '../../src/viewing/audience.ts'
import { secondsOf } from '../../src/viewing/duration.ts'
import { Viewer } from '../../src/viewing/viewer.ts'
import { setLab } from '../helpers/lab.ts'
import { startTestNode, type TestNode } from '../helpers/node.ts'
import { temporaryFolder } from '../helpers/storage.ts'

const SAMPLE = path.resolve('media/demo.mp4')
const SAMPLE_SECONDS = 90

/** Two nodes with the sample. */
async function start(names: readonly string[] = ['node1', 'node2']) {
  const roots = names.map(() => temporaryFolder())
  const [first = ''] = roots
  await replicate({
    file: SAMPLE,
    name: 'demo.mp4',
    nodes: [{ ...NODE_DEFAULTS, name: 'node1', port: 1, latencyMs: 0, root: first }],
  })
  for (const root of roots.slice(1)) cpSync(first, root, { recursive: true, preserveTimestamps: true })
  const nodes = await Promise.all(
    names.map((name, index) => startTestNode({ name, root: roots[index] ?? '' }, { opensLab: true })),
  )
  const addresses = nodes.map(({ url }, index) => ({
    name: names[index] ?? '',
    url,
    healthUrl: `${url}/health`,
  }))
  const found = await findFile({
    nodes: addresses,
    video: 'demo.mp4',
    fetch: RUNTIME.fetch,
    clock: realClock,
  })
  if (found.kind !== 'found') throw new Error(`The sample is ${found.kind}`)
  return { nodes, options: { file: found.file, nodes: addresses, lookAheadSeconds: 5 } }
}

function watch(options: ConstructorParameters<typeof Viewer>[0]): Viewer {
  const viewer = new Viewer(options)
  onTestFinished(() => viewer.close())
  return viewer
}

const stopAll = (nodes: readonly TestNode[]): Promise<unknown> =>
  Promise.all(nodes.map((node) => setLab(node, { faults: { hang: true } })))

test('it sees a picture, plays on, and reads no more than its look-ahead', async () => {
  const { options } = await start()
  const viewer = watch(options)
  await expect.poll(() => viewer.state.phase).toBe('plays')
  await expect.poll(() => viewer.state.bytes, { timeout: 5_000 }).toBeGreaterThan(500_000)
  const { firstPictureMs, stalls, bytes } = viewer.state
  expect(firstPictureMs).toBeGreaterThan(0)
  expect(stalls).toBe(0)
  expect(bytes).toBeLessThan(options.file.size / 3)
})

test('it stands when nobody brings anything any more, and goes on when they do', async () => {
  const { nodes, options } = await start()
  const viewer = watch({ ...options, lookAheadSeconds: 1 })
  await expect.poll(() => viewer.state.phase).toBe('plays')
  await stopAll(nodes)
  await expect.poll(() => viewer.state.phase, { timeout: 20_000 }).toBe('stands')
  await Promise.all(nodes.map((node) => setLab(node, {})))
  await expect.poll(() => viewer.state.phase, { timeout: 20_000 }).toBe('plays')
  const { stalls, stoodMs, longestStallMs } = viewer.state
  expect(stalls).toBe(1)
  expect([stoodMs, longestStallMs].every((ms) => ms >= 100)).toBe(true)
}, 60_000)

test('without anybody to read from it starts for ever', async () => {
  const { nodes, options } = await start(['node1'])
  await stopAll(nodes)
  const viewer = watch(options)
  await expect.poll(() => nodes[0]?.totals.requests).toBeGreaterThan(0)
  expect(viewer.state).toMatchObject({ phase: 'starts', firstPictureMs: undefined, stalls: 0, bytes: 0 })
})

test('the file says how long it plays', async () => {
  const { options } = await start(['node1'])
  const seconds = await secondsOf(options, new AbortController().signal)
  expect(Math.round(seconds)).toBe(SAMPLE_SECONDS)
})

test('an audience comes in, and knows what it met with', async () => {
  const { options } = await start()
  const audience = new Audience()
  onTestFinished(() => audience.leave())
  await audience.enter(4, options, new AbortController().signal)
  await expect.poll(() => audience.now.playing).toBe(4)
  expect(audience.now).toMatchObject({ there: 4, starting: 0, standing: 0, gone: 0 })
  expect(audience.summary).toMatchObject({ viewers: 4, withoutPicture: 0, stood: 0, stalls: 0 })
})
