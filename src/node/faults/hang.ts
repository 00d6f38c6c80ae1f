/** Reads requests and answers nothing, as a process that was stopped; when it ends, all goes on. */
import type { Circumstances, Fault } from './fault.ts'

export const hang = (_: unknown, { untilOver }: Circumstances): Fault => ({
  reachesPages: true,
  waits: true,
  async meet({ hangUp }) {
    await untilOver(hangUp)
    return undefined
  },
  sparedBytes: ({ handedBytes }) => handedBytes,
  strike: ({ hangUp }) => untilOver(hangUp),
})
