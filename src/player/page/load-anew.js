// @ts-check
/** @import { VideoNode } from '../playing/player-events.js' */
/** @import { PageStatus } from './page-status.js' */
/** @import { VideoSearch } from './video-search.js' */
/** When the page loads itself anew: for a script that did not come, and for another node list. */
import { askForNodes } from './node-api.js'

/** Where a tab remembers which list it was loaded anew for, so that it is not for ever. */
const RELOADED_FOR = 'reloaded for the node list'

/**
 * Waits for a script. When its node died under way, the page begins again as soon as that is back.
 * @template Module
 * @param {Promise<Module>} importing
 * @param {PageStatus} status
 * @param {VideoSearch} search
 * @returns {Promise<Module>}
 */
export async function loaded(importing, status, search) {
  try {
    return await importing
  } catch (error) {
    if (await isServed()) throw error // a script that cannot come is no reason to begin again
    status.show({ kind: 'no node', seconds: status.silentSeconds() })
    await search.untilNodes()
    location.reload()
    return new Promise(() => {})
  }
}

/** Does the node that served the page answer? */
const isServed = () =>
  askForNodes({ isFresh: true }).then(
    () => true,
    () => false,
  )

/**
 * Takes another node list by loading the page anew: its policy names the nodes, so nothing less will do. Once for each
 * list, and only before there is a picture: later there is a place in the video to lose.
 * @param {readonly VideoNode[]} nodes
 * @returns {boolean} whether it does
 */
export function takeList(nodes) {
  try {
    const text = JSON.stringify(nodes)
    if (sessionStorage.getItem(RELOADED_FOR) === text) return false
    sessionStorage.setItem(RELOADED_FOR, text)
  } catch {
    return false // where nothing may be remembered, a person decides
  }
  location.reload()
  return true
}
