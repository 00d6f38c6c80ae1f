/** The ideal: how soon a file could be here if every node gave all it has, and nothing were read twice. Pure. */

/** What a node gives from one moment on, until its next span begins. */
export interface Span {
  readonly fromSeconds: number
  readonly bytesPerSecond: number
}

/** One node's spans in order of time; before the first one it gives nothing. */
export type Supply = readonly Span[]

/** Bytes that a node has given by then. Pure. */
function givenBytes(supply: Supply, seconds: number): number {
  let bytes = 0
  for (const [index, { fromSeconds, bytesPerSecond }] of supply.entries()) {
    const untilSeconds = Math.min(seconds, supply[index + 1]?.fromSeconds ?? seconds)
    bytes += Math.max(0, untilSeconds - fromSeconds) * bytesPerSecond
  }
  return bytes
}

/**
 * When all nodes together have given so many bytes. For nodes that last it is (S + Σ rᵢlᵢ) / Σ rᵢ. Pure.
 * @returns seconds; infinity when they never do
 */
export function idealSeconds(sizeBytes: number, supplies: readonly Supply[]): number {
  const givenBy = (seconds: number): number =>
    supplies.reduce((bytes, supply) => bytes + givenBytes(supply, seconds), 0)
  let early = 0
  let late = 1
  while (givenBy(late) < sizeBytes) {
    late *= 2
    if (late > 1e6) return Number.POSITIVE_INFINITY
  }
  while (late - early > 1e-6) {
    const middle = (early + late) / 2
    if (givenBy(middle) < sizeBytes) early = middle
    else late = middle
  }
  return late
}
