import { expect, test } from 'vitest'
import { hashOfTag } from '../../src/version/content-tag.js'

const HASH = '0123456789abcdef'.repeat(4)

test('the tag of a node of ours is the hash of the file', () => {
  expect(hashOfTag(`"${HASH}"`)).toBe(HASH)
})

test.for<[what: string, etag: string | null | undefined]>([
  ['none', null],
  ['none', undefined],
  ['an empty one', ''],
  ['a weak one, which may stand for other bytes', `W/"${HASH}"`],
  ['one without quotes', HASH],
  ['one in capitals', `"${HASH.toUpperCase()}"`],
  ['one that is shorter', `"${HASH.slice(1)}"`],
  ['one that is longer', `"${HASH}0"`],
  ['that of a compressed answer', `"${HASH}-gzip"`],
  ["somebody else's server's", '"66f2a1c4-1090000"'],
  ['two of them', `"${HASH}", "${HASH}"`],
])('%s proves nothing', ([, etag]) => {
  expect(hashOfTag(etag)).toBeUndefined()
})
