/** The service worker in a real browser: late, passed by, and out of room. */
import { describe, expect, test } from 'vitest'
import { openWatchWorld } from './watch-world.ts'
import { hasBrowser, INSTALL_HINT } from './webdriver.ts'

const isMissing = !hasBrowser()
if (isMissing && process.env['CI'] === 'true')
  throw new Error(`The browser tests need a browser: ${INSTALL_HINT}`)

const PAGE = '/watch/demo.mp4#look-ahead=5'
/** Longer than a page waits for its worker. */
const LATE_MS = 4_000
const LATE_WORKER = `
  const register = ServiceWorkerContainer.prototype.register
  ServiceWorkerContainer.prototype.register = async function (...args) {
    await new Promise((resolve) => setTimeout(resolve, ${LATE_MS}))
    return register.apply(this, args)
  };`

describe.skipIf(isMissing)('in Chromium', { timeout: 120_000 }, () => {
  test('a worker that comes late is changed over to, at the same place and speed', async () => {
    const { browser, urls, playTo, see } = await openWatchWorld(LATE_WORKER)
    await browser.goTo(urls[0] + PAGE)
    expect((await playTo(0.2)).source).toBe('node1')
    await browser.run(`const video = document.querySelector('video')
      video.currentTime = 40
      video.playbackRate = 1.5`)
    await expect.poll(async () => (await see()).source, { timeout: 20_000 }).toBe('swarm')
    const { seconds, isPaused, errors } = await playTo(43)
    expect(seconds).toBeLessThan(60)
    expect([isPaused, errors]).toEqual([false, 0])
    expect(await browser.run(`return document.querySelector('video').playbackRate`)).toBe(1.5)
    const facts = await browser.run<string>(`return document.getElementById('facts').innerText`)
    expect(facts).toContain('every chunk verified')
    expect(facts).not.toContain('switches')
    expect(await browser.run(`return document.querySelector('#map-facts').textContent`)).toMatch(/chunks/)
  })

  test('a reload past the cache, after one through the worker, still plays from all nodes', async () => {
    const { browser, urls, playTo } = await openWatchWorld()
    await browser.goTo(urls[0] + PAGE)
    await playTo(1)
    for (let time = 1; time <= 4; time++) {
      await browser.reload()
      await playTo(2)
      await browser.devTools('Page.reload', { ignoreCache: true })
      await expect
        .poll(() => browser.run(`return document.body?.dataset.player`), { timeout: 20_000 })
        .toBe('swarm')
      expect((await playTo(1)).source).toBe('swarm')
    }
  })
})
