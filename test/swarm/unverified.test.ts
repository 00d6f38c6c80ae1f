import { expect, test } from 'vitest'
import { chooseUnverified, isWebPage, type Seen } from '../../src/swarm/unverified.js'

const own = (node: string, size?: number, lastModifiedMs = 1): Seen => ({
  ...{ node, isForeign: false },
  ...(size === undefined ? {} : { replica: { size, lastModifiedMs, etag: `"${node}"` } }),
})
const foreign = (node: string, size: number, etag?: string, lastModifiedMs = 1): Seen => ({
  ...{ node, isForeign: true, replica: { size, lastModifiedMs, etag } },
})

test.for<[rule: string, seen: Seen[], size: number | undefined, etag: string | undefined, sources: string[]]>(
  [
    ['nobody has it', [own('a'), own('b')], undefined, undefined, []],
    ['copies of our own, made by hand, are one file', [own('a', 9), own('b', 9)], 9, undefined, ['a', 'b']],
    ['of our own the newest counts', [own('a', 9, 1), own('b', 8, 2)], 8, undefined, ['a', 'b']],
    ['one that is away now may come back', [own('a', 9), own('b')], 9, undefined, ['a', 'b']],
    ['ours go first', [foreign('x', 8, '"1"', 99), own('a', 9)], 9, undefined, ['a']],
    [
      'servers with one strong tag are read together',
      [foreign('x', 9, '"1"'), foreign('y', 9, '"1"')],
      9,
      '"1"',
      ['x', 'y'],
    ],
    [
      'with different tags each answer tells them apart',
      [foreign('x', 9, '"1"'), foreign('y', 9, '"2"', 5)],
      9,
      '"2"',
      ['x', 'y'],
    ],
    ['without a tag one is read alone', [foreign('x', 9), foreign('y', 9)], 9, undefined, ['x']],
    ['a weak tag tells nothing', [foreign('x', 9, 'W/"1"'), foreign('y', 9, 'W/"1"')], 9, undefined, ['x']],
  ],
)('%s', ([, seen, size, etag, sources]) => {
  const chosen = chooseUnverified(seen)
  expect({ size: chosen?.file.size, etag: chosen?.file.etag, sources: chosen?.sources ?? [] }).toEqual({
    ...{ size, etag, sources },
  })
})

test.for<[type: string | null, name: string, expected: boolean]>([
  ['text/html', 'talk.mp4', true],
  ['Text/HTML; charset=utf-8', 'talk.mp4', true],
  ['application/xhtml+xml', 'talk.mp4', true],
  ['text/html', 'page.html', false],
  ['video/mp4', 'talk.mp4', false],
  ['text/plain', 'talk.mp4', false], // what servers call a name that they do not know
  [null, 'talk.mp4', false],
])('%s for %s is a web page: %s', ([type, name, expected]) => {
  expect(isWebPage(type, name)).toBe(expected)
})
