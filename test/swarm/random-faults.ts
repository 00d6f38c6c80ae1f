/** What may happen to a simulated node, at random, and how it is mended. */
import type { NodeBehaviour, SimulatedNode } from './simulation.ts'

export type Fault = (node: SimulatedNode, random: () => number) => void
/** Those that strike alike whatever the video's size and rate are. */
export const PLAIN_FAULTS: readonly Fault[] = [
  (node) => node.kill(),
  (node) => node.kill(),
  (node) => {
    node.behaviour.isHung = true
  },
  (node) => {
    node.behaviour.isCorrupt = true
  },
  (node, random) => {
    const bad = Math.floor(random() * 10)
    node.behaviour.isCorrupt = (chunk) => chunk % 10 === bad
  },
]
/** Each may strike at any moment, on top of others. */
export const FAULTS: readonly Fault[] = [
  ...PLAIN_FAULTS,
  (node, random) => {
    node.behaviour.bytesPerMs = 2 ** (10 * random())
  },
  (node, random) => {
    node.behaviour.delayMs = 3000 * random()
  },
  (node, random) => {
    node.behaviour.cutAfter = 500_000 * random()
  },
  (node, random) => {
    node.behaviour.endAfter = 500_000 * random()
  },
  (node, random) => {
    const status = [200, 404, 416, 429, 500, 503][Math.floor(6 * random())] ?? 500
    node.behaviour.answer = () => ({ status, fields: { 'Retry-After': '0' } })
  },
  (node) => {
    node.behaviour.answer = ({ start, end }) => ({
      status: 206,
      fields: { 'Content-Range': `bytes ${start}-${end}/99999999` }, // another version
    })
  },
]

/** As it was before all faults. */
export function mend(node: SimulatedNode, healthy: Partial<NodeBehaviour>): void {
  Object.assign(
    node.behaviour,
    { isCorrupt: false, cutAfter: undefined, endAfter: undefined, answer: undefined },
    healthy,
  )
  node.restart()
}
