/** The browsers in which the watch page is tried, those that this machine has. */
import { describe } from 'vitest'
import { type BrowserKind, whyMissing } from './browser.ts'
import { CHROMIUM } from './chromium.ts'
import { FIREFOX } from './firefox.ts'
import { WEBKIT } from './webkit.ts'

/** `BROWSER_TESTS=Firefox` tries only this one. */
const only = process.env['BROWSER_TESTS']
export const BROWSERS: readonly BrowserKind[] = [CHROMIUM, FIREFOX, WEBKIT].filter(
  ({ name }) => only === undefined || only === name,
)

/** When one is missing, it is said once how to get it; in CI that is a failure. */
const missing = new Set<BrowserKind>()
for (const kind of BROWSERS) {
  const why = whyMissing(kind)
  if (why === undefined) continue
  if (process.env['CI'] === 'true') throw new Error(`The browser tests cannot run: ${why}`)
  console.warn(`Skipped, for ${why}`)
  missing.add(kind)
}

/** The same tests in every browser. */
export function describeInBrowsers(tests: (kind: BrowserKind) => void, timeout = 120_000): void {
  for (const kind of BROWSERS) {
    describe.skipIf(missing.has(kind))(`in ${kind.name}`, { timeout }, () => tests(kind))
  }
}

/** Tests of what only Chromium lets a test do: several tabs, a worker that is stopped, … */
export function describeInChromium(tests: () => void, timeout = 120_000): void {
  describe.skipIf(!BROWSERS.includes(CHROMIUM) || missing.has(CHROMIUM))(
    `in ${CHROMIUM.name}`,
    { timeout },
    tests,
  )
}
