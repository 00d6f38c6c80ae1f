/** The watch page in a real browser: whatever happens to the nodes, the video goes on. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { BrowserKind } from './browser.ts'
import { describeInBrowsers } from './browsers.ts'
import { openWatchWorld, type Seen, type WatchWorld } from './watch-world.ts'

/** The page keeps so many seconds ahead; see choices.js. */
const LOOK_AHEAD = '#look-ahead=5'
/** Longer than a look-ahead, so that what happened has to be noticed. */
const AFTERMATH_MS = 8_000

async function open(kind: BrowserKind): Promise<WatchWorld> {
  const world = await openWatchWorld(kind)
  await world.watch(0, LOOK_AHEAD)
  return world
}

/** What a viewer notices of it: nothing. */
function expectNothingNoticed(seen: Seen): void {
  expect(seen).toMatchObject({ source: 'swarm', isPaused: false, starvings: [], errors: 0 })
}

describeInBrowsers((kind) => {
  test.for<[what: string, signal: NodeJS.Signals]>([
    ['killed', 'SIGKILL'],
    ['hung', 'SIGSTOP'],
  ])('the node that served the page is %s, then another: the video goes on', async ([, signal]) => {
    const { playTo, signal: send } = await open(kind)
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
    const { playTo, signal, start } = await open(kind)
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
    const { playTo, see, signal, start } = await open(kind)
    await playTo(1)
    for (const index of [0, 1, 2] as const) signal(index, 'SIGKILL')
    await expect.poll(async () => (await see()).standsMs, { timeout: 60_000 }).toBeGreaterThan(2_000)
    const { seconds, errors } = await see()
    expect(errors).toBe(0)
    await start(2)
    await playTo(seconds + 3)
  })

  test('seeks are answered, near and far, forwards and backwards', async () => {
    const { browser, playTo, see } = await open(kind)
    await playTo(0.5)
    for (const seconds of [60, 20, 85, 3]) {
      await browser.run(`document.querySelector('video').currentTime = arguments[0]`, seconds)
      expect((await playTo(seconds + 0.5)).seconds).toBeLessThan(seconds + 5)
    }
    expect(await see()).toMatchObject({ source: 'swarm', errors: 0 })
  })

  test.for<[what: string, signal: NodeJS.Signals]>([
    ['dead', 'SIGKILL'],
    ['hung', 'SIGSTOP'],
  ])('the page can be opened again with the node that served it %s', async ([, signal]) => {
    const { browser, playTo, reload, signal: send } = await open(kind)
    await playTo(2)
    await expect.poll(() => copies(browser), { timeout: 20_000 }).toEqual(expect.arrayContaining(SHELL))
    send(0, signal)
    await reload()
    expect(await playTo(2)).toMatchObject({ source: 'swarm', isPaused: false })
  })

  test('a pause of 40 s is no matter, though a node dies in it and the worker may end', async () => {
    const { browser, playTo, signal, see } = await open(kind)
    await playTo(2)
    await browser.run(`document.querySelector('video').pause()`)
    await delay(10_000)
    signal(0, 'SIGKILL')
    await delay(30_000)
    const { seconds } = await see()
    await browser.run(`document.querySelector('video').play()`)
    expectNothingNoticed(await playTo(seconds + 8))
  })
})

/** What a page cannot begin without. */
const SHELL = ['/_/player/page/page.js', '/_/player/watch.css']

/** The paths of which the worker has copies. */
const copies = (browser: WatchWorld['browser']): Promise<string[]> =>
  browser.run(`const copies = (await caches.keys()).map(async (name) => (await caches.open(name)).keys())
    return (await Promise.all(copies)).flat().map(({ url }) => new URL(url).pathname)`)
