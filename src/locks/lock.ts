/**
 * One at a time: a file whose making succeeds for one process only. It is held for the moment in which a
 * replica and its manifest are switched, so that two runs at once cannot leave the bytes of one with the
 * hashes of the other.
 */
import { createHash } from 'node:crypto'
import { lstat, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { isGone, thisWriter, WRITER_PATTERN } from './writer.ts'

export const LOCK_SUFFIX = '.lock'

/** No switch takes so long: two renames and the flush of two folders. */
const STALE_MS = 30_000
const LOOK_AGAIN_MS = 20

const HOLDER = new RegExp(`^${WRITER_PATTERN}$`)

/**
 * Does something while nobody else does it under this name. A lock of a process that is gone is broken.
 * @param folder where the lock stands meanwhile
 * @throws what `act` throws, and the system's error when there can be no lock
 */
export async function withLock<T>(folder: string, name: string, act: () => Promise<T>): Promise<T> {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 12)
  const lock = path.join(folder, `${hash}${LOCK_SUFFIX}`)
  while (!(await take(lock))) {
    if (await isStaleLock(lock)) await breakLock(lock)
    else await setTimeout(LOOK_AGAIN_MS)
  }
  try {
    return await act()
  } finally {
    await rm(lock, { force: true }).catch(() => {})
  }
}

/** Is whoever holds this lock gone? */
export async function isStaleLock(lock: string): Promise<boolean> {
  const ageMs = await ageOf(lock)
  if (ageMs === undefined) return false // it has just been given up
  const holder = HOLDER.exec(await readFile(lock, 'utf8').catch(() => ''))
  const isHolderGone = holder !== null && isGone(Number(holder[1]), holder[2] ?? '')
  return isHolderGone || Math.abs(ageMs) > STALE_MS // a clock that was set back must not hold it for ever
}

/**
 * Since when nobody has written to a file, in ms. Its modification time says nothing: a copy has that of its
 * source. The time of its last change cannot be set.
 */
export async function ageOf(file: string, nowMs = Date.now()): Promise<number | undefined> {
  const stats = await lstat(file).catch(() => undefined)
  return stats && nowMs - stats.ctimeMs
}

async function take(lock: string): Promise<boolean> {
  try {
    const handle = await open(lock, 'wx')
    await handle.writeFile(thisWriter()).finally(() => handle.close())
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    await rm(lock, { force: true }).catch(() => {}) // made, but not written: the disk is full
    throw error
  }
}

/** First out of the way in one step: of several who break it one succeeds, and the others look again. */
async function breakLock(lock: string): Promise<void> {
  const broken = `${lock.slice(0, -LOCK_SUFFIX.length)}-${thisWriter()}${LOCK_SUFFIX}`
  await rename(lock, broken).catch(() => {})
  await rm(broken, { force: true })
}
