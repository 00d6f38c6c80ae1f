// @ts-check
/**
 * Runs in the watch page before its own scripts, and sees what a viewer would notice. It changes nothing: what the
 * page does it learns from the events that the page's control room gets.
 * @import { SwarmEvent } from '../src/swarm/events.js'
 * @import { PlayerEvent } from '../src/player/playing/player-events.js'
 */

/**
 * A time at which the playhead stood although it should have moved. Times are ms since 1970.
 * @typedef {object} Stand
 * @property {number} atMs
 * @property {number} ms
 * @property {number} seconds where
 * @property {number} aheadSeconds of picture and sound that the video had when it began
 * @property {number} readyState
 * @property {number} feedLimitBytes the swarm's limit at the time
 * @property {number} driftMs how late the observer itself came, at most
 */
/** @typedef {{ atMs: number, seconds: number, aheadSeconds: number, readyState: number }} Waiting */
/** @typedef {{ atMs: number, aheadSeconds: number, driftMs: number }} Look */
/**
 * All of it.
 * @typedef {object} Observed
 * @property {number | undefined} firstFrameMs since the navigation began
 * @property {Stand[]} stands
 * @property {Waiting[]} waitings `waiting` events after the first frame
 * @property {Look[]} looks
 * @property {(SwarmEvent | PlayerEvent)[]} events those of the page, without what comes many times a second
 */

{
  const LOOK_MS = 50
  const STALL_MS = 100
  const QUIET = new Set(['measured', 'heartbeat', 'asked', 'arrived'])

  /** @type {Observed} */
  const observed = { firstFrameMs: undefined, stands: [], waitings: [], looks: [], events: [] }
  Object.assign(globalThis, { observed })
  let feedLimitBytes = Number.NaN

  const now = () => performance.timeOrigin + performance.now()

  /** @param {HTMLVideoElement} video */
  function ahead({ buffered, currentTime }) {
    for (let index = 0; index < buffered.length; index++) {
      if (buffered.start(index) <= currentTime + 0.1 && currentTime < buffered.end(index))
        return buffered.end(index) - currentTime
    }
    return 0
  }

  /** @param {HTMLVideoElement} video */
  function observe(video) {
    video.requestVideoFrameCallback(() => {
      observed.firstFrameMs = performance.now()
      watch(video)
    })
  }

  /** @param {HTMLVideoElement} video */
  function watch(video) {
    let lookedMs = now()
    /** the time since the playhead came to where it is now @type {Stand} */
    let stand
    const begin = (/** @type {number} */ atMs) => {
      const { currentTime, readyState } = video
      const aheadSeconds = ahead(video)
      stand = { atMs, ms: 0, seconds: currentTime, aheadSeconds, readyState, feedLimitBytes, driftMs: 0 }
    }
    begin(lookedMs)
    video.addEventListener('waiting', () => {
      if (!video.seeking)
        observed.waitings.push({
          atMs: now(),
          seconds: video.currentTime,
          aheadSeconds: ahead(video),
          readyState: video.readyState,
        })
    })
    setInterval(() => {
      const atMs = now()
      const driftMs = Math.max(0, atMs - lookedMs - LOOK_MS)
      lookedMs = atMs
      observed.looks.push({ atMs, aheadSeconds: ahead(video), driftMs })
      const shouldMove = !video.paused && !video.seeking && !video.ended
      stand.driftMs = Math.max(stand.driftMs, driftMs)
      const isStall = stand.ms >= STALL_MS // it was at its place at the look before this one too
      if (shouldMove && video.currentTime === stand.seconds) {
        stand.ms = atMs - stand.atMs
        if (!isStall && stand.ms >= STALL_MS) observed.stands.push(stand)
      } else {
        if (isStall) stand.ms = atMs - stand.atMs
        begin(atMs)
      }
    }, LOOK_MS)
  }

  document.addEventListener(
    'loadstart',
    ({ target }) => {
      if (target instanceof HTMLVideoElement && observed.firstFrameMs === undefined) observe(target)
    },
    true,
  )

  const listenTo = (
    /** @type {typeof import('../src/player/room/control-room.js').ControlRoom} */ { prototype },
  ) => {
    const { apply } = prototype
    prototype.apply = function (/** @type {SwarmEvent | PlayerEvent} */ event) {
      if (!QUIET.has(event.type))
        observed.events.push({ ...event, atMs: performance.timeOrigin + event.atMs })
      return apply.call(this, event)
    }
  }

  const watchFeed = (/** @type {typeof import('../src/swarm/swarm.js').Swarm} */ { prototype }) => {
    const { feedUntil } = prototype
    prototype.feedUntil = function (/** @type {number} */ byte) {
      feedLimitBytes = byte
      return feedUntil.call(this, byte)
    }
  }

  /** Where the page keeps what its files export, see src/node/join-scripts.ts: told of each as soon as it has run. */
  const joinedScripts = new Proxy(/** @type {Record<string, any>} */ ({}), {
    set(scripts, path, exported) {
      if (path === 'player/room/control-room.js') listenTo(exported.ControlRoom)
      if (path === 'swarm/swarm.js') watchFeed(exported.Swarm)
      return Reflect.set(scripts, path, exported)
    },
  })
  Object.assign(globalThis, { joinedScripts })
}
