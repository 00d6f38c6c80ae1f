/** Shows a replication: a live line for each node on a terminal, a plain line for each outcome everywhere. */
import path from 'node:path'
import { isForeign, type ListedNode, ownNodes } from '../node-list.ts'
import type { Notice } from '../replication/notices.ts'
import { type Outcome, type Progress, type ReplicateOptions, replicate } from '../replication/replicate.ts'
import { shortPath } from '../short-path.ts'
import { formatBytes } from '../words/in-words.js'
import { surroundings } from './printed-command.ts'
import { formatProgress, LiveLines } from './progress.ts'
import { describeNotice } from './replicate-notices.ts'
import { style } from './terminal.ts'

/** As {@link ReplicateOptions}, with somebody else's servers among the nodes: these are skipped. */
export interface ShownReplication
  extends Omit<ReplicateOptions, 'onNotice' | 'onProgress' | 'nodes' | 'among'> {
  readonly nodes: readonly ListedNode[]
  /** all nodes of the node list; default: `nodes` */
  readonly among?: readonly ListedNode[]
}

/**
 * Replicates, shows how far it is, and prints how it went.
 * @returns how many nodes failed
 * @throws Error as {@link replicate}
 */
export async function replicateWithProgress(options: ShownReplication): Promise<number> {
  const width = Math.max(...options.nodes.map(({ name }) => name.length))
  const label = (name: string): string => name.padEnd(width)
  const live = process.stderr.isTTY ? new LiveLines(process.stderr) : undefined
  const startedMs = performance.now()
  const onProgress = ({ node, state, doneBytes, totalBytes }: Progress): void => {
    const seconds = (performance.now() - startedMs) / 1000
    const bar = state === 'checking' ? 'comparing hashes' : formatProgress(doneBytes, totalBytes, seconds)
    const suffix = state === 'copying' || state === 'checking' ? '' : `  ${state}`
    live?.set(node.name, `${label(node.name)}  ${bar}${suffix}`)
  }
  const nodes = ownNodes(options.nodes)
  const among = ownNodes(options.among ?? options.nodes)
  const surrounding = surroundings()
  const late: string[] = []
  const onNotice = (notice: Notice): void => {
    const text = describeNotice(notice, options.file, options.name, surrounding)
    if (notice.kind === 'overtaken') late.push(text)
    else console.error(text) // before anything is copied
  }
  const { outcomes, sizeBytes } = await replicate({ ...options, nodes, among, onNotice, onProgress }).finally(
    () => live?.end(true),
  )

  for (const { node, outcome } of outcomes) {
    const target = shortPath(path.join(node.root, ...options.name.split('/')))
    console.log(`${label(node.name)}  ${describe(outcome)}  ${target} (${formatBytes(sizeBytes)})`)
  }
  for (const { name, url } of options.nodes.filter(isForeign))
    console.log(`${label(name)}  skipped: ${url} is somebody else's server; copy the file there yourself`)
  for (const text of late) console.error(text)
  return outcomes.filter(({ outcome }) => outcome.kind === 'failed').length
}

function describe(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'replicated':
      return style('green', 'replicated')
    case 'up to date':
      return style('green', 'already up to date')
    case 'failed':
      return `${style('red', 'failed')}: ${outcome.why}`
  }
}
