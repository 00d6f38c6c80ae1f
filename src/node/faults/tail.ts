/**
 * Each answer comes later: most a little, few by much, as with machines that have other things to do. Evenly spread
 * delays have no such tail, and without one there is nothing that asking a second node could save.
 */
import { setTimeout } from 'node:timers/promises'
import type { FaultSet } from '../../lab/faults.js'
import type { Circumstances, Fault, Visit } from './fault.ts'

/** 99 of 100 values of a standard normal distribution are below. */
const Z99 = 2.3263
/** No answer waits longer. */
const MAX_MS = 60_000

type Parameters = NonNullable<FaultSet['tail']>

export function tail(parameters: Parameters, { chance, over }: Circumstances): Fault {
  const delayOf = makeTail(parameters, chance)
  return {
    waits: true,
    async meet(visit) {
      const signal = AbortSignal.any([over, visit.hangUp])
      await setTimeout(delayOf(visit), undefined, { signal }).catch(() => visit.hangUp.throwIfAborted())
      return undefined
    },
  }
}

/**
 * Delays with a lognormal distribution, in ms. With correlation each is drawn near to the one before: a bad minute, and
 * not a bad answer.
 */
export function makeTail(
  { medianMs, p99Ms, correlation }: Parameters,
  chance: Circumstances['chance'],
): (visit: Visit) => number {
  const spread = Math.log(p99Ms / medianMs) / Z99
  let last: number | undefined
  return (visit) => {
    const radius = Math.sqrt(-2 * Math.log(1 - chance(visit, 'radius'))) // Box and Muller's two chances for one normal value
    const fresh = radius * Math.cos(2 * Math.PI * chance(visit, 'angle'))
    last = last === undefined ? fresh : correlation * last + Math.sqrt(1 - correlation ** 2) * fresh
    return Math.min(MAX_MS, medianMs * Math.exp(spread * last))
  }
}
