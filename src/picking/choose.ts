/** Which node to open a video from. Pure: it is handed the probes and fetches nothing. */
import type { NodeConfig } from '../node-list.ts'
import type { Probe, Version } from './probe.ts'

/** A node with what its probe found. */
export interface Probed {
  readonly node: NodeConfig
  readonly probe: Probe
}

export interface Choice {
  /** the fastest node of those that have the preferred version; `undefined` when none has the video */
  readonly chosen: NodeConfig | undefined
  /** the version that counts: the newest complete one */
  readonly preferred: Version | undefined
  /** the nodes do not all have the same version */
  readonly versionsDiffer: boolean
}

/** Chooses among probed nodes. Pure. A version without a manifest counts only where none has one. */
export function chooseNode(probed: readonly Probed[]): Choice {
  const replicas = probed.flatMap(({ node, probe }) => (probe.state === 'up' ? [{ node, ...probe }] : []))
  const [newest] = replicas.toSorted(
    ({ version: a }, { version: b }) =>
      Number(b.isComplete) - Number(a.isComplete) || b.lastModifiedMs - a.lastModifiedMs,
  )
  const preferred = newest?.version
  const [fastest] = replicas
    .filter(({ version }) => version.etag === preferred?.etag)
    .toSorted((a, b) => a.medianMs - b.medianMs)
  const versionsDiffer = replicas.some(({ version }) => version.etag !== preferred?.etag)
  return { chosen: fastest?.node, preferred, versionsDiffer }
}
