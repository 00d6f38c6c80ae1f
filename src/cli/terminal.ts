/** Colour and tables. Colour only on a terminal that wants it, and never as the only sign. */
import * as util from 'node:util' // an old Node.js, which has no styleText, must get as far as require-node.ts

type Format = Parameters<typeof util.styleText>[0]
type Stream = NodeJS.WriteStream

/** One colour for each node, by its place in the node list. */
const NODE_COLOURS = ['cyan', 'yellow', 'magenta', 'green', 'blue', 'red'] as const

/** Does this stream show colours? Obeys `NO_COLOR` and `FORCE_COLOR`. */
export function showsColour(stream: Stream): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0'
  return stream.isTTY === true && stream.hasColors()
}

/** Styles text for a stream, or leaves it as it is. */
export const style = (format: Format, text: string, stream: Stream = process.stdout): string =>
  showsColour(stream) ? util.styleText(format, text, { validateStream: false }) : text

/** A node's name, or any text, in the colour of its place in the node list. */
export const inNodeColour = (index: number, text: string, stream?: Stream): string =>
  style(NODE_COLOURS[index % NODE_COLOURS.length] ?? 'cyan', text, stream)

/**
 * Rows as columns, each as wide as its widest cell; numbers to the right. Pure.
 * @param rows the first one is the heading
 */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat((widths[column] ?? 0) - displayWidth(cell))
        return /^[0-9.]+( ms)?$/.test(cell) ? padding + cell : cell + padding
      })
      .join('  ')
      .trimEnd(),
  )
}

const graphemes = new Intl.Segmenter()
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u

/** Columns that a text takes on a terminal: accents none of their own, emoji and CJK two. Pure. */
export const displayWidth = (text: string): number =>
  [...graphemes.segment(text)].reduce((width, { segment }) => width + (WIDE.test(segment) ? 2 : 1), 0)

/** What switches a style on or off; it takes no room. */
const STYLE = new RegExp(`(${String.fromCharCode(27)}\\[[0-9;]*m)`)

/** As much of a text as fits into this many columns, with all of its styles. Pure. */
export function cutToWidth(text: string, columns: number): string {
  let width = 0
  let cut = ''
  for (const part of text.split(STYLE)) {
    if (STYLE.test(part)) cut += part
    else {
      for (const { segment } of graphemes.segment(part)) {
        width += displayWidth(segment)
        if (width <= columns) cut += segment
      }
    }
  }
  return cut
}
