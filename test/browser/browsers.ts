/** The browsers in which the watch page is tried, those that this machine has. */
import { beforeEach, describe } from 'vitest'
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

const present = BROWSERS.filter((kind) => !missing.has(kind))

/** Every test in every browser takes half an hour; else each test is tried in one of them, and they take turns. */
const isEachInEvery = process.env['EVERY_BROWSER'] === '1'

interface InBrowsers {
  readonly timeout?: number
  /** whose turn the first test is, where they take turns */
  readonly first?: BrowserKind['name']
  /** no turns: what this tests is the browser's own */
  readonly isEach?: boolean
}

/** The same tests in every browser, or shared among them. */
export function describeInBrowsers(
  tests: (kind: BrowserKind) => void,
  { timeout = 120_000, first, isEach = isEachInEvery }: InBrowsers = {},
): void {
  const from = Math.max(
    0,
    present.findIndex(({ name }) => name === first),
  )
  for (const kind of BROWSERS) {
    describe.skipIf(missing.has(kind))(`in ${kind.name}`, { timeout }, () => {
      let turn = from
      beforeEach(({ skip }) => {
        const isOthers = present[turn++ % present.length] !== kind
        skip(isOthers && !isEach, 'another browser tries it; EVERY_BROWSER=1 npm test: each one does')
      })
      tests(kind)
    })
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
