/** Ratios with their spread: what can be told on a noisy machine. */

/** One figure against another, over several rounds in which both took turns. */
export interface Comparison {
  readonly name: string
  readonly peer: string
  readonly ratio: Spread
}

export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** Runs ours and each peer in turn, round by round, after one round that does not count. */
export async function compareRatios(
  name: string,
  ours: () => Promise<number>,
  peers: Readonly<Record<string, () => Promise<number>>>,
  rounds: number,
): Promise<Comparison[]> {
  const ratios = new Map<string, number[]>(Object.keys(peers).map((peer) => [peer, []]))
  for (let round = 0; round <= rounds; round++) {
    const figure = await ours()
    for (const [peer, measure] of Object.entries(peers)) {
      const ratio = figure / (await measure())
      if (round > 0) ratios.get(peer)?.push(ratio)
    }
  }
  return [...ratios].map(([peer, values]) => ({ name, peer, ratio: spread(values) }))
}

/** Smallest, middle and largest. Pure. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return { min: sorted[0] ?? Number.NaN, median: quantile(values, 0.5), max: sorted.at(-1) ?? Number.NaN }
}

/** The value that this share of all values does not exceed. Pure. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
