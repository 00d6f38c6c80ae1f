/** The watch page's layout, in Chromium, which counts its work: whatever its width, a small change is a small piece of work. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { describeInChromium } from './browsers.ts'
import { CHROMIUM, type ChromiumBrowser } from './chromium.ts'
import { startDefaultDemo } from './default-demo.ts'

const CHANGES = 20

interface Metrics {
  readonly metrics: readonly { readonly name: string; readonly value: number }[]
}

/** How often the browser has computed styles so far: for a change, and again for what is asked for its own size meanwhile. */
async function styleCount(browser: ChromiumBrowser): Promise<number> {
  const { metrics } = await browser.devTools<Metrics>('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'RecalcStyleCount')?.value ?? Number.NaN
}

describeInChromium(() => {
  test('a change of the page is no more work in a narrow window, or in a high one, than in a wide one', async () => {
    const url = await startDefaultDemo()
    const browser = await CHROMIUM.open()
    onTestFinished(() => browser.close())
    await browser.goTo(url)
    await browser.run(`const video = document.querySelector('video')
      while (video.currentTime < 2) await new Promise((resolve) => setTimeout(resolve, 50))
      video.pause()`)
    await browser.devTools('Performance.enable')
    const counts: Record<string, number> = {}
    for (const [width, height] of [
      [390, 844],
      [420, 1400],
      [600, 1400],
      [1280, 900],
      [1280, 1400],
    ] as const) {
      await browser.resize({ width, height })
      await delay(500)
      const before = await styleCount(browser)
      await browser.run(`for (let time = 1; time <= ${CHANGES}; time++) {
        document.body.style.paddingTop = time % 2 + 'px'
        document.body.offsetHeight // asks for the layout
      }`)
      counts[`${width} × ${height}`] = ((await styleCount(browser)) - before) / CHANGES
    }
    for (const [size, count] of Object.entries(counts)) expect(count, size).toBeLessThan(5)
  })
})
