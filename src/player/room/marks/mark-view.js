// @ts-check
/** @import { NodeMark } from './node-marks.js' */
/** A node's mark as a small picture beside its name: a cell as in the chunk map. */

import { element } from '../../element.js'
import { CellPainter, fitCanvas, screenUnit } from './cell-paint.js'
import { onPaletteChange, readPalette } from './palette.js'

/**
 * Makes the picture; it paints itself again when its size or the colours change. It lives as long as the page.
 * @param {NodeMark} mark
 */
export function markPicture({ letter, look }) {
  const canvas = element('canvas', { class: 'mark-picture', 'aria-hidden': 'true' })
  const paint = () => {
    const { ratio } = fitCanvas(canvas)
    const context = canvas.getContext('2d')
    if (context === null || canvas.width === 0) return
    const box = { x: 0, y: 0, width: canvas.width, height: canvas.height }
    const painter = new CellPainter(context, readPalette(), ratio * screenUnit())
    painter.fill(box, look)
    painter.letter(box, look, letter, true)
  }
  new ResizeObserver(paint).observe(canvas)
  onPaletteChange(paint)
  return canvas
}
