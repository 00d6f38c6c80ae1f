// @ts-check
/** The watch page: finds the video on the nodes, plays it, and says so when it cannot. */
/** @import { SwarmEvent } from '../../swarm/events.js' */
/** @import { Player, PlayerEvent, Policy, VideoFile, VideoNode } from '../playing/player-events.js' */
import { realClock } from '../../swarm/clock.js'
import { findFile } from '../../swarm/find-file.js'
import { asFound } from '../../swarm/replica.js'
import { element, part, setText } from '../element.js'
import { readChoices } from '../playing/choices.js'
import { workerNews } from '../worker/prepare-worker.js'
import { fetchEarly, leaveEarly, takeNodes, whoHasBegun } from './early.js'
import { passTo } from './event-relay.js'
import { LabWatch } from './lab-watch.js'
import { ListWatch } from './list-watch.js'
import { loaded, takeList } from './load-anew.js'
import { askForLessons, askForNodes } from './node-api.js'
import { isServerOf } from './own-server.js'
import { describeFacts } from './page-facts.js'
import { PageOutage } from './page-outage.js'
import { PageStatus } from './page-status.js'
import { pictureFirst } from './picture-first.js'
import { Replicas } from './replicas.js'
import { videoOfPath } from './video-of-path.js'
import { VideoSearch } from './video-search.js'

/** How often the page counts the seconds of an outage. */
const COUNT_MS = 1_000

const videoName = videoOfPath(location.pathname)
const video = part('video', HTMLVideoElement)
const status = new PageStatus(videoName)
const search = new VideoSearch(status, { takeNodes, fetch: fetchEarly })

/**
 * The outage of a page that plays a file: shown while it lasts.
 * @param {readonly VideoNode[]} nodes
 * @param {VideoFile} played
 * @param {Policy} policy
 */
function watchOutage(nodes, { name, size, sha256 }, policy) {
  const show = () => status.show(outage.state ?? { kind: 'ready' })
  const find = async () => {
    const found = await findFile({ nodes, video: name, fetch: fetch.bind(globalThis), clock: realClock })
    if (found.kind !== 'found') return []
    const isSame = found.file.size === size && (found.file.sha256 ?? sha256) === (sha256 ?? found.file.sha256)
    return isSame ? [] : (found.versions[0]?.nodes ?? [])
  }
  const outage = new PageOutage({ find, clock: realClock, onChange: show, policy })
  setInterval(() => outage.state && show(), COUNT_MS)
  return outage
}

/** @param {SwarmEvent | PlayerEvent} event @param {PageOutage} outage which comes first while it lasts */
function watchTrouble(event, outage) {
  if (event.type !== 'media trouble') return
  status.setTrouble(event.trouble)
  status.show(outage.state ?? { kind: 'ready' })
}

/**
 * What is done to the nodes on purpose is shown, and can be done from the page.
 * @param {import('../room/control-room.js').ControlRoom} room
 * @param {readonly VideoNode[]} nodes
 */
function followLabs(room, nodes) {
  const own = nodes.filter(({ isForeign }) => !isForeign)
  const labs = new LabWatch({
    nodes: own,
    fetch: fetch.bind(globalThis),
    clock: realClock,
    onChange: (name, seen) => room.seeLab(name, seen),
    isLooking: () => !document.hidden,
  })
  room.showLab(
    labs,
    own.map(({ name }) => name),
    askForLessons,
  )
  labs.start()
}

/** @param {Parameters<typeof describeFacts>[0]} known */
function showFacts(known) {
  part('facts', HTMLElement).replaceChildren(
    ...describeFacts(known).map(({ text, tone, why }) =>
      element('li', { 'data-tone': tone, title: why }, text),
    ),
  )
}

/** When the node of a page that was opened from a copy was last heard of, ms since 1970: the worker writes it there. */
const copyAtMs = () => Number(document.documentElement.dataset['copyAtMs']) || undefined

async function main() {
  setText(part('video-name', HTMLElement), videoName ?? 'No video')
  document.title = `${videoName ?? 'No video'} · watch`
  status.show({ kind: 'loading' })
  if (videoName === undefined) return search.showVideos()
  const playing = loaded(import('../playing/player.js'), status, search)
  const showing = loaded(import('../room/control-room.js'), status, search)
  const nodes = await search.untilNodes()
  status.show({ kind: 'loading' })
  const names = nodes.map(({ name }) => name)
  const choices = readChoices(location.hash, names)
  const server = nodes.find((node) => isServerOf(node, location.origin))?.name ?? location.host
  /** @type {Parameters<typeof describeFacts>[0]} */
  let known = { server, copyAtMs: copyAtMs(), policy: choices.policy, isVerified: false }
  const learn = (/** @type {Partial<typeof known>} */ more) => {
    known = { ...known, ...more }
    showFacts(known)
  }
  learn({})
  let setPolicy = (/** @type {Policy} */ _policy) => {}
  const opening = Promise.all([showing, pictureFirst(video, realClock)]).then(
    ([{ ControlRoom }]) =>
      new ControlRoom(video, names, choices, ({ policy }) => {
        learn({ policy })
        setPolicy(policy)
      }),
  )
  opening.then((room) => followLabs(room, nodes), fail)
  let hadPicture = false
  video.addEventListener('loadeddata', () => {
    hadPicture = true
  })
  const listWatch = new ListWatch({
    nodes,
    ask: () => askForNodes({ isFresh: true }),
    onChange(changes, list) {
      if (!hadPicture && takeList(list)) return
      learn({ listChanges: changes })
      opening.then(
        (room) => room.note(`The node list has changed: ${changes}. Reload the page to use it.`),
        fail,
      )
    },
    clock: realClock,
  })
  void workerNews().then(() => listWatch.suspect())
  const found = await search.untilFound(nodes, videoName, () => {
    leaveEarly() // by the time that there is something to play, that is old
    listWatch.suspect()
  })
  const { versions, discarded } = found
  const replicas = new Replicas()
  learn({ versions, discarded })
  status.show({ kind: 'ready' })
  const outage = watchOutage(nodes, found.file, known.policy)
  setPolicy = (policy) => outage.setPolicy(policy)
  const tell = passTo(
    opening.then((room) => room.showFile(found.file, nodes)),
    fail,
  )
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
  const begun = whoHasBegun()
  const onEvent = (/** @type {SwarmEvent | PlayerEvent} */ event) => {
    outage.apply(event)
    if (replicas.apply(event)) learn({ replicas: replicas.now })
    watchTrouble(event, outage)
    tell(event)
    if (event.type === 'started') void showPlayer()
    // One that has gone may have moved; one that has come may have been started with another list.
    if (event.type === 'node' && event.before !== 'unknown') listWatch.suspect()
  }
  player = await startPlayer({
    video,
    file: found.file,
    nodes: nodes.filter(({ name }) => found.sources.includes(name)).map((node) => asFound(node, found)),
    onEvent,
    early: { fetch: fetchEarly, ...(begun && { begun }) },
    ...choices,
  })
  const bytes = leaveEarly()
  if (begun !== undefined && bytes > 0)
    onEvent({ type: 'wasted', atMs: performance.now(), node: begun.node, bytes, why: 'cancelled' })
  await showPlayer()
}

/** @param {unknown} error */
function fail(error) {
  console.error(error)
  status.show({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
}

main().catch(fail)
