/** Storage folders that last for one test, and files whose bytes say where they are. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { chunkSizeFor, manifestPath, modificationTimeMs } from '../../src/replication/manifest.ts'
import type { Manifest } from '../../src/version/manifest.js'

/** A new empty folder, by its true path; it goes away with the test that asked for it. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'node-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** `000000000\n000000001\n…`: ten bytes a record, so that a wrong slice names its own mistake. Pure. */
export const numberedRecords = (count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, (_, index) => `${String(index).padStart(9, '0')}\n`).join(''))

/** When the files of these tests were last modified, unless they say otherwise. Milliseconds count. */
export const MODIFIED = new Date('2024-02-29T12:34:56.789Z')
/** {@link MODIFIED} as HTTP sends it. */
export const MODIFIED_HTTP_DATE = 'Thu, 29 Feb 2024 12:34:56 GMT'

/** Writes a file, with the folders that its name needs, and gives it an old modification time. */
export function writeReplica(
  root: string,
  name: string,
  content: Uint8Array | string,
  modified = MODIFIED,
): void {
  const file = path.join(root, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, content)
  utimesSync(file, modified, modified)
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Writes a file as `replicate` would leave it: with the manifest that fits it. */
export function writeReplicaWithManifest(
  root: string,
  name: string,
  content: Uint8Array,
  modified = MODIFIED,
): Manifest {
  writeReplica(root, name, content, modified)
  const chunkSize = chunkSizeFor(content.length)
  const chunks: string[] = []
  for (let start = 0; start < content.length; start += chunkSize) {
    chunks.push(sha256(content.subarray(start, start + chunkSize)))
  }
  const manifest: Manifest = {
    version: 1,
    name,
    size: content.length,
    mtimeMs: modificationTimeMs(statSync(path.join(root, name), { bigint: true })),
    sha256: sha256(content),
    chunkSize,
    chunks,
  }
  writeManifest(root, name, JSON.stringify(manifest))
  return manifest
}

/** Puts any text where the manifest of a file belongs. */
export function writeManifest(root: string, name: string, text: string): void {
  const file = manifestPath(root, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}
