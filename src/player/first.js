// @ts-check
/**
 * What a page does before all its other scripts are here: they need one more round to its node. The node puts this file,
 * with all that it imports, into the page itself (node/watch-page.ts), so that it runs as soon as the page has come.
 */
import { boot } from './boot.js'
import { askEarly } from './page/early.js'
import { prepareWorker } from './worker/prepare-worker.js'

askEarly()
void prepareWorker()
void boot()
