/** Probes every node at the same time and chooses one. */
import { type NodeConfig, nodeUrl } from '../node-list.ts'
import { encodeStorageName } from '../storage-name.ts'
import { type Choice, chooseNode, type Probed } from './choose.ts'
import { type ProbeOptions, probeNode } from './probe.ts'

/** What was found and chosen. */
export interface Pick extends Choice {
  readonly video: string
  /** in the order of the node list */
  readonly probed: readonly Probed[]
  /** where the chosen node has the video */
  readonly url: string | undefined
}

/** Three probes of at most two seconds each. */
export const DEFAULT_PROBE_OPTIONS: ProbeOptions = { probes: 3, timeoutMs: 2000 }

/**
 * Picks the node to open a video from. Never rejects. Takes as long as the slowest answer.
 * @param video a storage name
 */
export async function pickNode(
  nodes: readonly NodeConfig[],
  video: string,
  options: ProbeOptions,
): Promise<Pick> {
  const probed = await Promise.all(
    nodes.map(async (node) => ({ node, probe: await probeNode(node, video, options) })),
  )
  const choice = chooseNode(probed)
  const url = choice.chosen && `${nodeUrl(choice.chosen)}/${encodeStorageName(video)}`
  return { ...choice, video, probed, url }
}

/** The same facts for a program: plain JSON. Pure. */
export const pickAsJson = ({ video, url, chosen, versionsDiffer, probed }: Pick): object => ({
  video,
  chosen: chosen?.name ?? null,
  url: url ?? null,
  versionsDiffer,
  nodes: probed.map(({ node, probe }) => ({
    name: node.name,
    url: nodeUrl(node),
    state: probe.state,
    medianMs: 'medianMs' in probe ? tenths(probe.medianMs) : null,
    timesMs: 'timesMs' in probe ? probe.timesMs.map(tenths) : [],
    hasVideo: probe.state === 'up',
    ...(probe.state === 'up'
      ? {
          version: {
            ...probe.version,
            lastModified: new Date(probe.version.lastModifiedMs).toISOString(),
            lastModifiedMs: undefined,
          },
        }
      : {}),
  })),
})

const tenths = (ms: number): number => Math.round(ms * 10) / 10
