/** How costs grow with what there is: each at three sizes, and the power of the size that it grows with. */

/** One cost, at every size. */
export interface Cost {
  readonly name: string
  readonly values: readonly number[]
  readonly unit: (value: number) => string
  /** 1: no more than the size itself; 0: not with the size at all */
  readonly maxPower: 0 | 1
}

/** What noise adds to a power. */
const SLACK = 0.15

/**
 * The power of the size that a cost grows with: the slope of the line through the logarithms that fits best. Pure.
 * @param sizes at least two, that differ
 * @param values above 0
 */
export function powerOf(sizes: readonly number[], values: readonly number[]): number {
  const [xs, ys] = [sizes.map(Math.log), values.map(Math.log)]
  const [x, y] = [mean(xs), mean(ys)]
  const both = xs.reduce((sum, value, index) => sum + (value - x) * ((ys[index] ?? y) - y), 0)
  return both / xs.reduce((sum, value) => sum + (value - x) ** 2, 0)
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/**
 * The table of one kind of size. Pure.
 * @param what the sizes are of
 */
export function growthRows(
  what: string,
  sizes: readonly number[],
  names: readonly string[],
  costs: readonly Cost[],
): string[][] {
  const rows = costs.map(({ name, values, unit, maxPower }) => {
    const power = powerOf(sizes, values)
    const target = maxPower === 0 ? 'does not grow' : 'at most as the size'
    const isMet = power <= maxPower + SLACK
    return [name, ...values.map(unit), `size^${power.toFixed(2)}`, isMet ? target : `NOT: ${target}`]
  })
  return [[what, ...names, 'grows with', 'target'], ...rows]
}

export const inMs = (value: number): string => `${value.toFixed(0)} ms`
export const inMegabytes = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} MB`
export const inPercent = (value: number): string => `${value.toFixed(1)} %`
export const asRatio = (value: number): string => value.toFixed(2)
