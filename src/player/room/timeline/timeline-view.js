// @ts-check
/**
 * The time line on the page. It costs nothing while it is closed or out of sight, but for what is remembered; scrolling, it
 * is painted once for each pixel that it moves.
 */
/** @import { NodeMark } from '../marks/node-marks.js' */
/** @import { Bar, TimelineModel } from './timeline-model.js' */
/** @import { Shape } from './timeline-layout.js' */
import { formatClock } from '../../../words/in-words.js'
import { element, part, setAttribute, setText } from '../../element.js'
import { pixelsOf, resizeCanvas, screenUnit } from '../marks/cell-paint.js'
import { readPalette } from '../marks/palette.js'
import { layOut } from './timeline-layout.js'
import { paint } from './timeline-paint.js'
import { drawSvg } from './timeline-svg.js'
import { rowOf, tellBar } from './timeline-words.js'

/** So much is seen at once. */
const SPAN_MS = 60_000
const TRACK = 64
const AXIS = 18
const SVG_WIDTH = 1200
/** Of what is written on a band, in pixels of a plain screen: letters of 11 px, half bold. */
const LETTER_WIDTH = 6.8
const MAX_ROWS = 200
const TABLE_MS = 1_000
/** A pointer need not hit a bar to the pixel. */
const REACH = 6

/**
 * @typedef {object} Saving
 * @property {string} video
 * @property {() => string} run as JSON
 */

export class TimelineView {
  #model
  #record
  #marks
  #root = part('timeline', HTMLDetailsElement)
  #canvas = part('timeline-lanes', HTMLCanvasElement)
  #here = part('timeline-here', HTMLElement)
  #pause = part('timeline-pause', HTMLButtonElement)
  #at = part('timeline-at', HTMLInputElement)
  #table = part('timeline-table', HTMLDetailsElement)
  #rows = part('timeline-rows', HTMLElement)
  /** the moment at the right edge; `undefined`: now @type {number | undefined} */
  #stoppedMs
  /** @type {Bar | undefined} */
  #chosen
  /** @type {readonly Shape[]} */
  #shapes = []
  #paintedMs = Number.NEGATIVE_INFINITY
  #isStale = true
  #isSeen = false
  #isDue = false

  /**
   * @param {TimelineModel} model
   * @param {import('./lab-record.js').LabRecord} record
   * @param {readonly NodeMark[]} marks
   * @param {Saving} saving
   */
  constructor(model, record, marks, saving) {
    this.#model = model
    this.#record = record
    this.#marks = marks
    this.#root.style.setProperty('--lanes', String(marks.length))
    this.#root.classList.toggle('many', marks.length > 6)
    this.#pause.addEventListener('click', () =>
      this.#stopAt(this.#stoppedMs === undefined ? performance.now() : undefined),
    )
    this.#at.addEventListener('input', () => this.#stopAt(Number(this.#at.value) * 1000))
    this.#canvas.addEventListener('pointermove', (event) => this.#point(event))
    this.#canvas.addEventListener('click', (event) => this.#point(event))
    this.#canvas.addEventListener('keydown', (event) => this.#onKey(event))
    this.#root.addEventListener('toggle', () => this.#look())
    this.#table.addEventListener('toggle', () => this.#fillTable())
    setInterval(() => this.#fillTable(), TABLE_MS)
    new IntersectionObserver(([entry]) => {
      this.#isSeen = entry?.isIntersecting === true
      this.#look()
    }).observe(this.#canvas)
    const { video, run } = saving
    part('timeline-save', HTMLElement).addEventListener('click', () =>
      save(`${video}.run.json`, 'application/json', run()),
    )
    part('timeline-svg', HTMLElement).addEventListener('click', () =>
      save(`${video}.svg`, 'image/svg+xml', this.#svg(video)),
    )
  }

  /** Something has happened, or the colours have changed. */
  render() {
    this.#isStale = true
    this.#look()
  }

  get #isShown() {
    return this.#isSeen && this.#root.open
  }

  get #toMs() {
    return this.#stoppedMs ?? performance.now()
  }

  /** Paints in the next frame, and in those after it while time passes. */
  #look() {
    if (this.#isDue || !this.#isShown) return
    this.#isDue = true
    requestAnimationFrame(() => {
      this.#isDue = false
      if (!this.#isShown) return
      this.#paint()
      if (this.#stoppedMs === undefined) this.#look()
    })
  }

  #paint() {
    const pixels = pixelsOf(this.#canvas)
    const unit = pixels.ratio * screenUnit()
    const toMs = this.#toMs
    const gutter = Math.min(96 * unit, pixels.width / 6)
    const hasMoved = Math.abs(toMs - this.#paintedMs) / SPAN_MS >= 1 / Math.max(1, pixels.width - gutter)
    const hasChanged = resizeCanvas(this.#canvas, pixels)
    const context = this.#canvas.getContext('2d')
    if (context === null || pixels.width === 0 || !(hasChanged || this.#isStale || hasMoved)) return
    this.#isStale = false
    this.#paintedMs = toMs
    const trackHeight = TRACK * unit
    const laneHeight = (pixels.height - trackHeight - AXIS * unit) / Math.max(1, this.#marks.length)
    const sizes = { width: pixels.width - gutter, laneHeight, trackHeight, letterWidth: LETTER_WIDTH * unit }
    this.#shapes = layOut(this.#drawn, { ...sizes, fromMs: toMs - SPAN_MS, toMs })
    const scene = { shapes: this.#shapes, gutter, laneHeight, trackHeight, unit, marks: this.#marks }
    paint(context, { ...scene, palette: readPalette(), colours: this.#colours(), chosen: this.#chosen })
    this.#showTime(toMs)
  }

  get #drawn() {
    const { names, bars, samples } = this.#model
    return { names, bars, samples, bands: this.#record.bands }
  }

  #colours() {
    const style = getComputedStyle(this.#root)
    return { ink: style.color, quiet: style.outlineColor, line: style.borderTopColor }
  }

  /** @param {number} toMs */
  #showTime(toMs) {
    this.#at.max = String(Math.ceil(performance.now() / 1000))
    if (this.#stoppedMs === undefined) this.#at.value = this.#at.max
    setAttribute(this.#at, 'aria-valuetext', formatClock(toMs / 1000))
    setText(this.#pause, this.#stoppedMs === undefined ? 'Pause' : 'Go on')
  }

  /** @param {number | undefined} ms */
  #stopAt(ms) {
    this.#stoppedMs = ms
    this.#fillTable()
    this.render()
  }

  /** @param {Bar | undefined} bar */
  #choose(bar) {
    if (bar === this.#chosen) return
    this.#chosen = bar
    setText(this.#here, bar === undefined ? '' : tellBar(bar, this.#model.names))
    this.render()
  }

  /** @param {MouseEvent} event */
  #point({ offsetX, offsetY }) {
    const ratio = devicePixelRatio || 1
    const unit = ratio * screenUnit()
    const [x, y] = [offsetX * ratio - Math.min(96 * unit, this.#canvas.width / 6), offsetY * ratio]
    const hit = this.#shapes.findLast(
      (shape) =>
        shape.kind === 'bar' &&
        x >= shape.x - REACH * unit &&
        x <= shape.x + shape.width + REACH * unit &&
        y >= shape.y - 1 &&
        y <= shape.y + shape.height + 1,
    )
    if (hit?.kind === 'bar') this.#choose(hit.bar)
  }

  /** Left and right go from request to request, up and down between the nodes. @param {KeyboardEvent} event */
  #onKey(event) {
    const { bars } = this.#model
    const index = this.#chosen === undefined ? bars.length : bars.indexOf(this.#chosen)
    const lane = this.#chosen?.lane ?? 0
    /** @type {Readonly<Record<string, () => Bar | undefined>>} */
    const moves = {
      ArrowLeft: () => bars[index - 1],
      ArrowRight: () => bars[index + 1],
      ArrowUp: () => nearest(bars, this.#chosen, lane - 1),
      ArrowDown: () => nearest(bars, this.#chosen, lane + 1),
      Home: () => bars[0],
      End: () => bars.at(-1),
    }
    const move = moves[event.key]
    if (move === undefined) return
    event.preventDefault()
    const bar = move()
    if (bar === undefined) return
    const toMs = this.#toMs
    const isInside = bar.askedMs >= toMs - SPAN_MS && bar.askedMs <= toMs
    this.#stopAt(isInside ? toMs : Math.min(performance.now(), bar.askedMs + SPAN_MS / 2))
    this.#choose(bar)
  }

  /** The same as a table, of what is seen now. */
  #fillTable() {
    if (!this.#table.open || !this.#root.open) return
    const toMs = this.#toMs
    const seen = this.#model.bars.filter(
      ({ askedMs, endMs }) => askedMs <= toMs && (endMs ?? toMs) >= toMs - SPAN_MS,
    )
    this.#rows.replaceChildren(
      ...seen
        .slice(-MAX_ROWS)
        .toReversed()
        .map((bar) =>
          element('tr', {}, ...rowOf(bar, this.#model.names).map((text) => element('td', {}, text))),
        ),
    )
  }

  /** @param {string} title */
  #svg(title) {
    const toMs = this.#toMs
    const [gutter, laneHeight, trackHeight] = [96, this.#marks.length > 6 ? 24 : 44, TRACK]
    const box = { width: SVG_WIDTH - gutter, laneHeight, trackHeight, letterWidth: LETTER_WIDTH }
    const shapes = layOut(this.#drawn, { ...box, fromMs: toMs - SPAN_MS, toMs })
    const sizes = { width: SVG_WIDTH, gutter, laneHeight, trackHeight }
    return drawSvg({
      shapes,
      ...sizes,
      title,
      marks: this.#marks,
      palette: readPalette(),
      colours: this.#colours(),
    })
  }
}

/**
 * The bar of a lane that was asked for at about the same time.
 * @param {readonly Bar[]} bars
 * @param {Bar | undefined} from
 * @param {number} lane
 */
function nearest(bars, from, lane) {
  const atMs = from?.askedMs ?? Number.POSITIVE_INFINITY
  const ofLane = bars.filter((bar) => bar.lane === lane)
  return ofLane.findLast(({ askedMs }) => askedMs <= atMs) ?? ofLane[0]
}

/** @param {string} name @param {string} type @param {string} text */
function save(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }))
  element('a', { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
