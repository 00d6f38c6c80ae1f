/** One node's end of a replication: what stands there, the copy that is written, and the switch to it. */
import { createHash } from 'node:crypto'
import { type BigIntStats, createReadStream } from 'node:fs'
import { type FileHandle, lstat, mkdir, readFile, realpath, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { withLock } from '../locks/lock.ts'
import { makeFolder } from '../make-folder.ts'
import type { NodeConfig } from '../node-list.ts'
import type { Manifest } from '../version/manifest.js'
import {
  cleanIncoming,
  createIncoming,
  discardIncoming,
  finishIncoming,
  flushFolder,
  INCOMING_FOLDER,
  type IncomingFile,
  publish,
} from './incoming.ts'
import { manifestFits, manifestPath, modificationTimeMs, parseManifest } from './manifest.ts'
import type { Hashes, Source } from './source.ts'

/**
 * Bytes per write. Where Linux has little memory in large pieces, writes of 1 MiB cost it several times the processor time
 * of writes of this size.
 */
const WRITE_BYTES = 256 * 1024

/** A node's storage with the place in it that a replica is to have. */
export class Destination {
  readonly node: NodeConfig
  readonly name: string
  /** where the replica stands or will stand */
  readonly target: string
  /** what stands there now */
  readonly #existing: BigIntStats | undefined
  #incoming: IncomingFile | undefined
  /** of {@link Destination.flushSoFar}, until somebody was told */
  #flushProblem: unknown

  private constructor(node: NodeConfig, name: string, target: string, existing: BigIntStats | undefined) {
    this.node = node
    this.name = name
    this.target = target
    this.#existing = existing
  }

  /**
   * Prepares a node's storage: makes its folders and removes what a killed run left behind.
   * @throws Error saying why nothing can be written there
   */
  static async open(node: NodeConfig, name: string): Promise<Destination> {
    const { root } = node
    await makeFolder(root)
    const target = path.join(root, ...name.split('/'))
    const folders = [
      path.join(root, INCOMING_FOLDER),
      path.dirname(manifestPath(root, name)),
      path.dirname(target),
    ]
    for (const folder of folders) await makeFolderInside(root, folder)
    await cleanIncoming(root)
    const existing = await lstat(target, { bigint: true }).catch(ignoreAbsence)
    if (existing?.isDirectory()) throw new Error(`${name} is a folder there`)
    return new Destination(node, name, target, existing)
  }

  /** Is this the very file that is to be copied? */
  isFile({ stats }: Source): boolean {
    return this.#existing?.ino === stats.ino && this.#existing.dev === stats.dev
  }

  /** Could the replica that stands there have this content? Asked before anything is hashed. */
  hasSizeOf({ stats }: Source): boolean {
    const { size, mtimeNs } = this.#existing ?? {}
    return this.#existing?.isFile() === true && size === stats.size && isDate(mtimeNs ?? 0n)
  }

  /** Reads the replica that stands there and compares its hash. One that cannot be read is replaced. */
  async hasContent({ sha256 }: Hashes, signal: AbortSignal): Promise<boolean> {
    const hash = createHash('sha256')
    try {
      await pipeline(createReadStream(this.target, { highWaterMark: 1024 * 1024 }), hash, { signal })
    } catch {
      signal.throwIfAborted()
      return false // a bad spot on the disk, or no permission: what is beside it may be written all the same
    }
    return hash.digest('hex') === sha256
  }

  /** Writes the manifest of a replica that already has the right content, unless there is one that fits. */
  async ensureManifest(hashes: Hashes): Promise<void> {
    await this.#alone(async () => {
      const now = await stat(this.target, { bigint: true })
      if (now.ino !== this.#existing?.ino || now.mtimeNs !== this.#existing.mtimeNs)
        throw new Error('another version was put there meanwhile; run this again')
      const manifest = this.#manifestFor(hashes, now)
      const old = await this.#readManifest()
      const isComplete = old?.sha256 === manifest.sha256 && old.opening !== undefined // earlier ones have none
      if (isComplete && manifestFits(old, manifest.size, manifest.mtimeMs)) return
      await publish(await this.#writeManifest(manifest), this.#manifestPath)
    })
  }

  /** Starts the copy, beside the replica that stands there. */
  async begin(): Promise<void> {
    this.#incoming = await createIncoming(this.node.root)
  }

  /** Writes a block of the copy. @throws also what went wrong with those before it, when they were flushed */
  async write(block: Uint8Array, position: number): Promise<void> {
    const { handle } = this.#copy
    if (this.#flushProblem !== undefined) throw this.#flushProblem
    for (let written = 0; written < block.length; ) {
      const length = Math.min(block.length - written, WRITE_BYTES)
      written += (await handle.write(block, written, length, position + written)).bytesWritten
    }
  }

  /** Has the disk begin with what is written so far. What goes wrong is thrown by the next call that can fail. */
  async flushSoFar(): Promise<void> {
    await this.#incoming?.handle.datasync().catch((error: unknown) => {
      this.#flushProblem = error // told once only: the flush at the end would know nothing of it
    })
  }

  /**
   * Flushes the copy and puts it in the place of the replica, manifest and all. A process that is killed
   * in between leaves the old version or the new one: each rename happens as a whole or not at all.
   * Another run that switches to its version at the same time waits, or is waited for.
   */
  async commit(hashes: Hashes, source: Source): Promise<void> {
    const { handle, path: copy } = this.#copy
    if (this.#flushProblem !== undefined) throw this.#flushProblem
    await setModificationTime(handle, source.stats)
    await finishIncoming(this.#copy)
    const manifest = this.#manifestFor(hashes, await stat(copy, { bigint: true }))
    const manifestCopy = await this.#writeManifest(manifest)
    try {
      await this.#alone(() => this.#publishBoth(copy, manifestCopy, manifest))
    } catch (error) {
      await rm(manifestCopy, { force: true })
      throw error
    }
    this.#incoming = undefined
  }

  async #publishBoth(copy: string, manifestCopy: string, manifest: Manifest): Promise<void> {
    const old = await this.#readManifest()
    if (old !== undefined && manifestFits(old, manifest.size, manifest.mtimeMs)) {
      // Other bytes with the same size and time: the old manifest must not seem to describe them.
      await rm(this.#manifestPath, { force: true })
      await flushFolder(path.dirname(this.#manifestPath))
    }
    await publish(copy, this.target)
    await publish(manifestCopy, this.#manifestPath)
  }

  /** Gives up the copy, if there is one; the replica that stands there stays. Never rejects. */
  async discard(): Promise<void> {
    if (this.#incoming !== undefined) await discardIncoming(this.#incoming)
    this.#incoming = undefined
  }

  #alone<T>(act: () => Promise<T>): Promise<T> {
    return withLock(path.join(this.node.root, INCOMING_FOLDER), this.name, act)
  }

  get #copy(): IncomingFile {
    if (this.#incoming === undefined) throw new Error('The copy was not begun')
    return this.#incoming
  }

  get #manifestPath(): string {
    return manifestPath(this.node.root, this.name)
  }

  #manifestFor(hashes: Hashes, stats: BigIntStats): Manifest {
    const { name } = this
    return { version: 1, name, size: Number(stats.size), mtimeMs: modificationTimeMs(stats), ...hashes }
  }

  async #readManifest(): Promise<Manifest | undefined> {
    const text = await readFile(this.#manifestPath, 'utf8').catch(ignoreAbsence)
    return text === undefined ? undefined : parseManifest(text)
  }

  /** @returns the path of the flushed file, still in the incoming folder */
  async #writeManifest(manifest: Manifest): Promise<string> {
    const incoming = await createIncoming(this.node.root)
    try {
      await incoming.handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`)
      await finishIncoming(incoming)
      return incoming.path
    } catch (error) {
      await discardIncoming(incoming)
      throw error
    }
  }
}

/** Disks may hold times that no date can name, and then no manifest can. */
const isDate = (timeNs: bigint): boolean => !Number.isNaN(new Date(Number(timeNs / 1_000_000n)).getTime())

/** Gives a file the modification time of another, to the microsecond, if that can be true. */
async function setModificationTime(handle: FileHandle, { mtimeNs }: BigIntStats): Promise<void> {
  if (!isDate(mtimeNs)) return
  // A double falls just short of most times, and is then cut off: half a microsecond more meets them.
  const seconds = Number(mtimeNs / 1000n) / 1e6 + 5e-7
  // Node.js takes negative numbers for a mistake, and dates before 1970 as they are.
  const time = mtimeNs < 0n ? new Date(Number(mtimeNs / 1_000_000n)) : seconds
  await handle.utimes(time, time)
}

/** For `catch`: what is not there is `undefined`, everything else is still an error. */
function ignoreAbsence(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** Makes a folder below `root`. @throws Error when a link would take it elsewhere */
async function makeFolderInside(root: string, folder: string): Promise<void> {
  const realRoot = await realpath(root)
  let existing = folder
  let place = await realpath(existing).catch(ignoreAbsence)
  while (place === undefined) {
    existing = path.dirname(existing)
    place = await realpath(existing).catch(ignoreAbsence)
  }
  const relative = path.relative(realRoot, place)
  if (relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) {
    throw new Error(`a link takes ${folder} out of the storage folder`)
  }
  await mkdir(folder, { recursive: true })
}
