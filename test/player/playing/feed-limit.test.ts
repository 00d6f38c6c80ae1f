import { describe, expect, test } from 'vitest'
import { enoughBytes, feedLimit } from '../../../src/player/playing/feed-limit.js'

const MIB = 2 ** 20
const STATE = {
  sizeBytes: 100 * MIB,
  seconds: 10,
  aheadSeconds: 5,
  rate: 1,
  durationSeconds: 100,
  metadataEnd: 0,
  timeToByte: (seconds: number) => seconds * MIB,
  starvedMs: 0,
  starvings: 0,
}

describe('with exact times', () => {
  test('the video gets what it needs up to its look-ahead, and a little more', () => {
    const limit = feedLimit(STATE)
    expect(limit).toBeGreaterThan(15 * MIB)
    expect(limit).toBeLessThanOrEqual(15.25 * MIB)
  })

  test('at double speed the look-ahead is twice as much video', () => {
    expect(feedLimit({ ...STATE, rate: 2 }) - feedLimit(STATE)).toBe(5 * MIB)
  })

  test('at half speed it is no less', () => {
    expect(feedLimit({ ...STATE, rate: 0.5 })).toBe(feedLimit(STATE))
  })

  test('near the end there is no limit', () => {
    expect(feedLimit({ ...STATE, seconds: 96 })).toBe(Infinity)
  })
})

describe('without them', () => {
  const guessed = { ...STATE, timeToByte: undefined }

  test('the video gets at least twice its look-ahead at the mean rate', () => {
    expect(feedLimit(guessed)).toBeGreaterThanOrEqual(20 * MIB)
    expect(feedLimit(guessed)).toBeLessThan(30 * MIB)
  })

  test('every time it ran out it gets more from then on', () => {
    const limits = [0, 1, 2, 3].map((starvings) => feedLimit({ ...guessed, starvings }))
    expect(limits).toEqual([...limits].sort((a, b) => a - b))
    expect(new Set(limits).size).toBe(4)
  })
})

describe('before the video knows its file', () => {
  const unknown = { ...STATE, durationSeconds: Number.NaN, seconds: 0 }

  test('it gets the beginning', () => {
    expect(feedLimit(unknown)).toBe(MIB)
  })

  test('it gets the tables wherever they are', () => {
    expect(feedLimit({ ...unknown, metadataEnd: 70 * MIB })).toBe(70 * MIB)
  })
})

describe('a video that lacks data', () => {
  test('is fed more and more, and in the end everything', () => {
    const limits = [0, 499, 500, 1000, 1500, 2000, 4000].map((starvedMs) =>
      feedLimit({ ...STATE, starvedMs }),
    )
    expect(limits.slice(0, 6).map((limit) => limit - feedLimit(STATE))).toEqual([
      ...[0, 0, 1, 2, 4, 8].map((mebibytes) => mebibytes * MIB),
    ])
    expect(limits.at(-1)).toBe(Infinity)
  })

  test('is fed everything in the end, however large it is', () => {
    const huge = { ...STATE, sizeBytes: Number.MAX_SAFE_INTEGER }
    expect(feedLimit({ ...huge, starvedMs: 3400 })).toBeLessThan(Infinity)
    expect(feedLimit({ ...huge, starvedMs: 3600 })).toBe(Infinity)
  })
})

test('of a file that does not say how long it is the browser decides how much it reads', () => {
  expect(feedLimit({ ...STATE, timeToByte: undefined, durationSeconds: Infinity })).toBe(Infinity)
})

describe('what is enough for the seconds that follow', () => {
  test('with exact times it is what they need, in whole blocks of the browser', () => {
    expect(enoughBytes(STATE)).toBe(15 * MIB + 32 * 1024)
  })

  test('without them it is no less than twice that at the mean rate', () => {
    expect(enoughBytes({ ...STATE, timeToByte: undefined })).toBeGreaterThanOrEqual(20 * MIB)
  })

  test.for([Number.NaN, Infinity])('a file that says no length (%d) may lack any byte', (durationSeconds) => {
    expect(enoughBytes({ ...STATE, timeToByte: undefined, durationSeconds })).toBe(Infinity)
  })
})
