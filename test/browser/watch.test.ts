/** The watch page in a real browser: whatever happens to the nodes, the video goes on. */
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openWatchWorld, type Seen, type WatchWorld } from './watch-world.ts'
import { hasBrowser, INSTALL_HINT } from './webdriver.ts'

const isMissing = !hasBrowser()
if (isMissing && process.env['CI'] === 'true')
  throw new Error(`The browser tests need a browser: ${INSTALL_HINT}`)

/** The page with a look-ahead of some seconds; see experiments.js. */
const pageWith = (seconds: number): string => `/watch/demo.mp4#look-ahead=${seconds}`
const PAGE = pageWith(5)
/** Of the sample, about: 256 KiB of 74 kB a second. */
const CHUNK_SECONDS = 3.5
const NO_WORKERS = 'delete Navigator.prototype.serviceWorker;'
/** Longer than a look-ahead, so that what happened has to be noticed. */
const AFTERMATH_MS = 8_000

async function open(before?: string, page = PAGE): Promise<WatchWorld> {
  const world = await openWatchWorld(before)
  await world.browser.goTo(world.urls[0] + page)
  return world
}

/** What a viewer notices of it: nothing. */
function expectNothingNoticed(seen: Seen): void {
  expect(seen).toMatchObject({ source: 'swarm', isPaused: false, waits: [], errors: 0 })
}

describe.skipIf(isMissing)('in Chromium', { timeout: 120_000 }, () => {
  test.for<[what: string, signal: NodeJS.Signals]>([
    ['killed', 'SIGKILL'],
    ['hung', 'SIGSTOP'],
  ])('the node that served the page is %s, then another: the video goes on', async ([, signal]) => {
    const { playTo, signal: send } = await open()
    const before = await playTo(2)
    expectNothingNoticed(before)
    send(0, signal)
    await delay(AFTERMATH_MS)
    send(1, signal)
    await delay(AFTERMATH_MS)
    const after = await playTo(before.seconds + 12)
    expectNothingNoticed(after)
    expect(after.frames).toBeGreaterThan(before.frames + 200)
  })

  test('a dead node that comes back carries on, and then the others may die', async () => {
    const { playTo, signal, start } = await open()
    const before = await playTo(1)
    signal(0, 'SIGKILL')
    await delay(2_000)
    await start(0)
    await delay(3_000)
    signal(1, 'SIGKILL')
    signal(2, 'SIGKILL')
    expectNothingNoticed(await playTo(before.seconds + 13))
  })

  test('with all nodes dead it waits, and goes on by itself when one is back', async () => {
    const { playTo, see, signal, start } = await open()
    await playTo(1)
    for (const index of [0, 1, 2] as const) signal(index, 'SIGKILL')
    await expect.poll(async () => (await see()).waits.length, { timeout: 40_000 }).toBe(1)
    const { seconds, errors } = await see()
    expect(errors).toBe(0)
    await start(2)
    await playTo(seconds + 3)
  })

  test('seeks are answered, near and far, forwards and backwards', async () => {
    const { browser, playTo, see } = await open()
    await playTo(0.5)
    for (const seconds of [60, 20, 85, 3]) {
      await browser.run(`document.querySelector('video').currentTime = arguments[0]`, seconds)
      expect((await playTo(seconds + 0.5)).seconds).toBeLessThan(seconds + 5)
    }
    expect(await see()).toMatchObject({ source: 'swarm', errors: 0 })
  })

  test('the look-ahead is how much the video has ahead, give or take the chunks of the swarm', async () => {
    const { browser, playTo, see } = await open('', pageWith(2))
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
    await browser.goTo(urls[0] + PAGE)
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

  test.for<[what: string, signal: NodeJS.Signals]>([
    ['dead', 'SIGKILL'],
    ['hung', 'SIGSTOP'],
  ])('the page can be opened again with the node that served it %s', async ([, signal]) => {
    const { browser, playTo, signal: send } = await open()
    await playTo(2)
    await expect.poll(() => copies(browser), { timeout: 20_000 }).toEqual(expect.arrayContaining(SHELL))
    send(0, signal)
    await browser.reload()
    expect(await playTo(2)).toMatchObject({ source: 'swarm', isPaused: false })
  })

  test('a pause of 40 s is no matter, though a node dies in it and the worker may end', async () => {
    const { browser, playTo, signal, see } = await open()
    await playTo(2)
    await browser.run(`document.querySelector('video').pause()`)
    await delay(10_000)
    signal(0, 'SIGKILL')
    await delay(30_000)
    const { seconds } = await see()
    await browser.run(`document.querySelector('video').play()`)
    expectNothingNoticed(await playTo(seconds + 8))
  })

  test('without service workers it plays from one node, and from the next one when that dies', async () => {
    const { browser, playTo, see, signal } = await open(NO_WORKERS)
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

/** What a page cannot begin without. */
const SHELL = ['/_/nodes', '/_/player/boot.js', '/_/player/scripts.json', '/_/player/watch.css']

/** The paths of which the worker has copies. */
const copies = (browser: WatchWorld['browser']): Promise<string[]> =>
  browser.run(`const copies = (await caches.keys()).map(async (name) => (await caches.open(name)).keys())
    return (await Promise.all(copies)).flat().map(({ url }) => new URL(url).pathname)`)
