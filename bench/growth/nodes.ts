/** The same video on many nodes, which have the same bandwidth together: what a page and `pull` make of that. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type DemoSite, SAMPLE } from '../demo-site.ts'
import { idealSeconds } from '../ideal.ts'
import { spread } from '../ratio.ts'
import { readWithSwarm } from '../swarm-readers.ts'
import { Site } from '../swarm-site.ts'
import { openPage, type Told, withBrowser, withNodes } from '../watch-site.ts'
import { asRatio, growthRows, inMegabytes, inPercent } from './growth.ts'
import { heapMegabytes, taskSeconds } from './page.ts'

const COUNTS = [3, 10, 30]
const RUNS = 3
const FILE_BYTES = 16 * 2 ** 20
/** Of all nodes together. */
const BYTES_PER_SECOND = 6e6
const FAR_MS = 300
/** The page is looked at for so long while it plays. */
const SECONDS = 10

export async function measureNodes(
  folder: string,
  makeDemo: (nodes: number) => Promise<DemoSite>,
): Promise<Told> {
  const [processor, memory, gaps, ratios]: [number[], number[], number[], number[]] = [[], [], [], []]
  for (const count of COUNTS) {
    await withNodes(await (await makeDemo(count)).startNodes(), async ([node]) =>
      withBrowser(async (browser) => {
        await openPage(browser, `${node.url}/watch/${SAMPLE}`)
        const before = await taskSeconds(browser)
        const gapMs = browser.run<number>(LONGEST_GAP, SECONDS * 1_000)
        gaps.push(await gapMs)
        processor.push((100 * ((await taskSeconds(browser)) - before)) / SECONDS)
        memory.push(await heapMegabytes(browser))
      }),
    )
    ratios.push(await pullRatio(path.join(folder, `${count} nodes`), count))
    await delay(500)
  }
  const rows = growthRows('nodes', COUNTS, COUNTS.map(String), [
    { name: "the page's processor time", values: processor, unit: inPercent, maxPower: 1 },
    { name: "the page's heap", values: memory, unit: inMegabytes, maxPower: 1 },
    { name: 'longest time without a frame', values: gaps, unit: (ms) => `${ms.toFixed(0)} ms`, maxPower: 1 },
    { name: 'pull: T/T*', values: ratios, unit: asRatio, maxPower: 0 },
  ])
  return {
    rows,
    note: `${SECONDS} s of the page; pull: medians of ${RUNS}, ${BYTES_PER_SECOND / 1e6} MB/s of all nodes together.`,
  }
}

/** Of the screen, while the page plays. */
const LONGEST_GAP = `const untilMs = performance.now() + arguments[0]
  let longest = 0
  for (let last = performance.now(); last < untilMs; ) {
    const now = await new Promise((resolve) => requestAnimationFrame(resolve))
    longest = Math.max(longest, now - last)
    last = now
  }
  return longest`

async function pullRatio(folder: string, count: number): Promise<number> {
  mkdirSync(folder)
  const shapes = Array.from({ length: count }, (_, index) => ({
    latencyMs: Math.round((FAR_MS * (index + 1)) / count),
    bytesPerSecond: BYTES_PER_SECOND / count,
  }))
  const site = await Site.make(folder, shapes, FILE_BYTES)
  const ideal = idealSeconds(
    FILE_BYTES,
    shapes.map(({ latencyMs, bytesPerSecond }) => [{ fromSeconds: latencyMs / 1_000, bytesPerSecond }]),
  )
  const ratios: number[] = []
  for (let run = 0; run < RUNS; run++)
    await withNodes(await site.startNodes(), async (nodes) => {
      const { seconds } = await readWithSwarm('pull')(site, nodes, () => {})
      site.checkOutput()
      ratios.push(seconds / ideal)
    })
  return spread(ratios).median
}
