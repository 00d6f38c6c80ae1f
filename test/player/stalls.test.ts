import { expect, test } from 'vitest'
import { StallMeter } from '../../src/player/stalls.js'

type Seen = [atMs: number, seconds: number, how?: 'still' | 'waiting']

/** What a meter says to a series of looks. */
function meter(looks: readonly Seen[]): string[] {
  const stalls = new StallMeter()
  return looks.flatMap(([atMs, seconds, how]) => {
    const said = stalls.look({ atMs, seconds, shouldMove: how !== 'still', isWaiting: how === 'waiting' })
    if (said === undefined) return []
    return [said.isOver ? `${said.atMs}: over after ${said.ms}` : `${said.atMs}: stalls`]
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
    ['150: stalls', '950: over after 900'],
  ],
  [
    'paused, sought or ended it may stand',
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
    ['100: stalls', '200: over after 200'],
  ],
  [
    'a video that says it waits stalls at once, even when it has just moved',
    [
      [0, 1],
      [10, 1.01, 'waiting'],
      [60, 1.01],
      [70, 1.02],
    ],
    ['10: stalls', '70: over after 60'],
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
    ['1000: stalls', '2000: over after 2000'],
  ],
])('%s', ([, looks, expected]) => {
  expect(meter(looks)).toEqual(expected)
})
