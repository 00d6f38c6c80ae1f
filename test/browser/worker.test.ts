/** The service worker in a real browser: late, passed by, and out of room. */
import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import type { Browser } from './browser.ts'
import { describeInBrowsers, describeInChromium } from './browsers.ts'
import { CHROMIUM } from './chromium.ts'
import { PageSite } from './page-site.ts'
import { openChromiumWorld } from './watch-world.ts'

const PAGE = '/watch/demo.mp4#look-ahead=5'
/** The worker comes when the test says so. */
const LATE_WORKER = `
  const register = ServiceWorkerContainer.prototype.register
  ServiceWorkerContainer.prototype.register = async function (...args) {
    await new Promise((resolve) => addEventListener('worker may come', resolve, { once: true }))
    return register.apply(this, args)
  };`
/** Longer than a page waits for its worker. */
const LATE_MS = 4_000

async function openBrowser<Window extends Browser>(kind: { open(): Promise<Window> }): Promise<Window> {
  const browser = await kind.open()
  onTestFinished(() => browser.close())
  return browser
}

/** Opens the page and waits until it plays; then it has a copy of itself. */
async function visit(browser: Browser, site: PageSite): Promise<void> {
  await browser.goTo(site.page)
  await plays(browser)
  const copies = (): Promise<boolean> =>
    browser.run(`const names = (await caches.keys()).filter((name) => name.startsWith('watch-shell-'))
      const pages = await Promise.all(names.map(async (name) => (await caches.open(name)).match('/watch/')))
      return pages.some((page) => page !== undefined)`)
  await expect.poll(copies, { timeout: 20_000 }).toBe(true)
}

/** Waits until the video plays. Long enough for any machine; after that it says what there is instead. */
const plays = (browser: Browser): Promise<void> =>
  browser.run(`for (let look = 0; !(document.querySelector('video')?.currentTime > 0.5); look++) {
    if (look === 3000) throw new Error('It does not play: ' + document.body.innerText)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }`)

/** Another project at this port, whose worker answers everything with its own page, before any network. */
async function serveOtherProject(port: number): Promise<{ stop(): Promise<void> }> {
  const worker = `const page = new Response('<title>Their project</title>', { headers: { 'Content-Type': 'text/html' } })
    addEventListener('fetch', (event) => event.request.mode === 'navigate' && event.respondWith(page.clone()))`
  const server = createServer(({ url }, response) => {
    const isWorker = url === '/their-worker.js'
    response.setHeader('Content-Type', isWorker ? 'text/javascript' : 'text/html')
    response.end(isWorker ? worker : '<script>navigator.serviceWorker.register("/their-worker.js")</script>')
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(() => stop())
  return { stop }
}

/** The node list that the page has, as names and ports. */
const listOf = (browser: Browser): Promise<string[]> =>
  browser.run(`const { nodes } = await (await fetch('/_/nodes')).json()
    return nodes.map(({ name, url }) => name + ' ' + new URL(url).port)`)

const factsOf = (browser: Browser): Promise<string> =>
  browser.run(`return document.getElementById('facts')?.innerText ?? ''`)

/** What each part of the page says is its version. */
const versionsOf = (browser: Browser): Promise<unknown[]> =>
  browser.run(`while (globalThis.pageVersion === undefined || globalThis.firstVersion === undefined)
      await new Promise((resolve) => setTimeout(resolve, 20))
    const style = getComputedStyle(document.documentElement).getPropertyValue('--version')
    return [document.body.dataset.page, style, globalThis.firstVersion, globalThis.pageVersion].map(Number)`)

describeInChromium(() => {
  test('a worker that comes late is changed over to, at the same place and speed', async () => {
    const { browser, urls, playTo, see } = await openChromiumWorld(LATE_WORKER)
    await browser.goTo(urls[0] + PAGE)
    expect((await playTo(0.2)).source).toBe('node1')
    await browser.run(`const video = document.querySelector('video')
      video.currentTime = 40
      video.playbackRate = 1.5
      dispatchEvent(new Event('worker may come'))`)
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
    const { browser, urls, playTo } = await openChromiumWorld()
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

  test('with its storage full the page is what the node says: another list, another version', async () => {
    const [site, browser] = [await PageSite.make(), await openBrowser(CHROMIUM)]
    await site.start([site.node(1), site.node(2)], 1)
    await visit(browser, site)
    await browser.devTools('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize: 1 })
    await site.start([site.node(1), site.node(2, { port: site.ports[3] ?? 0 }), site.node(3)], 2)
    for (let time = 1; time <= 2; time++) {
      await browser.reload()
      expect(await versionsOf(browser)).toEqual([2, 2, 2, 2])
      await plays(browser)
      expect(await listOf(browser)).toEqual(
        [1, 4, 3].map((at, index) => `node${index + 1} ${site.ports[at - 1]}`),
      )
      expect(await factsOf(browser)).toContain('page from node1')
    }
  })

  test("another project's worker, left at our port, is seen by the node, and a forced reload goes past it", async () => {
    const [site, browser] = [await PageSite.make(), await openBrowser(CHROMIUM)]
    const theirs = await serveOtherProject(site.ports[0] ?? 0)
    await browser.goTo(site.origin)
    await browser.run('await navigator.serviceWorker.ready')
    await theirs.stop()
    await site.start([site.node(1), site.node(2)])
    await browser.goTo(site.page)
    expect(await browser.run('return document.title')).toBe('Their project')
    await expect.poll(() => site.othersWorkers, { timeout: 20_000 }).toContain('/their-worker.js')
    await browser.devTools('Page.reload', { ignoreCache: true })
    await expect.poll(() => browser.run(`return document.title`), { timeout: 20_000 }).toContain('watch')
    await plays(browser)
    expect(await factsOf(browser)).toContain('reads from all nodes')
  })
})

describeInBrowsers((kind) => {
  test('of a slow node the first opening has the list as it is now, or says that it has an old one', async () => {
    const [site, browser] = [await PageSite.make(), await openBrowser(kind)]
    const slow = site.node(1, { latencyMs: 1_500 })
    await site.start([slow, site.node(2)])
    await visit(browser, site)
    await site.start([slow, site.node(2, { port: site.ports[3] ?? 0 }), site.node(3)])
    await browser.reload()
    await plays(browser)
    const said = (): Promise<string> => browser.run(`return document.body.innerText`)
    await expect
      .poll(said, { timeout: 20_000 })
      .toMatch(/the node list has changed|node2\s+up[\s\S]*node3\s+up/)
  })

  test('of a node that has become slow the page is of one version, and of the new one in the end', async () => {
    const [site, browser] = [await PageSite.make(), await openBrowser(kind)]
    await site.start([site.node(1), site.node(2)], 1)
    await visit(browser, site)
    await site.start([site.node(1, { latencyMs: 2_500 }), site.node(3)], 2)
    await browser.reload()
    const versions = await versionsOf(browser)
    expect(new Set(versions).size, versions.join()).toBe(1)
    // It takes the new list while there is nothing to lose, and otherwise says that it has an old one.
    const taken = async (): Promise<boolean> =>
      (await factsOf(browser)).includes('the node list has changed') || (await versionsOf(browser))[0] === 2
    await expect.poll(taken, { timeout: 30_000 }).toBe(true)
    await browser.reload()
    expect(await versionsOf(browser)).toEqual([2, 2, 2, 2])
  })

  test('reloaded with its node dead, the page says that it comes from a copy', async () => {
    const [site, browser] = [await PageSite.make(), await openBrowser(kind)]
    await site.start([site.node(1), site.node(2)])
    await visit(browser, site)
    expect(await factsOf(browser)).toContain('page from node1')
    await site.stopNode(0)
    await browser.reload()
    await plays(browser)
    const facts = await factsOf(browser)
    expect(facts).toContain('page from a copy in this browser')
    expect(facts).not.toContain('page from node1')
  })

  test('a list that is changed while the video plays is told of, and taken by a reload', async () => {
    const [site, browser] = [await PageSite.make(), await openBrowser(kind)]
    await site.start([site.node(1), site.node(2)])
    await visit(browser, site)
    await site.start([site.node(1), site.node(2, { port: site.ports[3] ?? 0 })])
    await expect
      .poll(() => factsOf(browser), { timeout: 30_000 })
      .toContain('the node list has changed: reload the page')
    await browser.reload()
    await plays(browser)
    expect(await listOf(browser)).toContain(`node2 ${site.ports[3]}`)
    expect(await factsOf(browser)).not.toContain('changed')
  })

  test('a list that is changed during a jump is told of: there is a place to lose', async () => {
    const [site, browser] = [await PageSite.make(), await openBrowser(kind)]
    await site.start([site.node(1), site.node(2)])
    await visit(browser, site)
    await site.stop()
    await browser.run(`window.isSamePage = true
      const video = document.querySelector('video')
      video.currentTime = video.duration - 10
      while (!video.seeking && video.currentTime < video.duration - 10)
        await new Promise((resolve) => setTimeout(resolve, 10))`)
    await site.start([site.node(1), site.node(2, { port: site.ports[3] ?? 0 })])
    await expect
      .poll(() => factsOf(browser), { timeout: 30_000 })
      .toContain('the node list has changed: reload the page')
    expect(await browser.run('return window.isSamePage === true')).toBe(true)
  })

  test('a worker that takes long to start is changed over to', async () => {
    const [site, browser] = [await PageSite.make(), await openBrowser(kind)]
    const busy = `for (const untilMs = Date.now() + ${2 * LATE_MS}; Date.now() < untilMs; );`
    await site.start([site.node(1), site.node(2)], 1, busy)
    await browser.goTo(`${site.page}#look-ahead=5`)
    await expect.poll(() => factsOf(browser), { timeout: 40_000 }).toContain('reads from all nodes')
    await plays(browser)
    expect(await factsOf(browser)).not.toContain('switches')
  })

  test('a new worker in mid-play takes over, and the video goes on', async () => {
    const [site, browser] = [await PageSite.make(), await openBrowser(kind)]
    await site.start([site.node(1), site.node(2)], 1)
    await visit(browser, site)
    await site.start([site.node(1), site.node(2)], 2)
    // Some browsers exchange it at once, some when the video asks for another range.
    const seconds = await browser.run<number>(`
      await (await navigator.serviceWorker.getRegistration()).update()
      return document.querySelector('video').currentTime`)
    await browser.run(
      `const video = document.querySelector('video')
      video.currentTime = arguments[0] + 30 // what the worker before has not brought
      while (!(video.currentTime > arguments[0] + 32)) await new Promise((resolve) => setTimeout(resolve, 20))`,
      seconds,
    )
    expect(await browser.run(`return document.querySelector('video').error`)).toBe(null)
    expect(await factsOf(browser)).toContain('reads from all nodes')
  })
})
