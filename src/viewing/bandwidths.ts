/** What the uplinks of the nodes are now, as the nodes themselves say. */
import { httpFetch } from '../http-client/http-fetch.ts'
import { isRecord } from '../lab/faults.js'
import { healthUrl, isForeign, type ListedNode } from '../node-list.ts'
import { listedTransferMs } from '../swarm/patience.js'
import { MAX_HEALTH_BYTES, readBoundedJson } from '../swarm/read-bounded.js'

const ANSWER_MS = 2_000
/** What an uplink takes for so much says how fast it is. */
const SAMPLE_BYTES = 1000

/** A node that lives, and its uplink. */
export interface Uplink {
  readonly name: string
  /** 1000 bits per second; 0: no limit */
  readonly kbps: number
}

/** Asks all nodes. @returns those that answer, in the order of the list */
export async function livingUplinks(nodes: readonly ListedNode[]): Promise<Uplink[]> {
  const uplinks = await Promise.all(
    nodes.map(async (node): Promise<Uplink | undefined> => {
      if (isForeign(node)) return undefined
      try {
        const signal = AbortSignal.timeout(ANSWER_MS)
        const response = await httpFetch(healthUrl(node), { signal })
        const health: unknown = await readBoundedJson(response, MAX_HEALTH_BYTES)
        if (response.status !== 200 || !isRecord(health)) return undefined
        const ms = listedTransferMs(health, SAMPLE_BYTES)
        return { name: node.name, kbps: Number.isFinite(ms) && ms > 0 ? (SAMPLE_BYTES * 8) / ms : 0 }
      } catch {
        return undefined // it does not live, or does not speak as a node does
      }
    }),
  )
  return uplinks.filter((uplink) => uplink !== undefined)
}
