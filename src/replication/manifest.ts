/** The manifest as it lies on disk beside a replica, and when it fits. */
import type { BigIntStats } from 'node:fs'
import path from 'node:path'
import {
  MAX_CHUNKS,
  MAX_MANIFEST_BYTES,
  type Manifest,
  readManifest,
  SMALLEST_CHUNK_BYTES,
} from '../swarm/manifest.js'

export { MAX_MANIFEST_BYTES, type Manifest }

/** The folder, inside a storage, that holds a manifest for each replica. */
export const MANIFEST_FOLDER = '.manifests'

/** Bytes per chunk for a file of this size: 256 KiB, doubled until at most 4096 chunks remain. Pure. */
export function chunkSizeFor(sizeBytes: number): number {
  let chunkSize = SMALLEST_CHUNK_BYTES
  while (sizeBytes > chunkSize * MAX_CHUNKS) chunkSize *= 2
  return chunkSize
}

/** Where the manifest of a replica stands. Pure. */
export const manifestPath = (root: string, name: string): string =>
  path.join(root, MANIFEST_FOLDER, ...`${name}.json`.split('/'))

/** A file's modification time as manifests have it: whole milliseconds since 1970. */
export const modificationTimeMs = (stats: BigIntStats): number => Number(stats.mtimeNs / 1_000_000n)

/** Does a manifest describe the file that stands there now? Pure. Another size or time is another version. */
export const manifestFits = (
  manifest: Pick<Manifest, 'size' | 'mtimeMs'>,
  size: number,
  mtimeMs: number,
): boolean => manifest.size === size && Math.abs(manifest.mtimeMs - mtimeMs) < 1

/** Reads a manifest from its JSON. Pure; `undefined` for anything else: it is then as good as absent. */
export function parseManifest(json: string): Manifest | undefined {
  try {
    return readManifest(JSON.parse(json))
  } catch {
    return undefined // no JSON
  }
}
