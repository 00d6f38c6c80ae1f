/**
 * The default demo, untouched: the page open, and nobody does anything. Nothing is wrong, so no word of trouble may be
 * said, however long it lasts. `MINUTES=10` leaves it alone for longer than a newcomer waits.
 */
import { expect, onTestFinished, test } from 'vitest'
import { describeInBrowsers } from './browsers.ts'
import { listen, readPage, startDefaultDemo, watchLooped } from './default-demo.ts'

const SECONDS = 60 * Number(process.env['MINUTES'] ?? 0.4)

describeInBrowsers(
  (kind) => {
    test('nothing happens, and nothing is said: playing over and over, and then paused', async () => {
      const url = await startDefaultDemo()
      const browser = await kind.open()
      onTestFinished(() => browser.close())
      await watchLooped(browser, url)

      const whilePlaying = await listen(browser, SECONDS)
      await browser.run(`document.querySelector('video').pause()`)
      const whilePaused = await listen(browser, SECONDS / 2)

      expect([...whilePlaying, ...whilePaused]).toEqual([])
      const { figures } = await readPage(browser)
      expect(figures).toMatch(/stalls 0 /)
      expect(figures).toMatch(/failovers 0 /)
    })
  },
  { timeout: (SECONDS * 1.5 + 120) * 1000, first: 'WebKit' },
)
