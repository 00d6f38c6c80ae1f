/**
 * Impairments: what makes a node on this machine feel far away. `undefined` stands for an impairment that is switched
 * off and costs nothing. Which there are, and what they are called, is declared in ../../impairments.ts.
 */
import type { Impairments } from '../../impairments.ts'
import { waitUntil } from './wait.ts'

/** When the first byte of a reply may leave to a request that arrived then, both on the clock of `performance.now()`. */
export type Latency = (arrivedMs: number) => number

/** A simulated uplink: a wait before bytes of a body may leave, and how many to ask for at a time. */
export interface Uplink {
  /** Rejects with the signal's reason when the client hangs up. */
  beforeBytes(sizeBytes: number, hangUp: AbortSignal): Promise<void>
  readonly sliceBytes: number
}

/** What a node's replies wait for. */
export interface Impaired {
  readonly latency: Latency | undefined
  readonly uplink: Uplink | undefined
}

/**
 * Makes a node as far away as it is to seem.
 * @param random 0 up to 1, for the jitter
 */
export const impair = (
  { latencyMs, jitterMs, bandwidthKbps }: Impairments,
  random?: () => number,
): Impaired => ({ latency: latency(latencyMs, jitterMs, random), uplink: uplink(bandwidthKbps) })

/**
 * Simulated latency, evenly spread over `delayMs ± jitterMs` and never below zero.
 * @param random 0 up to 1, so that a test can choose
 */
export function latency(
  delayMs: number,
  jitterMs = 0,
  random: () => number = Math.random,
): Latency | undefined {
  if (delayMs === 0 && jitterMs === 0) return undefined
  return (arrivedMs) => arrivedMs + Math.max(0, delayMs + jitterMs * (2 * random() - 1))
}

/** Bodies are let out in pieces of this much time, so that replies which share an uplink take turns. */
const SLICE_MS = 10
/** A pause this short between two pieces is this machine being late, and not an uplink that had nothing to do. */
const CATCH_UP_MS = 25

/**
 * A simulated uplink: one budget of bytes that all replies of a node share, first come, first served.
 * A piece leaves when its last bit would have, or as soon after that as this machine can, and what is late
 * does not make the next one late as well: a busy uplink has its bandwidth, neither more nor less.
 * @param bandwidthKbps 1000 bits per second; 0 is unlimited
 */
export function uplink(bandwidthKbps: number): Uplink | undefined {
  if (bandwidthKbps === 0) return undefined
  const bytesPerMs = bandwidthKbps / 8
  let last: Promise<void> = Promise.resolve() // ends when the piece in front has left
  let freeAtMs = 0

  const beforeBytes: Uplink['beforeBytes'] = async (sizeBytes, hangUp) => {
    const inFront = last
    let leave = (): void => {}
    last = new Promise((resolve) => {
      leave = resolve
    })
    try {
      await unlessAborted(inFront, hangUp)
      const nowMs = performance.now()
      const isBusy = nowMs - freeAtMs < CATCH_UP_MS
      freeAtMs = (isBusy ? freeAtMs : nowMs) + sizeBytes / bytesPerMs
      await waitUntil(freeAtMs, hangUp)
    } finally {
      void inFront.then(leave) // who hung up in the queue leaves its place empty, and nobody jumps ahead
    }
  }
  return { beforeBytes, sliceBytes: Math.max(1, Math.round(bytesPerMs * SLICE_MS)) }
}

/** Waits for a promise that never rejects. @throws the signal's reason as soon as it aborts */
function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort)
    void promise.then(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
  })
}
