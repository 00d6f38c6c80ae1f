/** The printed `ffmpeg` lines, pasted into a real `sh`; for Windows, which is not here, the form that all shells read alike. */
import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { shellWord } from '../../../src/cli/shell-words.ts'
import { describeMediaTrouble, type MediaSymptom } from '../../../src/player/media/media-trouble.js'
import { shellFile } from '../../../src/player/media/shell-word.js'
import { temporaryFolder } from '../../helpers/command.ts'

const NO_PICTURE: MediaSymptom = { kind: 'no picture' }
const ENDED_EARLY: MediaSymptom = { kind: 'ended early', seconds: 3, ofSeconds: 30 }

/** Names without their endings. What `ffmpeg` or a shell would take for something else comes as a path. */
const NAMES: readonly (readonly [name: string, path?: string])[] = [
  ['talk'],
  ['week 1'],
  [' '],
  ['été — 第一 🎬'],
  ["it's"],
  ["'"],
  ['a "b"'],
  ['“quoted” ‘twice’'],
  ['$HOME'],
  ['$(touch pwned)'],
  ['`touch pwned`'],
  ['it\'s $5 "net"'],
  ['wow!'],
  ['!!'],
  ['50 %PATH%'],
  ['back\\slash'],
  ['\\'],
  ['a&b;c|d'],
  ['<in>out'],
  ['* [a]?{b,c}'],
  ['~root'],
  ['#1'],
  ['=ls'],
  ['@home'],
  ['one,two'],
  ['A=b'],
  ['-rf', './-rf'],
  ['-', './-'],
  ['- $x `y` -', './- $x `y` -'],
  ['12:30 talk', './12:30 talk'],
  ['pipe:1', './pipe:1'],
]

describe.skipIf(process.platform === 'win32')('pasted into sh', () => {
  /** @returns with which arguments `ffmpeg` is called, once for each line */
  function paste(lines: readonly string[]): string[][] {
    const bin = temporaryFolder()
    const cwd = temporaryFolder('two words')
    const calls = path.join(bin, 'calls')
    writeFileSync(
      path.join(bin, 'ffmpeg'),
      `#!/bin/sh\nprintf '%s\\0' "$@" >>'${calls}'\nprintf '\\n\\0' >>'${calls}'\n`,
    )
    chmodSync(path.join(bin, 'ffmpeg'), 0o755)
    execFileSync('sh', ['-c', lines.join('\n')], {
      cwd,
      env: { PATH: `${bin}:/usr/bin:/bin`, HOME: '/pwned' },
    })
    const said = readFileSync(calls, 'utf8')
    rmSync(calls)
    return said
      .split('\n\0')
      .slice(0, -1)
      .map((call) => call.split('\0').slice(0, -1))
  }

  test.for<[what: string, symptom: MediaSymptom, from: string, options: string, to: string]>([
    [
      'new pictures',
      NO_PICTURE,
      '.mov',
      '-c:v libx264 -pix_fmt yuv420p -c:a aac -movflags +faststart',
      '-h264.mp4',
    ],
    ['new sound', NO_PICTURE, '.flac', '-vn -c:a aac', '-aac.m4a'],
    ['a new index', ENDED_EARLY, '.mp4', '-c copy -movflags +faststart', '-whole.mp4'],
  ])('the line for %s means that file, whatever its name', ([, symptom, from, options, to]) => {
    const lines = NAMES.map(
      ([name]) => describeMediaTrouble(symptom, undefined, `week 1/${name}${from}`).command,
    )
    expect(paste(lines)).toEqual(
      NAMES.map(([name, path = name]) => ['-i', path + from, ...options.split(' '), path + to]),
    )
  })

  test('a name that is all ending is a name', () => {
    const { command } = describeMediaTrouble(NO_PICTURE, undefined, '.mov')
    expect(paste([command])[0]?.at(-1)).toBe('./-h264.mp4')
  })

  test('the page and the commands, which cannot import each other, mean the same word', () => {
    const names = NAMES.map(([name]) => name)
    const read = (words: readonly (string | undefined)[]): string[] =>
      execFileSync('sh', ['-c', `printf '%s\\0' ${words.join(' ')}`], { encoding: 'utf8', cwd: '/' }).split(
        '\0',
      )
    expect(read(names.map(shellFile))).toEqual([...NAMES.map(([name, path = name]) => path), ''])
    expect(read(names.map((name) => shellWord(name, 'linux')))).toEqual([...names, ''])
  })
})

test('what the commands have a form for on Windows, the page writes alike, or in quotes that change nothing', () => {
  for (const [name, path = name] of NAMES) {
    const word = shellWord(path, 'win32')
    if (word !== undefined && !path.includes('\\')) expect([word, `"${word}"`]).toContain(shellFile(name))
  }
})

test('a line end would run what stands before it: the name is left to the reader', () => {
  const { command } = describeMediaTrouble(ENDED_EARLY, undefined, 'two\nlines.mp4')
  expect(command).toBe('ffmpeg -i FILE -c copy -movflags +faststart FILE-whole.mp4')
})

test.for([
  ['talk.mov', 'talk.mov'],
  ['a b.mov', '"a b.mov"'],
  ["it's.mov", '"it\'s.mov"'],
  ['one,two.mov', '"one,two.mov"'], // a list, for PowerShell
  ['@home.mov', '"@home.mov"'], // a variable in pieces, for PowerShell
  ['“a”.mov', "'“a”.mov'"], // quotes, for PowerShell
  ['$x`y.mov', "'$x`y.mov'"],
])('%s is written %s', ([name = '', word]) => {
  expect(shellFile(name)).toBe(word)
})
