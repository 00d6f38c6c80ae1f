/** A storage folder: a storage name → an open replica with its facts, or why not. */
import type { Dirent } from 'node:fs'
import { opendir, readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { explainFileError } from '../file-errors.ts'
import { makeFolder } from '../make-folder.ts'
import { manifestFits, manifestPath, modificationTimeMs, parseManifest } from '../replication/manifest.ts'
import { storageNameProblem } from '../storage-name.ts'
import { MAX_MANIFEST_BYTES, type Manifest } from '../version/manifest.js'
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

/** Told of an entry of the storage that cannot be read and is left out: once, until it can be read again. */
export type OnUnreadable = (error: Error) => void

type Digest = Pick<Manifest, 'size' | 'mtimeMs' | 'sha256'>

/** One node's storage folder. */
export class Storage {
  readonly root: string
  #realRoot: string
  readonly #onUnreadable: OnUnreadable
  /** what {@link OnUnreadable} knows already */
  readonly #told = new Set<string>()
  /** Files that are being served now, by name: replies that overlap in time share one descriptor. */
  readonly #shared = new Map<string, Promise<SharedFile | undefined>>()
  /** What the manifests said, by storage name, with the version of the manifest that said it. */
  readonly #digests = new Map<string, { version: string; digest: Digest | undefined }>()

  private constructor(root: string, realRoot: string, onUnreadable: OnUnreadable) {
    this.root = root
    this.#realRoot = realRoot
    this.#onUnreadable = onUnreadable
  }

  /**
   * Opens a storage folder, which is created when it is missing.
   * @throws the system's error when there can be no such folder, or nobody may see what is in it
   */
  static async open(root: string, onUnreadable: OnUnreadable = () => {}): Promise<Storage> {
    await makeFolder(root)
    await (await opendir(root)).close()
    return new Storage(root, await realpath(root), onUnreadable)
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

  /**
   * The facts of every file that this folder serves, by name. Reads no file's content. One that cannot be read
   * does not hide the others.
   * @throws Error when the folder itself cannot be read
   */
  async list(): Promise<ReplicaFacts[]> {
    const facts: ReplicaFacts[] = []
    for (const name of await this.#namesIn('')) {
      const replica = await this.openReplica(name).catch((error: unknown) => this.#leaveOut(name, error))
      if (replica === undefined) continue
      this.#told.delete(name)
      facts.push(replica.facts)
      replica.release()
    }
    return facts.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** The names of all files below a folder, `''` for the storage itself. */
  async #namesIn(folder: string): Promise<string[]> {
    const names: string[] = []
    for (const entry of await this.#readFolder(folder)) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (storageNameProblem(name) !== undefined) continue
      if (entry.isDirectory()) names.push(...(await this.#namesIn(name)))
      else names.push(name)
    }
    return names
  }

  async #readFolder(folder: string): Promise<Dirent[]> {
    try {
      const entries = await readdir(path.join(this.root, folder), { withFileTypes: true })
      this.#told.delete(folder)
      return entries
    } catch (error) {
      if (folder !== '') return this.#leaveOut(folder, error) ?? []
      if (classifyStorageError(error) === 'busy') throw error
      throw new Error(`the storage folder ${this.root} cannot be read: ${explainFileError(error)}`, {
        cause: error,
      })
    }
  }

  /** Tells of what cannot be read, unless it went away or is being written. @throws what will pass by itself */
  #leaveOut(name: string, error: unknown, consequence = 'it is left out'): undefined {
    if (error instanceof FileChangedError) return
    const kind = classifyStorageError(error)
    if (kind === 'busy') throw error
    if (kind === 'missing' && !isForbidden(error)) return
    if (this.#told.has(name)) return
    this.#told.add(name)
    this.#onUnreadable(
      new Error(`${name} cannot be read, so ${consequence}: ${explainFileError(error)}`, { cause: error }),
    )
  }

  async #open(name: string, onClose: () => void): Promise<SharedFile | undefined> {
    const file = await this.#openFile(path.join(this.root, ...name.split('/')), hasNoDotName)
    if (file === undefined) return undefined
    try {
      return new SharedFile(file, await this.#factsOf(name, file), onClose)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Opens a file of this folder, wherever that is by now: it may be a link that leads elsewhere than before. */
  async #openFile(file: string, isAllowed: (relative: string) => boolean): Promise<OpenFile | undefined> {
    const opened = await OpenFile.open(this.#realRoot, file, isAllowed)
    if (opened !== undefined) return opened
    const realRoot = await realpath(this.root)
    if (realRoot === this.#realRoot) return undefined
    this.#realRoot = realRoot
    return OpenFile.open(realRoot, file, isAllowed)
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
    const file = manifestPath(this.root, name)
    const stats = await stat(file, { bigint: true }).catch((error) => this.#doWithoutManifest(name, error))
    if (stats === undefined) return undefined
    const version = `${stats.dev}-${stats.ino}-${stats.size}-${stats.mtimeNs}-${stats.ctimeNs}`
    const remembered = this.#digests.get(name)
    if (remembered?.version === version) return remembered.digest
    const manifest = await this.#readManifestFile(name)
    const digest = manifest && { size: manifest.size, mtimeMs: manifest.mtimeMs, sha256: manifest.sha256 }
    if (this.#digests.size >= MAX_REMEMBERED) this.#digests.clear()
    this.#digests.set(name, { version, digest })
    return digest
  }

  async #readManifestFile(name: string): Promise<Manifest | undefined> {
    try {
      const file = await this.#openFile(manifestPath(this.root, name), () => true)
      if (file === undefined) return undefined
      try {
        this.#told.delete(manifestOf(name))
        return file.stats.size > MAX_MANIFEST_BYTES
          ? undefined
          : parseManifest((await file.readAll()).toString())
      } finally {
        await file.close()
      }
    } catch (error) {
      if (error instanceof FileChangedError) throw error
      return this.#doWithoutManifest(name, error)
    }
  }

  #doWithoutManifest(name: string, error: unknown): undefined {
    return this.#leaveOut(manifestOf(name), error, 'nobody can verify the bytes')
  }
}

const manifestOf = (name: string): string => `the manifest of ${name}`

const isForbidden = (error: unknown): boolean =>
  ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException | null)?.code ?? '')

/** For `catch`: what is missing is `undefined`, everything else is still an error. */
export function ignoreMissing(error: unknown): undefined {
  if (classifyStorageError(error) !== 'missing') throw error
}
