/** How long a video plays, by its own tables. */
import { RUNTIME } from '../http-client/runtime.ts'
import { readMediaFacts } from '../player/media/media-facts.js'
import type { SwarmFile } from '../swarm/fetch-range.js'
import type { NodeAddress } from '../swarm/node.js'
import { Swarm } from '../swarm/swarm.js'
import { readRange } from './read-range.ts'

/** Nothing of a file comes for so long: nobody can bring it. */
const PATIENCE_MS = 15_000

/**
 * Reads as little as it can.
 * @throws Error when the file does not say it, or cannot be read
 */
export async function secondsOf(
  { file, nodes }: { readonly file: SwarmFile; readonly nodes: readonly NodeAddress[] },
  signal: AbortSignal,
): Promise<number> {
  const swarm = new Swarm({ file, nodes, ...RUNTIME })
  const end = (): void => swarm.close()
  const until = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])
  until.addEventListener('abort', end)
  try {
    const read = (start: number, last: number) => readRange(swarm, start, last)
    const { seconds } = await readMediaFacts(file.size, read)
    if (until.aborted) throw new Error(`${file.name} could not be read within ${PATIENCE_MS / 1000} s`)
    if (seconds === undefined || !(seconds > 0))
      throw new Error(
        `${file.name} does not say how long it plays: viewers need an MP4 that is not fragmented`,
      )
    return seconds
  } finally {
    until.removeEventListener('abort', end)
    swarm.close()
  }
}
