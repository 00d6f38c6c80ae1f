/** `npm run bench`: what is fast, as ratios measured side by side in one run. Takes about half an hour. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { formatTable } from '../src/cli/terminal.ts'
import { whyMissing } from '../test/browser/browser.ts'
import { CHROMIUM } from '../test/browser/chromium.ts'
import { CONNECTIONS, DOWNLOADS, measureCrowd } from './crowd.ts'
import { measureFloorLateness, measureLateness } from './delay.ts'
import { DemoSite } from './demo-site.ts'
import { measureDetection } from './detect.ts'
import { measureGrowth } from './growth/measure.ts'
import { measureMemory } from './memory.ts'
import type { Comparison } from './ratio.ts'
import { measureReplicate } from './replicate.ts'
import { startFloor, startNginx, startOurs } from './servers.ts'
import { measureSwarm, measureUnshapedSwarm } from './swarm.ts'
import { Site } from './swarm-site.ts'
import { FILE_BYTES, measureThroughput } from './throughput.ts'
import { isWatched, measureWatch } from './watch.ts'
import { hasFfmpeg, type Told, WatchSite } from './watch-site.ts'
import { measureStarts } from './watch-start.ts'

/** What must be reached, by name and peer; figures without a target are there to compare. */
const TARGETS: Readonly<Record<string, string>> = {
  'whole 64 MiB file / nginx': '≥ 1.00',
  '256 KiB ranges / nginx': '≥ 0.75',
  '1 KiB ranges / floor': '≥ 0.70',
  'whole 64 MiB file / with its lab open': 'about 1',
  '256 KiB ranges / with its lab open': 'about 1',
  '1 KiB ranges / with its lab open': 'about 1',
  'replicate 512 MiB (time) / three cp, flushed': '≤ 1.10',
  'bulk, unshaped, 50, 150, 300 ms (time) / aria2c': '≤ 1.00',
  'bulk, unshaped, no latency (time) / aria2c': '≤ 1.00',
  'pull, unshaped, 50, 150, 300 ms (time) / aria2c': '≤ 1.00',
  'pull, unshaped, no latency (time) / aria2c': '≤ 1.00',
}
const LATENCY_MS = 50

/** Only these, when any are named: `npm run bench -- throughput delay`. */
const wanted = process.argv.slice(2)
const isWanted = (part: string): boolean => wanted.length === 0 || wanted.includes(part)

const folder = mkdtempSync(path.join(tmpdir(), 'bench-'))
const root = path.join(folder, 'root')
mkdirSync(root)
writeFileSync(path.join(root, 'file.mp4'), randomBytes(FILE_BYTES))
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
if (isWanted('throughput')) await throughput()
if (isWanted('delay')) await delay()
if (isWanted('memory')) await memory()
if (isWanted('replicate')) print(await measureReplicate(folder))
if (isWanted('growth')) await growth()
if (isWanted('watch')) await watch() // before `swarm` and `detect`, which let a signal end us without a further step
if (isWanted('swarm')) await swarm()
if (isWanted('detect')) await detect()

async function throughput(): Promise<void> {
  const servers = {
    ours: await startOurs(root),
    nginx: await startNginx(root, folder),
    floor: await startFloor(),
    withLab: await startOurs(root, ['--lab']),
  }
  try {
    if (servers.nginx === undefined)
      console.log('nginx is not installed: nothing to compare with but the floor')
    print(await measureThroughput(servers))
  } finally {
    await Promise.all(Object.values(servers).map((server) => server?.stop()))
  }
}

async function delay(): Promise<void> {
  const heading = [`ms later than simulated`, 'at once', 'min', 'median', 'p99']
  const rows: string[][] = []
  for (const latencyMs of [LATENCY_MS, 0]) {
    for (const atOnce of [1, 100]) {
      const measured = {
        'our node': await measureLateness(root, latencyMs, atOnce),
        'bare node:http': await measureFloorLateness(latencyMs, atOnce),
      }
      for (const [what, { server, client }] of Object.entries(measured)) {
        for (const [clock, { min, median, p99 }] of Object.entries({ its: server, "the client's": client })) {
          const figures = [atOnce, min, median, p99].map((n) => String(Number(n.toFixed(2))))
          rows.push([`${latencyMs} ms, ${what} by ${clock} clock`, ...figures])
        }
      }
    }
  }
  show(
    [heading, ...rows],
    `our node by its clock with ${LATENCY_MS} ms: never early, p99 ≤ 1.5 ms at 100 at once`,
  )
}

async function memory(): Promise<void> {
  const server = await startOurs(root)
  try {
    const peak = await measureMemory(server)
    show(
      [
        ['memory with 50 slow readers'],
        [peak === undefined ? 'not known on this system' : `${Math.round(peak)} MB`],
      ],
      '< 150 MB',
    )
    const { beforeMegabytes, peakMegabytes, afterMegabytes, healthMs } = await measureCrowd(server)
    const megabytes = [beforeMegabytes, peakMegabytes, afterMegabytes].map((value) =>
      value === undefined ? 'not known on this system' : `${Math.round(value)} MB`,
    )
    show(
      [
        [
          `${CONNECTIONS} connections, ${DOWNLOADS} unread downloads`,
          'peak',
          'when they have gone',
          '/health at worst',
        ],
        [`before: ${megabytes[0]}`, ...megabytes.slice(1), `${Math.round(healthMs)} ms`],
      ],
      '≤ 150 MB, as before ± 20 %, ≤ 300 ms',
    )
  } finally {
    await server.stop()
  }
}

async function swarm(): Promise<void> {
  const part = path.join(folder, 'swarm')
  mkdirSync(part)
  const site = await Site.make(part)
  const { rows, note } = await measureSwarm(site)
  if (rows.length > 1) console.log(`${formatTable(rows).join('\n')}\n${note}\n`)
  const comparisons = await measureUnshapedSwarm(site)
  if (comparisons.length > 0) print(comparisons)
}

async function growth(): Promise<void> {
  const why = whyMissing(CHROMIUM) ?? (hasFfmpeg() ? undefined : 'there is no ffmpeg')
  if (why !== undefined) {
    console.log(`How cost grows is not measured: ${why}`)
    return
  }
  const part = path.join(folder, 'growth')
  mkdirSync(part)
  for await (const { rows, note } of measureGrowth(part))
    console.log(`${formatTable(rows).join('\n')}\n${note}\n`)
}

/** The only part that can fail: what it measures must be so on any machine. */
async function detect(): Promise<void> {
  const part = path.join(folder, 'detect')
  mkdirSync(part)
  const { rows, note, isMet } = await measureDetection(part)
  console.log(`${formatTable(rows).join('\n')}\n${note}\n`)
  if (!isMet) process.exitCode = 1
}

/** A signal ends it in order, for a browser does not end with us by itself. */
async function watch(): Promise<void> {
  const why = whyMissing(CHROMIUM) ?? (hasFfmpeg() ? undefined : 'there is no ffmpeg')
  if (why !== undefined) {
    console.log(`The watch page is not measured: ${why}`)
    return
  }
  const ended = new AbortController()
  const end = (): void => ended.abort(new Error('ended by a signal'))
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, end)
  try {
    const tell = ({ rows, note }: Told): void => console.log(`${formatTable(rows).join('\n')}\n${note}\n`)
    if (isWatched('starts')) {
      const demo = await DemoSite.make(path.join(folder, 'demo'))
      for await (const told of measureStarts(demo, ended.signal)) tell(told)
    }
    if (!isWatched('start-up') && !isWatched('events')) return
    const site = await WatchSite.make(path.join(folder, 'watch'))
    for await (const told of measureWatch(site, ended.signal)) tell(told)
  } finally {
    for (const signal of signals) process.off(signal, end)
  }
}

function print(comparisons: readonly Comparison[]): void {
  const rows = comparisons.map(({ name, peer, ratio }) => [
    `${name} / ${peer}`,
    ratio.min.toFixed(2),
    ratio.median.toFixed(2),
    ratio.max.toFixed(2),
    TARGETS[`${name} / ${peer}`] ?? '',
  ])
  show([['ratio', 'min', 'median', 'max', 'target'], ...rows])
}

function show(rows: readonly (readonly string[])[], target?: string): void {
  console.log(`${formatTable(rows).join('\n')}${target === undefined ? '' : `\ntarget: ${target}`}\n`)
}
