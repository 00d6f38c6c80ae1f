/** Many viewers on three nodes: what a node has to do for them, and what they notice. */
import { setTimeout as delay } from 'node:timers/promises'
import { RUNTIME } from '../../src/http-client/runtime.ts'
import { Swarm } from '../../src/swarm/swarm.js'
import type { FaultyNode } from '../../test/helpers/faulty-node.ts'
import { type DemoSite, SAMPLE } from '../demo-site.ts'
import { foundFile } from '../found-file.ts'
import { processorSeconds, residentMegabytes } from '../memory.ts'
import { quantile } from '../ratio.ts'
import { type Told, withNodes } from '../watch-site.ts'
import { growthRows, inMegabytes, inMs, inPercent } from './growth.ts'

const COUNTS = [1, 10, 50]
const SECONDS = 20
/** Of the sample, which is 60 s long. */
const LOOK_AHEAD_SECONDS = 15
const SAMPLE_SECONDS = 60
const STALL_MS = 100
/** They come one after the other, as a class does. */
const ALL_THERE_MS = 3_000

interface Seen {
  readonly firstMs: number
  readonly stalls: number
}

export async function measureViewers(site: DemoSite): Promise<Told> {
  const [processor, memory, first, stalls]: [number[], number[], number[], number[]] = [[], [], [], []]
  for (const count of COUNTS)
    await withNodes(await site.startNodes({ bandwidthKbps: 0 }), async (nodes) => {
      const [node] = nodes
      const before = processorSeconds(node.pid) ?? Number.NaN
      const startedMs = performance.now()
      const seen = await Promise.all(
        Array.from({ length: count }, async (_, index) => {
          await delay((ALL_THERE_MS * index) / count)
          return watch(nodes)
        }),
      )
      const seconds = (performance.now() - startedMs) / 1000
      processor.push((100 * ((processorSeconds(node.pid) ?? Number.NaN) - before)) / seconds)
      memory.push(residentMegabytes(node.pid) ?? Number.NaN)
      first.push(
        quantile(
          seen.map(({ firstMs }) => firstMs),
          0.95,
        ),
      )
      stalls.push(seen.reduce((sum, { stalls }) => sum + stalls, 0))
    })
  const rows = growthRows('viewers', COUNTS, COUNTS.map(String), [
    { name: "a node's processor time", values: processor, unit: inPercent, maxPower: 1 },
    { name: "a node's memory", values: memory, unit: inMegabytes, maxPower: 1 },
    { name: 'first chunk, p95', values: first, unit: inMs, maxPower: 1 },
  ])
  rows.push(['stalls in all', ...stalls.map(String), '', 'none'])
  return {
    rows,
    note: `${SECONDS} s on three nodes without a limit of bandwidth; the viewers are swarms of this process.`,
  }
}

/** Reads as a page does that plays the sample. */
async function watch(nodes: readonly FaultyNode[]): Promise<Seen> {
  const openedMs = performance.now()
  const addresses = nodes.map(({ name, url, healthUrl }) => ({ name, url, healthUrl }))
  const found = await foundFile(addresses, SAMPLE)
  const swarm = new Swarm({ ...found, ...RUNTIME, heartbeatMs: 2_000 })
  const { size } = found.file
  const bytesPerMs = size / (SAMPLE_SECONDS * 1_000)
  const reader = swarm.open(0, size - 1)
  let [position, stalls, firstMs] = [0, 0, 0]
  /** when the playhead was at the first byte, had it never stood */
  let beganMs = 0
  while (performance.now() - openedMs < SECONDS * 1_000) {
    const aheadMs = position / bytesPerMs - (performance.now() - beganMs)
    if (position > 0 && aheadMs > LOOK_AHEAD_SECONDS * 1_000) {
      await delay(Math.min(aheadMs - LOOK_AHEAD_SECONDS * 1_000, 500))
      continue
    }
    const piece = await reader.next()
    if (piece === undefined) break
    const nowMs = performance.now()
    if (position === 0) {
      beganMs = nowMs
      firstMs = nowMs - openedMs
    }
    const lateMs = nowMs - beganMs - position / bytesPerMs
    if (position > 0 && lateMs > STALL_MS) {
      stalls++
      beganMs += lateMs
    }
    position += piece.length
  }
  swarm.close()
  return { firstMs, stalls }
}
