/** Files of every kind: the watch page plays what the plain file would play there, or says in words why not. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatTable } from '../../src/cli/terminal.ts'
import { type RunningNode, startNode } from '../../src/node/server.ts'
import { NODE_DEFAULTS } from '../../src/node-list.ts'
import { replicate } from '../../src/replication/replicate.ts'
import { encodeStorageName } from '../../src/version/url-path.js'
import { freePorts } from '../helpers/command.ts'
import type { Browser } from './browser.ts'
import { describeInBrowsers } from './browsers.ts'
import { LONG_SECONDS, MEDIA_FILES, type MediaFile, makeMediaFiles, SECONDS } from './media-files.ts'

/** What a viewer has of a file. */
type Outcome = 'plays' | 'sound' | 'ends early' | 'stands' | 'refused'

interface Seen {
  readonly outcome: Outcome
  /** where it came to its end, or stood */
  readonly seconds: number
}

/**
 * Watches a video: its first second, then its last ones. Without a length it is watched through, faster.
 * @param element an expression of the page that gives the video
 * @returns a script; its arguments are where the last seconds begin, and before where it ends too early
 */
const watching = (element: string): string => `
  const video = ${element}
  const PATIENCE_MS = 20_000
  const wait = async (isSo) => {
    for (const untilMs = performance.now() + PATIENCE_MS; performance.now() < untilMs; ) {
      if (isSo() || video.error !== null) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const outcome = (what) => ({ outcome: what, seconds: Math.round(video.currentTime * 10) / 10 })
  await wait(() => video.currentTime > 0.8 || video.ended)
  if (video.currentTime <= 0.8 && !video.ended) return outcome(video.error === null ? 'stands' : 'refused')
  if (!video.ended && Number.isFinite(video.duration)) video.currentTime = arguments[0]
  else video.playbackRate = 4
  await wait(() => video.ended)
  if (!video.ended) return outcome(video.error === null ? 'stands' : 'refused')
  if (video.currentTime < arguments[1]) return outcome('ends early')
  return outcome(video.videoWidth === 0 ? 'sound' : 'plays')`

const WATCHED = watching(`document.querySelector('#video')`)
/** The same file as a plain element in the same page, which no script of ours knows. */
const plain = (name: string): string =>
  watching(`await (async () => {
    const ours = document.querySelector('#video')
    ours.pause()
    ours.remove()
    const video = document.body.appendChild(document.createElement('video'))
    video.src = ${JSON.stringify(`/${encodeStorageName(name)}`)}
    video.play().catch(() => {})
    return video
  })()`)

const TOLD = `
  const notice = document.querySelector('#notice')
  return { state: document.body.dataset.state, notice: notice.hidden ? '' : notice.innerText,
    story: [...document.querySelectorAll('#story li')].map(({ innerText }) => innerText) }`

interface Told {
  readonly state: string
  readonly notice: string
  readonly story: readonly string[]
}

/** Files that need a codec which not every browser has: what it has instead is told. */
const NEEDS_CODEC = new Set(['hevc.mp4', 'theora.ogv', 'matroska.mkv', 'quicktime.mov'])
/** A word of trouble in the story. That a picture stands is the machine's affair, when it has much to decode. */
const TROUBLE = /slow|down|error|cannot|cut|damaged/i

const secondsOf = ({ name }: MediaFile): number =>
  name.startsWith('long') ? LONG_SECONDS : name === 'large.mp4' ? 6 : SECONDS

describeInBrowsers(
  (kind) => {
    const root = mkdtempSync(path.join(tmpdir(), 'media-test-'))
    let node: RunningNode
    let browser: Browser
    const table: string[][] = [['file', 'plain <video>', 'watch page', 'notice']]

    beforeAll(async () => {
      const folder = makeMediaFiles()
      const [port = 0] = await freePorts(1)
      const config = { ...NODE_DEFAULTS, name: 'node1', port, latencyMs: 20, bandwidthKbps: 40_000, root }
      for (const { name } of MEDIA_FILES)
        await replicate({ file: path.join(folder, name), name, nodes: [config] })
      node = await startNode(config, { nodes: [config] })
      browser = await kind.open()
    }, 600_000)
    afterAll(async () => {
      await browser.close()
      await node.close()
      rmSync(root, { recursive: true, force: true })
      console.log(`${kind.name}\n${formatTable(table).join('\n')}`)
    })

    test.for(
      MEDIA_FILES,
    )('$what: it plays as the plain file does, or the page says why not', async (file) => {
      const { what, name, expected } = file
      const seconds = secondsOf(file)
      const lastSeconds = expected === 'cut' ? seconds / 2 - 1.5 : seconds - 1.5
      await browser.goTo(`${node.url}/watch/${encodeStorageName(name)}`)
      const seen = await browser.run<Seen>(WATCHED, lastSeconds, seconds - 1.5)
      // WebKit says of a cut file that it has played it to the end.
      const isFine = expected !== 'cut' && (seen.outcome === 'plays' || seen.outcome === expected)
      const tell = (): Promise<Told> => browser.run<Told>(TOLD)
      // What may get better is tried a few times before it is said that it does not.
      if (!isFine) await expect.poll(async () => (await tell()).notice, { timeout: 20_000 }).not.toBe('')
      const told = await tell()
      const peer = await browser.run<Seen>(plain(name), lastSeconds, seconds - 1.5)
      const [title = ''] = told.notice.split('\n')
      const cell = ({ outcome, seconds }: Seen): string => `${outcome}, ${seconds} s`
      table.push([what, cell(peer), cell(seen), title])

      if (isFine) {
        expect(told, JSON.stringify(seen)).toMatchObject({ state: 'ready', notice: '' })
        expect(told.story.filter((line) => TROUBLE.test(line))).toEqual([])
      } else {
        expect(title).not.toBe('')
        if (!NEEDS_CODEC.has(name) && expected === 'plays') expect(seen).toEqual(peer)
        expect(told.story.filter((line) => line.includes('The player reports')).length).toBeLessThan(2)
      }
      if (peer.outcome === 'plays' || peer.outcome === 'sound') expect(seen.outcome).toBe(peer.outcome)
    })
  },
  { timeout: 150_000 },
)
