/** A viewer to whom, and to whose nodes, anything happens, the same for the same seed. */

import type { Policy } from '../../../../src/player/playing/player-events.js'
import { seededRandom } from '../../../helpers/random.ts'
import { PLAIN_FAULTS } from '../../../swarm/random-faults.ts'
import type { NodeBehaviour, SimulatedNode } from '../../../swarm/simulation.ts'
import { SimulatedPlayer } from './simulated-player.ts'
import { askedAllTheSame, untruths } from './truth.ts'

const MS = 40_000
const KIB = 1024

const NODES: readonly Partial<NodeBehaviour>[] = [
  { delayMs: 50, bytesPerMs: 1024 },
  { delayMs: 150, bytesPerMs: 512 },
  { delayMs: 300, bytesPerMs: 256 },
]
const POLICIES: readonly Policy[] = [
  { kind: 'all' },
  { kind: 'all' },
  { kind: 'fastest' },
  { kind: 'only', node: 'node1' },
  { kind: 'only', node: 'node3' },
]

type After = (ms: number, run: () => void) => void
type Fault = (node: SimulatedNode, random: () => number, after: After) => void
const OTHER = { status: 206, fields: { 'Content-Range': 'bytes 0-0/7' } }
const FAULTS: readonly Fault[] = [
  ...PLAIN_FAULTS,
  (node, random) => {
    node.behaviour.bytesPerMs = 2 ** (8 * random())
  },
  (node, random) => {
    node.behaviour.delayMs = 3000 * random()
  },
  (node, random) => {
    node.behaviour.cutAfter = 200_000 * random()
  },
  (node) => {
    node.behaviour.answer = () => OTHER
  },
  (node, random, after) => {
    for (let atMs = 0; atMs < 20_000 * random(); atMs += 800 + 3_000 * random()) {
      after(atMs, () => node.kill())
      after(atMs + 700 * random(), () => node.restart())
    }
  },
  (node, random) => {
    const status = [404, 404, 500, 503][Math.floor(4 * random())] ?? 404
    node.behaviour.answer = () => ({ status, fields: {} })
  },
]

function mend(node: SimulatedNode, healthy: Partial<NodeBehaviour>): void {
  const whole = { isCorrupt: false, cutAfter: undefined, answer: undefined }
  Object.assign(node.behaviour, whole, healthy)
  node.restart()
}

/** Something happens, to one node, to all, or to the viewer. */
function happen(player: SimulatedPlayer, random: () => number): void {
  const kind = random()
  const fault = FAULTS[Math.floor(random() * FAULTS.length)]
  const pick = Math.floor(random() * NODES.length)
  player.simulation.nodes.forEach((node, index) => {
    if (kind >= 0.2 && index !== pick) return
    if (kind < 0.1 || (kind >= 0.2 && kind < 0.5)) mend(node, NODES[index] ?? {})
    else if (kind < 0.85) fault?.(node, random, (ms, run) => player.simulation.after(ms, run))
  })
  if (kind > 0.95) player.isPaused = !player.isPaused
  else if (kind > 0.9) player.seek(random())
  else if (kind > 0.85) player.setPolicy(POLICIES[Math.floor(random() * POLICIES.length)] ?? { kind: 'all' })
}

/** What a viewing was, and what was said in it that is not true. */
export interface Viewed {
  readonly player: SimulatedPlayer
  readonly wrong: string[]
}

/** Lets a viewer watch for a while; ends with the first untruth. */
export async function viewAtRandom(seed: number): Promise<Viewed> {
  const random = seededRandom(seed)
  const player = new SimulatedPlayer(
    { sizeBytes: 6_000 * KIB, chunkBytes: 64 * KIB, bytesPerSecond: 128 * KIB, random },
    NODES,
  )
  player.aheadSeconds = 1 + 8 * random()
  const wrong = new Set<string>()
  player.onEvent = (event, when) => {
    if (when === 'after') return
    for (const what of askedAllTheSame(event, player)) wrong.add(`at ${player.nowMs}: ${what}`)
    if (event.type !== 'verified') return
    const isLeftOut = player.story.lines.some(({ text }) => text.includes(`${event.node} is left out`))
    if (isLeftOut) wrong.add(`${event.node} brings chunk ${event.chunk} while it is left out`)
  }
  while (player.nowMs < MS && wrong.size === 0) {
    const untilMs = player.nowMs + 2_500 * random()
    while (player.nowMs < untilMs && wrong.size === 0) {
      await player.simulation.pass(100)
      for (const what of untruths(player)) wrong.add(`at ${player.nowMs}: ${what}`)
    }
    happen(player, random)
  }
  player.simulation.swarm.close()
  return { player, wrong: [...wrong].map((what) => `seed ${seed}: ${what}`) }
}
