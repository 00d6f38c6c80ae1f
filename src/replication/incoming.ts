/**
 * Files that are being written: `.incoming/<process>-<number>`. They are never served, and appear under
 * their name by a rename when they are complete. What a killed process left is cleaned up by the next.
 */
import { randomBytes } from 'node:crypto'
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'

/** The folder, inside a storage, for files that are being written. */
export const INCOMING_FOLDER = '.incoming'

/** `<process>-<number>`: nothing else there is ours to remove. */
const INCOMING_NAME = /^[1-9][0-9]*-[0-9a-f]{12}$/

/** A process number that was given out anew must not protect a leftover for ever. */
const ABANDONED_MS = 60 * 60 * 1000

/** A new empty file in the incoming folder, and the handle to write it. */
export interface IncomingFile {
  readonly path: string
  readonly handle: FileHandle
}

/** Makes an empty incoming file; the folder is there. @throws the system's error */
export async function createIncoming(root: string): Promise<IncomingFile> {
  const file = path.join(root, INCOMING_FOLDER, `${process.pid}-${randomBytes(6).toString('hex')}`)
  return { path: file, handle: await open(file, 'wx') }
}

/** Flushes and closes an incoming file: after this it may be renamed to where it is served. */
export async function finishIncoming({ handle }: IncomingFile): Promise<void> {
  await handle.sync()
  await handle.close()
}

/** Gives up an incoming file. Never rejects: what stays behind is cleaned up next time. */
export async function discardIncoming({ path: file, handle }: IncomingFile): Promise<void> {
  await handle.close().catch(() => {})
  await rm(file, { force: true }).catch(() => {})
}

/** Renames a finished file over `target`, whose folder is made when missing, and flushes that folder. */
export async function publish(from: string, target: string): Promise<void> {
  const folder = path.dirname(target)
  await mkdir(folder, { recursive: true })
  await rename(from, target)
  await flushFolder(folder)
}

/** Makes the names in a folder durable. Windows has no such call and does not need it. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder)
  await handle.sync().finally(() => handle.close())
}

/** Removes what dead processes left in the incoming folder. Call it before the first {@link createIncoming}. */
export async function cleanIncoming(root: string): Promise<void> {
  const folder = path.join(root, INCOMING_FOLDER)
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name)
    if (INCOMING_NAME.test(name) && (await isAbandoned(file))) await rm(file, { force: true })
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  const pid = Number.parseInt(path.basename(file), 10)
  if (pid === process.pid || !isRunning(pid)) return true
  const stats = await lstat(file).catch(() => undefined)
  return stats !== undefined && Date.now() - stats.mtimeMs > ABANDONED_MS
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0) // asks only
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // it runs, as another user
  }
}
