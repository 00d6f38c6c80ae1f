// @ts-check
/**
 * Where the time line's bars, bands and lines are drawn: from the model to shapes in a box, the same for the page's canvas
 * and for the picture that is saved. Pure.
 */
import { formatClock } from '../../../words/in-words.js'

/** @typedef {import('./timeline-model.js').Bar} Bar */
/** @typedef {import('./timeline-model.js').TimelineModel} TimelineModel */

/** @typedef {import('./lab-record.js').Band} Band */
/** @typedef {{ readonly x: number, readonly y: number }} Point */

/**
 * What is drawn. All in units of the box, from its upper left corner. A bar's `begunX` is where its first byte came.
 * @typedef {{ kind: 'band', lane: number, x: number, y: number, width: number, height: number, text: string }
 *   | { kind: 'tick', x: number, y: number, text: string }
 *   | { kind: 'bar', lane: number, x: number, y: number, width: number, height: number, begunX: number | undefined, bar: Bar }
 *   | { kind: 'link', from: Point, to: Point }
 *   | { kind: 'line', of: 'playhead' | 'edge', points: readonly Point[] }} Shape
 */

/**
 * @typedef {object} Box
 * @property {number} width
 * @property {number} laneHeight
 * @property {number} trackHeight of the part with the two lines, above the lanes
 * @property {number} letterWidth of what is written on a band, at most on the average
 * @property {number} fromMs
 * @property {number} toMs
 */

/** What there is to draw. */
/** @typedef {Pick<TimelineModel, 'names' | 'bars' | 'samples'> & { readonly bands: readonly Band[] }} Drawn */

/** Between two marks of the time. */
const TICK_MS = 10_000
/** Between lanes, and between bars of one lane that overlap in time. */
const GAP = 2
/** No bar is shorter, however soon it ended. */
const MIN_WIDTH = 2
/** So many requests of one node at once have rows of their own. */
const MAX_ROWS = 4
/** Also where less overlaps: what the lab did stands below. */
const MIN_ROWS = 3
/** Less of a word says nothing. */
const MIN_LETTERS = 4

/**
 * @param {Drawn} drawn
 * @param {Box} box
 * @returns {Shape[]} from the back to the front
 */
export function layOut({ names, bars, bands, samples }, box) {
  const { width, laneHeight, trackHeight, letterWidth, fromMs, toMs } = box
  const x = (/** @type {number} */ ms) => ((ms - fromMs) / (toMs - fromMs)) * width
  const top = (/** @type {number} */ lane) => trackHeight + lane * laneHeight
  const isSeen = (/** @type {number} */ began, /** @type {number | undefined} */ ended) =>
    began <= toMs && (ended ?? toMs) >= fromMs
  const seen = bars.filter(({ askedMs, endMs }) => isSeen(askedMs, endMs))
  const seenBands = bands.filter(({ fromMs: began, toMs: ended }) => isSeen(began, ended))
  const rows = rowsOf(seen, names.length)
  const height = (laneHeight - GAP) / Math.max(MIN_ROWS, 1 + Math.max(0, ...rows.values()))
  const place = (/** @type {Bar} */ bar) => ({
    x: Math.max(0, x(bar.askedMs)),
    y: top(bar.lane) + GAP / 2 + (rows.get(bar) ?? 0) * height,
  })
  const right = (/** @type {Bar} */ { endMs }) => Math.min(width, x(endMs ?? toMs))
  return [
    ...ticks(box, trackHeight + names.length * laneHeight),
    ...seenBands.map(({ lane, fromMs: began, toMs: ended, text }, index) => {
      const left = Math.max(0, x(began))
      const end = Math.min(width, x(ended ?? toMs))
      const next = seenBands.slice(index + 1).find((other) => other.lane === lane)
      const room = next === undefined ? Number.POSITIVE_INFINITY : x(next.fromMs) - left
      const band = {
        lane,
        text: shorten(text, Math.floor(room / letterWidth) - 1),
        x: left,
        y: top(lane),
        width: Math.max(MIN_WIDTH, end - left),
        height: laneHeight,
      }
      return /** @type {const} */ ({ kind: 'band', ...band })
    }),
    ...seen.map((bar) => {
      const at = place(bar)
      const size = { width: Math.max(MIN_WIDTH, right(bar) - at.x), height: height - 1 }
      const begunX = bar.begunMs === undefined ? undefined : Math.max(at.x, Math.min(x(bar.begunMs), width))
      return /** @type {const} */ ({ kind: 'bar', lane: bar.lane, ...at, ...size, begunX, bar })
    }),
    ...seen.flatMap((bar) => {
      const { after } = bar
      if (after === undefined || !rows.has(after)) return []
      const [from, to] = [place(after), place(bar)]
      const start = { x: Math.min(right(after), to.x), y: from.y + height / 2 }
      return [/** @type {const} */ ({ kind: 'link', from: start, to: { x: to.x, y: to.y + height / 2 } })]
    }),
    ...lines(samples, { x, trackHeight, fromMs, toMs }),
  ]
}

/** @param {string} text @param {number} letters that there is room for */
function shorten(text, letters) {
  if (text.length <= letters) return text
  return letters < MIN_LETTERS ? '' : `${text.slice(0, letters - 1).trimEnd()}…`
}

/**
 * Requests of one node at the same time lie below each other.
 * @param {readonly Bar[]} bars by the time they were asked for
 * @param {number} lanes
 * @returns {Map<Bar, number>}
 */
function rowsOf(bars, lanes) {
  /** when each row of each lane is free again */
  const free = Array.from({ length: lanes }, () => new Array(MAX_ROWS).fill(Number.NEGATIVE_INFINITY))
  /** @type {Map<Bar, number>} */
  const rows = new Map()
  for (const bar of bars) {
    const ends = free[bar.lane] ?? []
    const open = ends.findIndex((/** @type {number} */ endMs) => endMs <= bar.askedMs)
    const row = open === -1 ? MAX_ROWS - 1 : open
    ends[row] = Math.max(ends[row], bar.endMs ?? Number.POSITIVE_INFINITY)
    rows.set(bar, row)
  }
  return rows
}

/** @param {Box} box @param {number} y @returns {Shape[]} */
function ticks({ width, fromMs, toMs }, y) {
  const first = Math.max(0, Math.ceil(fromMs / TICK_MS))
  const count = Math.max(0, Math.floor(toMs / TICK_MS) - first + 1)
  return Array.from({ length: count }, (_, index) => {
    const atMs = (first + index) * TICK_MS
    return { kind: 'tick', x: ((atMs - fromMs) / (toMs - fromMs)) * width, y, text: formatClock(atMs / 1000) }
  })
}

/**
 * The playhead and the edge of the buffer, as high as the part of the video that they moved through meanwhile.
 * @param {readonly import('./timeline-model.js').Sample[]} samples
 * @param {{ x: (ms: number) => number, trackHeight: number, fromMs: number, toMs: number }} box
 * @returns {Shape[]}
 */
function lines(samples, { x, trackHeight, fromMs, toMs }) {
  const first = Math.max(
    0,
    samples.findLastIndex(({ atMs }) => atMs <= fromMs),
  )
  const shown = samples.slice(first).filter(({ atMs }) => atMs <= toMs)
  if (shown.length === 0) return []
  const least = Math.min(...shown.map(({ playhead }) => playhead))
  const most = Math.max(least + 1, ...shown.map(({ edge }) => edge))
  const y = (/** @type {number} */ seconds) => trackHeight * (1 - (seconds - least) / (most - least))
  return /** @type {const} */ (['edge', 'playhead']).map((of) => ({
    kind: 'line',
    of,
    points: shown.map((sample) => ({ x: x(sample.atMs), y: y(sample[of]) })),
  }))
}
