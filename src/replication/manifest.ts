/** The manifest as it lies on disk beside a replica, and when it fits. */
import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import path from 'node:path'
import { MAX_CHUNKS, type Manifest, readManifest, SMALLEST_CHUNK_BYTES } from '../version/manifest.js'

/** The folder, inside a storage, that holds a manifest for each replica. */
const MANIFEST_FOLDER = '.manifests'

/** Bytes per chunk for a file of this size: 256 KiB, doubled until at most 4096 chunks remain. Pure. */
export function chunkSizeFor(sizeBytes: number): number {
  let chunkSize = SMALLEST_CHUNK_BYTES
  while (sizeBytes > chunkSize * MAX_CHUNKS) chunkSize *= 2
  return chunkSize
}

/** No file system of today takes a longer name, in bytes of UTF-8. */
const MAX_NAME_BYTES = 255

/**
 * Where the manifest of a replica stands. Pure. A name to which nothing can be added has its manifest under a
 * hash, in a folder whose name no replica may have.
 */
export function manifestPath(root: string, name: string): string {
  const folder = path.join(root, MANIFEST_FOLDER)
  const segments = `${name}.json`.split('/')
  if (Buffer.byteLength(segments.at(-1) ?? '') <= MAX_NAME_BYTES) return path.join(folder, ...segments)
  return path.join(folder, '.long', `${createHash('sha256').update(name).digest('hex')}.json`)
}

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
