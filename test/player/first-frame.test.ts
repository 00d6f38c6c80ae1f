import { expect, onTestFinished, test, vi } from 'vitest'
import { onFirstFrame } from '../../src/player/first-frame.js'

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
  onTestFinished(() => void vi.unstubAllGlobals())
  const widths: number[] = []
  onFirstFrame(video as unknown as HTMLVideoElement, () => widths.push(video.videoWidth))
  return widths
}

const neverCalled = { requestVideoFrameCallback: () => 1, cancelVideoFrameCallback() {} }

test('a file whose pictures are known later than its data is not taken for sound alone', () => {
  const video = Object.assign(new FakeVideo(), neverCalled) // as in WebKitGTK
  const widths = watch(video)
  video.dispatchEvent(new Event('loadeddata'))
  video.dispatchEvent(new Event('playing'))
  video.moveTo(0.2)
  expect(widths).toEqual([])
  video.videoWidth = 640
  video.moveTo(0.3)
  expect(widths).toEqual([640])
})

test('a file that plays without a picture is sound', () => {
  const video = new FakeVideo()
  const widths = watch(video)
  video.dispatchEvent(new Event('loadeddata'))
  expect(widths).toEqual([])
  for (const seconds of [0.25, 0.5, 0.75, 1]) video.moveTo(seconds)
  expect(widths).toEqual([0])
})

test('without a callback for each frame, the data are the picture', () => {
  const video = Object.assign(new FakeVideo(), { videoWidth: 640 })
  const widths = watch(video)
  video.dispatchEvent(new Event('loadeddata'))
  expect(widths).toEqual([640])
})
