/**
 * How soon a reader says what has happened to a node, and whether it says anything of one that is well. Real nodes
 * as in `nodes.json`, each a process of its own, and the swarm as the watch page has it. `SEED=7` repeats a run's
 * chance, `DETECT_TIMES=20` is how often each event happens. The same in virtual time is
 * `test/swarm/detection.test.ts`.
 */
import { mkdirSync } from 'node:fs'
import { loadavg } from 'node:os'
import path from 'node:path'
import { ownNodes, readNodeList } from '../src/node-list.ts'
import { seededRandom } from '../test/helpers/random.ts'
import { Room } from './detect-room.ts'
import {
  backFrom,
  type Detection,
  detectionsFor,
  HEADING,
  MAX_BACK_MS,
  planDetections,
  quietRow,
  rowOf,
  type Sample,
} from './detections.ts'
import { Pauses } from './pauses.ts'
import { Site } from './swarm-site.ts'

const MIB = 1024 * 1024
/** More than a swarm keeps: every chunk of it has to come from a node again, each time around. */
const FILE_BYTES = 32 * MIB
/** Viewers who watch at once, each with nodes of his own; they do hardly anything most of the time. */
const ROOMS = 2
/** No event begins after this. */
const MAX_MS = 6 * 60_000

/** Measures; takes some five minutes. */
export async function measureDetection(
  folder: string,
): Promise<{ rows: string[][]; note: string; isMet: boolean }> {
  const seed = Number(process.env['SEED'] ?? 1)
  const times = Number(process.env['DETECT_TIMES'] ?? 20)
  const shapes = ownNodes(readNodeList()).map(({ latencyMs, bandwidthKbps }) => ({
    latencyMs,
    bytesPerSecond: (bandwidthKbps * 1000) / 8,
  }))
  const detections = detectionsFor(Math.min(...shapes.map(({ bytesPerSecond }) => bytesPerSecond)))
  const plan = planDetections(detections, times, seededRandom(seed))
  const loadBefore = load()
  const pauses = new Pauses()
  const rooms = await Promise.all(
    Array.from({ length: ROOMS }, async (_, index) => {
      const own = path.join(folder, `room${index + 1}`)
      mkdirSync(own)
      return Room.open(await Site.make(own, shapes, FILE_BYTES), seededRandom(seed + index + 1))
    }),
  )
  try {
    await carryOut(rooms, plan)
  } finally {
    pauses.close()
    await Promise.all(rooms.map((room) => room.close()))
  }
  const samples = rooms.flatMap((room) => room.samples)
  const alarms = rooms.flatMap((room) => room.alarms.all)
  const lines = detections.flatMap(({ name, maxMs }) => [
    rowOf({ event: name, times, maxMs }, samples, alarms),
    rowOf({ event: backFrom(name), times, maxMs: MAX_BACK_MS }, samples, alarms),
  ])
  lines.push(quietRow(alarms))
  const sum = (figure: (room: Room) => number): number => rooms.reduce((all, room) => all + figure(room), 0)
  return {
    rows: [HEADING, ...lines.map(({ cells }) => cells)],
    note: [
      ...alarms.map(({ during, word }) => `false alarm: ${during}: ${word}`),
      `nothing happened for ${(sum(({ quietMs }) => quietMs) / 1000).toFixed(0)} s in all`,
      `the videos stood still for ${Math.round(sum(({ stoodMs }) => stoodMs))} ms`,
      'cut to 1/16, and back: only time in which the node is read from counts, for its rate shows in nothing else.',
      `seed ${seed}; ${ROOMS} viewers at once; load average ${loadBefore} at the start, ${load()} at the end;`,
      `this process was not let run for 100 ms or longer ${pauses.all.length} times`,
    ].join('\n'),
    isMet: lines.every(({ isMet }) => isMet),
  }
}

async function carryOut(rooms: readonly Room[], plan: Detection[]): Promise<void> {
  const startedMs = performance.now()
  await Promise.all(
    rooms.map(async (room, index) => {
      await room.settle()
      while (performance.now() - startedMs < MAX_MS) {
        const next = plan.shift()
        if (next === undefined) return
        await room.bring(next)
        const told = room.samples.slice(-2).map(describe)
        console.error(
          `${plan.length} events to come; viewer ${index + 1}, ${next.name}: ${told[0]}; back: ${told[1]}`,
        )
      }
    }),
  )
}

const describe = ({ said }: Sample): string =>
  said === undefined ? 'not said' : `${(said.countedMs / 1000).toFixed(2)} s`
const load = (): string => (loadavg()[0] ?? 0).toFixed(1)
