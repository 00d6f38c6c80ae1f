/** Many videos in one folder: what starting a node and listing them costs. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { spread } from '../ratio.ts'
import { startOurs } from '../servers.ts'
import type { Told } from '../watch-site.ts'
import { growthRows, inMs } from './growth.ts'

const COUNTS = [10, 1_000, 10_000]
const RUNS = 5

export async function measureVideos(folder: string): Promise<Told> {
  const [starts, homes, lists]: [number[], number[], number[]] = [[], [], []]
  for (const count of COUNTS) {
    const root = path.join(folder, `${count} videos`)
    mkdirSync(root, { recursive: true })
    for (let index = 0; index < count; index++) writeFileSync(path.join(root, `talk ${index}.mp4`), 'a video')
    const figures: [number[], number[], number[]] = [[], [], []]
    for (let run = 0; run < RUNS; run++) {
      const startedMs = performance.now()
      const node = await startOurs(root)
      figures[0].push(performance.now() - startedMs)
      try {
        figures[1].push(await askMs(`http://127.0.0.1:${node.port}/`))
        figures[2].push(await askMs(`http://127.0.0.1:${node.port}/_/videos`))
      } finally {
        await node.stop()
      }
    }
    for (const [index, values] of [starts, homes, lists].entries())
      values.push(spread(figures[index] ?? []).median)
  }
  const rows = growthRows('videos in a folder', COUNTS, COUNTS.map(String), [
    { name: 'start of a node', values: starts, unit: inMs, maxPower: 1 },
    { name: '/', values: homes, unit: inMs, maxPower: 1 },
    { name: '/_/videos', values: lists, unit: inMs, maxPower: 1 },
  ])
  return { rows, note: `Medians of ${RUNS}; the first answer of each kind.` }
}

async function askMs(url: string): Promise<number> {
  const startedMs = performance.now()
  const reply = await fetch(url)
  if (!reply.ok) throw new Error(`${url} was answered with ${reply.status}`)
  await reply.arrayBuffer()
  return performance.now() - startedMs
}
