/** A storage folder: a storage name → an open replica with its facts, or why not. */
import { mkdir, readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import {
  MAX_MANIFEST_BYTES,
  type Manifest,
  manifestFits,
  manifestPath,
  modificationTimeMs,
  parseManifest,
} from '../replication/manifest.ts'
import { storageNameProblem } from '../storage-name.ts'
import { FileChangedError, OpenFile } from './open-file.ts'
import { type Replica, type ReplicaFacts, SharedFile } from './replica.ts'
import { nextTurn } from './turn.ts'

/** The errors of an open that mean, for a client, that there is no such file. */
const MISSING = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'EACCES',
  'EPERM',
  'ENXIO',
  'EINVAL',
])
/** The errors of an open that pass by themselves: out of descriptors or memory. */
const BUSY = new Set(['EMFILE', 'ENFILE', 'ENOMEM'])

/** `missing`: there is no such file to serve. `busy`: try again. `fault`: everything else. Pure. */
export function classifyStorageError(error: unknown): 'missing' | 'busy' | 'fault' {
  if (error instanceof FileChangedError) return 'busy'
  const code = (error as NodeJS.ErrnoException | null)?.code ?? ''
  return MISSING.has(code) ? 'missing' : BUSY.has(code) ? 'busy' : 'fault'
}

/** How many files' manifests are remembered between requests. */
const MAX_REMEMBERED = 1000

const hasNoDotName = (relative: string): boolean =>
  relative.split(path.sep).every((segment) => !segment.startsWith('.'))

type Digest = Pick<Manifest, 'size' | 'mtimeMs' | 'sha256'>

/** One node's storage folder. */
export class Storage {
  readonly root: string
  readonly #realRoot: string
  /** Files that are being served now, by name: replies that overlap in time share one descriptor. */
  readonly #shared = new Map<string, Promise<SharedFile | undefined>>()
  /** What the manifests said, by storage name, with the version of the manifest that said it. */
  readonly #digests = new Map<string, { version: string; digest: Digest | undefined }>()

  private constructor(root: string, realRoot: string) {
    this.root = root
    this.#realRoot = realRoot
  }

  /**
   * Opens a storage folder, which is created when it is missing.
   * @throws the system's error when there can be no such folder
   */
  static async open(root: string): Promise<Storage> {
    await mkdir(root, { recursive: true })
    return new Storage(root, await realpath(root))
  }

  /**
   * Opens a replica as it is now.
   * @param name a storage name without problems
   * @returns `undefined` when it is no regular file of this folder
   * @throws the system's error; see {@link classifyStorageError}
   */
  async openReplica(name: string): Promise<Replica | undefined> {
    await nextTurn()
    const shared = await this.#shared.get(name)?.catch(() => undefined) // its error was that request's
    if (shared?.join()) return shared

    const forget = (): void => {
      if (this.#shared.get(name) === opening) this.#shared.delete(name)
    }
    const opening = this.#open(name, forget)
    this.#shared.set(name, opening)
    try {
      const file = await opening
      if (file === undefined) forget()
      return file
    } catch (error) {
      forget()
      throw error
    }
  }

  /** The manifest of a replica, if it fits the file that stands there now. Throws as {@link Storage.openReplica}. */
  async readManifest(name: string): Promise<Manifest | undefined> {
    const replica = await this.openReplica(name)
    if (replica === undefined) return undefined
    replica.release()
    const manifest = await this.#readManifestFile(name)
    const { sizeBytes, lastModifiedMs } = replica.facts
    return manifest && manifestFits(manifest, sizeBytes, lastModifiedMs) ? manifest : undefined
  }

  /** The facts of every file that this folder serves, by name. Reads no file's content. */
  async list(): Promise<ReplicaFacts[]> {
    const facts: ReplicaFacts[] = []
    for (const entry of await readdir(this.root, { recursive: true, withFileTypes: true })) {
      const name = path.relative(this.root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/')
      if (entry.isDirectory() || storageNameProblem(name) !== undefined) continue
      try {
        const replica = await this.openReplica(name)
        if (replica === undefined) continue
        facts.push(replica.facts)
        replica.release()
      } catch (error) {
        // Another file that goes away or is being written just now must not hide the rest.
        if (!(error instanceof FileChangedError) && classifyStorageError(error) !== 'missing') throw error
      }
    }
    return facts.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async #open(name: string, onClose: () => void): Promise<SharedFile | undefined> {
    const file = await OpenFile.open(this.#realRoot, path.join(this.root, ...name.split('/')), hasNoDotName)
    if (file === undefined) return undefined
    try {
      return new SharedFile(file, await this.#factsOf(name, file), onClose)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async #factsOf(name: string, file: OpenFile): Promise<ReplicaFacts> {
    const { size, mtimeNs } = file.stats
    const sizeBytes = Number(size)
    const lastModifiedMs = modificationTimeMs(file.stats)
    const digest = await this.#readDigest(name)
    // The file may have been replaced since it was opened; then the manifest speaks of its successor.
    const fits = digest !== undefined && manifestFits(digest, sizeBytes, lastModifiedMs) && file.isCurrent()
    const sha256 = fits ? digest.sha256 : undefined
    return {
      name,
      sizeBytes,
      lastModifiedMs,
      sha256,
      etag: `"${sha256 ?? `${size.toString(16)}-${mtimeNs.toString(16)}`}"`,
    }
  }

  /** What the manifest says of the whole file; read again only when the manifest has changed. */
  async #readDigest(name: string): Promise<Digest | undefined> {
    const stats = await stat(manifestPath(this.root, name), { bigint: true }).catch(ignoreMissing)
    if (stats === undefined) return undefined
    const version = `${stats.ino}-${stats.size}-${stats.mtimeNs}-${stats.ctimeNs}`
    const remembered = this.#digests.get(name)
    if (remembered?.version === version) return remembered.digest
    const manifest = await this.#readManifestFile(name)
    const digest = manifest && { size: manifest.size, mtimeMs: manifest.mtimeMs, sha256: manifest.sha256 }
    if (this.#digests.size >= MAX_REMEMBERED) this.#digests.clear()
    this.#digests.set(name, { version, digest })
    return digest
  }

  async #readManifestFile(name: string): Promise<Manifest | undefined> {
    const file = await OpenFile.open(this.#realRoot, manifestPath(this.root, name), () => true).catch(
      ignoreMissing,
    )
    if (file === undefined) return undefined
    try {
      return file.stats.size > MAX_MANIFEST_BYTES
        ? undefined
        : parseManifest((await file.readAll()).toString())
    } finally {
      await file.close()
    }
  }
}

/** For `catch`: what is missing is `undefined`, everything else is still an error. */
export function ignoreMissing(error: unknown): undefined {
  if (classifyStorageError(error) !== 'missing') throw error
}
