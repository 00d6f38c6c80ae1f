// @ts-check
/** @import { VideoNode } from '../playing/player-events.js' */
/** @import { PageStatus } from './page-status.js' */
/** Asking until there is a node list, and until the video is found on its nodes; the page says what it waits for. */
import { realClock } from '../../swarm/clock.js'
import { findFile } from '../../swarm/find-file.js'
import { askForNodes, askForVideos } from './node-api.js'

/** How often a page without nodes, or without its video, asks again. */
const ASK_AGAIN_MS = 1_000
/** A node that takes longer is said to be slow, or to be waited for; it is waited for all the same. */
const SLOW_MS = 3_000

const wait = () => new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))

/**
 * What is here before: the node list, once, and what a fetch then need not ask again.
 * @typedef {object} Early
 * @property {() => VideoNode[] | undefined} takeNodes
 * @property {import('../../swarm/fetch-range.js').Fetch} fetch
 */

/** @type {Early} */
const NOTHING = { takeNodes: () => undefined, fetch: (url, init) => fetch(url, init) }

/** Looks for one video. */
export class VideoSearch {
  #status
  #early
  /** that this node has, as far as it has said so @type {readonly string[]} */
  #videos = []
  /** @type {Promise<void> | undefined} */
  #askingForVideos

  /** @param {Pick<PageStatus, 'show' | 'kind' | 'silentSeconds' | 'endSilence'>} status what is said meanwhile @param {Early} [early] */
  constructor(status, early = NOTHING) {
    this.#status = status
    this.#early = early
  }

  /** Asks until there is a node list. */
  async untilNodes() {
    for (;;) {
      const slow = setTimeout(() => this.#status.show({ kind: 'slow' }), SLOW_MS)
      try {
        return this.#early.takeNodes() ?? (await askForNodes())
      } catch (error) {
        console.warn('Cannot read the node list:', error)
        this.#status.show({ kind: 'no node', seconds: this.#status.silentSeconds() })
        await wait()
      } finally {
        clearTimeout(slow)
      }
    }
  }

  /**
   * Asks until the video is found and has something to play.
   * @param {readonly VideoNode[]} nodes
   * @param {string} name
   * @param {() => void} onNone nothing was found, this time
   */
  async untilFound(nodes, name, onNone) {
    const status = this.#status
    for (;;) {
      const found = await this.#findSlowly(nodes, name)
      if (found.kind === 'found' && found.file.size > 0) return found
      onNone()
      if (found.kind === 'no node') {
        const names = nodes.flatMap(({ name, isForeign }) => (isForeign ? [] : [name]))
        status.show({ kind: 'no node', seconds: status.silentSeconds(), names })
      } else {
        status.endSilence()
        status.show(
          found.kind === 'found' ? { kind: 'empty' } : { kind: 'missing', videos: await this.#videosSoFar() },
        )
      }
      await wait()
    }
  }

  /** Shows which videos there are, where none is asked for: as far as is known soon, and then all. */
  async showVideos() {
    this.#status.show({ kind: 'missing', videos: await this.#videosSoFar() })
    await this.#askingForVideos
    this.#status.show({ kind: 'missing', videos: this.#videos })
  }

  /**
   * Looks for the video once; when that takes long, the page says whom it waits for.
   * @param {readonly VideoNode[]} nodes
   * @param {string} name
   */
  async #findSlowly(nodes, name) {
    /** @type {import('../../swarm/ask-nodes.js').Waiting | undefined} */
    let waiting
    let isSlow = false
    const show = () => isSlow && this.#status.show({ kind: 'loading', waiting })
    const slow = setTimeout(() => {
      isSlow = this.#status.kind === 'loading' // what is known to be worse goes on being told
      show()
    }, SLOW_MS)
    const onWait = (/** @type {typeof waiting} */ now) => {
      waiting = now
      show()
    }
    try {
      return await findFile({ nodes, video: name, fetch: this.#early.fetch, clock: realClock, onWait })
    } finally {
      clearTimeout(slow)
    }
  }

  /** The videos of this node; those that it last told when it is slow, for the page has something to say meanwhile. */
  async #videosSoFar() {
    this.#askingForVideos ??= askForVideos()
      .catch((error) => {
        console.warn('Cannot list the videos:', error)
        return []
      })
      .then((names) => {
        this.#videos = names
        this.#askingForVideos = undefined
      })
    await Promise.race([this.#askingForVideos, wait()])
    return this.#videos
  }
}
