/** Each body stops after so many bytes, with its connection open: a path that is half dead. */
import type { FaultSet } from '../../lab/faults.js'
import type { Circumstances, Fault } from './fault.ts'

export const stall = (
  { afterBytes }: NonNullable<FaultSet['stall']>,
  { untilOver }: Circumstances,
): Fault => ({
  touches: (_, { lengthBytes }) => lengthBytes > afterBytes,
  sparedBytes: () => afterBytes,
  async strike(visit) {
    visit.flushHead()
    await untilOver(visit.hangUp)
  },
})
