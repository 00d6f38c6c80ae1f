/** Why a video cannot be read from any node, and what to do. */
import type { ListedNode } from '../node-list.ts'
import { findRemoteLookalike } from '../pulling/remote-lookalike.ts'
import type { Found } from '../swarm/find-file.js'
import { explainNobody } from './explain-nobody.ts'
import { adviseCopy, printedCommand, type Surroundings } from './printed-command.ts'

/** Who wanted to read it, and how. */
export interface Wanted {
  readonly video: string
  readonly listed: readonly ListedNode[]
  readonly where: Surroundings
  /** the command that may be typed again with another name */
  readonly script: string
  /** the flag that gives nodes more time */
  readonly waitLonger: string
}

/** In sentences, with a command to paste. Asks the nodes that answer for names that look the same. */
export async function explainNoSource(
  found: Exclude<Found, { kind: 'found' }>,
  { video, listed, where, script, waitLonger }: Wanted,
): Promise<string> {
  if (found.kind === 'no node') {
    const unanswering = listed.map((node) => {
      const isKnown = found.replies.get(node.name)?.failure !== undefined
      return { node, why: isKnown ? ('refused' as const) : ('silent' as const) }
    })
    return explainNobody(unanswering, waitLonger, where)
  }
  const answering = listed.filter(({ name }) => found.replies.get(name)?.delayMs !== undefined)
  const lookalike = await findRemoteLookalike(answering, video)
  if (lookalike !== undefined) {
    const command = printedCommand(script, [lookalike.name], [], where)
    return `No node that is up has ${video}. ${lookalike.node} has one that looks the same and is spelt with other code points: ${command}`
  }
  const problems = found.discarded.map(({ node, why }) => ` ${node}: ${why}.`).join('')
  return `No node that is up has ${video}.${problems} ${adviseCopy(video, where)}`
}
