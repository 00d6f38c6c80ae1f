// @ts-check
/** @import { NodeMark } from './node-marks.js' */
/**
 * A node's mark as a small picture beside its name: a cell as in the chunk map. They are painted together: who asks for
 * the size of one when another has just been resized makes the browser lay the page out anew, for each of them.
 */

import { element } from '../../element.js'
import { CellPainter, pixelsOf, resizeCanvas, screenUnit } from './cell-paint.js'
import { onPaletteChange, readPalette } from './palette.js'

const CLASS = 'mark-picture'

/** @type {WeakMap<Element, NodeMark>} */
const marks = new WeakMap()
const sizes = new ResizeObserver((entries) => paint(entries.map(({ target }) => target)))
onPaletteChange(() => paint([...document.getElementsByClassName(CLASS)]))

/**
 * Makes the picture; it paints itself again when its size or the colours change.
 * @param {NodeMark} mark
 */
export function markPicture(mark) {
  const canvas = element('canvas', { class: CLASS, 'aria-hidden': 'true' })
  marks.set(canvas, mark)
  sizes.observe(canvas)
  return canvas
}

/** @param {readonly Element[]} elements */
function paint(elements) {
  const unit = screenUnit()
  const palette = readPalette()
  const pictures = elements
    .filter((canvas) => canvas instanceof HTMLCanvasElement)
    .map((canvas) => ({ canvas, pixels: pixelsOf(canvas) }))
  for (const { canvas, pixels } of pictures) resizeCanvas(canvas, pixels)
  for (const { canvas, pixels } of pictures) {
    const mark = marks.get(canvas)
    const context = canvas.getContext('2d')
    if (mark === undefined || context === null || pixels.width === 0) continue
    const box = { x: 0, y: 0, width: pixels.width, height: pixels.height }
    const painter = new CellPainter(context, palette, pixels.ratio * unit)
    painter.fill(box, mark.look)
    painter.letter(box, mark.look, mark.letter, true)
  }
}
