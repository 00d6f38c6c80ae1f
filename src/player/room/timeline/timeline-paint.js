// @ts-check
/** The time line on a canvas. */
/** @import { NodeMark } from '../marks/node-marks.js' */
/** @import { Shape } from './timeline-layout.js' */
import { CellPainter } from '../marks/cell-paint.js'

/** What waits is so much lighter than what comes. */
const WAITING = 0.35
const BAND = 0.16

/**
 * @typedef {object} Colours
 * @property {string} ink
 * @property {string} quiet
 * @property {string} line
 */

/**
 * @typedef {object} Scene
 * @property {readonly Shape[]} shapes in pixels of the canvas, right of the gutter
 * @property {number} gutter where the names of the lanes stand
 * @property {number} laneHeight
 * @property {number} trackHeight
 * @property {number} unit pixels of the canvas that look like one pixel of a plain screen
 * @property {readonly NodeMark[]} marks
 * @property {import('../marks/palette.js').Palette} palette
 * @property {Colours} colours
 * @property {import('./timeline-model.js').Bar | undefined} chosen
 */

/** @param {CanvasRenderingContext2D} context @param {Scene} scene */
export function paint(context, scene) {
  const { width, height } = context.canvas
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, width, height)
  const painter = new CellPainter(context, scene.palette, scene.unit)
  paintLanes(context, scene, painter)
  context.save()
  context.translate(scene.gutter, 0)
  context.beginPath()
  context.rect(0, 0, width - scene.gutter, height)
  context.clip()
  for (const shape of scene.shapes) paintShape(context, scene, painter, shape)
  context.restore()
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {CellPainter} painter */
function paintLanes(context, { marks, gutter, laneHeight, trackHeight, unit, palette, colours }, painter) {
  const { width } = context.canvas
  const mark = Math.min(laneHeight - 4 * unit, 20 * unit)
  const font = 13 * unit
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  const write = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y) => {
    context.font = `${font}px ${palette.font}`
    context.textAlign = 'left'
    context.textBaseline = 'middle'
    context.fillStyle = colours.quiet
    context.fillText(text, x, y, Math.max(0, gutter - x - 4 * unit))
  }
  if (gutter > 3 * mark) {
    write('read ahead', 0, trackHeight * 0.25)
    write('playhead', 0, trackHeight * 0.75)
  }
  marks.forEach(({ look, letter, name }, lane) => {
    const y = trackHeight + lane * laneHeight
    context.strokeStyle = colours.line
    context.lineWidth = unit
    context.beginPath()
    context.moveTo(0, y)
    context.lineTo(width, y)
    context.stroke()
    const box = { x: 0, y: y + (laneHeight - mark) / 2, width: mark, height: mark }
    painter.fill(box, look)
    painter.letter(box, look, letter, true)
    if (gutter > 3 * mark) write(name, mark + 6 * unit, y + laneHeight / 2)
  })
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {CellPainter} painter @param {Shape} shape */
function paintShape(context, { marks, palette, colours, unit, chosen }, painter, shape) {
  const look = (/** @type {number} */ lane) => marks[lane]?.look ?? 0
  switch (shape.kind) {
    case 'tick': {
      context.strokeStyle = colours.line
      context.lineWidth = unit
      strokeLine(context, [shape, { x: shape.x, y: 0 }])
      context.font = `${12 * unit}px ${palette.font}`
      context.fillStyle = colours.quiet
      context.textAlign = 'center'
      context.textBaseline = 'top'
      context.fillText(shape.text, shape.x, shape.y + 2 * unit)
      return
    }
    case 'band': {
      context.globalAlpha = BAND
      context.fillStyle = palette.bad
      context.fillRect(shape.x, shape.y, shape.width, shape.height)
      context.globalAlpha = 1
      context.fillRect(shape.x, shape.y, 2 * unit, shape.height)
      context.font = `600 ${11 * unit}px ${palette.font}`
      context.textAlign = 'left'
      context.textBaseline = 'bottom'
      context.fillText(shape.text, shape.x + 5 * unit, shape.y + shape.height - unit)
      return
    }
    case 'bar': {
      const { x, y, width, height, begunX, bar } = shape
      const body = Math.min(begunX ?? x + width, x + width)
      context.globalAlpha = WAITING
      painter.fill({ x, y, width: body - x, height }, look(bar.lane))
      context.globalAlpha = 1
      painter.fill({ x: body, y, width: x + width - body, height }, look(bar.lane))
      if (bar === chosen) {
        context.strokeStyle = colours.ink
        context.lineWidth = 2 * unit
        context.strokeRect(x - unit, y - unit, width + 2 * unit, height + 2 * unit)
      }
      paintEnd(
        context,
        { x: x + width, y: y + height / 2 },
        bar.end,
        Math.max(3 * unit, height / 2),
        palette.bad,
        colours.ink,
      )
      return
    }
    case 'link': {
      context.strokeStyle = colours.ink
      context.lineWidth = 1.25 * unit
      strokeLine(context, [shape.from, shape.to])
      return
    }
    case 'line': {
      context.strokeStyle = shape.of === 'playhead' ? colours.ink : colours.quiet
      context.lineWidth = (shape.of === 'playhead' ? 2 : 1.5) * unit
      context.setLineDash(shape.of === 'playhead' ? [] : [5 * unit, 3 * unit])
      strokeLine(context, shape.points)
      context.setLineDash([])
    }
  }
}

/**
 * A cross: it brought nothing, or nothing good. A ring: another copy was first. What came whole just ends.
 * @param {CanvasRenderingContext2D} context
 * @param {{ x: number, y: number }} at
 * @param {import('./timeline-model.js').BarEnd | undefined} end
 * @param {number} size
 * @param {string} bad
 * @param {string} ink
 */
function paintEnd(context, { x, y }, end, size, bad, ink) {
  if (end === undefined || end === 'whole') return
  context.lineWidth = size / 2.2
  if (end === 'second') {
    context.strokeStyle = ink
    context.beginPath()
    context.arc(x, y, size * 0.8, 0, 2 * Math.PI)
    context.stroke()
    return
  }
  context.strokeStyle = bad
  strokeLine(context, [
    { x: x - size, y: y - size },
    { x: x + size, y: y + size },
  ])
  strokeLine(context, [
    { x: x - size, y: y + size },
    { x: x + size, y: y - size },
  ])
}

/** @param {CanvasRenderingContext2D} context @param {readonly { x: number, y: number }[]} points */
function strokeLine(context, points) {
  context.beginPath()
  for (const { x, y } of points) context.lineTo(x, y)
  context.stroke()
}
