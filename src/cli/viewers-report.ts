/** Shows an audience: how many can watch by the arithmetic, what happens each second, and how it went. Pure but for printing. */
import type { Supply } from '../viewing/arithmetic.ts'
import type { Moment, Summary } from '../viewing/audience.ts'
import type { Uplink } from '../viewing/bandwidths.ts'
import { count, formatMs, formatShare, listWords } from '../words/in-words.js'

const inMbits = (kbps: number): string => (kbps / 1000).toFixed(1)

/** `demo.mp4 needs 0.9 Mbit/s. node1 has 3.0 …: enough for 10 viewers at once.` */
export function describeSupply(video: string, uplinks: readonly Uplink[], supply: Supply): string {
  const needs = `${video} needs ${inMbits(supply.neededKbps)} Mbit/s.`
  const each = uplinks.map(({ name, kbps }) => `${name} ${kbps === 0 ? 'without a limit' : inMbits(kbps)}`)
  if (!Number.isFinite(supply.kbps))
    return `${needs}\nUplinks: ${listWords(each)}: this machine is the limit.`
  return (
    `${needs}\nUplinks in Mbit/s: ${listWords(each)}, ${inMbits(supply.kbps)} in all: ` +
    `enough for ${count(supply.viewers, 'viewer')}.`
  )
}

export const MOMENT_HEADING = '   s  there  starting  playing  standing  gone  Mbit/s'

/** A line of that table, with the rate since the moment before. */
export function momentLine(now: Moment, before: Moment): string {
  const mbits = ((now.bytes - before.bytes) * 8) / 1000 / Math.max(1, now.atMs - before.atMs)
  const cells: [value: string, width: number][] = [
    [String(Math.round(now.atMs / 1000)), 4],
    [String(now.there), 7],
    [String(now.starting), 10],
    [String(now.playing), 9],
    [String(now.standing), 10],
    [String(now.gone), 6],
    [Math.max(0, mbits).toFixed(1), 8],
  ]
  return cells.map(([value, width]) => value.padStart(width)).join('')
}

/** How it went, in sentences. */
export function describeSummary(summary: Summary): string {
  const { viewers, withoutPicture, firstPicture, stood, stalls, longestStallMs, wastedShare } = summary
  const first =
    firstPicture === undefined
      ? 'Nobody saw a picture.'
      : `First picture after ${formatMs(firstPicture.median)} (median), ${formatMs(firstPicture.slowest)} at most` +
        `${withoutPicture === 0 ? '.' : `; ${withoutPicture} saw none.`}`
  const standing =
    stood === 0
      ? `None of ${viewers} stood.`
      : `${stood} of ${viewers} stood, ${count(stalls, 'time')} in all, ${formatMs(longestStallMs)} at most.`
  return `${first}\n${standing} Wasted: ${formatShare(wastedShare, 1)}.`
}

export const printSummary = (summary: Summary): void => console.log(`\n${describeSummary(summary)}`)
