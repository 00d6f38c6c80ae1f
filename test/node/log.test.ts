import { expect, test } from 'vitest'
import { formatReply, formatTime, type ReplyRecord } from '../../src/node/log.ts'

const RECORD: ReplyRecord = {
  at: new Date(2026, 5, 15, 12, 0, 1),
  node: 'node2',
  method: 'GET',
  target: '/demo.mp4',
  status: 206,
  range: 'bytes 0-65535/17374486',
  latencyMs: 150,
  firstByteMs: 151.4,
  totalMs: 159.6,
  bytesSent: 65_536,
  end: 'complete',
  client: '127.0.0.1',
  page: undefined,
}

test.for<[rule: string, changes: Partial<ReplyRecord>, line: string]>([
  [
    'a range is told with its bytes',
    {},
    '12:00:01 node2 GET /demo.mp4 206 bytes 0-65535/17374486 (simulated latency 150 ms, first byte 151 ms, 65536 bytes in 160 ms)',
  ],
  [
    'one byte is no bytes',
    { range: 'bytes 0-0/17374486', bytesSent: 1 },
    '12:00:01 node2 GET /demo.mp4 206 bytes 0-0/17374486 (simulated latency 150 ms, first byte 151 ms, 1 byte in 160 ms)',
  ],
  [
    'a whole file has no range',
    { status: 200, range: undefined },
    '12:00:01 node2 GET /demo.mp4 200 (simulated latency 150 ms, first byte 151 ms, 65536 bytes in 160 ms)',
  ],
  [
    'a connection that the client closed is told, and not why: nobody here knows',
    { end: 'hung up' },
    '12:00:01 node2 GET /demo.mp4 206 bytes 0-65535/17374486 (simulated latency 150 ms, first byte 151 ms, 65536 bytes in 160 ms, then closed by the client)',
  ],
  [
    '… during the latency: there was no reply',
    {
      status: undefined,
      range: undefined,
      firstByteMs: undefined,
      bytesSent: 0,
      totalMs: 20,
      end: 'hung up',
    },
    '12:00:01 node2 GET /demo.mp4 no reply (simulated latency 150 ms, 0 bytes in 20 ms, then closed by the client)',
  ],
  [
    'a file that changed is told',
    { end: 'cut' },
    '12:00:01 node2 GET /demo.mp4 206 bytes 0-65535/17374486 (simulated latency 150 ms, first byte 151 ms, 65536 bytes in 160 ms, cut off: the file changed)',
  ],
  [
    'a file that could not be read on is told, and not that it changed',
    { end: 'failed' },
    '12:00:01 node2 GET /demo.mp4 206 bytes 0-65535/17374486 (simulated latency 150 ms, first byte 151 ms, 65536 bytes in 160 ms, cut off: the node could not go on)',
  ],
  [
    'what another project left in a browser is told, with what to do',
    { target: '/sw.js', status: 404, range: undefined, bytesSent: 0, isOthersWorker: true },
    "12:00:01 node2 GET /sw.js 404 (simulated latency 150 ms, first byte 151 ms, 0 bytes in 160 ms): a browser has another project's service worker for this address, which may show that project's pages in place of ours. Shift+reload goes past it; deleting the data of this site in the browser ends it",
  ],
])('%s', ([, changes, line]) => {
  expect(formatReply({ ...RECORD, ...changes })).toBe(line)
})

test.for<[rule: string, target: string, shown: string]>([
  ['escapes are decoded for the eye', '/week%201/caf%C3%A9.mp4', '/week 1/café.mp4'],
  ['a bad escape is shown as it came', '/100%.mp4', '/100%.mp4'],
  ['bytes that are no UTF-8 are shown as they came', '/%ff', '/%ff'],
  ['an escaped line end is not decoded', '/a%0a12:00:02%20node3', '/a%0a12:00:02%20node3'],
  ['an escaped escape character is not decoded', '/%1b[2J', '/%1b[2J'],
  ['an escaped line separator is not decoded', '/a%e2%80%a8b', '/a%e2%80%a8b'],
  ['a raw control character becomes a question mark', '/a\u009bb\u0085', '/a?b?'],
  ['… in a target with bad escapes as well', '/%ff\u009b', '/%ff?'],
  ['200 characters are shown', `/${'a'.repeat(199)}`, `/${'a'.repeat(199)}`],
  ['a longer target is cut', `/${'a'.repeat(200)}`, `/${'a'.repeat(199)}…`],
])('%s', ([, target, shown]) => {
  expect(formatReply({ ...RECORD, target })).toContain(` GET ${shown} 206 `)
})

test.for<[hour: number, minute: number, second: number, text: string]>([
  [0, 0, 0, '00:00:00'],
  [9, 5, 7, '09:05:07'],
  [23, 59, 59, '23:59:59'],
])('the time of day has two digits each: %i:%i:%i', ([hour, minute, second, text]) => {
  expect(formatTime(new Date(2026, 0, 1, hour, minute, second))).toBe(text)
})
