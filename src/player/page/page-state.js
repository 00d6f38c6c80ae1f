// @ts-check
/** @import { OutageReason } from '../../swarm/events.js' */
/** @import { MediaTrouble } from '../media/media-trouble.js' */
/** @import { Policy } from '../playing/player-events.js' */
/** What the page says when there is more to say than the video shows: one notice for each state. Pure. */

import { listSome, listWords } from '../../words/in-words.js'
import { describeOutage } from '../room/story/outage-words.js'

/** How many nodes are named. */
const NAMED = 4

/**
 * @typedef {{ kind: 'loading', waiting?: import('../../swarm/ask-nodes.js').Waiting | undefined }
 *   | { kind: 'slow' }
 *   | { kind: 'no node', seconds: number, names?: readonly string[] }
 *   | { kind: 'missing', videos: readonly string[] }
 *   | { kind: 'empty' }
 *   | { kind: 'failed', message: string }
 *   | { kind: 'ready' }
 *   | { kind: 'trouble', trouble: MediaTrouble }
 *   | { kind: 'outage', why: OutageReason, policy: Policy, elsewhere: readonly string[], seconds: number }} PageState
 * `seconds`: for how long it has been so. `names`: our own nodes, as far as they are known. `videos`: what this node
 * does have. `elsewhere`: nodes that have another version of the video.
 */

/**
 * @typedef {object} Notice
 * @property {'quiet' | 'bad'} tone
 * @property {string} title
 * @property {string} text what stays true while the state lasts: it is read out when it changes
 * @property {string} counting for how long, '' for not yet; this is only seen
 * @property {string} command that a person may run, '' for none
 * @property {readonly string[]} videos to choose from
 * @property {boolean} hasReload does loading the page anew help?
 * @property {boolean} coversVideo is there no picture to see behind it?
 */

/**
 * @param {PageState} state
 * @param {string} video name of the video
 * @returns {Notice | undefined} `undefined`: nothing to say
 */
export function describePageState(state, video) {
  switch (state.kind) {
    case 'ready':
      return undefined
    case 'loading':
      return notice('quiet', 'Asking the nodes …', describeWaiting(state.waiting, video))
    case 'slow': {
      const text =
        'The node that served this page takes long to answer. It is slow, or it hangs: the page waits.'
      return notice('quiet', 'Asking the nodes …', text)
    }
    case 'no node': {
      const { names, seconds } = state
      const text = `The page asks again every second. Start ${names?.length === 1 ? 'it' : 'one'}:`
      return {
        ...notice('bad', 'No node answers', text),
        command: startCommand(names),
        counting: since(seconds),
      }
    }
    case 'missing': {
      const { videos } = state
      const isNone = videos.length === 0
      const text = `No node that answers has ${video}. ${isNone ? 'Copy a video to every node:' : 'These videos exist:'}`
      const command = isNone ? 'npm run replicate media/demo.mp4' : ''
      return { ...notice('bad', 'No such video', text), command, videos }
    }
    case 'empty':
      return notice('bad', 'Nothing to play', `${video} is empty: it has 0 bytes.`)
    case 'trouble': {
      const { title, why, todo, command, isSilent } = state.trouble
      return { ...notice('bad', title, `${why} ${todo}`), command, coversVideo: isSilent }
    }
    case 'failed':
      return notice('bad', 'This page cannot play the video', state.message)
    case 'outage': {
      const { why, policy, elsewhere, seconds } = state
      const { title, text } = describeOutage(why, policy)
      const isOther = why === 'replaced' || elsewhere.length > 0
      const hasIt = `${listWords(elsewhere)} ${elsewhere.length === 1 ? 'has' : 'have'} another version of it`
      return {
        ...notice('bad', title, elsewhere.length === 0 ? text : `${hasIt}. Reload the page to see that one.`),
        counting: since(seconds),
        hasReload: isOther,
        coversVideo: false,
      }
    }
  }
}

/**
 * @param {import('../../swarm/ask-nodes.js').Waiting | undefined} waiting `undefined`: not for long yet
 * @param {string} video
 */
function describeWaiting(waiting, video) {
  if (waiting === undefined) return `Who has ${video}?`
  const { waitsFor, forMs, holders } = waiting
  const who = `The page waits for ${listSome(waitsFor, NAMED)}, for up to ${Math.ceil(forMs / 1000)} s in all`
  if (holders.length === 0) return `Who has ${video}? ${who}, as the node list allows.`
  const isOne = holders.length === 1
  return `${listSome(holders, NAMED)} ${isOne ? 'has' : 'have'} ${video}. ${who}, as the node list allows: there may be a newer version.`
}

/**
 * @param {Notice['tone']} tone
 * @param {string} title
 * @param {string} text
 * @returns {Notice}
 */
const notice = (tone, title, text) => ({
  ...{ tone, title, text, counting: '', command: '', videos: [], hasReload: false, coversVideo: true },
})

/** @param {number} seconds */
const since = (seconds) => (seconds < 1 ? '' : `for ${Math.floor(seconds)} s now`)

/**
 * The command that starts a node, as it can be pasted anywhere.
 * @param {readonly string[] | undefined} names
 */
const startCommand = (names) => {
  const name = names?.find((name) => /^\w[\w.-]*$/.test(name))
  return name === undefined ? 'npm start' : `npm run start-node ${name}`
}
