/** A source map: tells a debugger which line of which file each line of a joined text was. Pure. */

/** A part of a joined text that is a file, line for line. */
export interface SourcePart {
  /** where a debugger shows it */
  readonly source: string
  readonly content: string
  /** how many lines of the text stand before it */
  readonly linesBefore: number
}

/**
 * Makes the map of a joined text.
 * @param parts in the order of the text
 * @returns JSON
 * @see https://tc39.es/ecma426/
 */
export function makeSourceMap(parts: readonly SourcePart[]): string {
  const lines: string[] = []
  let lastLine = 0
  for (const [index, { content, linesBefore }] of parts.entries()) {
    while (lines.length < linesBefore) lines.push('')
    const count = content.split('\n').length
    for (let line = 0; line < count; line++) {
      const fileStep = line === 0 && index > 0 ? 1 : 0
      // of the text: its column; then of the source: file, line and column, all but the first as steps
      lines.push([0, fileStep, line - lastLine, 0].map(toVlq).join(''))
      lastLine = line
    }
  }
  return JSON.stringify({
    version: 3,
    sources: parts.map(({ source }) => source),
    sourcesContent: parts.map(({ content }) => content),
    names: [],
    mappings: lines.join(';'),
  })
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** A number as "Base64 VLQ": five bits to a digit, the lowest first, the lowest bit of all its sign. */
function toVlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1
  let digits = ''
  do {
    const hasMore = rest > 31
    digits += DIGITS[(rest & 31) | (hasMore ? 32 : 0)]
    rest >>>= 5
  } while (rest > 0)
  return digits
}
