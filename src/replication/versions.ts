/** Which version of a name the nodes have on their disks, and so which one readers get. */
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { NodeConfig } from '../node-list.ts'
import type { Manifest } from '../version/manifest.js'
import { decideVersion } from '../version/versions.js'
import { manifestFits, manifestPath, modificationTimeMs, parseManifest } from './manifest.ts'

/** What a node would say of a file: its manifest, where there is one that fits the file. */
export interface DiskClaim {
  readonly node: string
  readonly manifest?: Manifest
}

/** Looks at every node's disk, whether the node runs or not. Never rejects: what cannot be read says nothing. */
export const readClaims = (nodes: readonly NodeConfig[], name: string): Promise<DiskClaim[]> =>
  Promise.all(
    nodes.map(async ({ name: node, root }) => {
      const text = await readFile(manifestPath(root, name), 'utf8').catch(() => '')
      const manifest = parseManifest(text)
      const stats = await stat(path.join(root, ...name.split('/')), { bigint: true }).catch(() => undefined)
      const fits = manifest && stats && manifestFits(manifest, Number(stats.size), modificationTimeMs(stats))
      return fits ? { node, manifest } : { node }
    }),
  )

/** What readers decide who hear all these nodes. */
export const whatReadersGet = (claims: readonly DiskClaim[]) => decideVersion(claims, Date.now()).versions

/**
 * Would this content count if it had another time? Asked before a copy is made only to be newer: `touch` is how
 * somebody says so.
 * @param nodes those that have the content, and would have it anew
 */
export function wouldCount(
  claims: readonly DiskClaim[],
  manifest: Manifest,
  nodes: readonly string[],
): boolean {
  const after = claims.map((claim) => (nodes.includes(claim.node) ? { ...claim, manifest } : claim))
  return whatReadersGet(after)[0]?.sha256 === manifest.sha256
}
