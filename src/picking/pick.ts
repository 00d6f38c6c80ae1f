/** Probes every node at the same time and chooses one. */
import { isForeign, type ListedNode, nodeUrl } from '../node-list.ts'
import { encodeStorageName } from '../storage-name.ts'
import { type Choice, chooseNode, type Probed } from './choose.ts'
import { type ProbeOptions, probeNode } from './probe.ts'

/** What was found and chosen. */
export interface Pick extends Choice {
  readonly video: string
  /** in the order of the node list */
  readonly probed: readonly Probed[]
  /** where the chosen node has the file itself */
  readonly url: string | undefined
  /** the watch page for it; `undefined` when no node that is up has pages */
  readonly watchUrl: string | undefined
}

/** Three probes of at most two seconds each. */
export const DEFAULT_PROBE_OPTIONS: ProbeOptions = { probes: 3, timeoutMs: 2000 }

/**
 * Picks the node to open a video from. Never rejects. Takes as long as the slowest answer.
 * @param video a storage name
 */
export async function pickNode(
  nodes: readonly ListedNode[],
  video: string,
  options: ProbeOptions,
): Promise<Pick> {
  const probed = await Promise.all(
    nodes.map(async (node) => ({ node, probe: await probeNode(node, video, options) })),
  )
  const choice = chooseNode(probed)
  const { chosen } = choice
  const url = chosen && `${nodeUrl(chosen)}/${encodeStorageName(video)}`
  const host = chosen && pageHost(chosen, probed)
  const watchUrl = host && `${nodeUrl(host)}/watch/${encodeStorageName(video)}`
  return { ...choice, video, probed, url, watchUrl }
}

/**
 * Whose watch page to open. Pure. Only our nodes have pages, and any of them has the page for any video: for
 * somebody else's server it is the fastest of ours that is up.
 */
export function pageHost(chosen: ListedNode, probed: readonly Probed[]): ListedNode | undefined {
  if (!isForeign(chosen)) return chosen
  const hosts = probed.flatMap(({ node, probe }) =>
    !isForeign(node) && 'medianMs' in probe ? [{ node, medianMs: probe.medianMs }] : [],
  )
  return hosts.toSorted((a, b) => a.medianMs - b.medianMs)[0]?.node
}

/** The same facts for a program: plain JSON. Pure. */
export const pickAsJson = ({ video, url, watchUrl, chosen, versionsDiffer, probed }: Pick): object => ({
  video,
  chosen: chosen?.name ?? null,
  url: url ?? null,
  watchUrl: watchUrl ?? null,
  versionsDiffer,
  nodes: probed.map(({ node, probe }) => ({
    name: node.name,
    url: nodeUrl(node),
    isForeign: isForeign(node),
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
