/**
 * A model of what packet loss looks like from above TCP, where no byte is missing: a cap on the rate, and pauses. One
 * round trip where later packets tell of the lost one, and a retransmission timeout, twice as long each time, where it
 * was among the last of a reply and nothing came behind it.
 * @see RFC 5681 §3.2 (fast retransmit), RFC 6298 §5 (timeout); Mathis et al. 1997 for the cap
 */
import { setTimeout } from 'node:timers/promises'
import type { FaultSet } from '../../lab/faults.js'
import type { Circumstances, Fault, Visit } from './fault.ts'

/** Bytes of a packet on an Ethernet without those of IP and TCP. */
const PACKET_BYTES = 1448
/** Packets behind a lost one that it takes until it is sent again. */
const DUPLICATES = 3
/** Linux waits at least so long. */
const MIN_TIMEOUT_MS = 200
const MAX_TIMEOUTS = 6

export function lossy(
  { share, rttMs }: NonNullable<FaultSet['lossy']>,
  { chance, over }: Circumstances,
): Fault {
  const bytesPerMs = (1.22 * PACKET_BYTES) / (rttMs * Math.sqrt(share))
  return {
    touches: () => true,
    async pace(sizeBytes, visit) {
      const signal = AbortSignal.any([over, visit.hangUp])
      const waitMs = sizeBytes / bytesPerMs + pauseMs(sizeBytes, visit)
      await setTimeout(waitMs, undefined, { signal }).catch(() => visit.hangUp.throwIfAborted())
    },
  }

  function pauseMs(sizeBytes: number, visit: Visit): number {
    const packets = Math.ceil(sizeBytes / PACKET_BYTES)
    const isLost = (number: number | string): boolean => chance(visit, visit.handedBytes, number) < share
    let lost = -1
    for (let packet = 0; packet < packets; packet++) if (isLost(packet)) lost = packet
    if (lost === -1) return 0
    if (packets - lost > DUPLICATES) return rttMs
    let waitedMs = 0
    for (let times = 0; times < MAX_TIMEOUTS; times++) {
      waitedMs += Math.max(MIN_TIMEOUT_MS, rttMs) * 2 ** times
      if (!isLost(`again ${times}`)) break
    }
    return waitedMs
  }
}
