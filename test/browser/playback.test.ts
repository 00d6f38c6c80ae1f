/** The sample video in a real browser: it plays from a node, and seeking asks for ranges. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { ReplyRecord } from '../../src/node/log.ts'
import { type RunningNode, startNode } from '../../src/node/server.ts'
import type { NodeConfig } from '../../src/node-list.ts'
import { replicate } from '../../src/replication/replicate.ts'
import type { Browser, BrowserKind } from './browser.ts'
import { describeInBrowsers } from './browsers.ts'

const SAMPLE = fileURLToPath(new URL('../../media/demo.mp4', import.meta.url))
const SAMPLE_SECONDS = 90

/** A node that has the sample, slow enough that a browser cannot have it all at once, and a browser. */
async function openDemo(
  kind: BrowserKind,
): Promise<{ node: RunningNode; browser: Browser; records: ReplyRecord[] }> {
  const root = mkdtempSync(path.join(tmpdir(), 'node-'))
  const config: NodeConfig = {
    name: 'node1',
    host: '127.0.0.1',
    port: 0,
    latencyMs: 50,
    jitterMs: 0,
    bandwidthKbps: 4000,
    root,
  }
  await replicate({ file: SAMPLE, name: 'demo.mp4', nodes: [config] })
  const records: ReplyRecord[] = []
  const node = await startNode(config, { onReply: (record) => records.push(record) })
  const browser = await kind.open()
  onTestFinished(async () => {
    await browser.close()
    await node.close()
    rmSync(root, { recursive: true, force: true })
  })
  return { node, browser, records }
}

describeInBrowsers((kind) => {
  test('the sample plays from a node, and a seek to its middle asks for a range from there', async () => {
    const { node, browser, records } = await openDemo(kind)
    await browser.goTo(`${node.url}/demo.mp4`)
    const played = await browser.run<{ seconds: number; duration: number; width: number }>(`
      const video = document.querySelector('video')
      await video.play()
      while (video.currentTime < 1) await new Promise((resolve) => setTimeout(resolve, 50))
      return { seconds: video.currentTime, duration: video.duration, width: video.videoWidth }`)
    expect(played).toMatchObject({ duration: SAMPLE_SECONDS, width: 640 })

    const middle = SAMPLE_SECONDS / 2
    const sought = await browser.run<number>(
      `const video = document.querySelector('video')
      video.currentTime = arguments[0]
      await new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }))
      while (video.currentTime < arguments[0] + 0.5) await new Promise((resolve) => setTimeout(resolve, 50))
      return video.currentTime`,
      middle,
    )
    expect(sought).toBeGreaterThan(middle)

    await browser.goTo('about:blank') // hangs up, so that every reply is in the log
    // WebKitGTK may go on with the reply that it has, and wait until that reaches the middle.
    if (kind.name !== 'WebKit')
      await expect.poll(() => records.some(({ range }) => startOf(range) > 0), { timeout: 20_000 }).toBe(true)
    for (const { status, target } of records.filter(({ target }) => target === '/demo.mp4')) {
      expect([200, 206], target).toContain(status)
    }
  })

  test('the home page shows the node, its latency and its videos, and runs nothing', async () => {
    const { node, browser } = await openDemo(kind)
    await browser.goTo(`${node.url}/`)
    const page = await browser.run<{ heading: string; text: string; hrefs: string[]; fontPixels: number }>(`
      const heading = document.querySelector('h1')
      return {
        heading: heading.textContent,
        text: document.body.innerText,
        hrefs: [...document.links].map((link) => link.getAttribute('href')),
        fontPixels: parseFloat(getComputedStyle(heading).fontSize),
      }`)
    expect(page.heading).toBe('node1')
    expect(page.text).toContain('simulated latency 50 ms, 4000 kbit/s')
    expect(page.text).toContain('demo.mp4')
    expect(page.hrefs).toEqual(['/watch/demo.mp4', '/demo.mp4', '/_/api'])
    expect(page.fontPixels).toBeGreaterThan(100) // the style sheet passed the policy; the back row can read it
  })
})

/** First byte of `bytes 100-199/1000`. */
const startOf = (range: string | undefined): number => Number(/^bytes (\d+)-/.exec(range ?? '')?.[1] ?? 0)
