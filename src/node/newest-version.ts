/**
 * The version of a video that counts, and who has it: what a node can say of all nodes only when it has asked them.
 * The rule is the one that the page, `pull` and `pick-node` go by.
 */
import { RUNTIME } from '../http-client/runtime.ts'
import { realClock } from '../swarm/clock.js'
import { findFile, type Reply } from '../swarm/find-file.js'
import type { Manifest } from '../version/manifest.js'
import type { SeenNode, View } from './directory.ts'
import type { Service } from './service.ts'

/** A version, and the nodes that have it or did not say that they have not. */
export interface Newest {
  readonly manifest: Manifest
  readonly nodes: readonly SeenNode[]
}

/**
 * Asks the other nodes; what this one has it knows.
 * @returns `undefined` when none of ours has a manifest of it
 * @throws the system's error when the storage cannot be read
 */
export async function findNewest(
  { node, storage }: Pick<Service, 'node' | 'storage'>,
  { nodes }: Pick<View, 'nodes'>,
  video: string,
): Promise<Newest | undefined> {
  const manifest = await storage.readManifest(video)
  const ours: Reply = manifest === undefined ? { delayMs: 0 } : { delayMs: 0, manifest }
  const asked = nodes.some(({ name }) => name === node.name)
    ? nodes
    : [{ name: node.name, url: '' }, ...nodes]
  const found = await findFile({
    ...{ nodes: asked, video, known: new Map([[node.name, ours]]), hearsEverybody: true },
    ...{ fetch: RUNTIME.fetch, clock: realClock },
  })
  if (found.kind !== 'found' || !found.isVerified) return undefined
  const { file, versions, replies } = found
  const mayHave = ({ name }: SeenNode): boolean => {
    const { manifest, replica, delayMs } = replies.get(name) ?? {}
    if (versions[0]?.nodes.includes(name)) return true
    return (
      manifest === undefined && (replica === undefined ? delayMs === undefined : replica.size === file.size)
    )
  }
  return { manifest: file as Manifest, nodes: nodes.filter(mayHave) }
}
