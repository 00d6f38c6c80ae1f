import { SourceMap } from 'node:module'
import { expect, test } from 'vitest'
import { joinScripts } from '../../src/node/join-scripts.ts'
import { makeSourceMap } from '../../src/node/source-map.ts'

/** What a reader of source maps says stands at the beginning of a line, from 0; an oracle that is not ours. */
const entryAt = (map: string, line: number): { originalSource?: string; originalLine?: number } =>
  new SourceMap(JSON.parse(map)).findEntry(line, 0)

test('each line of a joined text is that of its file', () => {
  const scripts = new Map([
    [
      'a/first.js',
      "import { one } from './one.js'\nimport {\n  two,\n} from '../b/two.js'\nsay(one)\nsay(two)\n",
    ],
    ['a/one.js', `${'say()\n'.repeat(99)}/** and\n no more */\n${''}export const one = 'this is one'\n`],
    ['b/two.js', "import { one } from '../a/one.js'\n\nexport const two = 'this is two' + one\n"],
  ])
  const { text, map } = joinScripts('a/first.js', scripts) ?? { text: '', map: '{}' }
  const lines = text.split('\n')
  const found = [
    'say()',
    "const one = 'this is one'",
    "const two = 'this is two' + one",
    'say(one)',
    'say(two)',
  ].map((code) => {
    const { originalSource, originalLine } = entryAt(map, lines.indexOf(code))
    return [originalSource, originalLine]
  })
  expect(found).toEqual([
    ['/_/a/one.js', 0],
    ['/_/a/one.js', 101],
    ['/_/b/two.js', 2],
    ['/_/a/first.js', 4],
    ['/_/a/first.js', 5],
  ])
  expect(JSON.parse(map).sourcesContent).toEqual(
    ['a/one.js', 'b/two.js', 'a/first.js'].map((name) => scripts.get(name)),
  )
})

test('long files, and steps back from their ends, are no matter', () => {
  const parts = [5_000, 1, 70_000, 3].map((count, part) => ({
    source: `/${part}`,
    content: 'x\n'.repeat(count - 1),
    linesBefore: [2, 5_010, 5_020, 80_000][part] ?? 0,
  }))
  const map = makeSourceMap(parts)
  for (const { source, content, linesBefore } of parts) {
    const last = content.split('\n').length - 1
    expect(entryAt(map, linesBefore)).toMatchObject({ originalSource: source, originalLine: 0 })
    expect(entryAt(map, linesBefore + last)).toMatchObject({ originalSource: source, originalLine: last })
  }
})
