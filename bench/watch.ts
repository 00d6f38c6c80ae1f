/**
 * The watch page in Chromium: how soon the first picture is there, and whether 30 random events make the video
 * stop. `SEED=7` repeats a run's chance, `WATCH_PARTS=starts,start-up,events` measures only these (`starts` is
 * watch-start.ts), `WATCH_EVENTS=30` is their number, `WATCH_AT_ONCE=1` lets one node fail at a time and not two of
 * three, and `WATCH_LOG=FILE` keeps all that was seen, as JSON.
 */
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { FaultyNode } from '../test/helpers/faulty-node.ts'
import { seededRandom } from '../test/helpers/random.ts'
import { MACHINE_PAUSE_MS, overlaps, Pauses } from './pauses.ts'
import { type Happened, Misfortune, type Planned, planFaults } from './watch-faults.ts'
import type { Observed, Stand } from './watch-observer.js'
import {
  describeLoad,
  msRow,
  observed,
  openPage,
  plainUrl,
  type Told,
  type WatchSite,
  watchUrl,
  withBrowser,
  withNodes,
} from './watch-site.ts'

const MIB = 1024 * 1024
const START_UP_RATES = [4 * MIB, 2 * MIB, 1 * MIB] as const
const START_UP_RUNS = 7
/** Delay of the fastest node × 6, and half a second. */
const MAX_START_UP_MS = 6 * 50 + 500
/** The video may need so much of what one node gives that is left alone. */
const MAX_LOAD = 0.8
const MAX_WASTE = 0.03
/** The slowest node alone can carry the video; the others are so many times as fast. */
const RATE_FACTORS = [4, 2, 1] as const
/** After so much of a playback nothing belongs to its beginning. */
const SETTLED_MS = 3_000
/** What happened has been felt by then, or will not be. */
const AFTERMATH_MS = 6_000
/** A playback that has no more than this left takes no further event. */
const LAST_EVENT_SECONDS = 20
/** Who has so much ahead does not wait for a node. */
const FULL_SECONDS = 2
/** A decoder that was not let run for so long has nothing to show for a moment. */
const UNDERFLOW_MS = 1_000

/** Is this part of the watch page to be measured? */
export const isWatched = (part: string): boolean =>
  process.env['WATCH_PARTS']?.split(',').includes(part) ?? true

/** Measures; takes some four minutes. @param signal ends it early */
export async function* measureWatch(site: WatchSite, signal: AbortSignal): AsyncGenerator<Told> {
  if (isWatched('start-up')) yield await measureStartUp(site, signal)
  if (isWatched('events')) yield* measureEvents(site, signal)
}

/** The first visit with a fresh profile, the second one with the same, and the plain file in turn. */
async function measureStartUp(site: WatchSite, signal: AbortSignal): Promise<Told> {
  const first: number[] = []
  const repeated: number[] = []
  const plain: number[] = []
  await withNodes(await site.startNodes(START_UP_RATES), async ([fastest]) => {
    for (let run = 0; run < START_UP_RUNS; run++) {
      signal.throwIfAborted()
      await withBrowser(async (browser) => {
        first.push(await openPage(browser, watchUrl(fastest)))
        await delay(SETTLED_MS, undefined, { signal })
        repeated.push(await openPage(browser, watchUrl(fastest)))
      })
      await withBrowser(async (browser) => void plain.push(await openPage(browser, plainUrl(fastest))))
      console.error(
        `start-up: ${[first, repeated, plain].map((all) => all.at(-1)?.toFixed(0)).join(', ')} ms`,
      )
    }
  })
  return {
    rows: [
      ['navigation to first frame', 'min', 'median', 'max', 'target'],
      msRow('watch page, fresh profile', first, `≤ ${MAX_START_UP_MS} ms`),
      msRow('watch page, second visit', repeated),
      msRow('plain <video>, fastest node, fresh profile', plain),
    ],
    note: `${START_UP_RUNS} runs; nodes: 50 ms 4 MiB/s, 150 ms 2 MiB/s, 300 ms 1 MiB/s; ${describeLoad()}.`,
  }
}

/** One playback: its events, and what the viewer saw. */
interface Playback {
  readonly happened: readonly Happened[]
  readonly seen: Observed
}

async function* measureEvents(site: WatchSite, signal: AbortSignal): AsyncGenerator<Told> {
  const seed = Number(process.env['SEED'] ?? 1)
  const count = Number(process.env['WATCH_EVENTS'] ?? 30)
  const atOnce = Number(process.env['WATCH_AT_ONCE'] ?? 2)
  const slowest = site.bytesPerSecond / MAX_LOAD
  const rates = RATE_FACTORS.map((factor) => factor * slowest)
  const plan = planFaults(count, rates.length, seededRandom(seed))
  const load = describeLoad()
  const pauses = new Pauses()
  const playbacks: Playback[] = []
  try {
    while (plan.length > 0) {
      const playback = await withNodes(await site.startNodes(rates), (nodes) =>
        play(site, nodes, plan, atOnce, signal),
      )
      playbacks.push(playback)
    }
  } finally {
    pauses.close()
  }
  const lines = playbacks.flatMap((playback) => linesOf(playback, pauses))
  yield {
    rows: [HEADING, ...lines],
    note: noteOf(playbacks, pauses, {
      how: `seed ${seed}, at most ${atOnce} of ${rates.length} nodes ill at once, ${load} at the start, ${describeLoad()} at the end`,
      nodes: `video ${kilobytes(site.bytesPerSecond)}; nodes ${rates.map(kilobytes).join(', ')}, after 50, 150, 300 ms`,
    }),
  }
  const standing = playbacks.flatMap(({ seen }) => standingLines(seen, pauses))
  if (standing.length > 0) yield { rows: [STANDING_HEADING, ...standing], note: STANDING_NOTE }
  const { WATCH_LOG } = process.env
  if (WATCH_LOG !== undefined) writeFileSync(WATCH_LOG, JSON.stringify({ playbacks, pauses: pauses.all }))
}

/** Plays until the plan is carried out or the video ends; takes what it has carried out from the plan. */
async function play(
  site: WatchSite,
  nodes: [FaultyNode, ...FaultyNode[]],
  plan: Planned[],
  atOnce: number,
  signal: AbortSignal,
): Promise<Playback> {
  return withBrowser(async (browser) => {
    await openPage(browser, watchUrl(nodes[0]))
    await delay(SETTLED_MS, undefined, { signal })
    const misfortune = new Misfortune(nodes, atOnce, signal)
    for (let next = plan.shift(); next !== undefined; next = plan.shift()) {
      await misfortune.bring(next)
      const { node = '', fault = '' } = misfortune.happened.at(-1) ?? {}
      console.error(`${plan.length} events to come after: ${node} ${fault}`)
      const seconds = await browser.run<number>(`return document.querySelector('video').currentTime`)
      if (seconds > site.durationSeconds - LAST_EVENT_SECONDS) break
    }
    await misfortune.settle()
    await delay(AFTERMATH_MS, undefined, { signal })
    return { happened: misfortune.happened, seen: await observed(browser) }
  })
}

const HEADING = [
  ...['s', 'node', 'event', 'ill', 'lasted', 'stalls', 'longest', 'machine'],
  ...['waiting', 'buffer left', "swarm's wait", 'wasted'],
]

/** A line for each event; what is seen until the next one begins is counted as its. */
function linesOf({ happened, seen }: Playback, pauses: Pauses): string[][] {
  return happened.map(({ atMs, node, fault, others, endMs }, index) => {
    const untilMs = happened[index + 1]?.atMs ?? Number.POSITIVE_INFINITY
    const isIts = (thing: { atMs: number }): boolean => thing.atMs >= atMs && thing.atMs < untilMs
    const stands = seen.stands.filter(isIts)
    const [ours, machines] = split(stands, pauses)
    const longest = Math.max(0, ...stands.map(({ ms }) => ms))
    const ahead = Math.min(...seen.looks.filter(isIts).map(({ aheadSeconds }) => aheadSeconds))
    const waits = seen.events.filter(isIts).map((event) => (event.type === 'delivered' ? event.waitedMs : 0))
    return [
      ((atMs - (happened[0]?.atMs ?? 0)) / 1000).toFixed(1),
      ...[node, fault, String(others + 1), `${Math.round(endMs - atMs)} ms`],
      ...[String(ours.length), `${Math.round(longest)} ms`, String(machines.length)],
      ...[String(seen.waitings.filter(isIts).length), `${ahead.toFixed(1)} s`],
      ...[`${Math.round(Math.max(0, ...waits))} ms`, kibibytes(wastedBytes(seen.events.filter(isIts)))],
    ]
  })
}

function noteOf(
  playbacks: readonly Playback[],
  pauses: Pauses,
  { how, nodes }: { how: string; nodes: string },
): string {
  const [ours, machines] = split(
    playbacks.flatMap(({ seen }) => seen.stands),
    pauses,
  )
  const total = (stands: readonly Stand[]): string =>
    `${stands.length}, ${Math.round(stands.reduce((sum, { ms }) => sum + ms, 0))} ms in all`
  const events = playbacks.flatMap(({ seen }) => seen.events)
  const wasted = wastedBytes(events)
  const verified = events.reduce((sum, event) => sum + (event.type === 'verified' ? event.bytes : 0), 0)
  const share = wasted / (wasted + verified)
  const waitings = playbacks.flatMap(({ seen }) => seen.waitings)
  const unfounded = waitings.filter(({ aheadSeconds }) => aheadSeconds > FULL_SECONDS).length
  const seconds = playbacks.reduce((sum, { seen }) => sum + lengthMs(seen) / 1000, 0)
  return `events: ${playbacks.reduce((sum, { happened }) => sum + happened.length, 0)} in ${playbacks.length} playbacks of ${seconds.toFixed(0)} s together; look-ahead 5 s
stalls: ${total(ours)} (${ours.length === 0 ? 'ok' : 'OVER'} ≤ 0); \`waiting\` events: ${waitings.length}, ${unfounded} of them with more than ${FULL_SECONDS} s in the buffer
stalls while the whole machine stood still: ${total(machines)}
wasted: ${(100 * share).toFixed(1)} % of ${(verified / MIB).toFixed(1)} MiB (${share <= MAX_WASTE ? 'ok' : 'OVER'} ≤ ${100 * MAX_WASTE} %)
machine: paused ${pauses.all.length} times for ${MACHINE_PAUSE_MS} ms or longer; ${how}
${nodes}
ill: nodes with a fault then. buffer left: the least that the video had ahead. swarm's wait: the longest that the
video's reader waited for a chunk that it could have had; the buffer hides it.`
}

const STANDING_HEADING = [
  ...['at', 'what', 'lasted', 'place', 'buffer', 'readyState', 'page late', 'machine late'],
]
const STANDING_NOTE =
  'page late, machine late: for how long the page, and this process, were not let run then. With seconds in the\nbuffer no node can be the cause.'

/** Each stall and each `waiting` event, with what tells its cause. */
function standingLines({ stands, waitings, looks }: Observed, pauses: Pauses): string[][] {
  const lateMs = (atMs: number, ms: number): number =>
    Math.max(
      0,
      ...looks
        .filter((look) => overlaps(look.atMs - look.driftMs, look.driftMs, atMs, ms))
        .map((look) => look.driftMs),
    )
  const line = (what: string, stand: Omit<Stand, 'driftMs' | 'feedLimitBytes'>, fromMs: number): string[] => [
    ...[
      new Date(stand.atMs).toISOString().slice(11, 23),
      what,
      what === 'stall' ? `${Math.round(stand.ms)} ms` : '',
    ],
    ...[`${stand.seconds.toFixed(2)} s`, `${stand.aheadSeconds.toFixed(2)} s`, String(stand.readyState)],
    `${Math.round(lateMs(fromMs, stand.atMs + stand.ms - fromMs))} ms`,
    `${Math.round(pauses.during({ atMs: fromMs, ms: stand.atMs + stand.ms - fromMs }))} ms`,
  ]
  return [
    ...stands.map((stand) => line('stall', stand, stand.atMs)),
    ...waitings.map((waiting) => line('waiting', { ...waiting, ms: 0 }, waiting.atMs - UNDERFLOW_MS)),
  ].toSorted(([a = ''], [b = '']) => a.localeCompare(b))
}

/** Those of which the machine is no part, and those in which nothing ran. */
function split(stands: readonly Stand[], pauses: Pauses): [ours: Stand[], machines: Stand[]] {
  const isMachine = (stand: Stand): boolean =>
    stand.driftMs >= MACHINE_PAUSE_MS || pauses.during(stand) >= MACHINE_PAUSE_MS
  return [stands.filter((stand) => !isMachine(stand)), stands.filter(isMachine)]
}

const wastedBytes = (events: Observed['events']): number =>
  events.reduce((sum, event) => sum + (event.type === 'wasted' ? event.bytes : 0), 0)
const lengthMs = ({ looks }: Observed): number => (looks.at(-1)?.atMs ?? 0) - (looks[0]?.atMs ?? 0)
const kilobytes = (bytesPerSecond: number): string => `${(bytesPerSecond / 1000).toFixed(0)} kB/s`
const kibibytes = (bytes: number): string => `${Math.round(bytes / 1024)} KiB`
