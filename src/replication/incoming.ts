/**
 * Files that are being written: `.incoming/<process>-<world>-<number>`. They are never served, and appear under
 * their name by a rename when they are complete. What a killed process left is cleaned up by the next.
 */
import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { isStaleLock } from '../locks/lock.ts'
import { ageOf, LOCK_SUFFIX } from '../locks/lock-file.ts'
import { isGone, thisWriter, WRITER_PATTERN } from '../locks/writer.ts'

/** The folder, inside a storage, for files that are being written. */
export const INCOMING_FOLDER = '.incoming'

/** `<process>-<world>-<number>`; the world was missing in earlier versions. Nothing else there is ours to remove. */
const INCOMING_NAME = new RegExp(`^(?:${WRITER_PATTERN}|[1-9][0-9]*)-[0-9a-f]{12}$`)

/** For so long nobody has written to it: its writer is gone, whoever has that process number now. */
const ABANDONED_MS = 60 * 60 * 1000

/** What this very process is writing: a number that was given out anew is no sign of life. */
const own = new Set<string>()

/** A new empty file in the incoming folder, and the handle to write it. */
export interface IncomingFile {
  readonly path: string
  readonly handle: FileHandle
}

/** Makes an empty incoming file; the folder is there. @throws the system's error */
export async function createIncoming(root: string): Promise<IncomingFile> {
  const file = path.join(root, INCOMING_FOLDER, `${thisWriter()}-${randomBytes(6).toString('hex')}`)
  own.add(file)
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

/** Removes what dead processes left in the incoming folder; what cannot be removed disturbs nobody. */
export async function cleanIncoming(root: string, nowMs = Date.now()): Promise<void> {
  const folder = path.join(root, INCOMING_FOLDER)
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name)
    const isLeftover = name.endsWith(LOCK_SUFFIX) ? isStaleLock(file) : isAbandoned(file, nowMs)
    if (await isLeftover) await rm(file, { force: true }).catch(() => {})
  }
}

async function isAbandoned(file: string, nowMs: number): Promise<boolean> {
  const match = INCOMING_NAME.exec(path.basename(file))
  if (match === null || own.has(file)) return false
  const ageMs = await ageOf(file, nowMs)
  if (ageMs === undefined) return false
  const [, pid, world = ''] = match
  return ageMs > ABANDONED_MS || isGone(Number(pid), world)
}
