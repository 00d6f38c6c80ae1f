import path from 'node:path'
import { expect, test } from 'vitest'
import { CONTROL_CHARACTERS, RESERVED_SEGMENTS, storageNameProblem } from '../src/storage-name.ts'

const GOOD = [
  'demo.mp4',
  'demo',
  'a.b.c.mp4',
  'week 1/talk.mp4',
  'a/b/c/d.mp4',
  `it's "new" & <old>?.mp4`,
  '100% #1.mp4',
  '%2e%2e/%2f.mp4',
  'Zürich.mp4',
  'cafe\u0301.mp4',
  '講義.mp4',
  '🎬.mp4',
  'healthy.mp4',
  'a/health',
  'a/watch/_',
  '__/x.mp4',
  'console.mp4',
  'com.mp4',
  'com10.mp4',
  '-rf.mp4',
  '~/x.mp4',
]

test.for(GOOD)('%s is a storage name', (name) => {
  expect(storageNameProblem(name)).toBeUndefined()
})

test.for<[name: string, problem: string]>([
  ['', 'it is empty'],
  ['a\0.mp4', 'it has control characters'],
  ['a\nb.mp4', 'it has control characters'],
  ['a\rb.mp4', 'it has control characters'],
  ['a\tb.mp4', 'it has control characters'],
  ['\u001b[2J.mp4', 'it has control characters'],
  ['a\u007f.mp4', 'it has control characters'],
  ['a\u0085b.mp4', 'it has control characters'],
  ['a\u009bb.mp4', 'it has control characters'],
  ['a\u2028b.mp4', 'it has control characters'],
  ['a\u2029b.mp4', 'it has control characters'],
  ['a\\b.mp4', 'it has a backslash or a colon'],
  ['C:a.mp4', 'it has a backslash or a colon'],
  ['a.mp4:stream', 'it has a backslash or a colon'],
  ['half \ud83d.mp4', 'it is not well-formed Unicode'],
  ['/a.mp4', 'it has an empty part'],
  ['a//b.mp4', 'it has an empty part'],
  ['a/', 'it has an empty part'],
  ['/', 'it has an empty part'],
  ['.', 'a part of it starts with a dot'],
  ['..', 'a part of it starts with a dot'],
  ['a/../b.mp4', 'a part of it starts with a dot'],
  ['.env', 'a part of it starts with a dot'],
  ['.incoming/a.mp4', 'a part of it starts with a dot'],
  ['a/.manifests/b.json', 'a part of it starts with a dot'],
  ['a.', 'a part of it ends with a dot or a space'],
  ['a ', 'a part of it ends with a dot or a space'],
  ['a /b.mp4', 'a part of it ends with a dot or a space'],
  ['a./b.mp4', 'a part of it ends with a dot or a space'],
  ['NUL', 'it is a device name on Windows'],
  ['nul.mp4', 'it is a device name on Windows'],
  ['a/con/b.mp4', 'it is a device name on Windows'],
  ['Aux.tar.gz', 'it is a device name on Windows'],
  ['prn', 'it is a device name on Windows'],
  ['COM1.mp4', 'it is a device name on Windows'],
  ['lpt9', 'it is a device name on Windows'],
  ['com¹', 'it is a device name on Windows'],
  ['CONIN$', 'it is a device name on Windows'],
  ['conout$.txt', 'it is a device name on Windows'],
  ['health', '"health" is a reserved name'],
  ['watch/demo.mp4', '"watch" is a reserved name'],
  ['_', '"_" is a reserved name'],
  ['_/nodes', '"_" is a reserved name'],
])('%j is refused: %s', ([name, problem]) => {
  expect(storageNameProblem(name)).toBe(problem)
})

test('the reserved names are those of the HTTP interface', () => {
  expect([...RESERVED_SEGMENTS].sort()).toEqual(['_', 'health', 'watch'])
})

test('control characters are those of Unicode, and its two line ends', () => {
  for (let code = 0; code < 0x3000; code++) {
    const character = String.fromCharCode(code)
    const expected = /\p{Cc}|\p{Zl}|\p{Zp}/u.test(character)
    expect(CONTROL_CHARACTERS.test(character), `U+${code.toString(16)}`).toBe(expected)
  }
})

test('what is a storage name stays inside the storage, on Unix and on Windows', () => {
  const pieces = ['..', '.', '/', '\\', ':', 'C', 'a', ' ', '\0', '~', '%']
  let accepted = 0
  for (let code = 0; code < pieces.length ** 4; code++) {
    const digits = [0, 1, 2, 3].map((place) => Math.floor(code / pieces.length ** place) % pieces.length)
    const name = digits.map((digit) => pieces[digit]).join('')
    if (storageNameProblem(name) !== undefined) continue
    accepted++
    for (const { resolve, sep } of [path.posix, path.win32]) {
      const root = resolve('/storage')
      expect(resolve(root, name).startsWith(root + sep), name).toBe(true)
    }
  }
  expect(accepted).toBeGreaterThan(100)
})
