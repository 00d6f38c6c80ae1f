/**
 * A file that is being downloaded: chunks in any order, under a name of its own until the whole is true. What an
 * interrupted run has left is checked by hash and not by a journal, so nothing but the bytes needs to survive.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, link, lstat, open, rename, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import type { SwarmFile } from '../swarm/fetch-range.js'
import { Claim } from './claim.ts'
import { nameBeside, OccupiedError } from './place.ts'

/** What stands behind the final name while it is incomplete. */
export const PART_SUFFIX = '.part'
/** How much is read at a time to hash the whole. */
const BLOCK_BYTES = 2 ** 20

/** One download on disk. Ends with {@link PartialFile.finish} or {@link PartialFile.close}. */
export class PartialFile {
  /** chunks of an earlier run that are here and true */
  readonly have: ReadonlySet<number>
  readonly #target: string
  readonly #part: string
  readonly #file: SwarmFile
  readonly #claim: Claim
  readonly #handle: FileHandle

  private constructor(
    target: string,
    file: SwarmFile,
    claim: Claim,
    handle: FileHandle,
    have: ReadonlySet<number>,
  ) {
    this.#target = target
    this.#part = partOf(target)
    this.#file = file
    this.#claim = claim
    this.#handle = handle
    this.have = have
  }

  /**
   * Opens `<target>.part`, or makes it, for this process alone, and looks what is in it already.
   * @param target absolute path of the final file
   * @throws ClaimedError when somebody else is writing it
   * @throws the system's error, EISDIR when the target is a folder
   */
  static async open(target: string, file: SwarmFile): Promise<PartialFile> {
    const isFolder = await stat(target).then(
      (stats) => stats.isDirectory(),
      () => false, // not there yet, or the open below says what is wrong
    )
    if (isFolder) throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' })
    const part = partOf(target)
    const claim = await Claim.take(part)
    let handle: FileHandle | undefined
    try {
      if (claim.isDoubtful) await unlink(part).catch(ignoreAbsence)
      handle = await openPart(part)
      const have = await findTrueChunks(handle, file)
      await handle.truncate(file.size)
      return new PartialFile(target, file, claim, handle, have)
    } catch (error) {
      await handle?.close()
      claim.release()
      throw error
    }
  }

  /** @throws the system's error, ENOSPC when the disk is full */
  async write(chunk: number, bytes: Uint8Array): Promise<void> {
    const start = chunk * this.#file.chunkSize
    for (let written = 0; written < bytes.length; ) {
      written += (await this.#handle.write(bytes, written, bytes.length - written, start + written))
        .bytesWritten
    }
  }

  /**
   * Checks the whole and gives it its name. It is not flushed: what a power cut takes can be had again.
   * @param mtimeMs modification time of the original, if it is known
   * @param replaces a file that has the name now may be replaced
   * @returns SHA-256 of what is on disk, hex
   * @throws Error when that is not the manifest's, or no more the file that we wrote; then nothing has the final name
   * @throws OccupiedError when something has the name that may not be replaced
   */
  async finish(mtimeMs: number | undefined, replaces: boolean): Promise<string> {
    try {
      const sha256 = await hashWhole(this.#handle, this.#file.size)
      if (this.#file.sha256 !== undefined && sha256 !== this.#file.sha256)
        throw new Error(
          `${path.basename(this.#target)} has the SHA-256 ${sha256} on disk, not ${this.#file.sha256} as the manifest says`,
        )
      if (mtimeMs !== undefined) await this.#handle.utimes(new Date(), new Date(mtimeMs))
      await this.#expectIdentity()
      if (replaces) await rename(this.#part, this.#target)
      else await renameToFree(this.#part, this.#target)
      return sha256
    } finally {
      await this.#handle.close()
      this.#claim.release()
    }
  }

  /** What was checked is what is renamed. @throws Error when somebody has put another file in its place */
  async #expectIdentity(): Promise<void> {
    const [ours, there] = await Promise.all([
      this.#handle.stat({ bigint: true }),
      lstat(this.#part, { bigint: true }).catch(ignoreAbsence),
    ])
    if (there?.ino !== ours.ino || there.dev !== ours.dev)
      throw new Error(`Somebody else has replaced or removed ${path.basename(this.#part)} meanwhile`)
  }

  /** Leaves what is there for the next run, or removes it. */
  async close(isWorthKeeping: boolean): Promise<void> {
    await this.#handle.close()
    if (!isWorthKeeping) await unlink(this.#part).catch(ignoreAbsence)
    this.#claim.release()
  }
}

/** What a download of this file is called until it is complete. Pure. */
const partOf = (target: string): string => nameBeside(target, PART_SUFFIX)

async function openPart(part: string): Promise<FileHandle> {
  return open(part, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return open(part, 'wx+')
  })
}

/** What has no links at all (FAT) is looked at instead: nothing there does both in one step. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'])

/** Renames, and replaces nothing. @throws OccupiedError */
async function renameToFree(from: string, to: string): Promise<void> {
  const failed = await link(from, to).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error,
  )
  if (failed === undefined) return unlink(from)
  const isTaken = failed.code === 'EEXIST' || (await lstat(to).catch(ignoreAbsence)) !== undefined
  if (isTaken) throw new OccupiedError(`${path.basename(to)} has come into being meanwhile`)
  if (!NO_LINKS.has(failed.code ?? '')) throw failed
  await rename(from, to)
}

/** For `catch`: what is not there is `undefined`, everything else is still an error. */
function ignoreAbsence(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** Which chunks of a file fit the manifest. Without a manifest none do: nobody could tell. */
async function findTrueChunks(
  handle: FileHandle,
  { chunks, chunkSize, size }: SwarmFile,
): Promise<Set<number>> {
  const found = new Set<number>()
  const { size: length } = await handle.stat()
  if (length === 0 || chunks === undefined) return found
  const buffer = Buffer.alloc(chunkSize)
  for (const [chunk, expected] of chunks.entries()) {
    const bytes = buffer.subarray(0, Math.min(chunkSize, size - chunk * chunkSize))
    if ((await readFully(handle, bytes, chunk * chunkSize)) < bytes.length) break
    if (createHash('sha256').update(bytes).digest('hex') === expected) found.add(chunk)
  }
  return found
}

async function hashWhole(handle: FileHandle, size: number): Promise<string> {
  const hash = createHash('sha256')
  const buffer = Buffer.alloc(Math.min(BLOCK_BYTES, Math.max(1, size)))
  for (let position = 0; position < size; ) {
    const length = await readFully(
      handle,
      buffer.subarray(0, Math.min(buffer.length, size - position)),
      position,
    )
    if (length === 0) break // somebody cut it; the hash will tell
    hash.update(buffer.subarray(0, length))
    position += length
  }
  return hash.digest('hex')
}

/** @returns how many bytes there were, fewer than asked for only at the end of the file */
async function readFully(handle: FileHandle, target: Uint8Array, position: number): Promise<number> {
  let filled = 0
  while (filled < target.length) {
    const { bytesRead } = await handle.read(target, filled, target.length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}
