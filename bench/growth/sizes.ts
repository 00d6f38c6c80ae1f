/** The same video in files of many sizes: what its start, a seek, and reading all of it cost. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { NODE_DEFAULTS, type NodeConfig } from '../../src/node-list.ts'
import { PART_SUFFIX } from '../../src/pulling/partial-file.ts'
import { chunkSizeFor, manifestPath } from '../../src/replication/manifest.ts'
import type { Manifest } from '../../src/version/manifest.js'
import { endWithUs, LOADER } from '../../test/helpers/child.ts'
import { FaultyNode } from '../../test/helpers/faulty-node.ts'
import { SAMPLE_FILE } from '../demo-site.ts'
import { residentMegabytes } from '../memory.ts'
import { spread } from '../ratio.ts'
import { freePorts } from '../servers.ts'
import { openPage, type Told, withBrowser, withNodes } from '../watch-site.ts'
import { growthRows, inMegabytes, inMs } from './growth.ts'
import { heapMegabytes } from './page.ts'

const MIB = 2 ** 20
const SIZES = [64 * MIB, 1024 * MIB, 8192 * MIB]
const NAMES = ['64 MiB', '1 GiB', '8 GiB']
const RUNS = 3
const NAME = 'grown.mp4'
const LATENCIES_MS = [50, 150, 300]
const BANDWIDTH_KBPS = 24_000
const PULL = fileURLToPath(new URL('../../src/pull.ts', import.meta.url))
/** `pull` is looked at for so long. */
const PULL_SECONDS = 10

export async function measureSizes(folder: string): Promise<Told> {
  const [starts, seeks, pages, pulls, manifests]: [number[], number[], number[], number[], number[]] = [
    [],
    [],
    [],
    [],
    [],
  ]
  for (const [index, size] of SIZES.entries()) {
    const configs = await makeFile(path.join(folder, NAMES[index] ?? ''), size)
    const figures: [number[], number[], number[]] = [[], [], []]
    await withNodes(await start(configs), async ([node]) => {
      for (let run = 0; run < RUNS; run++)
        await withBrowser(async (browser) => {
          figures[0].push(await openPage(browser, `${node.url}/watch/${NAME}`))
          figures[1].push(await browser.run<number>(SEEK))
          figures[2].push(await heapMegabytes(browser))
        })
    })
    for (const [index, values] of [starts, seeks, pages].entries())
      values.push(spread(figures[index] ?? []).median)
    manifests.push(statSync(manifestPath(configs[0]?.root ?? '', NAME)).size / 1e6)
    const unshaped = configs.map((config) => ({ ...config, latencyMs: 0, bandwidthKbps: 0 }))
    await withNodes(await start(unshaped), async () => void pulls.push(await pullMegabytes(folder, unshaped)))
  }
  const rows = growthRows('size of a file', SIZES, NAMES, [
    { name: 'first picture', values: starts, unit: inMs, maxPower: 0 },
    { name: 'a seek', values: seeks, unit: inMs, maxPower: 0 },
    { name: "the page's heap", values: pages, unit: inMegabytes, maxPower: 0 },
    { name: "pull's memory, at most", values: pulls, unit: inMegabytes, maxPower: 0 },
    { name: 'manifest', values: manifests, unit: inMegabytes, maxPower: 1 },
  ])
  return {
    rows,
    note: `Medians of ${RUNS}; nodes of ${BANDWIDTH_KBPS / 1000} Mbit/s each, for pull (${PULL_SECONDS} s of it) without limits.`,
  }
}

const start = (configs: readonly NodeConfig[]): Promise<FaultyNode[]> =>
  Promise.all(configs.map((config) => FaultyNode.start(config, { nodes: configs })))

const SEEK = `const video = document.querySelector('video')
  const startedMs = performance.now()
  video.currentTime = 0.7 * video.duration
  await new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }))
  return performance.now() - startedMs`

/** The sample, with nothing behind it up to a size: a box that says so, and takes no place on most disks. */
async function makeFile(folder: string, size: number): Promise<NodeConfig[]> {
  const ports = await freePorts(LATENCIES_MS.length)
  const configs = LATENCIES_MS.map((latencyMs, index) => ({
    ...{ ...NODE_DEFAULTS, name: `node${index + 1}`, port: ports[index] ?? 0 },
    ...{ latencyMs, bandwidthKbps: BANDWIDTH_KBPS, root: path.join(folder, `node${index + 1}`) },
  }))
  const [first = '', ...others] = configs.map(({ root }) => {
    mkdirSync(path.dirname(manifestPath(root, NAME)), { recursive: true })
    return root
  })
  const file = path.join(first, NAME)
  copyFileSync(SAMPLE_FILE, file)
  const sampleBytes = statSync(file).size
  const box = Buffer.alloc(16) // ISO/IEC 14496-12, §4.2: size 1 stands for the 64 bits behind the type
  box.writeUInt32BE(1)
  box.write('free', 4, 'latin1')
  box.writeBigUInt64BE(BigInt(size - sampleBytes), 8)
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, box, 0, box.length, sampleBytes)
  truncateSync(file, size)
  const manifest = JSON.stringify(manifestOf(descriptor, file, size))
  writeFileSync(manifestPath(first, NAME), manifest)
  for (const root of others) {
    linkSync(file, path.join(root, NAME))
    writeFileSync(manifestPath(root, NAME), manifest)
  }
  return configs
}

function manifestOf(descriptor: number, file: string, size: number): Manifest {
  const chunkSize = chunkSizeFor(size)
  const whole = createHash('sha256')
  const chunks: string[] = []
  const chunk = Buffer.alloc(chunkSize)
  for (let position = 0; position < size; position += chunkSize) {
    const bytes = chunk.subarray(0, readSync(descriptor, chunk, 0, chunkSize, position))
    whole.update(bytes)
    chunks.push(createHash('sha256').update(bytes).digest('hex'))
  }
  const mtimeMs = Math.floor(statSync(file).mtimeMs)
  return { ...{ version: 1, name: NAME, size, mtimeMs }, sha256: whole.digest('hex'), chunkSize, chunks }
}

/** The most memory that `pull` has while it reads. */
async function pullMegabytes(folder: string, configs: readonly NodeConfig[]): Promise<number> {
  const [list, out] = [path.join(folder, 'pulled-from.json'), path.join(folder, 'pulled.mp4')]
  writeFileSync(list, JSON.stringify({ nodes: configs }))
  const args = [PULL, NAME, '--config', list, '--out', out, '--force']
  const child = endWithUs(spawn(process.execPath, [...LOADER, ...args], { stdio: 'ignore' }))
  const exit = once(child, 'exit')
  let peak = Number.NaN
  for (let tick = 0; tick < 10 * PULL_SECONDS && child.exitCode === null; tick++) {
    peak = Math.max(residentMegabytes(child.pid ?? 0) ?? Number.NaN, peak || 0)
    await delay(100)
  }
  child.kill('SIGKILL')
  await exit
  rmSync(out, { force: true })
  rmSync(`${out}${PART_SUFFIX}`, { force: true })
  return peak
}
