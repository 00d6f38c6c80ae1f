/** Which node to open a video from. Pure: it is handed what was found and fetches nothing. */
import { isForeign, type ListedNode } from '../node-list.ts'
import type { Found, Reply } from '../swarm/find-file.js'
import type { Probe } from './probe.ts'

/**
 * What a node has of the video, beside the version that counts. `same size`: nobody can tell, as there is no manifest
 * of ours for it. `not told`: it did not say in time.
 */
export type Holding = 'newest' | 'same size' | 'another version' | 'nothing' | 'not told'

/** A node with all that was found out about it. */
export interface Probed {
  readonly node: ListedNode
  readonly probe: Probe
  readonly holding: Holding
  /** what it said of its copy, in its own words */
  readonly reply: Reply
}

export interface Choice {
  /** the fastest node of those that have the version that counts; `undefined` when none has the video */
  readonly chosen: ListedNode | undefined
  /** the nodes do not all have the same version, as far as one can tell */
  readonly versionsDiffer: boolean
}

/** What a node has. Pure. Which version counts was decided in one place for all who ask, see version/versions.js. */
export function holdingOf(node: ListedNode, found: Found): Holding {
  const reply = found.replies.get(node.name)
  if (reply?.manifest === undefined && reply?.replica === undefined)
    return reply?.delayMs === undefined ? 'not told' : 'nothing'
  if (found.kind !== 'found') return 'nothing'
  const [newest, ...others] = found.versions
  if (newest?.nodes.includes(node.name)) return 'newest'
  if (others.some(({ nodes }) => nodes.includes(node.name))) return 'another version'
  return reply.replica?.size === found.file.size ? 'same size' : 'another version'
}

/**
 * Chooses among probed nodes. Pure. Somebody else's server counts only where no node of ours has the video: what it
 * says of its bytes, our own hash as its ETag too, is a claim.
 */
export function chooseNode(probed: readonly Probed[], found: Found): Choice {
  const versionsDiffer = probed.some(({ holding }) => holding === 'another version')
  if (found.kind !== 'found') return { chosen: undefined, versionsDiffer }
  const up = probed.flatMap(({ probe, ...rest }) => (probe.state === 'up' ? [{ ...rest, ...probe }] : []))
  const isHolder = ({ holding }: Pick<Probed, 'holding'>): boolean =>
    holding === 'newest' || holding === 'same size' || holding === 'another version'
  const own = up.filter(({ node }) => !isForeign(node))
  const foreign = up.filter(
    ({ node, reply }) => found.sources.includes(node.name) && reply.replica?.etag === found.file.etag,
  )
  const holders = (own.some(isHolder) ? own : foreign.some(isHolder) ? foreign : up).filter(isHolder)
  const [best] = holders.toSorted(
    (a, b) => RANK.indexOf(a.holding) - RANK.indexOf(b.holding) || a.medianMs - b.medianMs,
  )
  return { chosen: best?.node, versionsDiffer }
}

/** The version that counts goes before all others, however fast they are. */
const RANK: readonly Holding[] = ['newest', 'same size', 'another version']
