/** The connection of each body ends after so many bytes: a cable, a proxy, a process that died. */
import type { FaultSet } from '../../lab/faults.js'
import type { Fault } from './fault.ts'

export const cut = ({ afterBytes, how }: NonNullable<FaultSet['cut']>): Fault => ({
  endsConnections: true,
  touches: (_, { lengthBytes }) => lengthBytes > afterBytes,
  sparedBytes: () => afterBytes,
  async strike(visit) {
    visit.flushHead()
    visit.end(how)
  },
})
