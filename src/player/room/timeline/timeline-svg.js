// @ts-check
/** The time line as a picture for slides: the same shapes as on the page's canvas. Pure. */
/** @import { NodeMark } from '../marks/node-marks.js' */
/** @import { Shape } from './timeline-layout.js' */

/**
 * @typedef {object} Picture
 * @property {readonly Shape[]} shapes right of the gutter
 * @property {number} width with the gutter
 * @property {number} gutter
 * @property {number} laneHeight
 * @property {number} trackHeight
 * @property {readonly NodeMark[]} marks
 * @property {import('../marks/palette.js').Palette} palette
 * @property {import('./timeline-paint.js').Colours} colours
 * @property {string} title
 */

const AXIS = 18
const MARGIN = 12
const LETTERS = 'font-family="system-ui, sans-serif"'

/** @param {Picture} picture @returns {string} an SVG document */
export function drawSvg(picture) {
  const { shapes, width, gutter, laneHeight, trackHeight, marks, palette, colours, title } = picture
  const height = trackHeight + marks.length * laneHeight + AXIS
  const lanes = marks.map(({ look, letter, name }, lane) => {
    const y = trackHeight + lane * laneHeight
    const middle = y + laneHeight / 2
    return (
      `<path d="M0 ${n(y)}H${n(width)}" stroke="${colours.line}"/>` +
      `<rect x="0" y="${n(middle - 9)}" width="18" height="18" fill="${fillOf(palette, look)}"/>` +
      `<text x="9" y="${n(middle + 4)}" font-size="12" font-weight="700" text-anchor="middle" fill="${palette.nodes[look]?.ink ?? colours.ink}">${escapeXml(letter)}</text>` +
      `<text x="24" y="${n(middle + 4)}" font-size="13" fill="${colours.ink}">${escapeXml(name)}</text>`
    )
  })
  const drawn = shapes.map((shape) => drawShape(shape, picture))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-MARGIN} ${-MARGIN} ${n(width + 2 * MARGIN)} ${n(height + 2 * MARGIN)}" ${LETTERS}>
<title>${escapeXml(title)}</title>
<defs><clipPath id="inside"><rect width="${n(width - gutter)}" height="${n(height)}"/></clipPath></defs>
<rect x="${-MARGIN}" y="${-MARGIN}" width="100%" height="100%" fill="${palette.paper}"/>
<text y="${n(trackHeight * 0.25 + 4)}" font-size="12" fill="${colours.quiet}">read ahead</text>
<text y="${n(trackHeight * 0.75 + 4)}" font-size="12" fill="${colours.quiet}">playhead</text>
${lanes.join('\n')}
<g transform="translate(${n(gutter)})" clip-path="url(#inside)">
${drawn.join('\n')}
</g>
</svg>
`
}

/** @param {Shape} shape @param {Picture} picture */
function drawShape(shape, { palette, colours, marks }) {
  switch (shape.kind) {
    case 'tick':
      return (
        `<path d="M${n(shape.x)} 0V${n(shape.y)}" stroke="${colours.line}"/>` +
        `<text x="${n(shape.x)}" y="${n(shape.y + 13)}" font-size="12" text-anchor="middle" fill="${colours.quiet}">${escapeXml(shape.text)}</text>`
      )
    case 'band':
      return (
        `<rect ${boxOf(shape)} fill="${palette.bad}" fill-opacity="0.16"/>` +
        `<text x="${n(shape.x + 5)}" y="${n(shape.y + shape.height - 3)}" font-size="11" font-weight="600" fill="${palette.bad}">${escapeXml(shape.text)}</text>`
      )
    case 'bar': {
      const { x, y, width, height, begunX, bar } = shape
      const fill = fillOf(palette, marks[bar.lane]?.look ?? 0)
      const body = Math.min(begunX ?? x + width, x + width)
      const waiting = `<rect ${boxOf({ x, y, width: body - x, height })} fill="${fill}" fill-opacity="0.35"/>`
      const coming = `<rect ${boxOf({ x: body, y, width: x + width - body, height })} fill="${fill}"/>`
      return waiting + coming + drawEnd(x + width, y + height / 2, bar.end, palette.bad, colours.ink)
    }
    case 'link': {
      const { from, to } = shape
      return `<path d="M${n(from.x)} ${n(from.y)}L${n(to.x)} ${n(to.y)}" stroke="${colours.ink}" stroke-width="1.25"/>`
    }
    case 'line': {
      const points = shape.points.map(({ x, y }) => `${n(x)},${n(y)}`).join(' ')
      const look =
        shape.of === 'playhead'
          ? `stroke="${colours.ink}" stroke-width="2"`
          : `stroke="${colours.quiet}" stroke-width="1.5" stroke-dasharray="5 3"`
      return `<polyline points="${points}" fill="none" ${look}/>`
    }
  }
}

/** @param {number} x @param {number} y @param {import('./timeline-model.js').BarEnd | undefined} end @param {string} bad @param {string} ink */
function drawEnd(x, y, end, bad, ink) {
  if (end === undefined || end === 'whole') return ''
  if (end === 'second')
    return `<circle cx="${n(x)}" cy="${n(y)}" r="3" fill="none" stroke="${ink}" stroke-width="1.5"/>`
  return `<path d="M${n(x - 3.5)} ${n(y - 3.5)}l7 7m0 -7l-7 7" stroke="${bad}" stroke-width="2"/>`
}

/** @param {{ x: number, y: number, width: number, height: number }} box */
const boxOf = ({ x, y, width, height }) =>
  `x="${n(x)}" y="${n(y)}" width="${n(Math.max(0, width))}" height="${n(height)}"`

/** @param {import('../marks/palette.js').Palette} palette @param {number} look */
const fillOf = (palette, look) => palette.nodes[look]?.fill ?? palette.empty

/** A number with one place. @param {number} value */
const n = (value) => String(Math.round(value * 10) / 10)

/** @type {Readonly<Record<string, string>>} */
const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
/** Names may hold anything; what XML cannot hold at all is left out. @param {string} text */
const escapeXml = (text) =>
  text
    .replace(/[^\t\n -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? '')
