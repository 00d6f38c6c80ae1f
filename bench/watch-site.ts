/** A video of a known bitrate, three nodes that have it, and a browser that watches it. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { loadavg } from 'node:os'
import path from 'node:path'
import { NODE_DEFAULTS, type NodeConfig } from '../src/node-list.ts'
import { replicate } from '../src/replication/replicate.ts'
import type { Browser } from '../test/browser/browser.ts'
import { CHROMIUM, type ChromiumBrowser } from '../test/browser/chromium.ts'
import { FaultyNode } from '../test/helpers/faulty-node.ts'
import { spread } from './ratio.ts'
import { freePorts } from './servers.ts'
import type { Observed } from './watch-observer.js'

const NAME = 'test.mp4'
/** Of the watch page's choices; the requirement is about this one. */
const LOOK_AHEAD_SECONDS = 5
const SECONDS = 240
const VIDEO_KBPS = 2_200

const LATENCIES_MS = [50, 150, 300] as const
const OBSERVER = readFileSync(new URL('watch-observer.js', import.meta.url), 'utf8')

/** Is the program there that makes the video? */
export function hasFfmpeg(): boolean {
  try {
    execFileSync('ffmpeg', ['-version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Moving bars with noise, which no encoder makes small, and a tone: H.264 and AAC, the tables first. */
function makeVideo(file: string): void {
  execFileSync('ffmpeg', [
    ...['-hide_banner', '-loglevel', 'error'],
    ...['-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=25:duration=${SECONDS}`],
    ...['-f', 'lavfi', '-i', `sine=frequency=330:duration=${SECONDS}`],
    ...['-vf', 'noise=alls=20:allf=t', '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'],
    ...['-g', '50', '-b:v', `${VIDEO_KBPS}k`, '-minrate', `${VIDEO_KBPS}k`, '-maxrate', `${VIDEO_KBPS}k`],
    ...['-bufsize', `${VIDEO_KBPS}k`, '-nal-hrd', 'cbr', '-c:a', 'aac', '-b:a', '96k'],
    ...['-movflags', '+faststart', file],
  ])
}

export class WatchSite {
  readonly sizeBytes: number
  readonly #configs: readonly NodeConfig[]

  private constructor(sizeBytes: number, configs: readonly NodeConfig[]) {
    this.sizeBytes = sizeBytes
    this.#configs = configs
  }

  /** Makes the video and copies it to every node; takes some 20 s. */
  static async make(folder: string): Promise<WatchSite> {
    mkdirSync(folder)
    const source = path.join(folder, NAME)
    makeVideo(source)
    const ports = await freePorts(LATENCIES_MS.length)
    const configs = LATENCIES_MS.map((latencyMs, index) => {
      const name = `node${index + 1}`
      return { ...NODE_DEFAULTS, name, port: ports[index] ?? 0, latencyMs, root: path.join(folder, name) }
    })
    const { outcomes } = await replicate({ file: source, name: NAME, nodes: configs })
    if (outcomes.some(({ outcome }) => outcome.kind !== 'replicated')) throw new Error('Cannot replicate')
    return new WatchSite(statSync(source).size, configs)
  }

  get bytesPerSecond(): number {
    return this.sizeBytes / SECONDS
  }

  get durationSeconds(): number {
    return SECONDS
  }

  /** @param rates bytes per second, one for each node */
  startNodes(rates: readonly number[]): Promise<FaultyNode[]> {
    const configs = this.#configs.map((config, index) => ({
      ...config,
      bandwidthKbps: Math.round(((rates[index] ?? 0) * 8) / 1000),
    }))
    return Promise.all(configs.map((config) => FaultyNode.start(config, { nodes: configs })))
  }
}

/** A browser with a profile of its own and our observer in every page. */
async function openBrowser(): Promise<ChromiumBrowser> {
  const browser = await CHROMIUM.open()
  await browser.devTools('Page.addScriptToEvaluateOnNewDocument', { source: OBSERVER })
  return browser
}

export const watchUrl = ({ url }: FaultyNode): string =>
  `${url}/watch/${NAME}#look-ahead=${LOOK_AHEAD_SECONDS}`
export const plainUrl = ({ url }: FaultyNode): string => `${url}/${NAME}`

/** What the observer has seen in the page that is open. */
export const observed = (browser: Browser): Promise<Observed> =>
  browser.run<Observed>('return globalThis.observed')

/**
 * Opens a page, and not merely another place in the one that is open.
 * @returns ms from the navigation to the first frame
 */
export async function openPage(browser: Browser, url: string): Promise<number> {
  await browser.goTo('about:blank')
  await browser.goTo(url)
  return browser.run<number>(`
    while (globalThis.observed.firstFrameMs === undefined) await new Promise((resolve) => setTimeout(resolve, 20))
    return globalThis.observed.firstFrameMs`)
}

/** A table, and what is to be said below it. */
export interface Told {
  readonly rows: string[][]
  readonly note: string
}

/** A row of such a table: min, median and max of times in ms. */
export function msRow(name: string, values: readonly number[], target = ''): string[] {
  const { min, median, max } = spread(values)
  return [name, ...[min, median, max].map((ms) => `${ms.toFixed(0)} ms`), target]
}

/** How busy the machine was, for a note. */
export const describeLoad = (): string => `load average ${loadavg()[0]?.toFixed(1)}`

/** Ends the nodes when `act` is done with them. */
export async function withNodes<T>(
  nodes: readonly FaultyNode[],
  act: (nodes: [FaultyNode, ...FaultyNode[]]) => Promise<T>,
): Promise<T> {
  try {
    return await act(nodes as [FaultyNode, ...FaultyNode[]])
  } finally {
    await Promise.all(nodes.map((node) => node.kill()))
  }
}

/** Closes the browser, which has a profile of its own, when `act` is done with it. */
export async function withBrowser<T>(act: (browser: ChromiumBrowser) => Promise<T>): Promise<T> {
  const browser = await openBrowser()
  try {
    return await act(browser)
  } finally {
    await browser.close()
  }
}
