/** A name that a node does have, and that looks on a screen like the one that was asked for. */

import { RUNTIME } from '../http-client/runtime.ts'
import { isForeign, type ListedNode, nodeUrl } from '../node-list.ts'
import { readBoundedJson } from '../swarm/read-bounded.js'

const MAX_LIST_BYTES = 4 * 1024 * 1024
const TIMEOUT_MS = 5000

/** Asks our own nodes for the names of their videos. Never rejects. */
export async function findRemoteLookalike(
  nodes: readonly ListedNode[],
  video: string,
): Promise<{ readonly node: string; readonly name: string } | undefined> {
  const meant = video.normalize('NFC')
  for (const node of nodes) {
    if (isForeign(node)) continue
    const name = (await namesOf(node)).find((name) => name !== video && name.normalize('NFC') === meant)
    if (name !== undefined) return { node: node.name, name }
  }
  return undefined
}

async function namesOf(node: ListedNode): Promise<string[]> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const response = await RUNTIME.fetch(`${nodeUrl(node)}/_/videos`, { signal })
    const { videos } = (await readBoundedJson(response, MAX_LIST_BYTES)) as { videos: { name: string }[] }
    return videos.map(({ name }) => String(name))
  } catch {
    return [] // it is only advice
  }
}
