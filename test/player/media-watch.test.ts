import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { MediaFacts } from '../../src/player/media-facts.js'
import { MediaWatch } from '../../src/player/media-watch.js'
import type { PlayerEvent } from '../../src/player/player-events.js'

/** As much of a video element as the watch looks at. */
class FakeVideo extends EventTarget {
  error: { code: number; message: string } | null = null
  readyState = 0
  currentTime = 0
  paused = false
  seeking = false
  videoWidth = 0
  duration = Number.NaN
}

function watch(facts: MediaFacts) {
  const video = new FakeVideo()
  const events: PlayerEvent[] = []
  const mediaWatch = new MediaWatch({
    video: video as unknown as HTMLVideoElement,
    name: 'talk.mp4',
    onEvent: (event) => events.push(event),
    retry() {},
  })
  onTestFinished(() => mediaWatch.close())
  mediaWatch.learn(facts)
  const titles = () =>
    events.flatMap((event) => (event.type === 'media trouble' ? [event.trouble?.title] : []))
  return { video, titles }
}

const CUT: MediaFacts = { container: 'mp4', cut: {} }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a file with nothing to play, of which the browser says nothing', () => {
  test.for<[string, MediaFacts, string]>([
    ['cut before its index', CUT, 'This file is cut off'],
    ['no video', { container: 'unknown' }, 'This is no video'],
  ])('%s: it is told once', ([, facts, title]) => {
    const { titles } = watch(facts)
    vi.advanceTimersByTime(2_900)
    expect(titles()).toEqual([])
    vi.advanceTimersByTime(60_000)
    expect(titles()).toEqual([title])
  })

  test('the browser finds something all the same: nothing is told', () => {
    const { video, titles } = watch(CUT)
    video.readyState = 1
    vi.advanceTimersByTime(60_000)
    expect(titles()).toEqual([])
  })
})

test('a file that lacks only its end is played up to there first', () => {
  const { titles } = watch({ container: 'mp4', cut: { atSeconds: 7, ofSeconds: 12 } })
  vi.advanceTimersByTime(60_000)
  expect(titles()).toEqual([])
})
