/** Words pasted into a real `sh`; for Windows, which is not here, the form that both its shells read alike. */
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { shellWord } from '../../src/cli/shell-words.ts'

const WORDS: readonly string[] = [
  'talk.mp4',
  'week 1/talk.mp4',
  "it's.mp4",
  "'",
  'a "b".mp4',
  '$HOME.mp4',
  '`id`.mp4',
  '$(id).mp4',
  'wow!.mp4',
  '!!',
  '-talk.mp4',
  '~/talk.mp4',
  '~root',
  '=ls',
  '#1.mp4',
  'a&b;c|d.mp4',
  '<in>out',
  '*',
  '[a]?{b,c}',
  'back\\slash.mp4',
  'ends with \\',
  '50 %.mp4',
  '%PATH%',
  'été — 第一.mp4',
  '🎬.mp4',
  'tab\there',
  ' ',
  '',
  'node1,node2',
  'A=b',
]

test.skipIf(process.platform === 'win32')('each word arrives as it was', () => {
  const script = `printf '%s\\0' ${WORDS.map((word) => shellWord(word, 'linux')).join(' ')}`
  const arrived = execFileSync('sh', ['-c', script], { encoding: 'utf8', cwd: '/' })
  expect(arrived.split('\0').slice(0, -1)).toEqual(WORDS)
})

test('a line end has no form, since pasting it runs what stands before', () => {
  expect(shellWord('two\nlines.mp4', 'linux')).toBeUndefined()
  expect(shellWord('two\rlines.mp4', 'darwin')).toBeUndefined()
})

test('what needs no quotes has none', () => {
  for (const word of ['talk.mp4', 'media/talk-v2.mp4', '--as', 'node1,node2'])
    expect(shellWord(word, 'linux')).toBe(word)
})

test.for<[word: string, form: string | undefined]>([
  ['talk.mp4', 'talk.mp4'],
  ['C:\\Users\\me\\talk.mp4', 'C:\\Users\\me\\talk.mp4'],
  ['week 1/talk.mp4', '"week 1/talk.mp4"'],
  ["it's.mp4", '"it\'s.mp4"'],
  ['a&b (1).mp4', '"a&b (1).mp4"'],
  ['été.mp4', '"été.mp4"'],
  ['node1,node2', '"node1,node2"'], // a list, for PowerShell
  ['50 %.mp4', undefined], // a variable, for cmd
  ['$HOME.mp4', undefined], // a variable, for PowerShell
  ['`id`.mp4', undefined],
  ['wow!.mp4', undefined],
  ['“quoted”.mp4', undefined],
  ['a"b.mp4', undefined],
  ['C:\\my videos\\', undefined],
  ['', undefined],
])('on Windows %j is %j', ([word, form]) => {
  expect(shellWord(word, 'win32')).toBe(form)
})
