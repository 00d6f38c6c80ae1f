/** Folders that are made when they are missing. */
import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'

/**
 * Makes a folder and those above it. In its own steps, because below a folder in which the system makes none
 * (`/proc`) the recursive `mkdir` of Node.js tries for ever.
 * @throws Error in words, or the system's error
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && path.dirname(folder) !== folder) {
      await makeFolder(path.dirname(folder))
      await mkdir(folder).catch((cause: NodeJS.ErrnoException) => requireFolder(folder, cause))
    } else {
      await requireFolder(folder, error as Error)
    }
  }
}

/** @throws Error unless it is there, and a folder */
async function requireFolder(folder: string, cause: NodeJS.ErrnoException): Promise<void> {
  const stats = await stat(folder).catch(() => undefined)
  if (stats?.isDirectory()) return
  if (stats !== undefined) throw new Error(`${folder} is a file, not a folder`, { cause })
  if (cause.code === 'ENOENT') throw new Error(`no folder can be made in ${path.dirname(folder)}`, { cause })
  if (cause.code === 'EEXIST') throw new Error(`${folder} is a link that leads nowhere`, { cause })
  throw cause
}
