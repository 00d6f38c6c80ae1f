/** Why no node answered, and what to do: refused, silent and slow are three things. Pure. */
import { isForeign, type ListedNode } from '../node-list.ts'
import { listedDelayMs } from '../swarm/patience.js'
import { type Surroundings, startCommand } from './printed-command.ts'

/** A node that gave no answer, and what is known of why. */
export interface Unanswering {
  readonly node: ListedNode
  /** `refused` stands for whatever the system is sure of: nobody can be reached there now */
  readonly why: 'refused' | 'silent' | 'slow' | 'not a node'
}

/**
 * One sentence and one piece of advice.
 * @param waitLonger the flag that gives them more time
 */
export function explainNobody(
  nodes: readonly Unanswering[],
  waitLonger: string,
  where: Surroundings,
): string {
  const command = startCommand(
    nodes.flatMap(({ node, why }) => (why === 'refused' ? [node] : [])),
    where,
  )
  const start = command === undefined ? '' : ` Start one: ${command}`
  if (nodes.every(({ why }) => why === 'refused')) return `No node is up.${start}`
  const states = nodes.map((one) => `${one.node.name} ${WORDS[one.why](one.node)}`).join('; ')
  const hasWhy = (wanted: Unanswering['why']): boolean => nodes.some(({ why }) => why === wanted)
  const advice = hasWhy('slow')
    ? ` Give them longer: ${waitLonger}`
    : hasWhy('silent')
      ? ` What is silent may hang: end that process and start it again, or give it longer with ${waitLonger}`
      : start
  return `No node has answered: ${states}.${advice}`
}

const WORDS: Readonly<Record<Unanswering['why'], (node: ListedNode) => string>> = {
  refused: () => 'refused',
  silent: () => 'is silent',
  slow: (node) => (isForeign(node) ? 'is slow' : `is slow (${listedDelayMs(node)} ms by the node list)`),
  'not a node': () => 'is something else than a node',
}
