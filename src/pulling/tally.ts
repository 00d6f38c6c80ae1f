/** Who brought what: folds a swarm's events into figures for each node. Fetches and prints nothing. */
import type { NodeState, SwarmEvent } from '../swarm/events.js'
import { broughtBy } from '../swarm/events.js'

/** What one node did for a download. */
export interface NodeTally {
  readonly name: string
  /** bytes of it that were used */
  bytes: number
  chunks: number
  /** chunks that were thrown away because their hash was wrong */
  readonly rejected: number[]
  state: NodeState
  /** why it has that state */
  why: string
}

/** Figures of one download. */
export class Tally {
  readonly nodes: ReadonlyMap<string, NodeTally>
  /** which node brought each chunk */
  readonly broughtBy = new Map<number, string>()
  /** chunks that an earlier run had brought */
  resumed: ReadonlySet<number> = new Set()
  doneBytes = 0
  wastedBytes = 0
  failovers = 0

  /** @param names in the order of the node list */
  constructor(names: readonly string[]) {
    this.nodes = new Map(
      names.map((name) => [
        name,
        { name, bytes: 0, chunks: 0, rejected: [], state: 'unknown', why: 'it was not asked' },
      ]),
    )
  }

  /** Takes in what an earlier run had left. */
  resume(chunks: ReadonlySet<number>, bytes: number): void {
    this.resumed = chunks
    this.doneBytes += bytes
  }

  /** Takes an event in. @returns whether it brought a chunk */
  add(event: SwarmEvent): boolean {
    if (event.type === 'failover') this.failovers++
    const node = 'node' in event ? this.nodes.get(event.node) : undefined
    if (node === undefined) return false
    switch (event.type) {
      case 'verified':
      case 'unverified':
        for (const brought of broughtBy(event)) {
          const by = this.nodes.get(brought.node)
          if (by !== undefined) by.bytes += brought.bytes
        }
        node.chunks++
        this.doneBytes += event.bytes
        this.broughtBy.set(event.chunk, event.node)
        return true
      case 'rejected':
        node.rejected.push(event.chunk)
        return false
      case 'wasted':
        this.wastedBytes += event.bytes
        return false
      case 'node':
        node.state = event.state
        node.why = event.why
        return false
      default:
        return false
    }
  }
}

/** A few numbers in words: `chunk 3`, `chunks 3, 5 and 12 more`. Pure. */
export function describeChunks(chunks: readonly number[], shown = 5): string {
  const sorted = [...new Set(chunks)].sort((a, b) => a - b)
  const rest = sorted.length - shown
  const list = sorted.slice(0, shown).join(', ')
  return `${sorted.length === 1 ? 'chunk' : 'chunks'} ${list}${rest > 0 ? ` and ${rest} more` : ''}`
}
