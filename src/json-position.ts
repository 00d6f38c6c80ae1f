/** Where broken JSON is broken: the built-in parser does not always say. */

/** One token of RFC 8259 behind white space: a mark, a string, or a number or word. */
const TOKEN = new RegExp(
  [
    String.raw`[ \t\r\n]*(?:`,
    String.raw`([{}[\],:])|`,
    String.raw`("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|`,
    String.raw`(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)(?![\w.+-])`,
    ')',
  ].join(''),
  'y',
)

/** Deeper than this nothing that anybody wrote is nested. */
const MAX_DEPTH = 1000

/** Line and column, both from 1, of the first place at which a text stops being one JSON value. Pure. */
export function findJsonError(text: string): { line: number; column: number } {
  let position = 0

  /** Steps over one token if it is one of `wanted`, and says which it was. */
  const accept = (...wanted: string[]): string | undefined => {
    TOKEN.lastIndex = position
    const match = TOKEN.exec(text)
    if (match === null) return undefined
    const kind = match[1] ?? (match[2] === undefined ? 'value' : 'string')
    if (!wanted.includes(kind)) return undefined
    position += match[0].length
    return kind
  }
  const list = (close: string, member: () => boolean): boolean => {
    if (accept(close)) return true
    while (member()) {
      if (accept(close)) return true
      if (!accept(',')) return false
    }
    return false
  }
  const value = (depth = 0): boolean => {
    if (depth > MAX_DEPTH) return false
    const kind = accept('{', '[', 'string', 'value')
    if (kind === '{')
      return list('}', () => accept('string') !== undefined && accept(':') !== undefined && value(depth + 1))
    if (kind === '[') return list(']', () => value(depth + 1))
    return kind !== undefined
  }

  value()
  const space = /^[ \t\r\n]*/.exec(text.slice(position))?.[0] ?? ''
  const lines = text.slice(0, position + space.length).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}
