/** How many can watch, by what the nodes can send and what a video needs. Pure. */

/** What can be sent in all, and to how many that is enough. */
export interface Supply {
  /** of all nodes that live; Infinity when one of them has no limit */
  readonly kbps: number
  /** of the video, on average */
  readonly neededKbps: number
  /** how many can watch at once; Infinity: the machine decides */
  readonly viewers: number
}

/**
 * @param bandwidths of the nodes that live, 1000 bits per second, 0 without a limit
 * @param sizeBytes of the video
 * @param seconds that it plays
 */
export function supplyFor(bandwidths: readonly number[], sizeBytes: number, seconds: number): Supply {
  const kbps = bandwidths.includes(0)
    ? Number.POSITIVE_INFINITY
    : bandwidths.reduce((sum, bandwidth) => sum + bandwidth, 0)
  const neededKbps = (sizeBytes * 8) / 1000 / seconds
  return { kbps, neededKbps, viewers: Math.floor(kbps / neededKbps) }
}
