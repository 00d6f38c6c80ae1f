/** What stands in the demo's way before it has started anything: one error for all ports. */
import { describeListener, type Listener, whoListens } from '../cli/who-listens.ts'
import type { NodeConfig } from '../node-list.ts'

const OTHER_PORTS = 'or name a node list with other ports: --config FILE'

/** @throws Error when nodes of these run already, or something else has their ports */
export async function requireFreePorts(nodes: readonly NodeConfig[]): Promise<void> {
  const found = await Promise.all(nodes.map(async (node) => ({ node, listener: await whoListens(node) })))
  const problem = explainTaken(found)
  if (problem !== undefined) throw new Error(problem)
}

/** Why the demo cannot start; `undefined` when every port is free. Pure. */
export function explainTaken(
  found: readonly { readonly node: NodeConfig; readonly listener: Listener }[],
): string | undefined {
  const taken = found.filter(({ listener }) => listener.kind !== 'nobody')
  if (taken.length === 0) return undefined
  const isOurs = ({ node, listener }: (typeof found)[number]): boolean =>
    listener.kind === 'node' && listener.name === node.name
  if (found.every(isOurs)) {
    const names = found.map(({ node }) => node.name).join(', ')
    const ports = found.map(({ node }) => node.port).join(', ')
    return `The nodes run already: ${names}, on ${found.length === 1 ? 'port' : 'ports'} ${ports}. End them first (q or Ctrl+C in their terminal), ${OTHER_PORTS}`
  }
  const each = taken.map(({ node, listener }) => describeListener(node, listener)).join('; ')
  return `Cannot start the nodes: ${each}. End what is there, ${OTHER_PORTS}`
}
