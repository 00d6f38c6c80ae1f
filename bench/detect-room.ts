/** A viewer, three nodes of his, and one event after the other: how long it takes until each is said. */
import { setTimeout as delay } from 'node:timers/promises'
import { RUNTIME } from '../src/http-client/runtime.ts'
import { nodeAddress } from '../src/node-list.ts'
import { HEARTBEAT_MS } from '../src/player/playing/swarm-player.js'
import { realClock } from '../src/swarm/clock.js'
import type { NodeState, SwarmEvent } from '../src/swarm/events.js'
import { Swarm } from '../src/swarm/swarm.js'
import type { FaultyNode } from '../test/helpers/faulty-node.ts'
import { Viewer } from '../test/swarm/viewer.ts'
import { Alarms, backFrom, type Detection, QUIET, type Sample } from './detections.ts'
import { foundFile } from './found-file.ts'
import { NAME, type Site } from './swarm-site.ts'

/** Of a video whose rate is a bit more than half of what one node gives. */
const VIDEO_BYTES_PER_MS = 223
/** What the watch page is fed ahead of its playhead, unless told otherwise. */
const AHEAD_MS = 10_000
/** Until there is a picture, and something ahead of it, all that helps is worth it. */
const START_MS = 5000
/** Between events: all is well, and nothing may be said. */
const QUIET_MS = { min: 800, max: 2500 }
/** From the word to the end of what happened. */
const LASTS_MS = { min: 200, max: 1200 }
/** What was not said by then is not said. Of one that is not read from the swarm knows nothing for up to half a minute. */
const GIVE_UP_MS = 40_000
const LOOK_MS = 5

/** One viewer's world. */
export class Room {
  readonly samples: Sample[] = []
  readonly alarms = new Alarms()
  /** for how long all nodes were well, and were told to be */
  quietMs = 0
  /** what goes on now */
  #during = QUIET
  readonly #random: () => number
  readonly #nodes: readonly FaultyNode[]
  readonly #swarm: Swarm
  readonly #viewer: Viewer
  readonly #states = new Map<string, NodeState>()
  /** chunks that each node was asked for and has not brought */
  readonly #owed = new Map<string, Set<number>>()

  /** Begins to watch. */
  static async open(site: Site, random: () => number): Promise<Room> {
    const nodes = await site.startNodes()
    const found = await foundFile(
      nodes.map(({ config }) => nodeAddress(config)),
      NAME,
    )
    return new Room(nodes, found, random)
  }

  private constructor(
    nodes: readonly FaultyNode[],
    { file, nodes: addresses }: Awaited<ReturnType<typeof foundFile>>,
    random: () => number,
  ) {
    this.#nodes = nodes
    this.#random = random
    for (const { name } of nodes) {
      this.#owed.set(name, new Set())
      this.alarms.expect(name, 'up')
    }
    const onEvent = (event: SwarmEvent): void => this.#hear(event)
    this.#swarm = new Swarm({ file, nodes: addresses, onEvent, ...RUNTIME, heartbeatMs: HEARTBEAT_MS })
    const watched = { swarm: this.#swarm, file, clock: realClock }
    this.#viewer = new Viewer(watched, { bytesPerMs: VIDEO_BYTES_PER_MS, aheadMs: AHEAD_MS })
  }

  /** for how long the viewer's video stood still */
  get stoodMs(): number {
    return this.#viewer.stoodMs
  }

  /** What comes first is the same for everybody, and over now. */
  async settle(): Promise<void> {
    await delay(START_MS)
    for (const { name } of this.#nodes) this.alarms.expect(name)
  }

  /** One event, from a silence before it to the word that it is over. */
  async bring(detection: Detection): Promise<void> {
    const quietSinceMs = performance.now()
    this.#during = QUIET
    await delay(this.#between(QUIET_MS))
    const node = await this.#suitable(detection)
    this.quietMs += performance.now() - quietSinceMs

    this.#during = detection.name
    this.alarms.expect(node.name, detection.state)
    const begun = detection.fault.begin(node)
    const said = await this.#said(node, detection, detection.state)
    await begun
    this.samples.push({ event: this.#during, said })
    await delay(this.#between(LASTS_MS))

    this.#during = backFrom(detection.name)
    this.alarms.expect(node.name, 'up')
    await detection.fault.end(node)
    const back = await this.#said(node, detection, 'up')
    this.samples.push({ event: this.#during, said: said && back }) // who was not missed is not back
    this.alarms.expect(node.name)
  }

  async close(): Promise<void> {
    this.#viewer.stop()
    this.#swarm.close()
    await Promise.all(this.#nodes.map((node) => node.kill()))
  }

  #hear(event: SwarmEvent): void {
    switch (event.type) {
      case 'node':
        this.#states.set(event.node, event.state)
        break
      case 'asked':
        this.#owed.get(event.node)?.add(event.chunk)
        break
      case 'arrived':
      case 'dropped':
        this.#owed.get(event.node)?.delete(event.chunk)
    }
    if (event.type === 'hedge' && event.atMs - this.#viewer.soughtMs < START_MS) return
    this.alarms.hear(event, this.#during)
  }

  #owes({ name }: FaultyNode): boolean {
    return (this.#owed.get(name)?.size ?? 0) > 0
  }

  /** Waits for a moment at which there are such nodes, and takes any of them. */
  async #suitable({ isOwing }: Detection): Promise<FaultyNode> {
    for (;;) {
      const suitable = this.#nodes.filter((node) => this.#owes(node) === isOwing)
      const node = suitable[Math.floor(suitable.length * this.#random())]
      if (node !== undefined) return node
      await delay(LOOK_MS)
    }
  }

  /** Waits until the node is called so. */
  async #said(node: FaultyNode, { isRate }: Detection, state: NodeState): Promise<Sample['said']> {
    const sinceMs = performance.now()
    let countedMs = 0
    let lookedMs = sinceMs
    while (this.#states.get(node.name) !== state) {
      await delay(LOOK_MS)
      const nowMs = performance.now()
      if (nowMs - sinceMs > GIVE_UP_MS) return undefined
      if (isRate !== true || this.#owes(node)) countedMs += nowMs - lookedMs
      lookedMs = nowMs
    }
    return { countedMs, clockMs: lookedMs - sinceMs }
  }

  #between({ min, max }: { min: number; max: number }): number {
    return min + this.#random() * (max - min)
  }
}
