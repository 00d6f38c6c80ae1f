import { expect, test } from 'vitest'
import { fractionAfter } from '../../../../src/player/room/chunks/seek-slider.js'

/** @see https://www.w3.org/WAI/ARIA/apg/patterns/slider/, "Keyboard Interaction" */
test.for<[key: string, expected: number | undefined]>([
  ['ArrowRight', 0.55],
  ['ArrowUp', 0.55],
  ['ArrowLeft', 0.45],
  ['ArrowDown', 0.45],
  ['PageUp', 0.6],
  ['PageDown', 0.4],
  ['Home', 0],
  ['End', 1],
  ['Enter', undefined],
  ['toString', undefined],
])('in the middle of 100 s, %s leads to %s', ([key, expected]) => {
  const fraction = fractionAfter(key, { currentTime: 50, duration: 100 })
  if (expected === undefined) expect(fraction).toBeUndefined()
  else expect(fraction).toBeCloseTo(expected)
})
