/**
 * A file that is being downloaded: chunks in any order, under a name of its own until the whole is true. What an
 * interrupted run has left is checked by hash and not by a journal, so nothing but the bytes needs to survive.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import type { SwarmFile } from '../swarm/fetch-range.js'

/** What stands behind the final name while it is incomplete. */
export const PART_SUFFIX = '.part'
/** How much is read at a time to hash the whole. */
const BLOCK_BYTES = 2 ** 20

/** One download on disk. Ends with {@link PartialFile.finish} or {@link PartialFile.close}. */
export class PartialFile {
  /** chunks of an earlier run that are here and true */
  readonly have: ReadonlySet<number>
  readonly #target: string
  readonly #file: SwarmFile
  readonly #handle: FileHandle

  private constructor(target: string, file: SwarmFile, handle: FileHandle, have: ReadonlySet<number>) {
    this.#target = target
    this.#file = file
    this.#handle = handle
    this.have = have
  }

  /**
   * Opens `<target>.part`, or makes it, and looks what is in it already.
   * @param target absolute path of the final file
   * @throws the system's error, EISDIR when the target is a folder
   */
  static async open(target: string, file: SwarmFile): Promise<PartialFile> {
    const isFolder = await stat(target).then(
      (stats) => stats.isDirectory(),
      () => false, // not there yet, or the open below says what is wrong
    )
    if (isFolder) throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' })
    const name = target + PART_SUFFIX
    const handle = await open(name, 'r+').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      return open(name, 'wx+')
    })
    try {
      const have = await findTrueChunks(handle, file)
      await handle.truncate(file.size)
      return new PartialFile(target, file, handle, have)
    } catch (error) {
      await handle.close()
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
   * @returns SHA-256 of what is on disk, hex
   * @throws Error when that is not the manifest's; then nothing has the final name
   */
  async finish(mtimeMs: number | undefined): Promise<string> {
    try {
      const sha256 = await hashWhole(this.#handle, this.#file.size)
      if (this.#file.sha256 !== undefined && sha256 !== this.#file.sha256)
        throw new Error(
          `${path.basename(this.#target)} has the SHA-256 ${sha256} on disk, not ${this.#file.sha256} as the manifest says`,
        )
      if (mtimeMs !== undefined) await this.#handle.utimes(new Date(), new Date(mtimeMs))
      await rename(this.#target + PART_SUFFIX, this.#target)
      return sha256
    } finally {
      await this.#handle.close()
    }
  }

  /** Leaves what is there for the next run, or removes it. */
  async close(isWorthKeeping: boolean): Promise<void> {
    await this.#handle.close()
    if (!isWorthKeeping) await unlink(this.#target + PART_SUFFIX)
  }
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
