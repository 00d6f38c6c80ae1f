// @ts-check
/**
 * What a page does before its other scripts are here (page/page.js): they need one more round to its node. The node puts
 * this file, with all that it imports, into the page itself (node/watch-page.ts), so that it runs as soon as it is read.
 * Nothing is built for that: each script stays a file of its own, and a debugger shows it as such (node/join-scripts.ts).
 */
import { askEarly } from './page/early.js'
import { prepareWorker } from './worker/prepare-worker.js'

askEarly()
void prepareWorker()
