// @ts-check
/** Plays a file in a video element: from all nodes at once where that is possible, from one at a time elsewhere. */
import { onFirstFrame } from './first-frame.js'
import { keepShell, prepareWorker, whyNoWorker } from './prepare-worker.js'
import { watchStalls } from './stalls.js'
import { SwarmPlayer } from './swarm-player.js'

export { prepareWorker }

/** The page is kept for a later reload when there is a picture, or after so long without one. */
const KEEP_MS = 5_000

/** @typedef {import('./player-events.js').PlayerOptions} PlayerOptions */

/**
 * Plays a file in a video element. Chooses by itself: `swarm` (service worker and swarm) or `switching` (one
 * node's file, then the next node's at the same position), and says which and why.
 * @param {PlayerOptions} options
 * @returns {Promise<import('./player-events.js').Player>}
 */
export async function startPlayer(options) {
  const { video, onEvent } = options
  const stop = observe(options)
  const { player, kind, why } = await choosePlayer(options)
  onEvent({ type: 'started', atMs: performance.now(), kind, why })
  return {
    kind,
    why,
    setLookAhead: (seconds) => player.setLookAhead(seconds),
    setPolicy: (policy) => player.setPolicy(policy),
    close() {
      stop()
      player.close()
      video.removeAttribute('src')
      video.load()
    },
  }
}

/** @param {PlayerOptions} options */
async function choosePlayer(options) {
  const whyNot = whyNoWorker()
  if (whyNot !== undefined) return switching(options, whyNot)
  const player = new SwarmPlayer(options) // reads already while the worker starts
  const worker = await prepareWorker()
  if (worker.kind === 'ready' && (await player.start())) {
    return { player, kind: /** @type {const} */ ('swarm'), why: 'the service worker reads from all nodes' }
  }
  player.close()
  return switching(options, worker.kind === 'ready' ? 'the service worker is passed by' : worker.why)
}

/** @param {PlayerOptions} options @param {string} why */
async function switching(options, why) {
  const { SwitchingPlayer } = await import('./switching-player.js') // which most pages never need
  return { player: new SwitchingPlayer(options), kind: /** @type {const} */ ('switching'), why }
}

/**
 * Reports the first picture and then every stall.
 * @param {PlayerOptions} options
 * @returns {() => void} ends it
 */
function observe({ video, onEvent }) {
  const keepTimer = setTimeout(keepShell, KEEP_MS)
  let stop = onFirstFrame(video, (atMs) => {
    onEvent({ type: 'first frame', atMs, ms: atMs })
    stop = watchStalls(video, onEvent)
    clearTimeout(keepTimer)
    keepShell()
  })
  return () => {
    clearTimeout(keepTimer)
    stop()
  }
}
