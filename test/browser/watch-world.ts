/** Three real nodes with the sample video, and a browser that watches it. All of it lasts for one test. */
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { readNodeList } from '../../src/node-list.ts'
import { replicate } from '../../src/replication/replicate.ts'
import { makeProject, type RunningCommand, startCommand } from '../helpers/command.ts'
import type { Browser, BrowserKind } from './browser.ts'
import { CHROMIUM, type ChromiumBrowser } from './chromium.ts'

export const SAMPLE = fileURLToPath(new URL('../../media/demo.mp4', import.meta.url))

/** As in the node list of the project. */
const LATENCIES_MS = [50, 150, 300] as const
/** Eight times what the sample needs, so that a browser cannot have all of it at once. */
const BANDWIDTH_KBPS = 5_000

/**
 * Notes in the page when the video ran out of data: a `waiting` event or a playhead that stood for as long as a viewer
 * notices, from the first movement on and without seeks. With seconds in the buffer no node can be the cause: a
 * machine with too much to do, or a decoder that begins, makes a picture stand as well. The page loads a video anew
 * whose picture stands with its next seconds there (stuck.js), and what plays then begins like any other.
 */
const OBSERVER = `
  if (window.noticed !== undefined) return
  const STAND_MS = 100, FULL_SECONDS = 2
  const noticed = (window.noticed = { starvings: [], standsMs: 0, errors: 0, requests: 0 })
  navigator.serviceWorker?.addEventListener('message', () => noticed.requests++)
  let seconds = 0, movedAtMs = 0, loads = 0, hasPlayed = false, hasStood = false, stoodWithData = false
  const aheadOf = ({ buffered, currentTime }) => {
    for (let index = 0; index < buffered.length; index++)
      if (buffered.start(index) <= currentTime && currentTime <= buffered.end(index))
        return buffered.end(index) - currentTime
    return 0
  }
  const note = (what, video) => {
    const ahead = aheadOf(video)
    const isAtEnd = video.currentTime + ahead > video.duration - 0.5
    if (what === 'stands' && ahead >= FULL_SECONDS) stoodWithData = true
    if (ahead >= FULL_SECONDS || isAtEnd) return
    const where = ' at ' + video.currentTime + ' s, ' + ahead + ' s ahead'
    noticed.starvings.push(what + where + (loads > 0 ? ', loaded anew ' + loads + ' times' : ''))
  }
  document.addEventListener('emptied', () => { loads++; if (stoodWithData) hasPlayed = false }, true)
  document.addEventListener('waiting', ({ target }) => { if (hasPlayed && !target.seeking) note('waiting', target) }, true)
  document.addEventListener('error', ({ target }) => { if (target instanceof HTMLVideoElement) noticed.errors++ }, true)
  setInterval(() => {
    const video = document.querySelector('video')
    const nowMs = performance.now()
    if (video === null || video.paused || video.seeking || video.currentTime !== seconds) { movedAtMs = nowMs; hasStood = false }
    if (video !== null && video.currentTime > seconds && !video.seeking) { hasPlayed = true; stoodWithData = false }
    noticed.standsMs = nowMs - movedAtMs
    if (hasPlayed && !hasStood && nowMs - movedAtMs >= STAND_MS) { hasStood = true; note('stands', video) }
    seconds = video?.currentTime ?? 0
  }, 20)`

/** What a viewer and a test see of the video. */
export interface Seen {
  readonly seconds: number
  readonly frames: number
  readonly isPaused: boolean
  /** a node's name, or `swarm` */
  readonly source: string
  /** where it ran out of data, and how that showed */
  readonly starvings: readonly string[]
  /** for how long the playhead has been standing now */
  readonly standsMs: number
  readonly errors: number
  /** of the video, through the service worker */
  readonly requests: number
}

export interface WatchWorld<Window extends Browser = Browser> {
  readonly browser: Window
  readonly urls: readonly [string, string, string]
  /** Copies one more file to all nodes. */
  copy(file: string, name: string): Promise<void>
  /** Opens the watch page of a node. @param fragment behind its address */
  watch(index: 0 | 1 | 2, fragment?: string): Promise<void>
  reload(): Promise<void>
  start(index: 0 | 1 | 2): Promise<void>
  signal(index: 0 | 1 | 2, signal: NodeJS.Signals): void
  see(): Promise<Seen>
  /** Waits until the playhead has passed this second. */
  playTo(seconds: number): Promise<Seen>
}

/** Starts all of it. */
export async function openWatchWorld<Window extends Browser>(
  kind: Omit<BrowserKind, 'open'> & { open(): Promise<Window> },
): Promise<WatchWorld<Window>> {
  const { config, nodes } = await makeProject({ latenciesMs: LATENCIES_MS })
  const copy = async (file: string, name: string): Promise<void> => {
    await replicate({ file, name, nodes: readNodeList(config).filter((node) => 'root' in node) })
  }
  await copy(SAMPLE, 'demo.mp4')
  const running: RunningCommand[] = []
  const start = async (index: 0 | 1 | 2): Promise<void> => {
    const args = [nodes[index].name, '--config', config, '--bandwidth-kbps', String(BANDWIDTH_KBPS), '--lab']
    const node = startCommand('start-node', args)
    running[index] = node
    await node.waitForLine(/ serves /)
  }
  for (const index of [0, 1, 2] as const) await start(index)
  const browser = await kind.open()
  onTestFinished(() => browser.close())

  const see = async (): Promise<Seen> => {
    await browser.run(OBSERVER)
    const { src, ...seen } = await browser.run<Omit<Seen, 'source'> & { src: string }>(`
      const video = document.querySelector('video')
      return {
        seconds: video.currentTime,
        frames: video.getVideoPlaybackQuality().totalVideoFrames,
        isPaused: video.paused,
        src: video.src,
        ...noticed,
      }`)
    const node = nodes.find(({ url }) => src === `${url}/demo.mp4`)
    return { ...seen, source: src.includes('?stream=') ? 'swarm' : (node?.name ?? src) }
  }
  const playTo = async (seconds: number): Promise<Seen> => {
    await browser.run(OBSERVER)
    await browser.run(
      `const video = document.querySelector('video')
      while (!(video.currentTime > arguments[0])) await new Promise((resolve) => setTimeout(resolve, 20))`,
      seconds,
    )
    return see()
  }
  return {
    browser,
    copy,
    async watch(index, fragment = '') {
      await browser.goTo(`${nodes[index].url}/watch/demo.mp4${fragment}`)
      await browser.run(OBSERVER)
    },
    async reload() {
      await browser.reload()
      await browser.run(OBSERVER)
    },
    urls: [nodes[0].url, nodes[1].url, nodes[2].url],
    start,
    signal: (index, signal) => void running[index]?.child.kill(signal),
    see,
    playTo,
  }
}

/**
 * The same in Chromium, which lets a test bring about more.
 * @param before runs in every page before its own scripts
 */
export async function openChromiumWorld(before = ''): Promise<WatchWorld<ChromiumBrowser>> {
  const world = await openWatchWorld(CHROMIUM)
  await world.browser.devTools('Page.addScriptToEvaluateOnNewDocument', { source: before })
  return world
}
