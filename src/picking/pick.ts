/** Probes every node at the same time and chooses one. */

import { RUNTIME } from '../http-client/runtime.ts'
import { isForeign, type ListedNode, nodeAddress, nodeUrl } from '../node-list.ts'
import { realClock } from '../swarm/clock.js'
import { type Found, findFile, type Reply } from '../swarm/find-file.js'
import { headLimitMs } from '../swarm/patience.js'
import { encodeStorageName, fileUrl } from '../version/url-path.js'
import { type Choice, chooseNode, holdingOf, type Probed } from './choose.ts'
import { type ProbeOptions, probeNode } from './probe.ts'

/** What was found and chosen. */
export interface Pick extends Choice {
  readonly video: string
  /** in the order of the node list */
  readonly probed: readonly Probed[]
  /** the versions that there are, and whose word is not believed */
  readonly found: Found
  /** where the chosen node has the file itself */
  readonly url: string | undefined
  /** the watch page for it; `undefined` when no node that is up has pages */
  readonly watchUrl: string | undefined
}

/** Three probes of at most two seconds each, or as much longer as the node list allows. */
export const DEFAULT_PROBE_OPTIONS: ProbeOptions = { probes: 3, timeoutMs: 2000 }

/**
 * Picks the node to open a video from. Never rejects. Takes as long as the slowest answer.
 * @param video a storage name
 * @param options those that the user has given go before the node list
 */
export async function pickNode(
  nodes: readonly ListedNode[],
  video: string,
  options: Partial<ProbeOptions>,
): Promise<Pick> {
  const { probes = DEFAULT_PROBE_OPTIONS.probes, timeoutMs } = options
  const limitOf = (node: ListedNode): number =>
    timeoutMs ?? Math.max(DEFAULT_PROBE_OPTIONS.timeoutMs, headLimitMs(nodeAddress(node)))
  const probing = Promise.all(nodes.map((node) => probeNode(node, { probes, timeoutMs: limitOf(node) })))
  const patienceMs = timeoutMs ?? DEFAULT_PROBE_OPTIONS.timeoutMs
  const finding = findFile({
    ...{ nodes: nodes.map(nodeAddress), video, patienceMs, hearsEverybody: true },
    ...{ fetch: RUNTIME.fetch, clock: realClock },
  })
  const [states, found] = await Promise.all([probing, finding])
  const probed = nodes.flatMap((node, index) => {
    const probe = states[index]
    const reply = found.replies.get(node.name) ?? {}
    return probe === undefined ? [] : [{ node, probe, holding: holdingOf(node, found), reply }]
  })
  const choice = chooseNode(probed, found)
  const { chosen } = choice
  const url = chosen && fileUrl({ url: nodeUrl(chosen) }, video)
  const host = chosen && pageHost(chosen, probed)
  const watchUrl = host && `${nodeUrl(host)}/watch/${encodeStorageName(video)}`
  return { ...choice, video, probed, found, url, watchUrl }
}

/**
 * Whose watch page to open. Pure. Only our nodes have pages, and any of them has the page for any video: for
 * somebody else's server it is the fastest of ours that is up.
 */
function pageHost(
  chosen: ListedNode,
  probed: readonly Omit<Probed, 'holding' | 'reply'>[],
): ListedNode | undefined {
  if (!isForeign(chosen)) return chosen
  const hosts = probed.flatMap(({ node, probe }) =>
    !isForeign(node) && probe.state === 'up' ? [{ node, medianMs: probe.medianMs }] : [],
  )
  return hosts.toSorted((a, b) => a.medianMs - b.medianMs)[0]?.node
}

/** Has it the video, whichever version? Pure. */
const hasVideo = ({ probe, holding }: Omit<Probed, 'node' | 'reply'>): boolean =>
  probe.state === 'up' && holding !== 'nothing' && holding !== 'not told'

/** The same facts for a program: plain JSON. Pure. */
export const pickAsJson = ({
  video,
  url,
  watchUrl,
  chosen,
  versionsDiffer,
  probed,
  found,
}: Pick): object => ({
  video,
  chosen: chosen?.name ?? null,
  url: url ?? null,
  watchUrl: watchUrl ?? null,
  versionsDiffer,
  notBelieved: 'discarded' in found ? found.discarded : [],
  nodes: probed.map((one) => {
    const { node, probe, holding, reply } = one
    return {
      name: node.name,
      url: nodeUrl(node),
      isForeign: isForeign(node),
      state: probe.state === 'up' && holding === 'nothing' ? 'up without the video' : probe.state,
      medianMs: 'medianMs' in probe ? tenths(probe.medianMs) : null,
      timesMs: 'timesMs' in probe ? probe.timesMs.map(tenths) : [],
      hasVideo: hasVideo(one),
      ...(hasVideo(one) ? { holding, version: versionAsJson(reply) } : {}),
    }
  }),
})

const versionAsJson = ({ replica, manifest }: Reply): object => ({
  etag: replica?.etag,
  sizeBytes: replica?.size ?? manifest?.size,
  lastModified: new Date(replica?.lastModifiedMs ?? manifest?.mtimeMs ?? 0).toISOString(),
  isComplete: manifest !== undefined,
})

const tenths = (ms: number): number => Math.round(ms * 10) / 10
