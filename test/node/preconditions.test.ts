import { expect, test } from 'vitest'
import {
  evaluatePreconditions,
  ifRangeHolds,
  type PreconditionFields,
  type PreconditionResult,
  type Validators,
} from '../../src/node/preconditions.ts'

const SECOND = Date.UTC(1994, 10, 6, 8, 49, 37)
const NOW = Date.UTC(2026, 5, 15)
/** Half a second past what its Last-Modified says. */
const FILE: Validators = { etag: '"v1"', lastModifiedMs: SECOND + 500 }

const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT'
const BEFORE = 'Sun, 06 Nov 1994 08:49:36 GMT'
const AFTER = 'Sun, 06 Nov 1994 08:49:38 GMT'

test.for<[section: string, rule: string, fields: PreconditionFields, expected: PreconditionResult]>([
  ['§13.1.1', 'If-Match with the current tag holds', { ifMatch: '"v1"' }, 'proceed'],
  ['§13.1.1', 'If-Match with another tag fails', { ifMatch: '"v2"' }, 412],
  ['§13.1.1', 'If-Match: * holds for a file that exists', { ifMatch: '*' }, 'proceed'],
  ['§13.1.1', 'If-Match holds when one of a list matches', { ifMatch: '"v0", "v1"' }, 'proceed'],
  ['§13.1.1', 'If-Match fails when none of a list matches', { ifMatch: '"v0", "v2"' }, 412],
  ['§13.1.1', 'If-Match compares strongly', { ifMatch: 'W/"v1"' }, 412],
  ['§13.1.1', 'If-Match that is no tag at all matches nothing', { ifMatch: 'v1' }, 412],
  ['§13.1.1', 'an empty If-Match matches nothing', { ifMatch: '' }, 412],

  ['§13.1.2', 'If-None-Match with the current tag: not modified', { ifNoneMatch: '"v1"' }, 304],
  ['§13.1.2', 'If-None-Match with another tag holds', { ifNoneMatch: '"v2"' }, 'proceed'],
  ['§13.1.2', 'If-None-Match: * fails for a file that exists', { ifNoneMatch: '*' }, 304],
  ['§13.1.2', 'If-None-Match fails when one of a list matches', { ifNoneMatch: '"v0","v1"' }, 304],
  ['§13.1.2', 'If-None-Match compares weakly', { ifNoneMatch: 'W/"v1"' }, 304],
  ['§13.1.2', '… in a list as well', { ifNoneMatch: '"v0", W/"v1"' }, 304],
  ['§13.1.2', 'If-None-Match that is no tag at all matches nothing', { ifNoneMatch: 'v1' }, 'proceed'],

  ['§8.8.3', 'tags are compared with their case', { ifNoneMatch: '"V1"' }, 'proceed'],
  ['§8.8.3', 'W/ has a capital', { ifNoneMatch: 'w/"v1"' }, 'proceed'],
  ['§8.8.3', 'a tag is not matched by its beginning', { ifNoneMatch: '"v"' }, 'proceed'],
  ['§8.8.3', '… nor by its end', { ifNoneMatch: '"xv1"' }, 'proceed'],
  ['§8.8.3', 'a comma within a tag does not divide it', { ifNoneMatch: '"a,"v1"' }, 'proceed'],
  ['§8.8.3', '… and the list goes on behind it', { ifNoneMatch: '"a,b", "v1"' }, 304],
  ['§8.8.3', 'a tag has no spaces', { ifNoneMatch: '"v 0", "v1"' }, 'proceed'],
  ['§8.8.3', 'a tag may be empty', { ifNoneMatch: '"", "v1"' }, 304],
  ['§8.8.3', 'a tag may have bytes above ASCII', { ifNoneMatch: '"\u00e9\u00ff", "v1"' }, 304],
  ['§8.8.3', 'a backslash escapes nothing', { ifNoneMatch: '"\\", "v1"' }, 304],
  ['§8.8.3', 'a tag has to be closed', { ifNoneMatch: '"v1' }, 'proceed'],
  ['§5.6.1', 'tags are divided by commas', { ifNoneMatch: '"v1" "v2"' }, 'proceed'],
  ['§5.6.1', 'white space may stand around commas', { ifNoneMatch: '"v0"\t ,\t "v1"' }, 304],
  ['§5.6.1.2', 'empty elements mean nothing', { ifNoneMatch: ', ,"v1",,' }, 304],
  ['§13.1.2', '* is no member of a list, and spoils it', { ifNoneMatch: '"v1", *' }, 'proceed'],
  ['§13.1.1', '… of If-Match as well', { ifMatch: '"v1", *' }, 412],
  ['our choice', 'one member that is no tag spoils the list', { ifNoneMatch: '"v1", v2' }, 'proceed'],

  ['§13.1.3', 'unmodified since its own date: not modified', { ifModifiedSince: DATE }, 304],
  ['§13.1.3', 'unmodified since a later date: not modified', { ifModifiedSince: AFTER }, 304],
  ['§13.1.3', 'modified since an earlier date', { ifModifiedSince: BEFORE }, 'proceed'],
  ['§13.1.3', 'rfc850-date counts', { ifModifiedSince: 'Sunday, 06-Nov-94 08:49:37 GMT' }, 304],
  ['§13.1.3', 'asctime-date counts', { ifModifiedSince: 'Sun Nov  6 08:49:37 1994' }, 304],
  [
    '§13.1.3',
    'rfc850-date one second early',
    { ifModifiedSince: 'Sunday, 06-Nov-94 08:49:36 GMT' },
    'proceed',
  ],
  ['§13.1.3', 'asctime-date one second early', { ifModifiedSince: 'Sun Nov  6 08:49:36 1994' }, 'proceed'],
  ['§13.1.3', 'what is no HTTP-date is ignored', { ifModifiedSince: '2026-01-01T00:00:00Z' }, 'proceed'],
  ['§13.1.3', 'more than one date is ignored', { ifModifiedSince: `${AFTER}, ${AFTER}` }, 'proceed'],
  [
    '§13.1.3',
    'it is ignored beside If-None-Match',
    { ifNoneMatch: '"v2"', ifModifiedSince: AFTER },
    'proceed',
  ],

  ['§13.1.4', 'unmodified since its own date holds', { ifUnmodifiedSince: DATE }, 'proceed'],
  ['§13.1.4', 'unmodified since a later date holds', { ifUnmodifiedSince: AFTER }, 'proceed'],
  ['§13.1.4', 'modified since an earlier date fails', { ifUnmodifiedSince: BEFORE }, 412],
  ['§13.1.4', 'rfc850-date counts', { ifUnmodifiedSince: 'Sunday, 06-Nov-94 08:49:36 GMT' }, 412],
  ['§13.1.4', 'asctime-date counts', { ifUnmodifiedSince: 'Sun Nov  6 08:49:36 1994' }, 412],
  ['§13.1.4', 'what is no HTTP-date is ignored', { ifUnmodifiedSince: 'yesterday' }, 'proceed'],
  ['§13.1.4', 'it is ignored beside If-Match', { ifMatch: '"v1"', ifUnmodifiedSince: BEFORE }, 'proceed'],
  ['§13.2.2', 'no precondition always holds', {}, 'proceed'],
])('RFC 9110 %s: %s', ([, , fields, expected]) => {
  expect(evaluatePreconditions(fields, FILE, NOW)).toBe(expected)
})

test.for<[rule: string, fields: PreconditionFields, current: Validators, expected: PreconditionResult]>([
  ['a page without a tag matches If-Match: *', { ifMatch: '*' }, {}, 'proceed'],
  ['… but no tag', { ifMatch: '"v1"' }, {}, 412],
  ['… and no tag of If-None-Match', { ifNoneMatch: '"v1"' }, {}, 'proceed'],
  ['a page without a date has no date to compare', { ifModifiedSince: AFTER }, {}, 'proceed'],
  ['… whichever way', { ifUnmodifiedSince: BEFORE }, {}, 'proceed'],
  ['a weak tag never matches strongly', { ifMatch: 'W/"v1"' }, { etag: 'W/"v1"' }, 412],
  ['… not even to a strong one', { ifMatch: '"v1"' }, { etag: 'W/"v1"' }, 412],
  ['a weak tag matches weakly', { ifNoneMatch: '"v1"' }, { etag: 'W/"v1"' }, 304],
])('RFC 9110 §8.8.3.2: %s', ([, fields, current, expected]) => {
  expect(evaluatePreconditions(fields, current, NOW)).toBe(expected)
})

/** For each field: how it looks, and whether its condition is true; `undefined`: absent or ignored. */
const CASES = {
  ifMatch: [
    [undefined, undefined],
    ['"v1"', true],
    ['"v2"', false],
  ],
  ifUnmodifiedSince: [
    [undefined, undefined],
    [DATE, true],
    [BEFORE, false],
    ['never', undefined],
  ],
  ifNoneMatch: [
    [undefined, undefined],
    ['"v2"', true],
    ['"v1"', false],
  ],
  ifModifiedSince: [
    [undefined, undefined],
    [BEFORE, true],
    [DATE, false],
    ['never', undefined],
  ],
} as const

test('RFC 9110 §13.2.2: all combinations are evaluated in the order of its steps', () => {
  for (const [ifMatch, isMatch] of CASES.ifMatch)
    for (const [ifUnmodifiedSince, isUnmodified] of CASES.ifUnmodifiedSince)
      for (const [ifNoneMatch, isNoneMatch] of CASES.ifNoneMatch)
        for (const [ifModifiedSince, isModified] of CASES.ifModifiedSince) {
          const fields = { ifMatch, ifUnmodifiedSince, ifNoneMatch, ifModifiedSince }
          const steps12 = isMatch ?? isUnmodified ?? true
          const steps34 = isNoneMatch ?? isModified ?? true
          const expected = !steps12 ? 412 : !steps34 ? 304 : 'proceed'
          expect({ fields, result: evaluatePreconditions(fields, FILE, NOW) }).toEqual({
            fields,
            result: expected,
          })
        }
})

test.for<[rule: string, ifRange: string | undefined, expected: boolean]>([
  ['without it, Range counts', undefined, true],
  ['the current tag holds', '"v1"', true],
  ['another tag does not', '"v2"', false],
  ['a weak tag does not', 'W/"v1"', false],
  ['a list of tags is none', '"v1", "v2"', false],
  ['* is none', '*', false],
  ['a tag without quotes is none', 'v1', false],
  ['nothing is none', '', false],
  ['the exact date holds', DATE, true],
  ['the exact date holds as rfc850-date', 'Sunday, 06-Nov-94 08:49:37 GMT', true],
  ['the exact date holds as asctime-date', 'Sun Nov  6 08:49:37 1994', true],
  ['an earlier date does not', BEFORE, false],
  ['a later date does not', AFTER, false],
  ['what is no HTTP-date does not', '1994-11-06T08:49:37Z', false],
])('RFC 9110 §13.1.5, If-Range: %s', ([, ifRange, expected]) => {
  expect(ifRangeHolds(ifRange, FILE, NOW)).toBe(expected)
})

test.for<[rule: string, ifRange: string, current: Validators, nowMs: number, expected: boolean]>([
  ['a weak tag of ours never holds', 'W/"v1"', { etag: 'W/"v1"' }, NOW, false],
  ['a file without a tag has none that holds', '"v1"', { lastModifiedMs: SECOND }, NOW, false],
  ['a file without a date has none that holds', DATE, { etag: '"v1"' }, NOW, false],
  ['a date within its own second is weak (§8.8.2.2)', DATE, FILE, SECOND + 999, false],
  ['a date is strong when its second has passed', DATE, FILE, SECOND + 1000, true],
  ['a date that is still to come is weak', DATE, FILE, SECOND - 5000, false],
  ['a tag is strong from the first moment on', '"v1"', FILE, SECOND, true],
])('RFC 9110 §13.1.5, If-Range: %s', ([, ifRange, current, nowMs, expected]) => {
  expect(ifRangeHolds(ifRange, current, nowMs)).toBe(expected)
})
