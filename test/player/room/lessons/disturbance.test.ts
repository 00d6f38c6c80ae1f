/** What else than the nodes has a part in how a lesson went. */
import { expect, test } from 'vitest'
import { Disturbance } from '../../../../src/player/room/lessons/disturbance.js'

const CHOICES = {}
const VIDEO = { paused: false, ended: false, seeking: false, playbackRate: 1 }
const looks = (video: Partial<typeof VIDEO> = {}, stepMs = 200, choices: unknown = CHOICES) => {
  const disturbance = new Disturbance(CHOICES)
  for (let look = 0; look < 3; look++)
    disturbance.look({ atMs: look * stepMs, video: { ...VIDEO, ...video }, choices })
  return disturbance
}

test('nothing, when nobody touches anything; at its end a video is paused', () => {
  expect(looks()).toMatchObject({ undone: '', excuse: '' })
  expect(looks({ paused: true, ended: true }).undone).toBe('')
  expect(looks({}, 1_100).excuse).toBe('') // as in a tab that is not seen
})

test.for<[video: Partial<typeof VIDEO>, why: string]>([
  [{ paused: true }, 'the video was paused'],
  [{ seeking: true }, 'somebody jumped in the video'],
  [{ playbackRate: 2 }, 'the video was played at another speed'],
])('%j: %s', ([video, why]) => {
  expect(looks(video).undone).toBe(why)
})

test('another choice among the experiments, and a page that slept', () => {
  expect(looks({}, 200, {}).undone).toBe('an experiment was changed meanwhile')
  const asleep = looks({}, 4_000)
  expect(asleep.excuse).toBe('this page stood still for 4.0 s')
  asleep.noteOwnStand()
  expect(asleep.excuse).toBe(
    'this page stood still for 4.0 s; the picture stood though this browser had what comes next',
  )
})
