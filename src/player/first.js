// @ts-check
/**
 * What a page does before all its other scripts are here: they need one more round to its node. The node puts this file,
 * with all that it imports, into the page itself (node/watch-page.ts), so that it runs as soon as the page has come.
 * Nothing is built for that: each script stays a file of its own, and a debugger shows it as such (node/join-scripts.ts).
 */
import { askEarly } from './page/early.js'
import { prepareWorker } from './worker/prepare-worker.js'

/** All other scripts, in one text. */
const PAGE = '/_/player/page/page.js'

async function showPage() {
  if (document.readyState === 'loading')
    await new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve, { once: true }))
  await import(PAGE)
}

askEarly()
void prepareWorker()
void showPage()
