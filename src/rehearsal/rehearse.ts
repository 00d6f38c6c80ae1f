/** Plays a scenario on nodes of its own, with viewers without a screen. Leaves no process and no file behind. */
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { RUNTIME } from '../http-client/runtime.ts'
import { nodeAddress } from '../node-list.ts'
import type { Stall } from '../player/playing/stalls.js'
import { replicate } from '../replication/replicate.ts'
import { plan } from '../scenario/plan.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { realClock } from '../swarm/clock.js'
import type { SwarmEvent } from '../swarm/events.js'
import { findFile } from '../swarm/find-file.js'
import { asFound } from '../swarm/replica.js'
import { type Action, describeAction, endMsOf, whyTooShort } from '../verdict/action.js'
import type { Measured } from '../verdict/judge.js'
import { type Met, Tally, worstOf } from '../verdict/tally.js'
import { secondsOf } from '../viewing/duration.ts'
import { Viewer } from '../viewing/viewer.ts'
import { formatMs } from '../words/in-words.js'
import { Stage } from './stage.ts'
import { describeEvent } from './telling.ts'

/** Without a picture after so long there is nothing to play a scenario with. */
const PICTURE_MS = 30_000
/** This process was not let run for so long: what went wrong then need not be the nodes' doing. */
const PAUSE_MS = 250
const PAUSE_CHECK_MS = 50

export interface RehearsalOptions {
  readonly scenario: Scenario
  /** path of the video */
  readonly file: string
  readonly viewers: number
  /** told of everything that happens, with the time since the first picture */
  readonly onLine: (atMs: number, who: 'lab' | 'reader', text: string) => void
  readonly signal: AbortSignal
}

/** @throws Error when the nodes cannot be started or filled */
export async function rehearse(options: RehearsalOptions): Promise<Measured> {
  const stage = await Stage.open(options.scenario.nodes)
  const viewers: Viewer[] = []
  try {
    return await perform(options, stage, viewers)
  } finally {
    for (const viewer of viewers) viewer.close()
    await stage.close()
  }
}

async function perform(
  { scenario, file, viewers: count, onLine, signal }: RehearsalOptions,
  stage: Stage,
  viewers: Viewer[],
): Promise<Measured> {
  const watched = await fill(stage, file, signal)
  const seconds = await secondsOf(watched, signal)
  const { lookAheadSeconds } = scenario

  let beganMs = performance.now()
  const tallies = Array.from({ length: count }, () => new Tally())
  const sinceBegan = (): number => performance.now() - beganMs
  const onEvent = (index: number) => (event: SwarmEvent | Stall) => {
    tallies[index]?.apply(event)
    const text = describeEvent(event)
    if (index === 0 && text !== undefined) onLine(sinceBegan(), 'reader', text)
  }
  for (let index = 0; index < count; index++)
    viewers.push(new Viewer({ ...watched, lookAheadSeconds, seconds, onEvent: onEvent(index) }))
  await firstPicture(viewers, signal)
  beganMs = performance.now()
  for (const tally of tallies) tally.begin(watched.file.size)

  const actions = plan(scenario)
  const endMs = endMsOf({ actions, lookAheadSeconds }, seconds)
  const pauses = watchPauses()
  try {
    const { undone, latestMs } = await playOut(actions, {
      stage,
      seed: scenario.seed,
      sinceBegan,
      wait: (atMs) => delay(Math.max(0, beganMs + atMs - performance.now()), undefined, { signal }),
      onAct: () => {
        for (const tally of tallies) tally.act()
      },
      onDone: (text) => onLine(sinceBegan(), 'lab', text),
    })
    await delay(Math.max(0, endMs - sinceBegan()), undefined, { signal })
    return {
      ...worstOf(tallies.map((tally) => tally.met(performance.now())) as [Met, ...Met[]]),
      firstPictureMs: latestPictureMs(viewers),
      latestMs,
      undone: [...undone, whyTooShort(actions, seconds)].filter((why) => why !== '').join('; '),
      excuse: pauses.longestMs < PAUSE_MS ? '' : `this machine stood still for ${formatMs(pauses.longestMs)}`,
    }
  } finally {
    pauses.end()
  }
}

interface Playing {
  readonly stage: Stage
  readonly seed: number
  sinceBegan(): number
  /** until so long after the beginning */
  wait(atMs: number): Promise<void>
  /** something is about to be done */
  onAct(): void
  /** it has been, or why not, in words */
  onDone(text: string): void
}

/**
 * Does everything at its time: what is done to one node in order, what is done to several at once.
 * @returns what could not be done, and how late the latest was in force; a node that is started takes its time
 */
async function playOut(
  actions: readonly Action[],
  playing: Playing,
): Promise<{ readonly undone: readonly string[]; readonly latestMs: number }> {
  const undone: string[] = []
  let latestMs = 0
  const playNode = async (ofNode: readonly Action[]): Promise<void> => {
    for (const action of ofNode) {
      await playing.wait(action.atMs)
      playing.onAct()
      const problem = await playing.stage.act(action, playing.seed)
      if (action.kind !== 'start') latestMs = Math.max(latestMs, playing.sinceBegan() - action.atMs)
      playing.onDone(problem ?? describeAction(action))
      if (problem !== undefined) undone.push(problem)
    }
  }
  const nodes = new Set(actions.map(({ node }) => node))
  await Promise.all([...nodes].map((name) => playNode(actions.filter(({ node }) => node === name))))
  return { undone, latestMs }
}

/** Copies the video to the nodes, and finds it there as any reader does. */
async function fill({ nodes }: Stage, file: string, signal: AbortSignal) {
  const video = path.basename(file)
  await replicate({ file, name: video, nodes })
  const addresses = nodes.map(nodeAddress)
  const { fetch } = RUNTIME
  const found = await findFile({ nodes: addresses, video, fetch, clock: realClock, signal })
  if (found.kind !== 'found') throw new Error(`${video} is on no node`)
  return { file: found.file, nodes: addresses.map((node) => asFound(node, found)) }
}

/** When the last of them had a picture; `undefined`: one never had. */
function latestPictureMs(viewers: readonly Viewer[]): number | undefined {
  const firsts = viewers.flatMap(({ state }) => state.firstPictureMs ?? [])
  return firsts.length === viewers.length ? Math.max(...firsts) : undefined
}

/** Looks whether this process is let run: what it does not see in time is not the nodes' doing. */
function watchPauses(): { readonly longestMs: number; end(): void } {
  let lookedMs = performance.now()
  const timer = setInterval(() => {
    const nowMs = performance.now()
    watch.longestMs = Math.max(watch.longestMs, nowMs - lookedMs - PAUSE_CHECK_MS)
    lookedMs = nowMs
  }, PAUSE_CHECK_MS)
  const watch = { longestMs: 0, end: () => clearInterval(timer) }
  return watch
}

async function firstPicture(viewers: readonly Viewer[], signal: AbortSignal): Promise<void> {
  const endMs = performance.now() + PICTURE_MS
  while (viewers.some(({ state }) => state.firstPictureMs === undefined) && performance.now() < endMs)
    await delay(20, undefined, { signal })
}
