/** Downloads into a file, in any order; what an earlier run has left is not read again. */
import type { SwarmFile } from '../swarm/fetch-range.js'
import { PartialFile } from './partial-file.ts'
import { type Read, runSwarm } from './run-swarm.ts'

/** A file to write. */
export interface OutFile {
  /** absolute path */
  readonly path: string
  /** one that stands there may be replaced */
  readonly replaces: boolean
}

/**
 * Reads the whole into a file.
 * @returns where it is, the SHA-256 of what is on disk, and how much an earlier run had left
 * @throws Error as {@link runSwarm} and {@link PartialFile} do; what is checked is then kept for the next run
 */
export async function intoFile(
  read: Read,
  { path, replaces }: OutFile,
): Promise<{ path: string; sha256: string; resumedBytes: number }> {
  const { file, tally } = read
  const part = await PartialFile.open(path, file)
  const resumedBytes = [...part.have].reduce((sum, chunk) => sum + chunkBytes(file, chunk), 0)
  let isComplete = false
  try {
    tally.resume(part.have, resumedBytes)
    read.onBegin?.(file, tally, resumedBytes)
    await runSwarm(
      read,
      {
        mode: 'bulk',
        have: part.have,
        onChunk: (chunk, bytes) => part.write(chunk, bytes),
        usesMemoryAgain: true,
      },
      (swarm) => swarm.download(),
    )
    isComplete = true
  } finally {
    if (!isComplete) await part.close(file.chunks !== undefined) // what nobody can check is of no use later
  }
  const mtimeMs = 'mtimeMs' in file && typeof file.mtimeMs === 'number' ? file.mtimeMs : undefined
  return { path, sha256: await part.finish(mtimeMs, replaces), resumedBytes }
}

const chunkBytes = ({ size, chunkSize }: SwarmFile, chunk: number): number =>
  Math.min(chunkSize, size - chunk * chunkSize)
