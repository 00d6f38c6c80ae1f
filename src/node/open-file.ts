/**
 * One regular file inside a folder, opened so that no name, link or later change can make it another.
 * Raw descriptors and no `FileHandle`: a read costs half, and who opens here also closes.
 */
import fs, { type BigIntStats } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'

const open = promisify(fs.open)
const close = promisify(fs.close)
const read = promisify(fs.read)
const fstat = promisify(fs.fstat) as (fd: number, options: { bigint: true }) => Promise<BigIntStats>
const stat = promisify(fs.stat) as (file: string, options: { bigint: true }) => Promise<BigIntStats>
const readlink = promisify(fs.readlink)
const realpath = promisify(fs.realpath.native)

const BIGINT = { bigint: true } as const
/** Without O_NONBLOCK the open of a FIFO waits for a writer and keeps a thread of the pool. */
const FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0) | (fs.constants.O_NOCTTY ?? 0)

/** Up to here a range may be read synchronously. */
const QUICK_BYTES = 16 * 1024
/** A read that takes longer than this has waited for a slow disk, and not for its turn on a processor. */
const SLOW_READ_MS = 5
/** How long no read is synchronous after a slow one. */
const PATIENCE_MS = 1_000

/** No kernel's clock for files ticks slower. */
const TICK_MS = 20
/** How often a file may have changed again before it counts as being written to. */
const MAX_LOOKS = 5

/** Of so many reads a piece is remembered, to be compared when somebody may have written to the file. */
const MAX_SAMPLES = 64
const SAMPLE_BYTES = 64

/** Names a change of a file: any write, truncation or replacement moves one of these. */
const sameVersion = (a: BigIntStats, b: BigIntStats): boolean =>
  a.ino === b.ino &&
  a.dev === b.dev &&
  a.size === b.size &&
  a.mtimeNs === b.mtimeNs &&
  a.ctimeNs === b.ctimeNs

/** The bytes that were asked for are no longer those of the version that was opened. */
export class FileChangedError extends Error {
  override name = 'FileChangedError'
}

/** An open file and what it was when it was opened. Close it with {@link OpenFile.close}. */
export class OpenFile {
  static #quickFromMs = 0
  readonly #fd: number
  readonly #path: string
  #stats: BigIntStats
  /** How the bytes at some places were when they were read, the newest over the oldest. */
  readonly #samples: { position: number; bytes: Uint8Array }[] = []
  #reads = 0
  /** a look at the file that is about to be taken */
  #check: Promise<void> | undefined

  private constructor(fd: number, file: string, stats: BigIntStats) {
    this.#fd = fd
    this.#path = file
    this.#stats = stats
  }

  /**
   * Opens a regular file whose true place, behind all links, is below `realRoot`.
   * @param realRoot absolute path with no links in it
   * @param file absolute path
   * @param isAllowed judges that true place, as seen from `realRoot`
   * @returns `undefined` when it is something else or lies elsewhere
   * @throws the system's error when it cannot be opened
   */
  static async open(
    realRoot: string,
    file: string,
    isAllowed: (relativePath: string) => boolean,
  ): Promise<OpenFile | undefined> {
    const fd = await open(file, FLAGS)
    let opened: OpenFile | undefined
    try {
      const stats = await settledStats(fd)
      if (stats.isFile()) {
        const place = await placeOf(fd, file, stats)
        const relative = place === undefined ? undefined : relativeInside(realRoot, place)
        if (relative !== undefined && isAllowed(relative)) opened = new OpenFile(fd, file, stats)
      }
      return opened
    } finally {
      if (opened === undefined) await close(fd)
    }
  }

  /** The facts of the version that was opened. */
  get stats(): BigIntStats {
    return this.#stats
  }

  /**
   * Does its name still lead to this very version? Synchronous, because an open file keeps its name and
   * inode in the kernel's memory: the look takes microseconds and waits for no disk.
   */
  isCurrent(): boolean {
    try {
      return sameVersion(fs.statSync(this.#path, BIGINT), this.#stats)
    } catch {
      return false // gone, or something stands in the way: the opener will find out what
    }
  }

  /**
   * Fills `target` from `position` on.
   * @throws FileChangedError when the bytes are not those of the version that was opened, or end too early
   */
  async read(target: Uint8Array, position: number): Promise<void> {
    if (target.length <= QUICK_BYTES && performance.now() >= OpenFile.#quickFromMs) {
      this.#readQuickly(target, position)
    } else {
      for (let filled = 0; filled < target.length; ) {
        const { bytesRead } = await read(this.#fd, target, filled, target.length - filled, position + filled)
        filled += requireBytes(bytesRead)
      }
    }
    this.#check ??= this.#checkSoon()
    await this.#check
    this.#samples[this.#reads++ % MAX_SAMPLES] = {
      position,
      bytes: Buffer.from(target.subarray(0, SAMPLE_BYTES)),
    }
  }

  /** One look serves all reads that have ended by then: those of requests that are answered in one turn. */
  async #checkSoon(): Promise<void> {
    await new Promise<void>((resolve) => process.nextTick(resolve))
    this.#check = undefined
    await this.#requireUnchanged()
  }

  /**
   * A small range of a video that others watch is in the kernel's memory, where a synchronous read takes
   * less time than handing it to another thread. If one has to wait for the disk after all, nothing is
   * read like this for a while, so that other requests hardly notice.
   */
  #readQuickly(target: Uint8Array, position: number): void {
    const startedMs = performance.now()
    for (let filled = 0; filled < target.length; ) {
      filled += requireBytes(fs.readSync(this.#fd, target, filled, target.length - filled, position + filled))
    }
    const endedMs = performance.now()
    if (endedMs - startedMs > SLOW_READ_MS) OpenFile.#quickFromMs = endedMs + PATIENCE_MS
  }

  /** The whole of a small file. Throws as {@link OpenFile.read}. */
  async readAll(): Promise<Buffer> {
    const content = Buffer.alloc(Number(this.#stats.size))
    await this.read(content, 0)
    return content
  }

  async close(): Promise<void> {
    await close(this.#fd)
  }

  /**
   * Writing into the file moves its times. When only `ctime` moved, it was renamed, linked, deleted or given
   * other permissions, and the bytes behind our descriptor stay; or somebody has written to it and put its
   * modification time back. Then the bytes decide.
   */
  async #requireUnchanged(): Promise<void> {
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      const now = fs.fstatSync(this.#fd, BIGINT)
      if (sameVersion(now, this.#stats)) return
      const isWritten = now.size !== this.#stats.size || now.mtimeNs !== this.#stats.mtimeNs
      const isReplaced = now.nlink < this.#stats.nlink // as `replicate` does
      if (isWritten || !(isReplaced || (await this.#hasBytesOfBefore()))) break
      this.#stats = now
    }
    throw new FileChangedError('The file was written to while it was read')
  }

  async #hasBytesOfBefore(): Promise<boolean> {
    const found = Buffer.alloc(SAMPLE_BYTES)
    for (const { position, bytes } of this.#samples) {
      const { bytesRead } = await read(this.#fd, found, 0, bytes.length, position)
      if (bytesRead < bytes.length || !found.subarray(0, bytesRead).equals(bytes)) return false
    }
    return this.#samples.length > 0
  }
}

/**
 * The facts of a file that has been left alone for a moment. Two writes within one tick of the kernel's
 * clock leave the same times behind, so right after the first one the second could not be seen.
 * @throws FileChangedError when it is written to all the time
 */
async function settledStats(fd: number): Promise<BigIntStats> {
  let stats = await fstat(fd, BIGINT)
  if (Date.now() - Number(stats.ctimeNs / 1_000_000n) >= TICK_MS) return stats
  for (let attempt = 0; attempt < MAX_LOOKS; attempt++) {
    await setTimeout(TICK_MS)
    const later = await fstat(fd, BIGINT)
    if (sameVersion(later, stats)) return later
    stats = later
  }
  throw new FileChangedError('The file is being written to')
}

/** @throws FileChangedError at the end of the file, which is nearer than it was when the file was opened */
function requireBytes(bytesRead: number): number {
  if (bytesRead === 0) throw new FileChangedError('The file ends early: it was truncated while it was read')
  return bytesRead
}

/** The true path of an open file. Linux says it of the descriptor; elsewhere the name is asked again. */
async function placeOf(fd: number, file: string, stats: BigIntStats): Promise<string | undefined> {
  if (process.platform === 'linux') return readlink(`/proc/self/fd/${fd}`)
  const place = await realpath(file)
  const found = await stat(place, BIGINT)
  return found.ino === stats.ino && found.dev === stats.dev ? place : undefined
}

/** `place` as seen from `root`, or `undefined` when it is not below it. Pure. */
function relativeInside(root: string, place: string): string | undefined {
  const relative = path.relative(root, place)
  const isOutside =
    relative === '' || relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)
  return isOutside ? undefined : relative
}
