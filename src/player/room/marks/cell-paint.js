// @ts-check
/** @import { Palette } from './palette.js' */
/** Paints a node's mark: its colour, its pattern, its letter. The chunk map and the cards share it. */

/** @typedef {{ x: number, y: number, width: number, height: number }} Box in pixels of the canvas */

/** One tile of a pattern is so many units wide and high. */
const TILE = 8

/**
 * A pattern for each look, drawn in a tile of 8 × 8; the first one is plain.
 * @type {readonly ((context: CanvasRenderingContext2D) => void)[]}
 */
const PATTERNS = [
  () => {},
  (context) => lines(context, [-2, 10, 10, -2], [-2, 2, 2, -2], [6, 10, 10, 6]), // rising
  (context) => dots(context, 1.5, [2, 2], [6, 6]),
  (context) => lines(context, [0, 4, 8, 4]), // lying
  (context) => lines(context, [4, 0, 4, 8]), // standing
  (context) => lines(context, [-2, -2, 10, 10], [6, -2, 10, 2], [-2, 6, 2, 10]), // falling
  (context) => lines(context, [0, 4, 8, 4], [4, 0, 4, 8]), // grid
  (context) => lines(context, [-2, 10, 10, -2], [-2, -2, 10, 10]), // lattice
  (context) => dots(context, 2.9, [4, 4]),
  (context) => {
    context.fillRect(0, 0, 4, 4)
    context.fillRect(4, 4, 4, 4)
  },
]

/**
 * @param {CanvasRenderingContext2D} context
 * @param {...[number, number, number, number]} ends
 */
function lines(context, ...ends) {
  context.beginPath()
  for (const [x1, y1, x2, y2] of ends) {
    context.moveTo(x1, y1)
    context.lineTo(x2, y2)
  }
  context.stroke()
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} radius
 * @param {...[number, number]} centres
 */
function dots(context, radius, ...centres) {
  for (const [x, y] of centres) {
    context.beginPath()
    context.arc(x, y, radius, 0, 2 * Math.PI)
    context.fill()
  }
}

/** Paints on one canvas. Make a new one when the colours or the pixels per unit have changed. */
export class CellPainter {
  #context
  #palette
  #unit
  /** of the looks that were painted @type {Map<number, CanvasPattern | null>} */
  #patterns = new Map()

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Palette} palette
   * @param {number} unit pixels of the canvas that look like one pixel of a plain screen
   */
  constructor(context, palette, unit) {
    this.#context = context
    this.#palette = palette
    this.#unit = unit
  }

  /**
   * What a node delivered.
   * @param {Box} box
   * @param {number} look
   */
  fill({ x, y, width, height }, look) {
    this.#context.fillStyle = this.#palette.nodes[look]?.fill ?? this.#palette.empty
    this.#context.fillRect(x, y, width, height)
    this.#context.fillStyle = this.#patternOf(look) ?? 'transparent'
    this.#context.fillRect(x, y, width, height)
  }

  /** @param {number} look */
  #patternOf(look) {
    const known = this.#patterns.get(look)
    if (known !== undefined) return known
    const { shade } = this.#palette.nodes[look] ?? { shade: 'transparent' }
    const pattern = makePattern(this.#context, look, shade, this.#unit)
    this.#patterns.set(look, pattern)
    return pattern
  }

  /**
   * What nobody has delivered yet.
   * @param {Box} box
   */
  empty({ x, y, width, height }) {
    this.#context.fillStyle = this.#palette.empty
    this.#context.fillRect(x, y, width, height)
  }

  /**
   * What a node is asked for.
   * @param {Box} box
   * @param {number} look
   */
  outline({ x, y, width, height }, look) {
    const line = Math.min(2.5 * this.#unit, width / 2)
    this.#context.strokeStyle = this.#palette.nodes[look]?.fill ?? this.#palette.empty
    this.#context.lineWidth = line
    this.#context.strokeRect(x + line / 2, y + line / 2, width - line, height - line)
  }

  /**
   * The letter of a node, where it fits.
   * @param {Box} box
   * @param {number} look
   * @param {string} letter
   * @param {boolean} isFilled is the box in the node's colour, or empty?
   */
  letter({ x, y, width, height }, look, letter, isFilled) {
    const size = Math.min(height * 0.54, (width * 0.92) / Math.max(1, letter.length * 0.72))
    if (size < 8 * this.#unit) return
    const colours = this.#palette.nodes[look]
    this.#context.font = `700 ${size}px ${this.#palette.font}`
    this.#context.textAlign = 'center'
    this.#context.textBaseline = 'alphabetic'
    this.#context.fillStyle = (isFilled ? colours?.ink : colours?.fill) ?? this.#palette.bad
    this.#context.fillText(letter, x + width / 2, y + height / 2 + size * 0.36)
  }

  /**
   * A copy of it was refused: a cross below, in a colour that no node has.
   * @param {Box} box
   */
  cross({ x, y, width, height }) {
    const arm = Math.min(height, 10 * this.#unit) / 2
    const mostX = this.#context.canvas.width - arm
    const [centreX, centreY] = [Math.min(mostX, Math.max(arm, x + width / 2)), y + height / 2]
    this.#context.strokeStyle = this.#palette.bad
    this.#context.lineWidth = 2.5 * this.#unit
    this.#context.beginPath()
    this.#context.moveTo(centreX - arm, centreY - arm)
    this.#context.lineTo(centreX + arm, centreY + arm)
    this.#context.moveTo(centreX + arm, centreY - arm)
    this.#context.lineTo(centreX - arm, centreY + arm)
    this.#context.stroke()
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} look
 * @param {string} shade
 * @param {number} unit
 */
function makePattern(context, look, shade, unit) {
  const tile = document.createElement('canvas')
  tile.width = tile.height = Math.max(1, Math.round(TILE * unit))
  const brush = tile.getContext('2d')
  if (brush === null) return null
  brush.scale(tile.width / TILE, tile.height / TILE)
  brush.fillStyle = brush.strokeStyle = shade
  brush.lineWidth = 2.2
  PATTERNS[look]?.(brush)
  return context.createPattern(tile, 'repeat')
}

/**
 * How many pixels a canvas needs to be as fine as the screen. Makes the browser lay the page out: ask for all before any
 * is resized.
 * @param {HTMLCanvasElement} canvas
 * @returns {{ width: number, height: number, ratio: number }} `ratio`: pixels of the canvas for one of the style sheet
 */
export function pixelsOf({ clientWidth, clientHeight }) {
  const ratio = devicePixelRatio || 1
  return { width: Math.round(clientWidth * ratio), height: Math.round(clientHeight * ratio), ratio }
}

/**
 * Resizes a canvas, which empties it, when its size has changed.
 * @param {HTMLCanvasElement} canvas
 * @param {{ width: number, height: number }} pixels
 * @returns {boolean} whether it has
 */
export function resizeCanvas(canvas, { width, height }) {
  if (canvas.width === width && canvas.height === height) return false
  canvas.width = width
  canvas.height = height
  return true
}

/** Pixels of the style sheet that look like one pixel of a plain screen: the page grows with the screen. */
export const screenUnit = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16
