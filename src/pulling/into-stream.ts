/** Downloads into a stream, in order, as fast as it takes the bytes. */
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { type Read, runSwarm } from './run-swarm.ts'

/**
 * Writes the whole into a stream, and leaves it open.
 * @throws Error as {@link runSwarm}, and what the stream says of a write
 */
export async function intoStream(read: Read, out: Writable): Promise<void> {
  read.onBegin?.(read.file, read.tally, 0)
  await runSwarm(read, { mode: 'stream' }, async (swarm, stop, patience) => {
    const reader = swarm.open(0, read.file.size - 1)
    stop.addEventListener('abort', () => reader.cancel())
    let failure: Error | undefined
    out.once('error', (error: Error) => {
      failure = error // of a write that nobody was waiting for
    })
    for (;;) {
      const bytes = await reader.next()
      if (bytes === undefined) break
      if (failure !== undefined) throw failure
      if (out.write(bytes)) continue
      patience.end() // now it is we who are waited for
      await once(out, 'drain', { signal: stop })
      patience.begin()
    }
  })
}
