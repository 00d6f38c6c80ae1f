// @ts-check
/** @import { ChunkModel, Strip } from './chunk-model.js' */
/** @import { NodeMark } from '../marks/node-marks.js' */
/** The whole file as a strip: each chunk marked with the node that delivered it. What seeks in it is seek-slider.js. */

import { count, formatBytes } from '../../../words/in-words.js'
import { element, part, setText } from '../../element.js'
import { CellPainter, pixelsOf, resizeCanvas, screenUnit } from '../marks/cell-paint.js'
import { markPicture } from '../marks/mark-view.js'
import { onPaletteChange, readPalette } from '../marks/palette.js'
import { SeekSlider } from './seek-slider.js'

/** Strips narrower than this would be a blur; then a strip stands for several chunks. */
const NARROWEST = 3
/** From this width on, cells have a gap between them. */
const GAP_FROM = 6

/** The chunk map. It draws only when something has changed. */
export class ChunkMapView {
  #marks
  #slider
  #cells = part('cells', HTMLCanvasElement)
  /** @type {ChunkModel | undefined} */
  #model = undefined
  #drawnVersion = -1
  /** @type {CellPainter | undefined} */
  #painter = undefined

  /**
   * @param {HTMLVideoElement} video
   * @param {readonly NodeMark[]} marks
   */
  constructor(video, marks) {
    this.#marks = marks
    this.#slider = new SeekSlider(video, (fraction) => this.#describe(fraction))
    onPaletteChange(() => {
      this.#painter = undefined
    })
  }

  /**
   * Shows a file, from when it is known on.
   * @param {ChunkModel} model
   * @param {{ size: number, chunkSize: number }} file
   */
  show(model, { size, chunkSize }) {
    this.#model = model
    const each = model.count > 1 ? ` of ${formatBytes(chunkSize)}` : ''
    setText(part('map-facts', HTMLElement), `${count(model.count, 'chunk')}${each}, ${formatBytes(size)}`)
    part('legend', HTMLElement).replaceChildren(
      ...this.#marks.map((mark) => element('li', {}, markPicture(mark), mark.name)),
      element('li', {}, element('span', { class: 'key-asked', 'aria-hidden': 'true' }), 'asked for'),
      element('li', {}, element('span', { class: 'key-refused', 'aria-hidden': 'true' }, '✕'), 'refused'),
    )
  }

  /**
   * Says why no chunks are shown; the place in the video still is.
   * @param {string} why
   */
  hideChunks(why) {
    this.#model = undefined
    setText(part('map-facts', HTMLElement), why)
  }

  /** Draws what has changed since the last time. */
  render() {
    this.#renderCells()
    this.#slider.render()
  }

  #renderCells() {
    const model = this.#model
    if (model === undefined) return
    const pixels = pixelsOf(this.#cells)
    const hasChanged = resizeCanvas(this.#cells, pixels)
    const isSame = !hasChanged && this.#painter !== undefined && this.#drawnVersion === model.version
    const context = this.#cells.getContext('2d')
    if (isSame || context === null || this.#cells.width === 0) return
    const unit = pixels.ratio * screenUnit()
    if (hasChanged || this.#painter === undefined) {
      this.#painter = new CellPainter(context, readPalette(), unit)
    }
    this.#drawnVersion = model.version
    const { width, height } = this.#cells
    context.clearRect(0, 0, width, height)
    const strips = model.strips(width / (NARROWEST * unit))
    const crossHeight = 14 * unit
    const gap = width / strips.length >= GAP_FROM * unit ? Math.max(1, Math.round(1.5 * unit)) : 0
    strips.forEach((strip, index) => {
      const x = Math.round((index * width) / strips.length)
      const right = Math.round(((index + 1) * width) / strips.length)
      const box = { x, y: 0, width: Math.max(1, right - x - gap), height: height - crossHeight }
      this.#paintStrip(strip, box, this.#painter)
      if (strip.isRejected) this.#painter?.cross({ ...box, y: box.height, height: crossHeight })
    })
  }

  /**
   * @param {Strip} strip
   * @param {import('../marks/cell-paint.js').Box} box
   * @param {CellPainter | undefined} painter
   */
  #paintStrip(strip, box, painter) {
    painter?.empty(box)
    let bottom = box.y + box.height
    for (const { node, share } of strip.shares) {
      const height = share * box.height
      bottom -= height
      painter?.fill({ ...box, y: bottom, height }, this.#look(node))
    }
    const [only] = strip.shares
    if (strip.asked !== -1) painter?.outline(box, this.#look(strip.asked))
    if (strip.end - strip.first > 1) return
    if (strip.asked !== -1 && only === undefined) this.#letter(painter, box, strip.asked, false)
    else if (only !== undefined) this.#letter(painter, box, only.node, true)
  }

  /**
   * @param {CellPainter | undefined} painter
   * @param {import('../marks/cell-paint.js').Box} box
   * @param {number} node
   * @param {boolean} isFilled
   */
  #letter(painter, box, node, isFilled) {
    painter?.letter(box, this.#look(node), this.#marks[node]?.letter ?? '', isFilled)
  }

  /** @param {number} node */
  #look(node) {
    return this.#marks[node]?.look ?? 0
  }

  /**
   * What is at a place of the map, in words; '' while no chunks are shown.
   * @param {number} fraction 0 up to 1
   */
  #describe(fraction) {
    if (this.#model === undefined) return ''
    const chunk = Math.min(this.#model.count - 1, Math.floor(fraction * this.#model.count))
    const { owner, asked, isRejected } = this.#model.at(chunk)
    const name = (/** @type {number} */ node) => this.#marks[node]?.name ?? 'an unknown node'
    const who =
      owner !== -1 ? ` from ${name(owner)}` : asked !== -1 ? `, ${name(asked)} is asked` : ', not read'
    return `chunk ${chunk}${who}${isRejected ? ', a copy was refused' : ''}`
  }
}
