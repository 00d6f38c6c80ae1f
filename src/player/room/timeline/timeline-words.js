// @ts-check
/** What a bar of the time line is, in words: for who points at it, and for who cannot see it. Pure. */
import { formatClock, formatMs } from '../../../words/in-words.js'

/** @typedef {import('./timeline-model.js').Bar} Bar */

const PURPOSES = {
  ahead: 'to read ahead',
  needed: 'needed next',
  hedge: 'because another was late',
  trial: 'as a trial',
}
const ENDS = { bad: 'wrong bytes, thrown away', second: 'another copy was first', 'given up': 'given up' }

/** `0:12.3` since the page was opened. @param {number} atMs */
const when = (atMs) => `${formatClock(atMs / 1000)}.${Math.floor(atMs / 100) % 10}`

/**
 * The cells of a bar's row in the table.
 * @param {Bar} bar
 * @param {readonly string[]} names
 * @returns {readonly [asked: string, node: string, chunk: string, firstByte: string, end: string]}
 */
export function rowOf(bar, names) {
  const { askedMs, begunMs } = bar
  const first = begunMs === undefined ? 'none' : `after ${formatMs(begunMs - askedMs)}`
  return [when(askedMs), names[bar.lane] ?? '', String(bar.chunk), first, endOf(bar)]
}

/**
 * `Chunk 12 of node2, asked for at 0:12.3 to read ahead: first byte after 160 ms, whole after 700 ms`.
 * @param {Bar} bar
 * @param {readonly string[]} names
 */
export function tellBar(bar, names) {
  const { lane, chunk, askedMs, begunMs, purpose, after } = bar
  const why = after === undefined ? (PURPOSES[purpose] ?? '') : `after ${names[after.lane] ?? 'another'}`
  const first = begunMs === undefined ? 'no byte' : `first byte after ${formatMs(begunMs - askedMs)}`
  return `Chunk ${chunk} of ${names[lane] ?? '?'}, asked for at ${when(askedMs)} ${why}: ${first}, ${endOf(bar)}`
}

/** @param {Bar} bar */
function endOf({ askedMs, endMs, end, why }) {
  if (endMs === undefined || end === undefined) return 'under way'
  const after = `after ${formatMs(endMs - askedMs)}`
  if (end === 'whole') return `whole ${after}`
  return `${ENDS[end]} ${after}${why === '' ? '' : `: ${why}`}`
}
