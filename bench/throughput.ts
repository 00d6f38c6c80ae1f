/** Answers per second of a node, of nginx and of the floor, side by side in one run. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Comparison, compareRatios } from './ratio.ts'
import type { BenchServer } from './servers.ts'

/** What is asked for, over how many connections. */
interface Workload {
  readonly name: string
  /** 0: the whole file */
  readonly rangeBytes: number
  readonly connections: number
}

const MIB = 1024 * 1024
/** Size of the file that is served. */
export const FILE_BYTES = 64 * MIB

const WORKLOADS: readonly Workload[] = [
  { name: 'whole 64 MiB file', rangeBytes: 0, connections: 4 },
  { name: '256 KiB ranges', rangeBytes: 256 * 1024, connections: 16 },
  { name: '1 KiB ranges', rangeBytes: 1024, connections: 32 },
]

const SECONDS_PER_RUN = 1
const ROUNDS = 7

/** The servers to compare; nginx only where it is installed. */
export interface Servers {
  readonly ours: BenchServer
  readonly nginx: BenchServer | undefined
  readonly floor: BenchServer
  /** the same as ours, with its lab open and nothing set */
  readonly withLab: BenchServer
}

/** Measures every workload on every server in turn. */
export async function measureThroughput({ ours, nginx, floor, withLab }: Servers): Promise<Comparison[]> {
  const comparisons: Comparison[] = []
  for (const workload of WORKLOADS) {
    const peers: Record<string, () => Promise<number>> = {
      floor: () =>
        answersPerSecond(floor, `/${workload.rangeBytes || FILE_BYTES}`, { ...workload, rangeBytes: 0 }),
    }
    peers['with its lab open'] = () => answersPerSecond(withLab, '/file.mp4', workload)
    if (nginx !== undefined) peers['nginx'] = () => answersPerSecond(nginx, '/file.mp4', workload)
    comparisons.push(
      ...(await compareRatios(
        workload.name,
        () => answersPerSecond(ours, '/file.mp4', workload),
        peers,
        ROUNDS,
      )),
    )
  }
  return comparisons
}

async function answersPerSecond(
  server: BenchServer,
  path: string,
  { connections, rangeBytes }: Workload,
): Promise<number> {
  const args = [server.port, path, connections, SECONDS_PER_RUN, 10_000_000, 60_000_000, rangeBytes].map(
    String,
  )
  const load = fileURLToPath(new URL('load.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, load, ...args])
  const { answers, seconds } = JSON.parse(stdout) as { answers: number; seconds: number }
  return answers / seconds
}
