/** A file as a reader finds it before it opens a swarm. */
import { RUNTIME } from '../src/http-client/runtime.ts'
import { realClock } from '../src/swarm/clock.js'
import type { SwarmFile } from '../src/swarm/fetch-range.js'
import { findFile } from '../src/swarm/find-file.js'
import type { NodeAddress } from '../src/swarm/node.js'

/** Looks for the file. @returns the nodes with the delays that showed; @throws Error when nobody has it */
export async function foundFile(
  addresses: readonly NodeAddress[],
  video: string,
): Promise<{ file: SwarmFile; nodes: NodeAddress[] }> {
  const found = await findFile({ nodes: addresses, video, fetch: RUNTIME.fetch, clock: realClock })
  if (found.kind !== 'found') throw new Error(`Cannot read ${video}: ${found.kind}`)
  const nodes = addresses.map((node) => {
    const delayMs = found.delays.get(node.name)
    return delayMs === undefined ? node : { ...node, delayMs }
  })
  return { file: found.file, nodes }
}
