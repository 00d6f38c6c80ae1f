// @ts-check
/** What the page says when there is more to say than the video shows: one notice for each state. Pure. */

/**
 * @typedef {{ kind: 'loading' }
 *   | { kind: 'slow' }
 *   | { kind: 'no node', seconds: number }
 *   | { kind: 'missing', videos: readonly string[] }
 *   | { kind: 'empty' }
 *   | { kind: 'failed', message: string }
 *   | { kind: 'ready' }
 *   | { kind: 'outage', seconds: number }} PageState
 * `seconds`: for how long no node has answered. `videos`: what this node does have.
 */

/**
 * @typedef {object} Notice
 * @property {'quiet' | 'bad'} tone
 * @property {string} title
 * @property {string} text
 * @property {string} command that a person may run, '' for none
 * @property {readonly string[]} videos to choose from
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
      return notice('quiet', 'Asking the nodes …', `Who has ${video}?`)
    case 'slow': {
      const text =
        'The node that served this page takes long to answer. It is slow, or it hangs: the page waits.'
      return notice('quiet', 'Asking the nodes …', text)
    }
    case 'no node': {
      const text = `The page asks again every second${sinceWords(state.seconds)}. Start one:`
      return { ...notice('bad', 'No node answers', text), command: 'npm run start-node node1' }
    }
    case 'missing': {
      const { videos } = state
      const isNone = videos.length === 0
      const text = `No node has ${video}. ${isNone ? 'Copy a video to every node:' : 'These videos exist:'}`
      const command = isNone ? 'npm run replicate talk.mp4' : ''
      return { ...notice('bad', 'No such video', text), command, videos }
    }
    case 'empty':
      return notice('bad', 'Nothing to play', `${video} is empty: it has 0 bytes.`)
    case 'failed':
      return notice('bad', 'This page cannot play the video', state.message)
    case 'outage': {
      const text = `The page keeps asking${sinceWords(state.seconds)}. Start a node, and the video goes on by itself.`
      return { ...notice('bad', 'No node answers', text), coversVideo: false }
    }
  }
}

/**
 * @param {Notice['tone']} tone
 * @param {string} title
 * @param {string} text
 * @returns {Notice}
 */
const notice = (tone, title, text) => ({ tone, title, text, command: '', videos: [], coversVideo: true })

/** @param {number} seconds */
const sinceWords = (seconds) => (seconds < 1 ? '' : `, for ${Math.floor(seconds)} s now`)

/**
 * The name of the video that a path of the watch page is about.
 * @param {string} pathname `/watch/week%201/talk.mp4`
 * @returns {string | undefined} `undefined`: it names none
 */
export function videoOfPath(pathname) {
  try {
    return decodeURIComponent(/^\/watch\/(.+)$/.exec(pathname)?.[1] ?? '') || undefined
  } catch {
    return undefined // not UTF-8, or a stray percent sign
  }
}

/**
 * A name as the path of a URL, without the first slash.
 * @param {string} name
 */
export const encodeName = (name) => name.split('/').map(encodeURIComponent).join('/')
