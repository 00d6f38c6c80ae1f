/** The watch page in Chromium: what only there a test can look at, or bring about. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/command.ts'
import { describeInChromium } from './browsers.ts'
import type { ChromiumBrowser } from './chromium.ts'
import { openChromiumWorld, type Seen, type WatchWorld } from './watch-world.ts'

/** The page keeps so many seconds ahead; see choices.js. */
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

  test.for<[what: string, bytes: () => Buffer, title: string, tries: number]>([
    ['no video', () => Buffer.from('Dear class, this is no video.\n'.repeat(2_000)), 'This is no video', 1],
    ['damaged', damaged, 'This browser cannot play the video', 4],
  ])('without service workers a file that is %s is told once, and blamed on no node', async ([
    ,
    bytes,
    title,
    tries,
  ]) => {
    const { browser, copy, urls } = await openChromiumWorld(`${NO_WORKERS}; ${COUNT_SOURCES}`)
    const file = path.join(temporaryFolder(), 'odd.mp4')
    writeFileSync(file, bytes())
    await copy(file, 'odd.mp4')
    await browser.goTo(`${urls[2]}/watch/odd.mp4`) // which is not the fastest: its page reads the others' files
    const told = (): Promise<string> => browser.run(`return document.querySelector('#notice').innerText`)
    await expect.poll(told, { timeout: 60_000 }).toContain(title)
    await delay(5_000)
    expect(await browser.run('return window.sources.length')).toBe(tries)
    const story = await browser.run<string>(`return document.querySelector('#story').innerText`)
    expect(story.split(title)).toHaveLength(2)
    expect(story).not.toMatch(/broke off|got nothing|no answer|slow|down/)
  })
})

/** Notes every source of a video. */
const COUNT_SOURCES = `
  const { set, ...rest } = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'src')
  window.sources = []
  Object.defineProperty(HTMLMediaElement.prototype, 'src', {
    ...rest,
    set(url) { window.sources.push(url); set.call(this, url) },
  })`

/** It begins as Matroska does, and nothing that follows makes sense. */
const damaged = (): Buffer =>
  Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), Buffer.alloc(60_000, '?')])
