/** When a video that was just opened begins to move. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { holdBack, playWhenPossible } from '../../../src/player/playing/begin.js'
import { FakeVideo } from './fake-video.ts'

/** A video that has its first pictures, and not yet its first chunk. */
async function open(autoplay = true) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const video = new FakeVideo((video) => video.ready())
  video.autoplay = autoplay
  let comes = () => {}
  const firstChunk = new Promise<void>((resolve) => {
    comes = resolve
  })
  playWhenPossible(video.element, firstChunk)
  const letBegin = holdBack(video.element)
  video.src = 'talk.mp4'
  await vi.advanceTimersByTimeAsync(100)
  expect(video.readyState).toBe(4)
  return { video, letBegin, comes, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) }
}

test('it shows its picture before the first chunk is here, and moves with it, whatever the browser thinks', async () => {
  const { video, comes, pass } = await open()
  await pass(1_000)
  expect(video.paused).toBe(true)
  comes()
  await pass(0)
  expect([video.paused, video.autoplay]).toEqual([false, true])
})

test('where the first chunk is not asked for, it moves all the same', async () => {
  const { video, pass } = await open()
  await pass(2_000)
  expect(video.paused).toBe(false)
})

test('one that is not to begin by itself does not', async () => {
  const { video, comes, pass } = await open(false)
  comes()
  await pass(5_000)
  expect([video.paused, video.autoplay]).toEqual([true, false])
})

test('a player that takes over finds the video as it was', async () => {
  const { video, letBegin } = await open()
  expect(video.autoplay).toBe(false)
  letBegin()
  expect(video.autoplay).toBe(true)
})
