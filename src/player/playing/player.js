// @ts-check
/** Plays a file in a video element: from all nodes at once where that is possible, from one at a time elsewhere. */

import { keepShell, prepareWorker, whyNoWorker, workerInCharge } from '../worker/prepare-worker.js'
import { playWhenPossible } from './begin.js'
import { onFirstFrame } from './first-frame.js'
import { resume } from './resume.js'
import { watchStalls } from './stalls.js'
import { SwarmPlayer } from './swarm-player.js'

/** The page is kept for a later reload when there is a picture, or after so long without one. */
const KEEP_MS = 5_000

/** @import { SwitchingPlayer } from './switching-player.js' */
/** @typedef {import('./player-events.js').PlayerOptions} PlayerOptions */

/** @typedef {Pick<HTMLVideoElement, 'currentTime' | 'paused' | 'playbackRate'>} Playback */
/** @typedef {{ readonly player: SwarmPlayer | SwitchingPlayer, readonly kind: import('./player-events.js').PlayerKind, readonly why: string }} Chosen */

const READS_FROM_ALL = 'the service worker reads from all nodes'
const PASSED_BY = 'the service worker is passed by'

/**
 * Plays a file in a video element. Chooses by itself: `swarm` (service worker and swarm) or `switching` (one
 * node's file, then the next node's at the same position), and says which and why. A worker that comes late
 * is used from then on: `started` is told again, and the player is of the other kind.
 * @param {PlayerOptions} options
 * @returns {Promise<import('./player-events.js').Player>}
 */
export async function startPlayer({ onEvent: tell, ...rest }) {
  let begin = () => {}
  /** @type {Promise<void>} */
  const beginning = new Promise((resolve) => {
    begin = resolve
  })
  /** @type {PlayerOptions['onEvent']} */
  const onEvent = (event) => {
    if (isBeginning(event)) begin()
    tell(event)
  }
  const options = { ...rest, onEvent }
  const { video } = options
  let owes = (/** @type {number} */ _seconds) => true
  observe(options, beginning, (seconds) => owes(seconds))
  const choices = { lookAheadSeconds: options.lookAheadSeconds, policy: options.policy }
  /** @type {Chosen} */
  let chosen
  const use = (/** @type {Chosen} */ next) => {
    chosen = next
    owes = (seconds) => next.player.owes(seconds)
    onEvent({ type: 'started', atMs: performance.now(), kind: next.kind, why: next.why })
  }
  const changeOver = async () => {
    const { currentTime, paused, playbackRate } = video
    chosen.player.close()
    const current = { ...options, ...choices, early: {} }
    use(await startSwarm(current, { currentTime, paused, playbackRate }))
  }
  const { isLate, ...first } = await choosePlayer(options)
  use(first)
  if (isLate) void workerInCharge().then(changeOver)
  return {
    get kind() {
      return chosen.kind
    },
    get why() {
      return chosen.why
    },
    setLookAhead(seconds) {
      choices.lookAheadSeconds = seconds
      chosen.player.setLookAhead(seconds)
    },
    setPolicy(policy) {
      choices.policy = policy
      chosen.player.setPolicy(policy)
    },
  }
}

/**
 * Is enough here to begin? What a browser reads itself, from one node, it judges itself.
 * @param {import('../../swarm/events.js').SwarmEvent | import('./player-events.js').PlayerEvent} event
 */
function isBeginning(event) {
  if (event.type === 'started') return event.kind === 'switching'
  return (event.type === 'verified' || event.type === 'unverified') && event.chunk === 0
}

/**
 * @param {PlayerOptions} options
 * @returns {Promise<Chosen & { isLate: boolean }>} `isLate`: the worker may still come
 */
async function choosePlayer(options) {
  const whyNot = whyNoWorker()
  if (whyNot !== undefined) return { ...(await switching(options, whyNot)), isLate: false }
  const player = new SwarmPlayer(options) // reads already while the worker starts
  const worker = await prepareWorker()
  const isLate = worker.kind !== 'ready'
  if (!isLate && (await player.start())) return { player, kind: 'swarm', why: READS_FROM_ALL, isLate }
  player.close()
  return { ...(await switching(options, isLate ? worker.why : PASSED_BY)), isLate }
}

/**
 * Goes on from all nodes where another player has stopped.
 * @param {PlayerOptions} options
 * @param {Playback} playback
 * @returns {Promise<Chosen>}
 */
async function startSwarm(options, playback) {
  const player = new SwarmPlayer(options)
  const starting = player.start()
  resume(options.video, playback)
  if (await starting) return { player, kind: 'swarm', why: READS_FROM_ALL }
  player.close()
  return switching(options, PASSED_BY, playback)
}

/**
 * @param {PlayerOptions} options
 * @param {string} why
 * @param {Playback} [playback] of before
 * @returns {Promise<Chosen>}
 */
async function switching(options, why, playback) {
  const { SwitchingPlayer } = await import('./switching-player.js') // which most pages never need
  return { player: new SwitchingPlayer(options, playback), kind: 'switching', why }
}

/**
 * Reports the first picture and then every stall.
 * @param {PlayerOptions} options
 * @param {Promise<void>} beginning
 * @param {(seconds: number) => boolean} owes
 */
function observe({ video, onEvent }, beginning, owes) {
  const keepTimer = setTimeout(keepShell, KEEP_MS)
  playWhenPossible(video, beginning)
  onFirstFrame(video, (atMs) => {
    onEvent({ type: 'first frame', atMs, ms: atMs, kind: video.videoWidth === 0 ? 'sound' : 'picture' })
    watchStalls(video, owes, onEvent)
    clearTimeout(keepTimer)
    keepShell()
  })
}
