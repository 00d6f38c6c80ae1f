/** What else than the nodes has a part in how a lesson went. */
import { expect, test } from 'vitest'
import { Disturbance } from '../../../../src/player/room/lessons/disturbance.js'

function watch(state: object = {}, aheadSeconds = 0) {
  const buffered = { length: 1, start: () => 0, end: () => 10 + aheadSeconds }
  const video = Object.assign(new EventTarget(), {
    ended: false,
    playbackRate: 1,
    currentTime: 10,
    buffered,
    ...state,
  })
  const ended = new AbortController()
  return { video, ended, disturbance: new Disturbance(video as never, ended.signal) }
}

test.for<[type: string, state: object, why: string]>([
  ['pause', {}, 'the video was paused'],
  ['pause', { ended: true }, ''], // as every video is at its end
  ['seeking', {}, 'the playhead was moved'],
  ['ratechange', { playbackRate: 2 }, 'the video was played at another speed'],
  ['ratechange', {}, ''],
  ['error', {}, 'the browser could not go on with the video'],
])('%s, with %j: "%s", however soon it is over', ([type, state, why]) => {
  const { video, ended, disturbance } = watch(state)
  video.dispatchEvent(new Event(type))
  expect(disturbance.undone).toBe(why)
  ended.abort()
  video.dispatchEvent(new Event('seeking'))
  expect(disturbance.undone).toBe(why)
})

test('a page that slept may have missed a stall, so it proves nothing; looks once a second are enough', () => {
  const looks = (stepMs: number): string => {
    const { disturbance } = watch()
    for (let look = 0; look < 3; look++) disturbance.look(look * stepMs)
    return disturbance.undone
  }
  expect([200, 1_100, 4_000].map(looks)).toEqual(['', '', 'this page stood still for 4.0 s'])
})

test("a picture that stands with its next seconds there is no node's doing", () => {
  const excuseWith = (aheadSeconds: number): string => {
    const { disturbance } = watch({}, aheadSeconds)
    disturbance.noteStand()
    return disturbance.excuse
  }
  expect([0, 1.9, 2].map(excuseWith)).toEqual([
    '',
    '',
    'the picture stood though this browser had what comes next',
  ])
})
