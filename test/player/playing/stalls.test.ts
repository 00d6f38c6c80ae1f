import { expect, onTestFinished, test, vi } from 'vitest'
import { StallMeter, watchStalls } from '../../../src/player/playing/stalls.js'

type Seen = [atMs: number, seconds: number, how?: 'still' | 'seeking' | 'full']

/** What a meter says to a series of looks. */
function meter(looks: readonly Seen[]): string[] {
  const stalls = new StallMeter()
  return looks.flatMap(([atMs, seconds, how]) => {
    const said = stalls.look({
      atMs,
      seconds,
      shouldMove: how !== 'still',
      isSeeking: how === 'seeking',
      lacksData: how !== 'full',
    })
    if (said === undefined) return []
    return [said.isOver ? `${said.atMs}: over after ${said.ms}` : `${said.atMs}: stalls for ${said.ms}`]
  })
}

test.for<[what: string, looks: Seen[], expected: string[]]>([
  [
    'a picture that moves',
    [
      [0, 0],
      [50, 0.05],
      [100, 0.1],
      [150, 0.15],
    ],
    [],
  ],
  [
    'one look without movement is no stall',
    [
      [0, 0],
      [50, 0.05],
      [100, 0.05],
      [149, 0.05],
      [200, 0.1],
    ],
    [],
  ],
  [
    'the time counts from the last movement',
    [
      [0, 0],
      [50, 0.05],
      [100, 0.05],
      [150, 0.05],
      [900, 0.05],
      [950, 0.1],
    ],
    ['150: stalls for 100', '950: over after 900'],
  ],
  [
    'paused or ended it may stand',
    [
      [0, 1],
      [50, 1, 'still'],
      [500, 1, 'still'],
      [550, 1],
      [600, 1.05],
    ],
    [],
  ],
  [
    'a pause ends a stall',
    [
      [0, 1],
      [50, 1],
      [100, 1],
      [200, 1, 'still'],
    ],
    ['100: stalls for 100', '200: over after 200'],
  ],
  [
    'a wait after a seek belongs to the seek, also when the place is found and the picture has yet to move',
    [
      [0, 1],
      [50, 9, 'seeking'],
      [900, 9, 'seeking'],
      [950, 9],
      [1_500, 9],
      [1_550, 9.05],
    ],
    [],
  ],
  [
    'but what comes after its first movement is a stall again',
    [
      [0, 9, 'seeking'],
      [50, 9],
      [100, 9.05],
      [150, 9.05],
      [200, 9.05],
      [250, 9.1],
    ],
    ['200: stalls for 100', '250: over after 150'],
  ],
  [
    'a seek ends a stall',
    [
      [0, 1],
      [50, 1],
      [100, 1],
      [200, 5, 'seeking'],
    ],
    ['100: stalls for 100', '200: over after 200'],
  ],
  [
    'the time in which the machine slept does not count',
    [
      [0, 1],
      [60_000, 1],
      [60_050, 1],
      [60_090, 1.01],
    ],
    [],
  ],
  [
    'looks once a second, as in a hidden tab, are enough to find one',
    [
      [0, 1],
      [1000, 1],
      [2000, 2],
    ],
    ['1000: stalls for 1000', '2000: over after 2000'],
  ],
  [
    'a browser that has much to do stands with its next seconds there: that is no stall',
    [
      [0, 1],
      [200, 1, 'full'],
      [400, 1, 'full'],
      [600, 1.2, 'full'],
    ],
    [],
  ],
  [
    'but a second of it is, whatever the cause',
    [
      [0, 1],
      [500, 1, 'full'],
      [1000, 1, 'full'],
      [1500, 1.2, 'full'],
    ],
    ['1000: stalls for 1000', '1500: over after 1500'],
  ],
  [
    'what it lacked has come, and it stands a little more: that is the same stall',
    [
      [0, 1],
      [50, 1],
      [100, 1, 'full'],
      [150, 1, 'full'],
      [200, 1.05, 'full'],
    ],
    ['100: stalls for 100', '200: over after 200'],
  ],
  [
    'but what it lacked before it last moved is forgotten',
    [
      [0, 1],
      [50, 1],
      [100, 1.05, 'full'],
      [150, 1.05, 'full'],
      [200, 1.05, 'full'],
      [250, 1.1, 'full'],
    ],
    [],
  ],
])('%s', ([, looks, expected]) => {
  expect(meter(looks)).toEqual(expected)
})

/** A video that stands at 5 s, and whose browser says that so many seconds are there beyond. */
const standing = (aheadSeconds: number): HTMLVideoElement => {
  const buffered = { length: 1, start: () => 0, end: () => 5 + aheadSeconds }
  const still = { currentTime: 5, seeking: false, paused: false, ended: false, error: null }
  return { ...still, buffered } as unknown as HTMLVideoElement
}

test.for<[what: string, aheadSeconds: number, isOwed: boolean, toldMs: number]>([
  ['what it plays next was not handed to it', 0.3, true, 150],
  ['it was, and the browser says nothing of it', 0, false, 1_050],
  ['it says that more is there than was asked for', 5, true, 1_050],
])('a video stands: %s', ([, aheadSeconds, isOwed, toldMs]) => {
  vi.useFakeTimers()
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const startedMs = performance.now()
  const told: number[] = []
  watchStalls(
    standing(aheadSeconds),
    () => isOwed,
    ({ atMs }) => told.push(atMs - startedMs),
  )
  vi.advanceTimersByTime(5_000)
  expect(told).toEqual([toldMs])
})
