import { expect, onTestFinished, test, vi } from 'vitest'
import { onFirstFrame } from '../../../src/player/playing/first-frame.js'

/** As much of a video element as is looked at; it has no `requestVideoFrameCallback`, unless a test gives it one. */
class FakeVideo extends EventTarget {
  currentTime = 0
  videoWidth = 0
  paused = false
  seeking = false

  /** Plays up to there. */
  moveTo(seconds: number): void {
    this.currentTime = seconds
    this.dispatchEvent(new Event('timeupdate'))
  }
}

function watch(video: FakeVideo) {
  vi.stubGlobal('document', { visibilityState: 'visible' })
  const frames: (() => void)[] = []
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run))
  onTestFinished(() => void vi.unstubAllGlobals())
  const widths: number[] = []
  const times: number[] = []
  onFirstFrame(video as unknown as HTMLVideoElement, (atMs) => {
    widths.push(video.videoWidth)
    times.push(atMs)
  })
  /** The screen shows its next frame. @returns how many looks there were */
  const show = (): number => frames.splice(0).map((run) => run()).length
  return { widths, times, show }
}

const neverCalled = { requestVideoFrameCallback: () => 1, cancelVideoFrameCallback() {} }

test('a file whose pictures are known later than its data is not taken for sound alone', () => {
  const video = Object.assign(new FakeVideo(), neverCalled) // as in WebKitGTK
  const { widths } = watch(video)
  video.dispatchEvent(new Event('loadeddata'))
  video.dispatchEvent(new Event('playing'))
  for (const seconds of [0.2, 1, 2.9]) video.moveTo(seconds)
  expect(widths).toEqual([])
  video.videoWidth = 640
  video.moveTo(3)
  expect(widths).toEqual([640])
})

test('a file that plays without a picture is sound, from the moment at which it was heard', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const video = new FakeVideo()
  const { widths, times } = watch(video)
  video.dispatchEvent(new Event('loadeddata'))
  expect(widths).toEqual([])
  for (const seconds of [0.25, 1, 2, 3, 4]) {
    vi.advanceTimersByTime(1000)
    video.moveTo(seconds)
  }
  expect([widths, times]).toEqual([[0], [1000]])
})

test('without a callback for each frame, the data are the picture', () => {
  const video = Object.assign(new FakeVideo(), { videoWidth: 640 })
  const { widths } = watch(video)
  video.dispatchEvent(new Event('loadeddata'))
  expect(widths).toEqual([640])
})

test('a picture is told of with the next frame of the screen, whenever the clock is told of', () => {
  const video = Object.assign(new FakeVideo(), neverCalled, { videoWidth: 640 })
  const { widths, show } = watch(video)
  expect(show()).toBe(0)
  for (let time = 0; time < 2; time++) video.dispatchEvent(new Event('playing')) // again, after it waited
  video.currentTime = 0.05
  expect([show(), widths]).toEqual([1, []])
  video.currentTime = 0.12
  expect([show(), widths]).toEqual([1, [640]])
  show()
  expect(show()).toBe(0) // nothing more to look for
})

test('a video that is paused before its picture is looked at again when it plays', () => {
  const video = Object.assign(new FakeVideo(), neverCalled, { videoWidth: 640 })
  const { widths, show } = watch(video)
  video.dispatchEvent(new Event('playing'))
  video.paused = true
  show()
  expect(show()).toBe(0)
  Object.assign(video, { paused: false, currentTime: 0.2 })
  video.dispatchEvent(new Event('playing'))
  expect(widths).toEqual([640])
})
