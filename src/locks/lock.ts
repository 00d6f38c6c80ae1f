/**
 * One at a time. A lock is held for the moment in which a replica and its manifest are switched, so that two runs at
 * once cannot leave the bytes of one with the hashes of the other.
 */
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { breakLock, holderOf, LOCK_SUFFIX, makeLock } from './lock-file.ts'
import { thisWriter } from './writer.ts'

const LOOK_AGAIN_MS = 20

/**
 * Does something while nobody else does it under this name. A lock of a process that is gone is broken.
 * @param folder where the lock stands meanwhile
 * @throws what `act` throws, and the system's error when there can be no lock
 */
export async function withLock<T>(folder: string, name: string, act: () => Promise<T>): Promise<T> {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 12)
  const lock = path.join(folder, `${hash}${LOCK_SUFFIX}`)
  while (!(await makeLock(lock))) {
    if (await isStaleLock(lock))
      await breakLock(lock, path.join(folder, `${hash}-${thisWriter()}${LOCK_SUFFIX}`))
    else await setTimeout(LOOK_AGAIN_MS)
  }
  try {
    return await act()
  } finally {
    await rm(lock, { force: true }).catch(() => {})
  }
}

/** Is whoever holds this lock gone? No switch takes as long as one is silent: two renames, two folders flushed. */
export async function isStaleLock(lock: string): Promise<boolean> {
  const holder = await holderOf(lock)
  return holder !== undefined && (holder.isGone || holder.isSilent)
}
