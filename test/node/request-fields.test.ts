import { expect, test } from 'vitest'
import { announcesBody, type RequestFields, readRequestFields } from '../../src/node/request-fields.ts'

test.for<[rule: string, rawHeaders: string[], expected: RequestFields]>([
  ['no line is no field', [], { hostLines: 0 }],
  ['a value is kept as it came', ['Range', 'Bytes=0-1'], { hostLines: 0, range: 'Bytes=0-1' }],
  ['names are in any case (§5.1)', ['rAnGe', 'bytes=0-1'], { hostLines: 0, range: 'bytes=0-1' }],
  ['an empty value is a value', ['Host', ''], { hostLines: 1, host: '' }],
  ['other fields are left out', ['Accept', '*/*', 'Cookie', 'a=b'], { hostLines: 0 }],
  [
    'a value is not taken for a name',
    ['X-Test', 'Range', 'Range', 'bytes=1-'],
    { hostLines: 0, range: 'bytes=1-' },
  ],
  [
    'two lines of one field are one list, in order (§5.3)',
    ['If-None-Match', '"a"', 'Host', 'x', 'if-none-match', '"b", "c"'],
    { hostLines: 1, host: 'x', ifNoneMatch: '"a", "b", "c"' },
  ],
  ['two Host lines are counted (RFC 9112 §3.2)', ['Host', 'a', 'host', 'b'], { hostLines: 2, host: 'a, b' }],
  ['two equal Host lines are two', ['Host', 'a', 'Host', 'a'], { hostLines: 2, host: 'a, a' }],
  [
    'names of Object are names like others',
    ['__proto__', 'x', 'constructor', 'y', 'toString', 'z'],
    { hostLines: 0 },
  ],
  ['a name without a value is no field', ['Range'], { hostLines: 0 }],
  [
    'every field that a node looks at is read',
    [
      ...['Host', '1', 'Origin', '2', 'Range', '3', 'If-Range', '4', 'If-Match', '5', 'If-None-Match', '6'],
      ...[
        'If-Modified-Since',
        '7',
        'If-Unmodified-Since',
        '8',
        'Content-Length',
        '9',
        'Transfer-Encoding',
        '10',
      ],
    ],
    {
      hostLines: 1,
      host: '1',
      origin: '2',
      range: '3',
      ifRange: '4',
      ifMatch: '5',
      ifNoneMatch: '6',
      ifModifiedSince: '7',
      ifUnmodifiedSince: '8',
      contentLength: '9',
      transferEncoding: '10',
    },
  ],
])('RFC 9110: %s', ([, rawHeaders, expected]) => {
  expect(readRequestFields(rawHeaders)).toEqual(expected)
})

test.for<[rule: string, rawHeaders: string[], expected: boolean]>([
  ['no field announces none', ['Host', 'x'], false],
  ['a length of 0 announces none', ['Content-Length', '0'], false],
  ['a length announces one', ['Content-Length', '1'], true],
  ['any transfer coding announces one', ['Transfer-Encoding', 'chunked'], true],
  ['a coding counts beside a length of 0', ['Content-Length', '0', 'Transfer-Encoding', 'chunked'], true],
])('a body, RFC 9112 §6: %s', ([, rawHeaders, expected]) => {
  expect(announcesBody(readRequestFields(rawHeaders))).toBe(expected)
})
