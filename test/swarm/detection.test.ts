/**
 * What is said of nodes while somebody watches: nothing as long as nothing is wrong with them, whatever the page or
 * its machine goes through; and soon when something is.
 */
import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/swarm/clock.js'
import type { NodeState } from '../../src/swarm/events.js'
import { seededRandom } from '../helpers/random.ts'
import { BusyLoop, throttled } from './busy-loop.ts'
import { type NodeBehaviour, type SimulatedNode, Simulation, simulatedFile } from './simulation.ts'
import { Viewer } from './viewer.ts'

const DEMO_BYTES = 6_684_647
/** 30 s of it. */
const DEMO_RATE = DEMO_BYTES / 30_000
const HEARTBEAT_MS = 2000
const MINUTE_MS = 60_000
/** Until there is a picture, and something ahead of it, all that helps is worth it. */
const START_MS = 5000

type Nodes = readonly Partial<NodeBehaviour>[]
const unlimited = (...delays: number[]): Nodes =>
  delays.map((delayMs) => ({ delayMs, bytesPerMs: Number.POSITIVE_INFINITY }))
const megabits = (mbit: number, ...delays: number[]): Nodes =>
  delays.map((delayMs) => ({ delayMs, bytesPerMs: (mbit * 1e6) / 8 / 1000 }))
const DEMO = unlimited(50, 150, 300)

/** Opens a video as the page does. */
interface Watching {
  readonly nodes?: Nodes
  readonly seed?: number
  readonly aheadMs?: number
  /** the page's timers fire at multiples of this only */
  readonly throttleMs?: number
}

interface World {
  readonly simulation: Simulation
  readonly viewer: Viewer
  /** the page's */
  readonly loop: BusyLoop
  readonly random: () => number
}

function watch({ nodes = DEMO, seed = 1, aheadMs = 10_000, throttleMs }: Watching): World {
  const random = seededRandom(seed)
  let loop: BusyLoop | undefined
  let clock: Clock | undefined
  const simulation = new Simulation(simulatedFile(DEMO_BYTES), nodes, {
    random,
    heartbeatMs: HEARTBEAT_MS,
    hashMs: 1,
    knowsDelays: true,
    through: (world, fetch) => {
      loop = new BusyLoop(world)
      clock = throttleMs === undefined ? loop.clock : throttled(world, throttleMs)
      return { clock, fetch: loop.wrap(fetch) }
    },
  })
  if (loop === undefined || clock === undefined) throw new Error('The swarm was not opened')
  const viewer = new Viewer(simulation, { bytesPerMs: DEMO_RATE, aheadMs, clock })
  return { simulation, viewer, loop, random }
}

/** All that a page would tell as trouble. */
const trouble = ({ simulation }: World): string[] =>
  simulation.events.flatMap((event) => {
    const at = `${Math.round(event.atMs)} ms:`
    if (event.type === 'node' && event.state !== 'up')
      return [`${at} ${event.node} ${event.state}, ${event.why}`]
    if (event.type === 'hedge' && event.atMs > START_MS)
      return [`${at} chunk ${event.chunk} of ${event.from} asked of ${event.to} as well`]
    if (event.type === 'outage' || event.type === 'failover') return [`${at} ${event.type}`]
    return []
  })

/** Something that happens again and again, at random intervals of up to so long. */
function again({ simulation, random }: World, maxMs: number, act: () => void): void {
  const next = (): void => {
    act()
    simulation.after(maxMs * random(), next)
  }
  simulation.after(maxMs * random(), next)
}

type Happening = (world: World) => void
const nothing: Happening = () => {}

const SILENT: [what: string, watching: Watching, happening: Happening, minutes: number][] = [
  ['the demo is left alone', {}, nothing, 10],
  ['with two seconds ahead', { aheadMs: 2000 }, nothing, 10],
  ['with half a minute ahead', { aheadMs: 30_000 }, nothing, 3],
  ['twenty nodes', { nodes: unlimited(...Array.from({ length: 20 }, (_, i) => 20 + 15 * i)) }, nothing, 10],
  ['one node', { nodes: unlimited(150) }, nothing, 10],
  ['no latency at all', { nodes: unlimited(0, 0, 0) }, nothing, 3],
  ['nodes of 3 Mbit/s', { nodes: megabits(3, 50, 150, 300) }, nothing, 10],
  [
    'nodes of 3 Mbit/s, and two seconds ahead',
    { nodes: megabits(3, 50, 150, 300), aheadMs: 2000 },
    nothing,
    5,
  ],
  ['nodes of 20 Mbit/s', { nodes: megabits(20, 50, 150, 300) }, nothing, 5],
  [
    'one that was set up to be fifty times slower',
    { nodes: [...megabits(50, 50, 150), ...megabits(1, 300)] },
    nothing,
    5,
  ],
  [
    'it is paused',
    {},
    ({ simulation, viewer }) => {
      simulation.after(5000, () => {
        viewer.isPaused = true
      })
    },
    10,
  ],
  [
    'it is paused and goes on, again and again',
    { nodes: megabits(3, 50, 150, 300) },
    (world) =>
      again(world, 20_000, () => {
        world.viewer.isPaused = !world.viewer.isPaused
      }),
    5,
  ],
  ['the tab is in the background: timers once a second', { throttleMs: 1000 }, nothing, 5],
  [
    'the same, with nodes of 3 Mbit/s',
    { throttleMs: 1000, nodes: megabits(3, 50, 150, 300), aheadMs: 30_000 },
    nothing,
    5,
  ],
  ['timers once a minute', { throttleMs: MINUTE_MS, aheadMs: 30_000 }, nothing, 10],
  [
    'the machine sleeps, and wakes up',
    { nodes: megabits(3, 50, 150, 300) },
    (world) => again(world, 10_000, () => world.simulation.clock.sleep(3_600_000 * world.random())),
    240,
  ],
  [
    'the page is short of CPU',
    {},
    (world) => again(world, 1000, () => world.loop.block(50 + 750 * world.random())),
    10,
  ],
  [
    'the same, with nodes of 3 Mbit/s',
    { nodes: megabits(3, 50, 150, 300) },
    (world) => again(world, 1000, () => world.loop.block(50 + 750 * world.random())),
    10,
  ],
  [
    'somebody seeks four times a second, for 10 s every half a minute',
    { nodes: megabits(20, 50, 150, 300) },
    (world) =>
      again(world, 30_000, () => {
        for (let ms = 0; ms < 10_000; ms += 250)
          world.simulation.after(ms, () => world.viewer.seek(Math.floor(DEMO_BYTES * 0.9 * world.random())))
      }),
    4,
  ],
]

describe('nothing is said while', () => {
  test.for(SILENT)('%s', async ([, watching, happening, minutes]) => {
    const world = watch(watching)
    happening(world)
    await world.simulation.pass(minutes * MINUTE_MS)
    expect(trouble(world)).toEqual([])
    expect(world.simulation.told('delivered').length).toBeGreaterThan(5)
    world.simulation.swarm.close()
  })
})

/** Waits for something, looking every few ms. @returns how much of that time `counts` held */
async function until(world: World, isSo: () => boolean, counts = (): boolean => true): Promise<number> {
  const STEP_MS = 10
  let countedMs = 0
  for (let ms = 0; !isSo(); ms += STEP_MS) {
    if (ms > MINUTE_MS) return Number.POSITIVE_INFINITY
    await world.simulation.pass(STEP_MS)
    if (counts()) countedMs += STEP_MS
  }
  return countedMs
}

/** Whom something happens to, and how long that takes to be told. */
interface Detection {
  readonly what: string
  readonly nodes: Nodes
  /** the moment is one at which the node owes something, or none at which it does */
  readonly isOwing: boolean
  readonly happen: (node: SimulatedNode) => void
  readonly state: NodeState
  readonly maxMs: number
  /** only time in which it is read from counts */
  readonly isRead?: boolean
}

const LIMITED = megabits(3, 50, 150, 300)
const kill = (node: SimulatedNode): void => node.kill()
const hang = (node: SimulatedNode): void => {
  node.behaviour.isHung = true
}
const slowDown = (node: SimulatedNode): void => {
  node.behaviour.bytesPerMs /= 16
}

const DETECTIONS: readonly Detection[] = [
  {
    what: 'killed while it owes something',
    nodes: LIMITED,
    isOwing: true,
    happen: kill,
    state: 'down',
    maxMs: 300,
  },
  { what: 'killed while idle', nodes: DEMO, isOwing: false, happen: kill, state: 'down', maxMs: 2500 },
  {
    what: 'hung while it owes something',
    nodes: LIMITED,
    isOwing: true,
    happen: hang,
    state: 'no answer',
    maxMs: 1500,
  },
  // The page calls every 2 s, and waits for 1.5 s.
  { what: 'hung while idle', nodes: DEMO, isOwing: false, happen: hang, state: 'no answer', maxMs: 3600 },
  {
    what: 'cut to 1/16',
    nodes: LIMITED,
    isOwing: true,
    happen: slowDown,
    state: 'slow',
    maxMs: 3000,
    isRead: true,
  },
]

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1)

describe.each(DETECTIONS)('$what: said within $maxMs ms', (detection) => {
  test.for(SEEDS)('seed %i', async (seed) => {
    const world = watch({ nodes: detection.nodes, seed })
    const { simulation, random } = world
    const fits = (node: SimulatedNode): boolean => node.open > 0 === detection.isOwing
    await simulation.pass(START_MS + 12_000 * random())
    await until(world, () => simulation.nodes.some(fits))
    const fitting = simulation.nodes.filter(fits)
    const node = fitting[Math.floor(fitting.length * random())]
    if (node === undefined) throw new Error('There was no such moment')
    const isIn = (state: NodeState): boolean => simulation.statesOf(node.name).at(-1) === state
    detection.happen(node)
    const ms = await until(
      world,
      () => isIn(detection.state),
      () => detection.isRead !== true || node.open > 0,
    )
    expect(ms).toBeLessThanOrEqual(detection.maxMs)
    for (const other of simulation.nodes.filter((one) => one !== node))
      expect(simulation.statesOf(other.name)).toEqual(['up'])

    await simulation.pass(8000 * random())
    if (detection.state === 'slow') return
    node.restart()
    expect(await until(world, () => isIn('up'))).toBeLessThanOrEqual(1500)
    expect(world.viewer.stoodMs).toBeLessThan(100)
  })
})
