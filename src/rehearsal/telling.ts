/** What a reader notices, each in a line of words. Pure. */
import type { Stall } from '../player/playing/stalls.js'
import type { SwarmEvent } from '../swarm/events.js'
import { formatMs, listWords } from '../words/in-words.js'

/** What a reader notices; `undefined`: nothing that is told. */
export function describeEvent(event: SwarmEvent | Stall): string | undefined {
  switch (event.type) {
    case 'node':
      return event.before === 'unknown' && event.state === 'up'
        ? undefined
        : `${event.node}: ${event.state}${event.why === '' ? '' : ` (${event.why})`}`
    case 'rejected':
      return `what ${event.node} sent is wrong, and thrown away`
    case 'outage':
      return event.isOver ? 'somebody can send again' : 'nobody can send'
    case 'hedge':
      return `${event.from} is late by ${formatMs(event.waitedMs)}: ${event.to} is asked as well`
    case 'failover':
      return `${listWords(event.to)} took over from ${event.from}, after ${formatMs(event.waitedMs)}`
    case 'stall':
      return event.isOver ? `the picture goes on, after ${formatMs(event.ms)}` : 'the picture stands'
    default:
      return undefined
  }
}
