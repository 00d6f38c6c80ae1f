// @ts-check
/** The colours of the style sheet as a canvas needs them; light and dark are decided there alone. */
import { MARKS } from './node-marks.js'

/**
 * @typedef {object} Palette
 * @property {{ fill: string, ink: string, shade: string }[]} nodes of each look: its colour, what is written
 *   on it, and what its pattern is drawn with
 * @property {string} empty a chunk that nobody was asked for
 * @property {string} bad a refused chunk
 * @property {string} paper
 * @property {string} font
 */

const DARK = matchMedia('(prefers-color-scheme: dark)')

/** @type {Palette | undefined} */
let known
DARK.addEventListener('change', () => {
  known = undefined
})

/** The colours that hold now. */
export function readPalette() {
  known ??= read()
  return known
}

/** @returns {Palette} */
function read() {
  const probe = document.createElement('span')
  probe.hidden = true
  document.body.append(probe)
  const style = getComputedStyle(probe)
  const nodes = Array.from({ length: MARKS }, (_, look) => {
    probe.className = `look-${look} mark`
    return { fill: style.backgroundColor, ink: style.color, shade: style.borderTopColor }
  })
  probe.className = 'map-colours'
  const palette = {
    nodes,
    empty: style.backgroundColor,
    bad: style.color,
    paper: style.borderTopColor,
    font: style.fontFamily,
  }
  probe.remove()
  return palette
}

/**
 * Calls back when the colours have changed: the system went from light to dark or back.
 * @param {() => void} onChange
 */
export function onPaletteChange(onChange) {
  DARK.addEventListener('change', onChange)
}
