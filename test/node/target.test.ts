import path from 'node:path'
import { expect, test } from 'vitest'
import { readTarget, type Target } from '../../src/node/target.ts'
import { storageNameProblem } from '../../src/storage-name.ts'
import { encodeStorageName } from '../../src/version/url-path.js'

const BAD: Target = { kind: 'refused', status: 400 }
const NOT_FOUND: Target = { kind: 'refused', status: 404 }
const replica = (name: string): Target => ({ kind: 'replica', name })

test.for<[rule: string, url: string, expected: Target]>([
  ['the slash is the home page', '/', { kind: 'home' }],
  ['health is health', '/health', { kind: 'health' }],
  ['the node list has a place', '/_/nodes', { kind: 'nodes' }],
  ['the videos have a place', '/_/videos', { kind: 'videos' }],
  ['a manifest has a place', '/_/manifest/demo.mp4', { kind: 'manifest', name: 'demo.mp4' }],
  ['a manifest in a folder has one', '/_/manifest/a/b%20c.mp4', { kind: 'manifest', name: 'a/b c.mp4' }],
  ['a name is a replica', '/demo.mp4', replica('demo.mp4')],
  ['a name may have folders', '/week%201/demo.mp4', replica('week 1/demo.mp4')],
  ['a place is known when escaped', '/%68ealth', { kind: 'health' }],
  ['a place in a folder is a name', '/a/health', replica('a/health')],
  ['a query is ignored', '/demo.mp4?t=1', replica('demo.mp4')],
  ['a query may hold anything', '/demo.mp4?../%2e%2e/%zz?/\\', replica('demo.mp4')],
  ['a query on a place is ignored', '/health?1', { kind: 'health' }],
  ['a query on the home page is ignored', '/?x', { kind: 'home' }],
  ['* is the server', '*', { kind: 'server' }],
  ['what lies below a reserved name is not there', '/_/other', NOT_FOUND],
  ['health has nothing below it', '/health/x', NOT_FOUND],
  ['health is no folder', '/health/', NOT_FOUND],
  ['a video has a watch page', '/watch/demo.mp4', { kind: 'watch', name: 'demo.mp4' }],
  ['one in a folder has one too', '/watch/a/b%20c.mp4', { kind: 'watch', name: 'a/b c.mp4' }],
  ['a watch page needs a video', '/watch/', NOT_FOUND],
  ['watch alone is reserved', '/watch', NOT_FOUND],
  ['a watch page needs a storage name', '/watch/watch/demo.mp4', NOT_FOUND],
  [
    'a file of the page',
    '/_/player/playing/player.js',
    { kind: 'page file', name: 'player/playing/player.js' },
  ],
  ['a file of the swarm', '/_/swarm/swarm.js', { kind: 'page file', name: 'swarm/swarm.js' }],
  ['words of the page', '/_/words/in-words.js', { kind: 'page file', name: 'words/in-words.js' }],
  ['another folder has no files', '/_/node/server.ts', NOT_FOUND],
  ['a description is a replica until it is not there', '/demo.mp4.meta4', replica('demo.mp4.meta4')],
  ['a manifest needs a name', '/_/manifest/', NOT_FOUND],
  ['a place of Object is none', '/constructor', replica('constructor')],
  ['… nor its prototype', '/__proto__', replica('__proto__')],
])('%s', ([, url, expected]) => {
  expect(readTarget(url)).toEqual({ target: expected, authority: undefined })
})

/** Spellings of "the folder above" and of other ways out; none may become a name. */
test.for<[why: string, url: string, expected: Target]>([
  ['dots', '/../secret', BAD],
  ['dots alone', '/..', BAD],
  ['dots behind a folder', '/a/../../secret', BAD],
  ['dots at the end', '/a/..', BAD],
  ['escaped dots', '/%2e%2e/secret', BAD],
  ['escaped dots in capitals', '/%2E%2E/secret', BAD],
  ['one escaped dot', '/.%2e/secret', BAD],
  ['the other escaped dot', '/%2e./secret', BAD],
  ['an escaped slash', '/..%2fsecret', BAD],
  ['an escaped slash in capitals', '/..%2Fsecret', BAD],
  ['everything escaped', '/%2e%2e%2fsecret', BAD],
  ['an escaped slash within a name', '/a%2fb', BAD],
  ['a backslash', '/..\\secret', BAD],
  ['an escaped backslash', '/..%5csecret', BAD],
  ['an escaped backslash in capitals', '/..%5Csecret', BAD],
  ['a backslash within a name', '/a\\b', BAD],
  ['overlong UTF-8 dots', '/%c0%ae%c0%ae/secret', BAD],
  ['overlong UTF-8 slash', '/..%c0%afsecret', BAD],
  ['overlong UTF-8 in three bytes', '/%e0%80%ae%e0%80%ae/secret', BAD],
  ['raw overlong UTF-8', '/\u00c0\u00ae\u00c0\u00ae/secret', BAD],
  ['%u escapes', '/%u002e%u002e/secret', BAD],
  ['dots in a watch page', '/watch/../secret', BAD],
  ['dots in a page file', '/_/player/../node/server.ts', BAD],
  ['escaped dots in a page file', '/_/player/%2e%2e/x.js', BAD],
  ['a dot-file’s watch page', '/watch/.env', NOT_FOUND],
  ['dots in a manifest', '/_/manifest/../../secret', BAD],
  ['escaped dots in a manifest', '/_/manifest/%2e%2e/secret', BAD],
  ['four dots, for those who strip two', '/....//secret', NOT_FOUND],
  ['dots with a semicolon', '/..;/secret', NOT_FOUND],
  ['dots with a space', '/..%20/secret', NOT_FOUND],
  ['three dots', '/.../secret', NOT_FOUND],
  ['one dot', '/./demo.mp4', NOT_FOUND],
  ['one escaped dot', '/%2e/demo.mp4', NOT_FOUND],
  ['a dot at the end', '/a/.', NOT_FOUND],
  ['a dot-file', '/.env', NOT_FOUND],
  ['an escaped dot-file', '/%2eenv', NOT_FOUND],
  ['a dot-folder', '/.manifests/demo.mp4.json', NOT_FOUND],
  ['a dot-folder below', '/a/.incoming/b', NOT_FOUND],
  ['a dot-file with a dot behind it', '/.env/.', NOT_FOUND],
  ['a manifest of a dot-file', '/_/manifest/.env', NOT_FOUND],
  ['two slashes', '//etc/passwd', NOT_FOUND],
  ['two slashes within', '/a//b', NOT_FOUND],
  ['a slash at the end', '/demo.mp4/', NOT_FOUND],
  ['a drive', '/C:/secret', NOT_FOUND],
  ['an escaped drive', '/C%3a/secret', NOT_FOUND],
  ['a stream', '/demo.mp4::$DATA', NOT_FOUND],
  ['a device', '/NUL', NOT_FOUND],
  ['a device with an ending', '/com1.mp4', NOT_FOUND],
  ['NUL', '/demo.mp4%00.txt', BAD],
  ['a line feed', '/a%0ab', BAD],
  ['a carriage return and line feed', '/a%0d%0aSet-Cookie:x', BAD],
  ['an escape character', '/%1b[2J', BAD],
  ['DEL', '/a%7fb', BAD],
  ['a C1 control character', '/a%c2%85b', BAD],
  ['a line separator', '/a%e2%80%a8b', BAD],
  ['a stray percent sign', '/100%', BAD],
  ['half an escape', '/a%2', BAD],
  ['a bad escape', '/a%zz', BAD],
  ['bytes that are no UTF-8', '/%ff%fe', BAD],
  ['raw bytes that are no UTF-8', '/caf\u00e9', BAD],
  ['half a surrogate pair in UTF-8', '/%ed%a0%80', BAD],
  ['a fragment', '/demo.mp4#t=1', BAD],
  ['nothing', '', BAD],
  ['no slash', 'demo.mp4', BAD],
  ['dots and no slash', '../secret', BAD],
  ['authority-form', '127.0.0.1:80', BAD],
])('a way out is refused: %s (%s)', ([, url, expected]) => {
  expect(readTarget(url).target).toEqual(expected)
})

test.for<[rule: string, url: string, expected: Target]>([
  ['twice escaped dots are a name of their own', '/%252e%252e', replica('%2e%2e')],
  ['… and so is a twice escaped slash', '/..%252fsecret', NOT_FOUND],
  ['… behind a name', '/a%252fb', replica('a%2fb')],
  ['thrice escaped is twice escaped', '/%25252e', replica('%252e')],
  ['full-width dots are letters like others', '/%ef%bc%8e%ef%bc%8e', replica('\uff0e\uff0e')],
  ['a full-width slash is a letter like others', '/a%ef%bc%8fb', replica('a\uff0fb')],
])('decoding happens once: %s', ([, url, expected]) => {
  expect(readTarget(url).target).toEqual(expected)
})

test.for<[rule: string, url: string, target: Target, authority: string | undefined]>([
  [
    'an authority stands in for Host',
    'http://127.0.0.1:8001/demo.mp4',
    replica('demo.mp4'),
    '127.0.0.1:8001',
  ],
  ['the scheme is in any case', 'HTTP://localhost/health', { kind: 'health' }, 'localhost'],
  ['no path is the home page', 'http://localhost', { kind: 'home' }, 'localhost'],
  ['no path but a query is the home page', 'http://localhost?x=/..', { kind: 'home' }, 'localhost'],
  ['an IPv6 address is an authority', 'http://[::1]:8001/', { kind: 'home' }, '[::1]:8001'],
  ['a strange authority is left to the Host check', 'http://evil.example/', { kind: 'home' }, 'evil.example'],
  ['a broken authority is left to it too', 'http://[', { kind: 'home' }, '['],
  ['dots are refused here too', 'http://localhost/../secret', BAD, 'localhost'],
  ['escaped dots are refused here too', 'http://localhost/%2e%2e/secret', BAD, 'localhost'],
  ['user information is refused (RFC 9110 §4.2.4)', 'http://a@localhost/', BAD, undefined],
  ['an empty authority is refused (RFC 9110 §4.2.1)', 'http:///demo.mp4', BAD, undefined],
  ['another scheme is refused', 'https://localhost/demo.mp4', BAD, undefined],
  ['a file URL is refused', 'file:///etc/passwd', BAD, undefined],
  ['a scheme without slashes is refused', 'http:demo.mp4', BAD, undefined],
  ['a fragment is refused', 'http://localhost/#x', BAD, undefined],
])('absolute-form, RFC 9112 §3.2.2: %s', ([, url, target, authority]) => {
  expect(readTarget(url)).toEqual({ target, authority })
})

const NAMES = [
  'demo.mp4',
  'my talk.mp4',
  `it's "quoted".mp4`,
  '100%.mp4',
  '%2e%2e.mp4',
  '50%25.mp4',
  'a#b.mp4',
  'what?.mp4',
  'a+b&c=d;e,f@g!$(h)*~.mp4',
  '[1] {2} <3> |4| ^5^ `6`.mp4',
  'Zürich café.mp4', // NFC
  'cafe\u0301.mp4', // NFD: another name
  'видео.mp4',
  '講義/第1回.mp4',
  '🎬 film 👩‍👧.mp4',
  'week 1/talk 2/part #3?.mp4',
]

test.for(NAMES)('%s is served under its name', (name) => {
  expect(readTarget(`/${encodeStorageName(name)}`).target).toEqual(replica(name))
})

test.for(NAMES)('%s is served when every byte is escaped', (name) => {
  const escaped = [...Buffer.from(name)].map((byte) =>
    byte === 0x2f ? '/' : `%${byte.toString(16).padStart(2, '0')}`,
  )
  expect(readTarget(`/${escaped.join('')}`).target).toEqual(replica(name))
})

test.for([
  '/café.mp4',
  '/\u00c3\u00a9.mp4',
  '/my talk.mp4',
  '/\u0000.mp4',
])('%j is refused: not ASCII, or not printable', (url) => {
  expect(readTarget(url).target).toEqual({ kind: 'refused', status: 400 })
})

test('no target makes it throw, and no name leads out of the storage', () => {
  const pieces = [
    '/',
    '.',
    '..',
    '%2e',
    '%2f',
    '%5c',
    '\\',
    '%',
    '%25',
    '%00',
    ':',
    'a',
    '?',
    '#',
    '\u00c3',
    '\u00a9',
    '_',
    ' ',
    '~',
    'http://',
    '@',
  ]
  let state = 1
  const next = (limit: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >> 8) % limit
  }
  const kinds = new Set<string>()
  for (let round = 0; round < 20_000; round++) {
    const url =
      (next(5) > 0 ? '/' : '') + Array.from({ length: next(10) }, () => pieces[next(pieces.length)]).join('')
    const { target } = readTarget(url)
    kinds.add(target.kind)
    if (!('name' in target)) continue
    expect(storageNameProblem(target.name), url).toBeUndefined()
    for (const { resolve, sep } of [path.posix, path.win32]) {
      const root = resolve('/storage')
      expect(resolve(root, target.name).startsWith(root + sep), url).toBe(true)
    }
  }
  expect([...kinds]).toEqual(expect.arrayContaining(['replica', 'refused', 'home']))
})
