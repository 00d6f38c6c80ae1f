/** Which node to open a video from. Pure: it is handed the probes and fetches nothing. */
import { isForeign, type ListedNode } from '../node-list.ts'
import type { Probe, Version } from './probe.ts'

/** A node with what its probe found. */
export interface Probed {
  readonly node: ListedNode
  readonly probe: Probe
}

export interface Choice {
  /** the fastest node of those that have the preferred version; `undefined` when none has the video */
  readonly chosen: ListedNode | undefined
  /** the version that counts: the newest complete one */
  readonly preferred: Version | undefined
  /** the nodes do not all have the same version, as far as one can tell */
  readonly versionsDiffer: boolean
}

interface FoundReplica {
  readonly node: ListedNode
  readonly version: Version
  readonly medianMs: number
}

/**
 * Chooses among probed nodes. Pure. A version without a manifest counts only where none has one, and what
 * somebody else's server has, unless our manifest's hash names it, only where no node of ours has the video.
 */
export function chooseNode(probed: readonly Probed[]): Choice {
  const replicas = probed.flatMap(({ node, probe }) => (probe.state === 'up' ? [{ node, ...probe }] : []))
  const ours = replicas.filter(({ node, version }) => !isForeign(node) || isOurs(version))
  const candidates: FoundReplica[] = ours.length > 0 ? ours : replicas
  const [newest] = candidates.toSorted(
    ({ version: a }, { version: b }) =>
      Number(b.isComplete) - Number(a.isComplete) || b.lastModifiedMs - a.lastModifiedMs,
  )
  const preferred = newest?.version
  if (preferred === undefined) return { chosen: undefined, preferred, versionsDiffer: false }
  const [fastest] = candidates
    .filter(({ node, version }) => compareVersions(node, version, preferred) !== 'other')
    .toSorted((a, b) => a.medianMs - b.medianMs)
  const versionsDiffer = replicas.some(
    ({ node, version }) => compareVersions(node, version, preferred) === 'other',
  )
  return { chosen: fastest?.node, preferred, versionsDiffer }
}

/** `same size`: it may well be the same, and nobody has checked. */
export type Comparison = 'same' | 'same size' | 'other'

/**
 * Is this the version that counts? Pure. Entity tags tell the versions of our nodes apart; another server
 * makes its tags its own way, so that of these only the size says anything.
 */
export function compareVersions(node: ListedNode, version: Version, preferred: Version): Comparison {
  if (version === preferred || (version.etag !== undefined && version.etag === preferred.etag)) return 'same'
  const tells = !isForeign(node) || isOurs(version)
  return !tells && version.sizeBytes === preferred.sizeBytes ? 'same size' : 'other'
}

/** Is its entity tag the hash out of a manifest of ours? Something that passes our answers on has these too. */
const isOurs = ({ etag }: Version): boolean => etag !== undefined && /^"[0-9a-f]{64}"$/.test(etag)
