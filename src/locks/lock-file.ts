/** A file whose making succeeds for one process only, and that says which one. */
import { lstat, open, readFile, rename, rm } from 'node:fs/promises'
import { isGone, thisWriter, WRITER_PATTERN } from './writer.ts'

export const LOCK_SUFFIX = '.lock'

/** Without a sign for so long a holder is taken for gone, though nobody can be sure. */
const SILENT_MS = 30_000

const HOLDER = new RegExp(`^${WRITER_PATTERN}$`)

/** Whoever has a lock. */
export interface Holder {
  /** 0: it does not say, or not yet */
  readonly pid: number
  /** for certain */
  readonly isGone: boolean
  /** for so long that it is probably gone */
  readonly isSilent: boolean
}

/**
 * Takes a lock for this process.
 * @returns whether nobody else had it
 * @throws the system's error when there can be no lock
 */
export async function makeLock(lock: string): Promise<boolean> {
  const handle = await open(lock, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  if (handle === undefined) return false
  try {
    await handle.writeFile(thisWriter()).finally(() => handle.close())
    return true
  } catch (error) {
    await rm(lock, { force: true }).catch(() => {}) // made, but not written: the disk is full
    throw error
  }
}

/** Who has a lock; `undefined`: it has just been given up. */
export async function holderOf(lock: string): Promise<Holder | undefined> {
  const text = await readFile(lock, 'utf8').catch(() => '')
  const ageMs = await ageOf(lock)
  if (ageMs === undefined) return undefined
  const [, pid = '0', world = ''] = HOLDER.exec(text) ?? []
  const isSilent = Math.abs(ageMs) > SILENT_MS // a clock that was set back must not hold it for ever
  return { pid: Number(pid), isGone: isGone(Number(pid), world), isSilent }
}

/**
 * Takes a lock away from its holder. First out of the way in one step: of several who break it one succeeds, and the
 * others look again.
 * @param aside a name that only this process uses
 */
export async function breakLock(lock: string, aside: string): Promise<void> {
  await rename(lock, aside).catch(() => {})
  await rm(aside, { force: true })
}

/**
 * Since when nobody has written to a file, in ms. Its modification time says nothing: a copy has that of its
 * source. The time of its last change cannot be set.
 */
export async function ageOf(file: string, nowMs = Date.now()): Promise<number | undefined> {
  const stats = await lstat(file).catch(() => undefined)
  return stats && nowMs - stats.ctimeMs
}
