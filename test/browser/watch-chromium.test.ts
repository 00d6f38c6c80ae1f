/** The watch page in Chromium: what only there a test can look at, or bring about. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { describeInChromium } from './browsers.ts'
import type { ChromiumBrowser } from './chromium.ts'
import { openChromiumWorld, type Seen, type WatchWorld } from './watch-world.ts'

/** The page keeps so many seconds ahead; see experiments.js. */
const lookAhead = (seconds: number): string => `#look-ahead=${seconds}`
/** Of the sample, about: 256 KiB of 74 kB a second. */
const CHUNK_SECONDS = 3.5
const NO_WORKERS = 'delete Navigator.prototype.serviceWorker'

async function open(fragment = lookAhead(5), before = ''): Promise<WatchWorld<ChromiumBrowser>> {
  const world = await openChromiumWorld(before)
  await world.watch(0, fragment)
  return world
}

/** What a viewer notices of it: nothing. */
function expectNothingNoticed(seen: Seen): void {
  expect(seen).toMatchObject({ source: 'swarm', isPaused: false, starvings: [], errors: 0 })
}

describeInChromium(() => {
  test('the look-ahead is how much the video has ahead, give or take the chunks of the swarm', async () => {
    const { browser, playTo, see } = await open(lookAhead(2))
    await playTo(4)
    const ahead = (): Promise<number> =>
      browser.run(`const { buffered, currentTime } = document.querySelector('video')
        return buffered.end(buffered.length - 1) - currentTime`)
    // A start that took long may have got more, and plays that off. Chromium estimates it from the bytes.
    await expect.poll(ahead, { timeout: 20_000 }).toBeLessThan(2 + 2 * CHUNK_SECONDS)
    expect(await ahead()).toBeGreaterThan(1)
    await browser.run(`const labels = [...document.querySelectorAll('#experiments label')]
      labels.find(({ textContent }) => /^\\s*15\\b/.test(textContent)).click()`)
    await expect.poll(ahead, { timeout: 20_000 }).toBeGreaterThan(15 - CHUNK_SECONDS)
    expect(await ahead()).toBeLessThan(15 + 2 * CHUNK_SECONDS)
    expectNothingNoticed(await see())
  })

  test('the service worker is stopped again and again in mid-play', async () => {
    const { browser, playTo } = await open()
    const { seconds, requests } = await playTo(1)
    await browser.devTools('ServiceWorker.enable')
    for (let time = 1; time <= 3; time++) {
      await browser.devTools('ServiceWorker.stopAllWorkers')
      await delay(2_500)
    }
    const after = await playTo(seconds + 14)
    expect(after.requests).toBeGreaterThanOrEqual(requests + 3) // each time the video asked again
    expectNothingNoticed(after)
  })

  test('two tabs play two positions, each from its own page', async () => {
    const { browser, playTo, urls } = await open()
    const first = await browser.tab()
    await playTo(1)
    const second = await browser.openTab()
    await browser.goTo(`${urls[0]}/watch/demo.mp4${lookAhead(5)}`)
    await browser.run(`while (document.querySelector('video').readyState < 1) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    document.querySelector('video').currentTime = 50`)
    const there = () => browser.run<number>(`return document.querySelector('video').currentTime`)
    await expect.poll(there, { timeout: 20_000 }).toBeGreaterThan(53)
    await browser.switchTo(first)
    const { seconds } = await playTo(1)
    expect((await playTo(seconds + 8)).seconds).toBeLessThan(50)
    await browser.switchTo(second)
    expect(await there()).toBeGreaterThan(53)
  })

  test('without service workers it plays from one node, and from the next one when that dies', async () => {
    const { browser, playTo, see, signal } = await open('', NO_WORKERS)
    expect((await playTo(1)).source).toBe('node1')
    await browser.run(`document.querySelector('video').playbackRate = 4`)
    signal(0, 'SIGKILL')
    const before = await see()
    await expect.poll(async () => (await see()).source, { timeout: 60_000 }).toBe('node2')
    const { seconds, isPaused } = await playTo((await see()).seconds + 2)
    expect(seconds).toBeGreaterThan(before.seconds + 2) // and not from the beginning
    expect(isPaused).toBe(false)
    expect(await browser.run(`return document.querySelector('video').playbackRate`)).toBe(4)
  })
})
