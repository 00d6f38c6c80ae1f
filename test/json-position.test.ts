import { expect, test } from 'vitest'
import { findJsonError } from '../src/json-position.ts'

test.for<[what: string, text: string, line: number, column: number]>([
  ['nothing', '', 1, 1],
  ['white space alone', ' \n\t ', 2, 3],
  ['a word that is none', 'nul', 1, 1],
  ['a word with more behind it', '[truex]', 1, 2],
  ['a number with a zero in front', '[01]', 1, 2],
  ['a number without digits behind its point', '[1.]', 1, 2],
  ['a number that begins with its point', '[.5]', 1, 2],
  ['a number with a plus sign', '[+1]', 1, 2],
  ['NaN', '[NaN]', 1, 2],
  ['a string that is not closed', '{"a": "b}', 1, 7],
  ['a line end in a string', '["a\nb"]', 1, 2],
  ['a tab in a string', '["a\tb"]', 1, 2],
  ['an escape that is none', '["\\x"]', 1, 2],
  ['half a Unicode escape', '["\\u12"]', 1, 2],
  ['a comma before the end of a list', '[1, ]', 1, 5],
  ['a comma before the end of an object', '{"a": 1, }', 1, 10],
  ['two commas', '[1,,2]', 1, 4],
  ['a comma in front', '[,1]', 1, 2],
  ['no comma', '[1 2]', 1, 4],
  ['no colon', '{"a" 1}', 1, 6],
  ['a key that is no string', '{1: 2}', 1, 2],
  ['a comma for a colon', '{"a", 1}', 1, 5],
  ['a colon in a list', '["a": 1]', 1, 5],
  ['the wrong bracket', '[1}', 1, 3],
  ['a second value', '{} {}', 1, 4],
  ['the end of an object that is not closed', '{\n  "a": 1\n', 3, 1],
  ['a line behind Windows line ends', '[\r\n1\r\n2]', 3, 1],
  ['a no-break space', '[\u00a01]', 1, 2],
])('it finds %s', ([, text, line, column]) => {
  expect(() => JSON.parse(text)).toThrow(SyntaxError)
  expect(findJsonError(text)).toEqual({ line, column })
})

/** Tokens of a good document, with all kinds of values. */
const TOKENS = [
  ...[
    '{',
    '"nodes"',
    ':',
    '[',
    '{',
    '"name"',
    ':',
    '"é \\" \\\\ \\u00e9 🎬"',
    ',',
    '"port"',
    ':',
    '8001',
    '}',
  ],
  ...[
    ',',
    '[',
    ']',
    ',',
    '{',
    '}',
    ',',
    '-0.5e+10',
    ',',
    'true',
    ',',
    'false',
    ',',
    'null',
    ',',
    '""',
    ']',
    '}',
  ],
]
const SPACES = ['', ' ', '\n', '\r\n\t', '\n\n  ']

/** Where a text ends, by counting. */
const endOf = (text: string): { line: number; column: number } => {
  const lines = text.split('\n')
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}

test('in a good document it finds the end, and everywhere else what was put there', () => {
  const spaced = TOKENS.map((token, index) => (SPACES[index % SPACES.length] ?? '') + token)
  expect(() => JSON.parse(spaced.join(''))).not.toThrow()
  expect(findJsonError(spaced.join(''))).toEqual(endOf(spaced.join('')))
  for (const [index, token] of spaced.entries()) {
    const before = spaced.slice(0, index).join('') + (SPACES[index % SPACES.length] ?? '')
    const after = spaced.slice(index + 1).join('')
    expect(findJsonError(before)).toEqual(endOf(before)) // it breaks off
    for (const wrong of ['?', "'a'", '//', '\u0000'])
      expect(findJsonError(before + wrong + after), token).toEqual(endOf(before))
  }
})
