/** Where a download goes. What cannot be done is refused here, before the first byte is asked for. */
import { createHash } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { shortPath } from '../short-path.ts'

/** A file of its own, which is complete or not there; or something that takes bytes in order. */
export type Place =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'pipe' | 'device'; readonly path: string }

/** No file system of today takes a longer name, in bytes of UTF-8. */
const MAX_NAME_BYTES = 255
const LOOK_AGAIN_MS = 100

/** A file stands where a download was to go. */
export class OccupiedError extends Error {
  override name = 'OccupiedError'
}

/**
 * Looks what stands at a path.
 * @param replaces a file there may be replaced
 * @throws OccupiedError when it may not
 * @throws Error when nothing can be written there
 */
export async function findPlace(file: string, replaces: boolean): Promise<Place> {
  const stats = await stat(file).catch(ignoreAbsence)
  if (stats === undefined) {
    if ((await lstat(file).catch(ignoreAbsence)) !== undefined)
      throw new Error(`${path.basename(file)} is a link that leads nowhere`)
    return { kind: 'file', path: file }
  }
  if (stats.isFile()) {
    if (!replaces) throw new OccupiedError(`${shortPath(file)} is there already`)
    return { kind: 'file', path: await realpath(file) } // the file is replaced, and not the link to it
  }
  if (stats.isDirectory()) throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' })
  if (stats.isSocket()) throw new Error(`${path.basename(file)} is a socket, which no file can be written to`)
  return { kind: stats.isFIFO() ? 'pipe' : 'device', path: file }
}

/**
 * Opens a pipe or a device to write to it in order. A named pipe has to have a reader first; until then this waits.
 * @param onWait told once, when there is none yet
 * @throws the system's error, or the signal's reason
 */
export async function openInOrder(
  { kind, path: file }: Place,
  signal: AbortSignal,
  onWait: () => void,
): Promise<Writable> {
  const asked = kind === 'pipe' ? await untilRead(file, signal, onWait) : undefined
  const handle = await open(file, constants.O_WRONLY) // one that waits when the pipe is full
  await asked?.close()
  return handle.createWriteStream()
}

/** Opening a pipe that nobody reads would block a thread for ever: so only asks, again and again. */
async function untilRead(file: string, signal: AbortSignal, onWait: () => void): Promise<FileHandle> {
  for (let isFirst = true; ; isFirst = false) {
    const asked = await open(file, constants.O_WRONLY | constants.O_NONBLOCK).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENXIO') throw error
      },
    )
    if (asked !== undefined) return asked
    if (isFirst) onWait()
    await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => signal.throwIfAborted()) // with its reason
  }
}

/**
 * A name with something behind it. Where that is too long it is cut, and a hash keeps it apart from others. Pure.
 * @param file absolute path
 */
export function nameBeside(file: string, suffix: string): string {
  const { dir, base } = path.parse(file)
  if (Buffer.byteLength(base + suffix) <= MAX_NAME_BYTES) return file + suffix
  const end = `~${createHash('sha256').update(base).digest('hex').slice(0, 8)}${suffix}`
  let start = base
  while (Buffer.byteLength(start + end) > MAX_NAME_BYTES) start = [...start].slice(0, -1).join('')
  return path.join(dir, start + end)
}

/** For `catch`: what is not there is `undefined`, everything else is still an error. */
function ignoreAbsence(error: NodeJS.ErrnoException): Stats | undefined {
  if (error.code !== 'ENOENT') throw error
  return undefined
}
