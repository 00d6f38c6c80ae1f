/** The manifest: what a file is, by size and SHA-256, whole and chunk by chunk. */
import type { BigIntStats } from 'node:fs'
import path from 'node:path'

/** One file's description. `replicate` writes it, a node and a swarm read it. */
export interface Manifest {
  readonly version: 1
  /** the storage name */
  readonly name: string
  /** bytes */
  readonly size: number
  /** modification time of the file, ms since 1970, whole */
  readonly mtimeMs: number
  /** SHA-256 of the whole file, lower-case hex */
  readonly sha256: string
  /** bytes; the last chunk may be shorter */
  readonly chunkSize: number
  /** SHA-256 of each chunk in file order, lower-case hex */
  readonly chunks: readonly string[]
}

/** The folder, inside a storage, that holds a manifest for each replica. */
export const MANIFEST_FOLDER = '.manifests'

const SMALLEST_CHUNK_BYTES = 256 * 1024
const MAX_CHUNKS = 4096
/** No manifest of {@link MAX_CHUNKS} chunks is longer than this. */
export const MAX_MANIFEST_BYTES = 512 * 1024

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

const HEX_SHA256 = /^[0-9a-f]{64}$/

/** Reads a manifest from its JSON. Pure; `undefined` for anything else: it is then as good as absent. */
export function parseManifest(json: string): Manifest | undefined {
  let value: Partial<Record<keyof Manifest, unknown>> | null
  try {
    value = JSON.parse(json) as typeof value
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { version, name, size, mtimeMs, sha256, chunkSize, chunks } = value
  const isManifest =
    version === 1 &&
    typeof name === 'string' &&
    isCount(size) &&
    Number.isFinite(mtimeMs) &&
    isSha256(sha256) &&
    isCount(chunkSize) &&
    chunkSize > 0 &&
    Array.isArray(chunks) &&
    chunks.length === Math.ceil(size / chunkSize) &&
    chunks.every(isSha256)
  return isManifest ? (value as Manifest) : undefined
}

const isSha256 = (value: unknown): boolean => typeof value === 'string' && HEX_SHA256.test(value)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
