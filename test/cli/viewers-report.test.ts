/** What an audience is told in words. */
import { expect, test } from 'vitest'
import { describeSummary, describeSupply, MOMENT_HEADING, momentLine } from '../../src/cli/viewers-report.ts'

test('the arithmetic, with and without a limit', () => {
  const uplinks = [
    { name: 'node1', kbps: 3000 },
    { name: 'node2', kbps: 500 },
  ]
  expect(describeSupply('talk.mp4', uplinks, { kbps: 3500, neededKbps: 900, viewers: 3 })).toBe(
    'talk.mp4 needs 0.9 Mbit/s.\nUplinks in Mbit/s: node1 3.0 and node2 0.5, 3.5 in all: enough for 3 viewers.',
  )
  const free = [...uplinks, { name: 'node3', kbps: 0 }]
  expect(describeSupply('talk.mp4', free, { kbps: Infinity, neededKbps: 900, viewers: Infinity })).toContain(
    'node3 without a limit: this machine is the limit.',
  )
})

test('a moment stands below its heading, and has the rate since the one before', () => {
  const before = { atMs: 1000, there: 200, starting: 200, playing: 0, standing: 0, gone: 0, bytes: 0 }
  const now = { ...before, atMs: 2000, starting: 10, playing: 180, standing: 9, gone: 1, bytes: 1_250_000 }
  const line = momentLine(now, before)
  expect(line.split(/ +/).slice(1)).toEqual(['2', '200', '10', '180', '9', '1', '10.0'])
  expect(line).toHaveLength(MOMENT_HEADING.length)
  expect(MOMENT_HEADING.length).toBeLessThanOrEqual(80)
})

test('how it went', () => {
  const summary = {
    ...{ viewers: 30, withoutPicture: 0, firstPicture: { median: 400, slowest: 2_400 } },
    ...{ stood: 0, stalls: 0, longestStallMs: 0, wastedShare: 0.01 },
  }
  expect(describeSummary(summary)).toBe(
    'First picture after 400 ms (median), 2.4 s at most.\nNone of 30 stood. Wasted: 1.0 %.',
  )
  expect(describeSummary({ ...summary, withoutPicture: 2, stood: 1, stalls: 1, longestStallMs: 1500 })).toBe(
    'First picture after 400 ms (median), 2.4 s at most; 2 saw none.\n1 of 30 stood, 1 time in all, 1.5 s at most. Wasted: 1.0 %.',
  )
  expect(describeSummary({ ...summary, withoutPicture: 30, firstPicture: undefined })).toContain(
    'Nobody saw a picture.',
  )
})
