import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { browserCommands, type Command } from '../../src/cli/open-browser.ts'

const URL = `http://127.0.0.1:8001/it's%201%20&calc.mp4`
const WINDOWS: Command = ['rundll32.exe', 'url.dll,FileProtocolHandler', URL]

test.for<[system: string, platform: NodeJS.Platform, isWsl: boolean, expected: Command[]]>([
  ['macOS', 'darwin', false, [['open', URL]]],
  ['Windows', 'win32', false, [WINDOWS]],
  ['Linux', 'linux', false, [['xdg-open', URL]]],
  ['FreeBSD', 'freebsd', false, [['xdg-open', URL]]],
  ['Linux on Windows', 'linux', true, [['wslview', URL], WINDOWS, ['xdg-open', URL]]],
])('%s opens the URL its own way', ([, platform, isWsl, expected]) => {
  expect(browserCommands(URL, platform, undefined, isWsl)).toEqual(expected)
})

test.for<[rule: string, browser: string, platform: NodeJS.Platform, expected: Command[]]>([
  ['a program gets the URL', 'firefox', 'linux', [['firefox', URL]]],
  ['… on macOS too', 'firefox', 'darwin', [['firefox', URL]]],
  ['a program may have arguments', 'firefox --new-window', 'linux', [['firefox', '--new-window', URL]]],
  ['%s stands for the URL', 'firefox %s --private', 'linux', [['firefox', URL, '--private']]],
  ['… within an argument', 'chromium --app=%s', 'linux', [['chromium', `--app=${URL}`]]],
  ['… as often as it stands there', 'x %s %s', 'linux', [['x', URL, URL]]],
  [
    'several are tried in turn',
    'a:b --c %s:d',
    'linux',
    [
      ['a', URL],
      ['b', '--c', URL],
      ['d', URL],
    ],
  ],
  [
    'empty ones are left out',
    ':a:: :b:',
    'linux',
    [
      ['a', URL],
      ['b', URL],
    ],
  ],
  ['spaces do not count', '  a   b  ', 'linux', [['a', 'b', URL]]],
  ['a drive on Windows is no list', 'C:\\firefox.exe', 'win32', [['C:\\firefox.exe', URL]]],
  ['nothing is as good as absent', '', 'linux', [['xdg-open', URL]]],
  ['spaces alone are as good as absent', '  ', 'linux', [['xdg-open', URL]]],
  ['quotes and dollars are no shell', '$(calc) "a', 'linux', [['$(calc)', '"a', URL]]],
])('$BROWSER: %s', ([, browser, platform, expected]) => {
  expect(browserCommands(URL, platform, browser, false)).toEqual(expected)
})

test.for([
  'http://h/$&',
  'http://h/$$',
  "http://h/$'",
  'http://h/%s',
  'http://h/a b;c|d',
])('the URL %s arrives as it is, as one argument', (url) => {
  expect(browserCommands(url, 'linux', 'x --app=%s', false)).toEqual([['x', `--app=${url}`]])
  expect(browserCommands(url, 'linux', 'x', false)).toEqual([['x', url]])
  for (const platform of ['linux', 'darwin', 'win32'] as const)
    for (const command of browserCommands(url, platform, undefined, true)) expect(command.at(-1)).toBe(url)
})

test('a file may have spaces and colons in its path', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'my browsers-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const program = path.join(folder, process.platform === 'win32' ? 'a b' : 'a b: c')
  closeSync(openSync(program, 'w'))
  expect(browserCommands(URL, 'linux', program, false)).toEqual([[program, URL]])
})
