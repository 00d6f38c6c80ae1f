import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  cutToWidth,
  displayWidth,
  formatTable,
  inNodeColour,
  showsColour,
  style,
} from '../../src/cli/terminal.ts'

beforeEach(() => {
  vi.stubEnv('NO_COLOR', undefined)
  vi.stubEnv('FORCE_COLOR', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

/** As much of a stream as colour asks for. */
const stream = (isTTY: boolean, colours = true): NodeJS.WriteStream =>
  ({ isTTY, hasColors: () => colours }) as NodeJS.WriteStream

test.for<
  [
    rule: string,
    isTty: boolean,
    colours: boolean,
    noColor: string | undefined,
    force: string | undefined,
    shows: boolean,
  ]
>([
  ['a terminal shows colours', true, true, undefined, undefined, true],
  ['a terminal without colours shows none', true, false, undefined, undefined, false],
  ['a pipe shows none', false, true, undefined, undefined, false],
  ['NO_COLOR is obeyed', true, true, '1', undefined, false],
  ['NO_COLOR is obeyed whatever it says', true, true, '0', undefined, false],
  ['an empty NO_COLOR says nothing', true, true, '', undefined, true],
  ['FORCE_COLOR is obeyed', false, false, undefined, '1', true],
  ['FORCE_COLOR=0 forbids', true, true, undefined, '0', false],
  ['an empty FORCE_COLOR says nothing', false, true, undefined, '', false],
  ['NO_COLOR is stronger than FORCE_COLOR', true, true, '1', '1', false],
])('%s', ([, isTty, colours, noColor, force, shows]) => {
  vi.stubEnv('NO_COLOR', noColor)
  vi.stubEnv('FORCE_COLOR', force)
  expect(showsColour(stream(isTty, colours))).toBe(shows)
})

test('a stream that is no terminal has no word in it', () => {
  expect(showsColour({} as NodeJS.WriteStream)).toBe(false)
})

test('text is styled for a terminal, and left as it is elsewhere', () => {
  expect(style('green', 'replicated', stream(true))).toBe('\u001b[32mreplicated\u001b[39m')
  expect(style('green', 'replicated', stream(false))).toBe('replicated')
})

test('neighbours have different colours, and colours come round again', () => {
  const shown = Array.from({ length: 20 }, (_, index) => inNodeColour(index, 'node', stream(true)))
  expect(new Set(shown.slice(0, 3)).size).toBe(3)
  shown.forEach((text, index) => {
    expect(text).not.toBe(shown[index + 1])
    expect(stripVTControlCharacters(text)).toBe('node')
  })
  expect(inNodeColour(1, 'node2', stream(false))).toBe('node2')
})

test.for<[what: string, text: string, columns: number]>([
  ['nothing', '', 0],
  ['ASCII', 'node1', 5],
  ['composed accents', 'Zürich', 6],
  ['combining accents', 'Zu\u0308rich', 6],
  ['Cyrillic', 'узел', 4],
  ['an arrow', '←', 1],
  ['blocks', '█░', 2],
  ['Chinese', '节点', 4],
  ['Japanese', 'ノード', 6],
  ['Korean', '노드', 4],
  ['full-width letters', 'Ａ１', 4],
  ['an emoji', '🎬', 2],
  ['a family', '👩‍👧', 2],
  ['a flag', '🇨🇭', 2],
  ['a skin tone', '👍🏽', 2],
])('%s takes as many columns as a terminal gives it', ([, text, columns]) => {
  expect(displayWidth(text)).toBe(columns)
})

test('columns are as wide as their widest cell, numbers stand to the right, no line ends in space', () => {
  expect(
    formatTable([
      ['node', 'state', 'median ms', ''],
      ['node1', 'up', '50.1', '←'],
      ['n2', 'no answer in time', '', ''],
      ['节点3', 'up', '1300.0', ''],
    ]),
  ).toEqual([
    'node   state              median ms',
    'node1  up                      50.1  ←',
    'n2     no answer in time',
    '节点3  up                    1300.0',
  ])
})

test('times with their unit stand to the right as well', () => {
  expect(formatTable([['median'], ['5 ms'], ['120 ms']])).toEqual(['median', '  5 ms', '120 ms'])
})

test('a table without rows has no lines', () => {
  expect(formatTable([])).toEqual([])
})

const CYAN = '\u001b[36m'
const PLAIN = '\u001b[39m'

test.for<[what: string, text: string, columns: number, cut: string]>([
  ['nothing', '', 5, ''],
  ['what fits', 'node1', 5, 'node1'],
  ['what does not fit', 'node1 up', 5, 'node1'],
  ['no room at all', 'node1', 0, ''],
  ['a wide letter that would stand half outside', '节点', 3, '节'],
  ['a wide letter and a narrow one behind it', 'a节b', 2, 'a'],
  ['an accent of its own', 'Zu\u0308rich', 2, 'Zu\u0308'],
  ['a family, whole or not at all', '👩‍👧👩‍👧', 3, '👩‍👧'],
  ['styles, which take no room', `${CYAN}111${PLAIN}22`, 5, `${CYAN}111${PLAIN}22`],
  ['a style that ends behind the cut', `${CYAN}111${PLAIN}22`, 2, `${CYAN}11${PLAIN}`],
  ['a style that begins behind the cut', `111${CYAN}2${PLAIN}`, 2, `11${CYAN}${PLAIN}`],
  ['two styles at once', `\u001b[1;31m11\u001b[0m`, 1, `\u001b[1;31m1\u001b[0m`],
])('cut to a width: %s', ([, text, columns, cut]) => {
  expect(cutToWidth(text, columns)).toBe(cut)
})

test('a cut leaves no style switched on, wherever it is', () => {
  const line = range(6)
    .map((index) => inNodeColour(index, `node${index} `, stream(true)))
    .join('')
  for (const columns of range(40)) {
    const cut = cutToWidth(line, columns)
    expect(displayWidth(stripVTControlCharacters(cut))).toBe(Math.min(columns, 36))
    expect(cut.lastIndexOf(PLAIN)).toBeGreaterThanOrEqual(cut.lastIndexOf('\u001b'))
  }
})

const range = (length: number): number[] => Array.from({ length }, (_, index) => index)
