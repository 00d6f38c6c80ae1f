import { describe, expect, test } from 'vitest'
import { type Claim, decideVersion } from '../../src/version/versions.js'

const CHUNK = 256 * 1024
const NOW = Date.parse('2026-03-01')
const FUTURE = Date.parse('2099-01-01')

/** A manifest whose hashes are all of one letter. */
const manifest = (letter: string, mtimeMs: number, size = 100) => ({
  version: 1 as const,
  name: 'talk.mp4',
  ...{ size, mtimeMs, sha256: letter.repeat(64), chunkSize: CHUNK, chunks: [letter.repeat(64)] },
})

const claim = (node: string, letter: string, mtimeMs: number, more: Partial<Claim> = {}): Claim => ({
  ...{ node, manifest: manifest(letter, mtimeMs), ...more },
})

test.for<
  [rule: string, claims: Claim[], versions: [letter: string, ...nodes: string[]][], discarded: string[]]
>([
  ['nobody has a manifest', [{ node: '1' }], [], []],
  ['all agree', [claim('1', 'a', 5), claim('2', 'a', 5)], [['a', '1', '2']], []],
  [
    'the newest counts, though more agree on an older one',
    [claim('1', 'a', 5), claim('2', 'b', 6), claim('3', 'a', 5)],
    [
      ['b', '2'],
      ['a', '1', '3'],
    ],
    [],
  ],
  [
    'the same bytes with another date are the same version, of the later date',
    [claim('1', 'a', 5), claim('2', 'b', 6), claim('3', 'a', 7)],
    [
      ['a', '1', '3'],
      ['b', '2'],
    ],
    [],
  ],
  [
    'of the same date that counts which most have',
    [claim('1', 'b', 5), claim('2', 'a', 5), claim('3', 'a', 5)],
    [
      ['a', '2', '3'],
      ['b', '1'],
    ],
    [],
  ],
  [
    '… and else the same one for every reader',
    [claim('1', 'b', 5), claim('2', 'a', 5)],
    [
      ['a', '2'],
      ['b', '1'],
    ],
    [],
  ],
  [
    'a date in the future does not beat one that can be true',
    [claim('1', 'a', 5), claim('2', 'b', FUTURE), claim('3', 'a', 5)],
    [
      ['a', '1', '3'],
      ['b', '2'],
    ],
    ['2'],
  ],
  [
    '… not even one against one',
    [claim('1', 'b', FUTURE), claim('2', 'a', 5)],
    [
      ['a', '2'],
      ['b', '1'],
    ],
    ['1'],
  ],
  ['… and is believed where there is no other', [claim('1', 'a', FUTURE)], [['a', '1']], []],
  [
    '… nor does it make its bytes doubtful, where others give them a date that can be true',
    [claim('1', 'a', FUTURE), claim('2', 'a', 7), claim('3', 'b', 6)],
    [
      ['a', '1', '2'],
      ['b', '3'],
    ],
    [],
  ],
  [
    'a clock that is an hour off is no lie',
    [claim('1', 'a', NOW), claim('2', 'b', NOW + 3_600_000)],
    [
      ['b', '2'],
      ['a', '1'],
    ],
    [],
  ],
  [
    'who contradicts his own file is not believed',
    [claim('1', 'b', 9, { replica: { size: 101 } }), claim('2', 'a', 5)],
    [['a', '2']],
    ['1'],
  ],
  [
    '… nor he whose file has another hash',
    [claim('1', 'b', 9, { replica: { size: 100, etag: `"${'a'.repeat(64)}"` } }), claim('2', 'a', 5)],
    [['a', '2']],
    ['1'],
  ],
  [
    'a file that fits is no contradiction',
    [claim('1', 'a', 5, { replica: { size: 100, etag: `"${'a'.repeat(64)}"` } })],
    [['a', '1']],
    [],
  ],
  [
    'of two that describe one hash differently the one counts that most have',
    [
      claim('1', 'a', 9, { manifest: { ...manifest('a', 9), size: 99 } }),
      claim('2', 'a', 5),
      claim('3', 'a', 5),
    ],
    [['a', '2', '3']],
    ['1'],
  ],
  ['a problem is told', [{ node: '1', problem: 'is no JSON' }, claim('2', 'a', 5)], [['a', '2']], ['1']],
])('%s', ([, claims, versions, discarded]) => {
  const decided = decideVersion(claims, NOW)
  expect(decided.versions.map(({ sha256, nodes }) => [sha256[0], ...nodes])).toEqual(versions)
  expect(decided.discarded.map(({ node }) => node)).toEqual(discarded)
  expect(decided.manifest?.sha256).toBe(decided.versions[0]?.sha256)
  expect(decided.manifest?.mtimeMs).toBe(decided.versions[0]?.mtimeMs)
})

describe('whoever asks, and in whatever order the nodes answer', () => {
  const claims = [
    claim('1', 'a', 5),
    claim('2', 'b', 5),
    claim('3', 'c', FUTURE),
    claim('4', 'b', 4),
    claim('5', 'a', 5),
  ]
  test('the same version counts', () => {
    for (let turn = 0; turn < claims.length; turn++) {
      const turned = [...claims.slice(turn), ...claims.slice(0, turn)]
      for (const order of [turned, turned.toReversed()])
        expect(decideVersion(order, NOW).versions.map(({ sha256 }) => sha256[0])).toEqual(['a', 'b', 'c'])
    }
  })
})

test.for<[rule: string, said: (string | undefined)[], counts: string | undefined]>([
  ['counts when all say the same', ['p', 'p', 'p'], 'p'],
  ['of one node is its own', ['p'], 'p'],
  ['counts for nothing when one says something else', ['p', 'q', 'p'], undefined],
  ['… or nothing', ['p', undefined, 'p'], undefined],
  ['need not be', [undefined, undefined], undefined],
])('what is said of the opening %s', ([, said, counts]) => {
  const claims = said.map((opening, index) =>
    claim(`${index}`, 'a', 5, {
      manifest: { ...manifest('a', 5), opening: opening === undefined ? undefined : [opening] },
    }),
  )
  const { manifest: decided, discarded } = decideVersion(claims, NOW)
  expect(decided?.opening).toEqual(counts === undefined ? undefined : [counts])
  expect(discarded).toEqual([])
})

test('of another version nothing is taken for the opening', () => {
  const old = claim('1', 'a', 5, { manifest: { ...manifest('a', 5), opening: ['of the old one'] } })
  expect(decideVersion([old, claim('2', 'b', 9)], NOW).manifest?.opening).toBeUndefined()
})
