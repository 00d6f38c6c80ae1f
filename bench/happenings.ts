/** What happens to the fast one of three nodes, and what must be reached all the same. */
import { setTimeout as delay } from 'node:timers/promises'
import type { FaultyNode } from '../test/helpers/faulty-node.ts'
import type { Supply } from './ideal.ts'

const MIB = 1024 * 1024

/** How far a node is. */
export interface Shape {
  readonly latencyMs: number
  readonly bytesPerSecond: number
}

/** The nodes; the first one is the fast one. */
export const SHAPES = [
  { latencyMs: 50, bytesPerSecond: 4 * MIB },
  { latencyMs: 150, bytesPerSecond: 2 * MIB },
  { latencyMs: 300, bytesPerSecond: 1 * MIB },
] as const satisfies readonly Shape[]

/** When it happens. */
export const EVENT_SECONDS = 3
const BACK_AFTER_SECONDS = 2
const TRICKLE_BYTES_PER_SECOND = 64 * 1024

/** Something that happens to the fast node, and what must be reached all the same. */
export interface Happening {
  readonly name: string
  readonly maxRatio: number
  readonly maxGapSeconds: number
  /** Makes it happen; ends when it has. */
  act(node: FaultyNode): Promise<void>
  /** What the node gives then on. @param atSeconds when it began, and when it was over */
  after(atSeconds: number, overSeconds: number): Supply
}

const [FAST] = SHAPES
const nothingMore = (atSeconds: number): Supply => [{ fromSeconds: atSeconds, bytesPerSecond: 0 }]

export const HAPPENINGS: readonly Happening[] = [
  { name: 'none', maxRatio: 1.05, maxGapSeconds: 0.4, act: async () => {}, after: () => [] },
  { name: 'SIGKILL', maxRatio: 1.05, maxGapSeconds: 0.6, act: (node) => node.kill(), after: nothingMore },
  {
    name: 'SIGKILL, back after 2 s',
    maxRatio: 1.12,
    maxGapSeconds: 0.6,
    act: async (node) => {
      await node.kill()
      await delay(BACK_AFTER_SECONDS * 1000)
      await node.restart()
    },
    after: (atSeconds, overSeconds) => [
      ...nothingMore(atSeconds),
      { fromSeconds: overSeconds + FAST.latencyMs / 1000, bytesPerSecond: FAST.bytesPerSecond },
    ],
  },
  {
    name: 'SIGSTOP (hang)',
    maxRatio: 1.05,
    maxGapSeconds: 0.6,
    act: async (node) => node.hang(),
    after: nothingMore,
  },
  {
    name: 'every chunk corrupt',
    maxRatio: 1.05,
    maxGapSeconds: 0.5,
    act: (node) => node.setFault({ kind: 'corrupt' }),
    after: nothingMore,
  },
  {
    name: 'drops to 64 KiB/s',
    maxRatio: 1.1,
    maxGapSeconds: 1,
    act: (node) => node.setFault({ kind: 'slow', bytesPerSecond: TRICKLE_BYTES_PER_SECOND }),
    after: (atSeconds) => [{ fromSeconds: atSeconds, bytesPerSecond: TRICKLE_BYTES_PER_SECOND }],
  },
]
