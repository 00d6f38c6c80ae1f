// @ts-check
/** The watch page: finds the video on the nodes, plays it, and says so when it cannot. */
/** @import { SwarmEvent } from '../../swarm/events.js' */
/** @import { ControlRoom } from '../room/control-room.js' */
/** @import { MediaTrouble } from '../media/media-trouble.js' */
/** @import { PageState } from './page-state.js' */
/** @import { Player, PlayerEvent, Policy, VideoFile, VideoNode } from '../playing/player-events.js' */
import { realClock } from '../../swarm/clock.js'
import { findFile } from '../../swarm/find-file.js'
import { element, part, setText } from '../element.js'
import { readChoices } from '../room/experiments.js'
import { workerNews } from '../worker/prepare-worker.js'
import { ListWatch } from './list-watch.js'
import { askForNodes, askForVideos } from './node-api.js'
import { NoticeView } from './notice-view.js'
import { describeFacts } from './page-facts.js'
import { PageOutage } from './page-outage.js'
import { describePageState, videoOfPath } from './page-state.js'
import { Replicas } from './replicas.js'

/** How often a page without nodes, or without its video, asks again; and how often it counts the seconds. */
const ASK_AGAIN_MS = 1_000
/** A node that takes longer is said to be slow, or to be waited for; it is waited for all the same. */
const SLOW_MS = 3_000
/** Where a tab remembers which list it was loaded anew for, so that it is not for ever. */
const RELOADED_FOR = 'reloaded for the node list'

const videoName = videoOfPath(location.pathname)
const video = part('video', HTMLVideoElement)
const notice = new NoticeView()
/** since when no node has answered @type {number | undefined} */
let silentSinceMs

/** why the file does not play as it should @type {MediaTrouble | undefined} */
let trouble

/** @param {PageState} asked */
function setState(asked) {
  /** @type {PageState} */
  const state = asked.kind === 'ready' && trouble !== undefined ? { kind: 'trouble', trouble } : asked
  document.body.dataset['state'] = state.kind
  notice.show(describePageState(state, videoName ?? 'this address'))
}

/** For how long no node has answered. */
const silentSeconds = () => {
  silentSinceMs ??= performance.now()
  return (performance.now() - silentSinceMs) / 1000
}

const wait = () => new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))

/** Asks until there is a node list. */
async function untilNodes() {
  for (;;) {
    const slow = setTimeout(() => setState({ kind: 'slow' }), SLOW_MS)
    try {
      return await askForNodes()
    } catch (error) {
      console.warn('Cannot read the node list:', error)
      setState({ kind: 'no node', seconds: silentSeconds() })
      await wait()
    } finally {
      clearTimeout(slow)
    }
  }
}

/**
 * Looks for the video once; when that takes long, the page says whom it waits for.
 * @param {readonly VideoNode[]} nodes
 * @param {string} name
 */
async function findSlowly(nodes, name) {
  /** @type {import('../../swarm/ask-nodes.js').Waiting | undefined} */
  let waiting
  let isSlow = false
  const show = () => isSlow && setState({ kind: 'loading', waiting })
  const slow = setTimeout(() => {
    isSlow = document.body.dataset['state'] === 'loading' // what is known to be worse goes on being told
    show()
  }, SLOW_MS)
  const onWait = (/** @type {typeof waiting} */ now) => {
    waiting = now
    show()
  }
  try {
    return await findFile({ nodes, video: name, fetch: fetch.bind(globalThis), clock: realClock, onWait })
  } finally {
    clearTimeout(slow)
  }
}

/**
 * Asks until the video is found and has something to play.
 * @param {readonly VideoNode[]} nodes
 * @param {string} name
 * @param {() => void} onNone nothing was found, this time
 */
async function untilFound(nodes, name, onNone) {
  for (;;) {
    const found = await findSlowly(nodes, name)
    if (found.kind === 'found' && found.file.size > 0) return found
    onNone()
    if (found.kind === 'no node') {
      const names = nodes.flatMap(({ name, isForeign }) => (isForeign ? [] : [name]))
      setState({ kind: 'no node', seconds: silentSeconds(), names })
    } else {
      silentSinceMs = undefined
      setState(found.kind === 'found' ? { kind: 'empty' } : { kind: 'missing', videos: await videosSoFar() })
    }
    await wait()
  }
}

/** @type {readonly string[]} that this node has, as far as it has said so */
let videos = []
/** @type {Promise<void> | undefined} */
let askingForVideos

/** The videos of this node; those that it last told when it is slow, for the page has something to say meanwhile. */
async function videosSoFar() {
  askingForVideos ??= askForVideos()
    .catch((error) => {
      console.warn('Cannot list the videos:', error)
      return []
    })
    .then((names) => {
      videos = names
      askingForVideos = undefined
    })
  await Promise.race([askingForVideos, wait()])
  return videos
}

/**
 * The outage of a page that plays a file: shown while it lasts.
 * @param {readonly VideoNode[]} nodes
 * @param {VideoFile} played
 * @param {Policy} policy
 */
function watchOutage(nodes, { name, size, sha256 }, policy) {
  const show = () => setState(outage.state ?? { kind: 'ready' })
  const find = async () => {
    const found = await findFile({ nodes, video: name, fetch: fetch.bind(globalThis), clock: realClock })
    if (found.kind !== 'found') return []
    const isSame = found.file.size === size && (found.file.sha256 ?? sha256) === (sha256 ?? found.file.sha256)
    return isSame ? [] : (found.versions[0]?.nodes ?? [])
  }
  const outage = new PageOutage({ find, clock: realClock, onChange: show, policy })
  setInterval(() => outage.state && show(), ASK_AGAIN_MS)
  return outage
}

/** @param {SwarmEvent | PlayerEvent} event @param {PageOutage} outage which comes first while it lasts */
function watchTrouble(event, outage) {
  if (event.type !== 'media trouble') return
  trouble = event.trouble
  setState(outage.state ?? { kind: 'ready' })
}

/** @param {Parameters<typeof describeFacts>[0]} known */
function showFacts(known) {
  part('facts', HTMLElement).replaceChildren(
    ...describeFacts(known).map(({ text, tone, why }) =>
      element('li', { 'data-tone': tone, title: why }, text),
    ),
  )
}

/**
 * Passes events on; those that come before there is somebody to hear them wait.
 * @param {Promise<ControlRoom>} opening
 * @returns {(event: SwarmEvent | PlayerEvent) => void}
 */
function passTo(opening) {
  /** @type {(SwarmEvent | PlayerEvent)[]} */
  const waiting = []
  /** @type {ControlRoom | undefined} */
  let room
  opening.then((opened) => {
    room = opened
    for (const event of waiting.splice(0)) opened.apply(event)
  }, fail)
  return (event) => {
    if (room === undefined) waiting.push(event)
    else room.apply(event)
  }
}

/**
 * Waits for a script. When its node died under way, the page begins again as soon as that is back.
 * @template Module
 * @param {Promise<Module>} importing
 * @returns {Promise<Module>}
 */
async function loaded(importing) {
  try {
    return await importing
  } catch (error) {
    if (await isServed()) throw error // a script that cannot come is no reason to begin again
    setState({ kind: 'no node', seconds: silentSeconds() })
    await untilNodes()
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

/** When the node of a page that was opened from a copy was last heard of, ms since 1970: the worker writes it there. */
const copyAtMs = () => Number(document.documentElement.dataset['copyAtMs']) || undefined

/**
 * Takes another node list by loading the page anew: its policy names the nodes, so nothing less will do. Only while
 * there is no picture to lose, and once for each list.
 * @param {readonly VideoNode[]} nodes
 * @returns {boolean} whether it does
 */
function takeList(nodes) {
  if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) return false
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

async function main() {
  setText(part('video-name', HTMLElement), videoName ?? 'No video')
  document.title = `${videoName ?? 'No video'} · watch`
  setState({ kind: 'loading' })
  if (videoName === undefined) {
    setState({ kind: 'missing', videos: await videosSoFar() })
    await askingForVideos
    return setState({ kind: 'missing', videos })
  }
  const playing = loaded(import('../playing/player.js'))
  const showing = loaded(import('../room/control-room.js'))
  const nodes = await untilNodes()
  setState({ kind: 'loading' })
  const names = nodes.map(({ name }) => name)
  const choices = readChoices(location.hash, names)
  const server = nodes.find(({ url }) => new URL(url).origin === location.origin)?.name ?? location.host
  /** @type {Parameters<typeof describeFacts>[0]} */
  let known = { server, copyAtMs: copyAtMs(), policy: choices.policy, isVerified: false }
  const learn = (/** @type {Partial<typeof known>} */ more) => {
    known = { ...known, ...more }
    showFacts(known)
  }
  learn({})
  let setPolicy = (/** @type {Policy} */ _policy) => {}
  const opening = showing.then(
    ({ ControlRoom }) =>
      new ControlRoom(video, names, choices, ({ policy }) => {
        learn({ policy })
        setPolicy(policy)
      }),
  )
  const listWatch = new ListWatch({
    nodes,
    ask: () => askForNodes({ isFresh: true }),
    onChange(changes, list) {
      if (takeList(list)) return
      learn({ listChanges: changes })
      opening.then(
        (room) => room.note(`The node list has changed: ${changes}. Reload the page to use it.`),
        fail,
      )
    },
    clock: realClock,
  })
  void workerNews().then(() => listWatch.suspect())
  const found = await untilFound(nodes, videoName, () => listWatch.suspect())
  const { versions, discarded } = found
  const replicas = new Replicas()
  learn({ versions, discarded })
  setState({ kind: 'ready' })
  const outage = watchOutage(nodes, found.file, known.policy)
  setPolicy = (policy) => outage.setPolicy(policy)
  const tell = passTo(opening.then((room) => room.showFile(found.file)))
  const { startPlayer } = await playing
  /** @type {Player | undefined} */
  let player
  const showPlayer = async () => {
    if (player === undefined) return // it is told of before it is there
    document.body.dataset['player'] = player.kind
    learn({ player, isVerified: found.isVerified })
    const room = await opening
    room.showPlayer(player)
  }
  player = await startPlayer({
    video,
    file: found.file,
    nodes: nodes
      .filter(({ name }) => found.sources.includes(name))
      .map((node) => withDelay(node, found.delays.get(node.name))),
    onEvent(event) {
      outage.apply(event)
      if (replicas.apply(event)) learn({ replicas: replicas.now })
      watchTrouble(event, outage)
      tell(event)
      if (event.type === 'started') void showPlayer()
      // One that has gone may have moved; one that has come may have been started with another list.
      if (event.type === 'node' && event.before !== 'unknown') listWatch.suspect()
    },
    ...choices,
  })
  await showPlayer()
}

/**
 * @param {VideoNode} node
 * @param {number | undefined} delayMs
 * @returns {VideoNode}
 */
const withDelay = (node, delayMs) => (delayMs === undefined ? node : { ...node, delayMs })

/** @param {unknown} error */
function fail(error) {
  console.error(error)
  setState({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
}

main().catch(fail)
