/** States of a browser that nobody thinks of and everybody has: nothing is wrong with the nodes, and nothing is said. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { describeInChromium } from './browsers.ts'
import { CHROMIUM, type ChromiumBrowser } from './chromium.ts'
import { listen, startDefaultDemo, watchLooped } from './default-demo.ts'

const SECONDS = 8

async function open(): Promise<{ browser: ChromiumBrowser; url: string }> {
  const url = await startDefaultDemo()
  const browser = await CHROMIUM.open()
  onTestFinished(() => browser.close())
  await watchLooped(browser, url)
  return { browser, url }
}

describeInChromium(() => {
  test('a tab in the background, and in front again', async () => {
    const { browser } = await open()
    const watched = await browser.tab()
    await browser.openTab()
    await delay(2 * SECONDS * 1000)
    await browser.switchTo(watched)
    expect(await listen(browser, SECONDS)).toEqual([])
  })

  test('four tabs on the same nodes', async () => {
    const { browser, url } = await open()
    const tabs = [await browser.tab()]
    for (let more = 0; more < 3; more++) {
      tabs.push(await browser.openTab())
      await watchLooped(browser, url)
    }
    const said: string[] = []
    for (const tab of tabs) {
      await browser.switchTo(tab)
      said.push(...(await listen(browser, SECONDS / 2)))
    }
    expect(said).toEqual([])
  })

  test('a machine with six times too much to do', async () => {
    const { browser } = await open()
    await browser.devTools('Emulation.setCPUThrottlingRate', { rate: 6 })
    expect(await listen(browser, 2 * SECONDS)).toEqual([])
  })

  test('a page that is frozen, as a sleeping machine freezes it', async () => {
    const { browser } = await open()
    await browser.devTools('Page.setWebLifecycleState', { state: 'frozen' })
    await delay(SECONDS * 1000)
    await browser.devTools('Page.setWebLifecycleState', { state: 'active' })
    expect(await listen(browser, SECONDS)).toEqual([])
  })

  test('a clock that is set to another day', async () => {
    const { browser } = await open()
    await browser.run(`const now = Date.now; Date.now = () => now() - 86_400_000`)
    expect(await listen(browser, SECONDS)).toEqual([])
    await browser.run(`const now = Date.now; Date.now = () => now() + 2 * 86_400_000`)
    expect(await listen(browser, SECONDS)).toEqual([])
  })
})
