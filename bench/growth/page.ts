/** What a page costs, by Chromium's own count. */
import type { ChromiumBrowser } from '../../test/browser/chromium.ts'

/** The figures of the page since it was opened. @see the Performance domain of the Chrome DevTools Protocol */
async function metrics(browser: ChromiumBrowser): Promise<ReadonlyMap<string, number>> {
  await browser.devTools('Performance.enable')
  const { metrics } = await browser.devTools<{ metrics: { name: string; value: number }[] }>(
    'Performance.getMetrics',
  )
  return new Map(metrics.map(({ name, value }) => [name, value]))
}

/** What its scripts hold, MB, when all that nobody holds is gone. */
export async function heapMegabytes(browser: ChromiumBrowser): Promise<number> {
  await browser.devTools('HeapProfiler.collectGarbage')
  return ((await metrics(browser)).get('JSHeapUsedSize') ?? Number.NaN) / 1e6
}

/** Processor time of its main thread, s. */
export const taskSeconds = async (browser: ChromiumBrowser): Promise<number> =>
  (await metrics(browser)).get('TaskDuration') ?? Number.NaN
