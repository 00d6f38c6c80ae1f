/**
 * Reading one file from three nodes of different speed while something happens to the fastest: the ideal
 * time, the swarm's, and aria2c's, side by side. `SWARM_RUNS=3` repeats it and shows medians;
 * `SWARM_EVENTS=none,SIGKILL` and `SWARM_READERS=stream,bulk,aria2c` measure only these.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { EVENT_SECONDS, HAPPENINGS, type Happening, SHAPES } from './happenings.ts'
import { idealSeconds, type Supply } from './ideal.ts'
import { type Comparison, compareRatios, quantile } from './ratio.ts'
import { startOurs } from './servers.ts'
import type { Reading } from './swarm-reader.ts'
import { type Read, readWithAria2, readWithSwarm } from './swarm-readers.ts'
import { FILE_BYTES, type Site } from './swarm-site.ts'

const MIB = 1024 * 1024

const MAX_WASTE = 0.03

/** One event and what each reader took, in every run. */
interface Row {
  readonly happening: Happening
  readonly measured: Readonly<Record<ReaderName, readonly Measured[]>>
}

type ReaderName = 'stream' | 'bulk' | 'aria2c'

interface Measured extends Reading {
  readonly idealSeconds: number
}

/** Only these, when any are named, by an environment variable. */
const isWanted = (variable: string, name: string): boolean =>
  process.env[variable]?.split(',').includes(name) ?? true

/**
 * Measures; takes some minutes for each run, and tells each reading as it comes.
 * @returns the table and what is to be said below it
 */
export async function measureSwarm(site: Site): Promise<{ rows: string[][]; note: string }> {
  const runs = Number(process.env['SWARM_RUNS'] ?? 1)
  const rows: Row[] = []
  for (const happening of HAPPENINGS.filter(({ name }) => isWanted('SWARM_EVENTS', name))) {
    const measured: Record<ReaderName, Measured[]> = { stream: [], bulk: [], aria2c: [] }
    for (let run = 0; run < runs; run++) {
      for (const [name, read] of wantedReaders(site))
        measured[name].push(await measure(site, happening, name, read))
    }
    rows.push({ happening, measured })
  }
  return { rows: tableOf(rows), note: noteOf(runs) }
}

function wantedReaders(site: Site): [ReaderName, Read][] {
  const readers: [ReaderName, Read][] = [
    ['stream', readWithSwarm('stream')],
    ['bulk', readWithSwarm('bulk')],
    ...(site.hasAria2 ? [['aria2c', readWithAria2] satisfies [ReaderName, Read]] : []),
  ]
  return readers.filter(([name]) => isWanted('SWARM_READERS', name))
}

/** One reading, with fresh nodes. */
async function measure(site: Site, happening: Happening, name: ReaderName, read: Read): Promise<Measured> {
  const nodes = await site.startNodes()
  try {
    const [fast] = nodes
    if (fast === undefined) throw new Error('There is no node')
    let startedMs = 0
    let happened: Promise<{ atSeconds: number; overSeconds: number }> | undefined
    const reading = await read(site, nodes, () => {
      startedMs = performance.now()
      happened = delay(EVENT_SECONDS * 1000).then(async () => {
        const atSeconds = (performance.now() - startedMs) / 1000
        await happening.act(fast)
        return { atSeconds, overSeconds: (performance.now() - startedMs) / 1000 }
      })
    })
    site.checkOutput()
    if (happened === undefined) throw new Error('The reader never started')
    const { atSeconds, overSeconds } = await happened
    const supplies = SHAPES.map(
      ({ latencyMs, bytesPerSecond }, index): Supply => [
        { fromSeconds: latencyMs / 1000, bytesPerSecond },
        ...(index === 0 ? happening.after(atSeconds, overSeconds) : []),
      ],
    )
    const measured = { ...NOT_TOLD, ...reading, idealSeconds: idealSeconds(FILE_BYTES, supplies) }
    console.error(`${happening.name}, ${name}: ${describe(measured)}`)
    return measured
  } finally {
    await Promise.all(nodes.map((node) => node.kill()))
  }
}

/** What aria2c does not tell. */
const NOT_TOLD = { gapSeconds: 0, startUpSeconds: 0, wastedBytes: 0, pauseSeconds: 0 }

function describe(measured: Measured): string {
  const { seconds, startUpSeconds, gapSeconds, wastedBytes, pauseSeconds } = measured
  const facts = [
    `${seconds.toFixed(2)} s (ideal ${measured.idealSeconds.toFixed(2)} s)`,
    ...(startUpSeconds > 0 ? [`first chunk ${startUpSeconds.toFixed(2)} s`] : []),
    ...(gapSeconds > 0 ? [`gap ${gapSeconds.toFixed(2)} s`] : []),
    ...(wastedBytes > 0 ? [`wasted ${percent(wastedBytes / FILE_BYTES)}`] : []),
    ...(pauseSeconds > MACHINE_PAUSE_SECONDS
      ? [`the reader was paused for ${pauseSeconds.toFixed(2)} s`]
      : []),
  ]
  return facts.join(', ')
}

/** A pause of the event loop that says more of the machine than of us. */
const MACHINE_PAUSE_SECONDS = 0.1

const UNSHAPED_ROUNDS = 5

/** Without limits of bandwidth, where only latency and our own work count: durations, ours by aria2c's. */
export async function measureUnshapedSwarm(site: Site): Promise<Comparison[]> {
  if (!site.hasAria2 || !isWanted('SWARM_EVENTS', 'unshaped')) return []
  const comparisons: Comparison[] = []
  for (const [name, latencies] of [
    ['50, 150, 300 ms', [50, 150, 300]],
    ['no latency', [0, 0, 0]],
  ] as const) {
    const servers = await Promise.all(
      latencies.map((ms, index) => startOurs(site.roots[index] ?? '', ['--latency-ms', String(ms)])),
    )
    try {
      const nodes = servers.map(({ port }, index) => ({
        name: `node${index + 1}`,
        url: `http://127.0.0.1:${port}`,
      }))
      const timed = (reader: string, read: Read) => async (): Promise<number> => {
        const { seconds } = await read(site, nodes, () => {})
        site.checkOutput()
        console.error(`unshaped, ${name}, ${reader}: ${seconds.toFixed(3)} s`)
        return seconds
      }
      const peers = { aria2c: timed('aria2c', readWithAria2) }
      for (const mode of ['bulk', 'pull'] as const) {
        const title = `${mode}, unshaped, ${name} (time)`
        const ours = timed(mode, readWithSwarm(mode))
        comparisons.push(...(await compareRatios(title, ours, peers, UNSHAPED_ROUNDS)))
      }
    } finally {
      await Promise.all(servers.map((server) => server.stop()))
    }
  }
  return comparisons
}

function tableOf(rows: readonly Row[]): string[][] {
  const heading = [
    ...['event at 3 s', 'ideal s', 'stream s', 'ratio', '', 'gap s', '', 'wasted', ''],
    ...['bulk s', 'ratio', '', 'aria2c s', 'ratio'],
  ]
  return [heading, ...rows.map(rowOf)]
}

function rowOf({ happening, measured }: Row): string[] {
  const { name, maxRatio, maxGapSeconds } = happening
  const { stream, bulk, aria2c } = measured
  const ideal = median([...stream, ...bulk, ...aria2c].map(({ idealSeconds }) => idealSeconds))
  const times = (readings: readonly Measured[]): string[] => [
    show(median(readings.map(({ seconds }) => seconds)), 2),
    show(median(readings.map(ratioOf)), 3),
  ]
  const gap = median(stream.map(({ gapSeconds }) => gapSeconds))
  const waste = Math.max(...[...stream, ...bulk].map(({ wastedBytes }) => wastedBytes / FILE_BYTES))
  return [
    ...[name, show(ideal, 2), ...times(stream), mark(median(stream.map(ratioOf)), maxRatio)],
    ...[show(gap, 2), mark(gap, maxGapSeconds), show(100 * waste, 1), mark(100 * waste, 100 * MAX_WASTE)],
    ...[...times(bulk), mark(median(bulk.map(ratioOf)), maxRatio), ...times(aria2c)],
  ]
}

const noteOf = (runs: number): string =>
  `Nodes: ${SHAPES.map(({ latencyMs, bytesPerSecond }) => `${latencyMs} ms ${bytesPerSecond / MIB} MiB/s`).join(', ')}; ${FILE_BYTES / MIB} MiB; the event is the first one's.
stream: in order; gap: the longest wait for the next chunk in order, start-up excluded. bulk: in any order.
ratio: time by ideal time. wasted: % of bytes that came and were of no use, the worst of stream and bulk.
${runs === 1 ? 'One run.' : `Medians of ${runs} runs.`}`

const ratioOf = ({ seconds, idealSeconds }: Measured): number => seconds / idealSeconds
const show = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : '–')
const mark = (value: number, most: number): string =>
  Number.isFinite(value) ? `${value <= most ? 'ok' : 'OVER'} ≤ ${Number(most.toFixed(2))}` : ''
const median = (values: readonly number[]): number => quantile(values, 0.5)
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
