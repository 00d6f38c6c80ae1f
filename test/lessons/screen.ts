/** What stands on a terminal after all that programs wrote to it: lines painted over, colours, and hidden signs. */

const ESC = '\u001b'
const BELL = '\u0007'
/** Hidden text, an order with its amount, an end of line, or what is written. */
const PIECE = new RegExp(
  [
    `${ESC}\\][^${BELL}${ESC}]*(?:${BELL}|${ESC}\\\\)`,
    `${ESC}\\[([0-9;?]*)([A-Za-z])`,
    '[\\r\\n]',
    `[^${ESC}\\r\\n]+`,
    ESC,
  ].join('|'),
  'g',
)

/**
 * The lines that a person sees. Pure.
 * @param written everything since the terminal was opened; colours are left out
 */
export function screenLines(written: string): string[] {
  const lines: string[] = ['']
  let row = 0
  let column = 0
  for (const [piece, amount, letter] of written.matchAll(PIECE)) {
    const line = lines[row] ?? ''
    if (piece === '\r') column = 0
    else if (piece === '\n') {
      row++
      column = 0
      lines[row] ??= ''
    } else if (letter === 'A') row = Math.max(0, row - Number(amount || 1))
    else if (letter === 'G') column = Number(amount || 1) - 1
    else if (letter === 'K') lines[row] = line.slice(0, column)
    else if (letter === 'J') {
      lines[row] = line.slice(0, column)
      lines.length = row + 1
    } else if (!piece.startsWith(ESC)) {
      lines[row] = line.slice(0, column).padEnd(column) + piece + line.slice(column + piece.length)
      column += piece.length
    }
  }
  return lines.map((line) => line.trimEnd())
}
