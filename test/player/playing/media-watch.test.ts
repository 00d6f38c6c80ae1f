import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { MediaFacts } from '../../../src/player/media/media-facts.js'
import { MediaWatch } from '../../../src/player/playing/media-watch.js'
import type { PlayerEvent } from '../../../src/player/playing/player-events.js'
import { FakeVideo } from './fake-video.ts'

function watch(facts: MediaFacts) {
  const video = Object.assign(new FakeVideo(), { paused: false, videoWidth: 0 })
  const events: PlayerEvent[] = []
  let tries = 0
  const mediaWatch = new MediaWatch({
    video: video as unknown as HTMLVideoElement,
    name: 'talk.mp4',
    onEvent: (event) => events.push(event),
    retry: () => void tries++,
  })
  onTestFinished(() => mediaWatch.close())
  mediaWatch.learn(facts)
  const titles = () =>
    events.flatMap((event) => (event.type === 'media trouble' ? [event.trouble?.title] : []))
  return { video, titles, tries: () => tries }
}

const CUT: MediaFacts = { container: 'mp4', cut: {} }

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('document', { visibilityState: 'visible' })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

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

describe('a browser that stands with its next seconds there', () => {
  const STANDING = { currentTime: 0.03, aheadSeconds: 11, readyState: 4 }

  test('the page begins again, and then says that it does not help', () => {
    const { video, titles, tries } = watch({ container: 'mp4' })
    Object.assign(video, STANDING)
    vi.advanceTimersByTime(3_900)
    expect(tries()).toBe(0)
    vi.advanceTimersByTime(1_000)
    expect(tries()).toBe(1)
    expect(video.currentTime).toBe(0)
    vi.advanceTimersByTime(60_000)
    expect(tries()).toBe(3)
    expect(titles()).toEqual(['This browser does not play on'])
  })

  test('a jump may take twice as long', () => {
    const { video, tries } = watch({ container: 'mp4' })
    Object.assign(video, STANDING, { seeking: true })
    vi.advanceTimersByTime(7_900)
    expect(tries()).toBe(0)
    vi.advanceTimersByTime(1_000)
    expect(tries()).toBe(1)
  })

  test('what a jump took is not held against the picture after it', () => {
    const { video, tries } = watch({ container: 'mp4' })
    Object.assign(video, STANDING, { seeking: true })
    vi.advanceTimersByTime(7_000)
    video.seeking = false
    vi.advanceTimersByTime(3_900)
    expect(tries()).toBe(0)
  })

  test.for<[string, Partial<FakeVideo>]>([
    ['is paused', { paused: true }],
    ['looks for a place that is not here yet', { seeking: true, aheadSeconds: 0 }],
    ['is at its end', { ended: true }],
    ['lacks data: it waits for the nodes', { aheadSeconds: 1 }],
    ['has given up with an error', { error: { code: 3, message: '' } }],
  ])('but not where the video %s', ([, state]) => {
    const { video, tries } = watch({ container: 'mp4' })
    Object.assign(video, STANDING, state)
    vi.advanceTimersByTime(60_000)
    expect(tries()).toBe(0)
  })

  test('nor where nobody sees it', () => {
    vi.stubGlobal('document', { visibilityState: 'hidden' })
    const { video, tries } = watch({ container: 'mp4' })
    Object.assign(video, STANDING)
    vi.advanceTimersByTime(60_000)
    expect(tries()).toBe(0)
  })

  test('nor where it moves', () => {
    const { video, tries } = watch({ container: 'mp4' })
    Object.assign(video, STANDING)
    for (let step = 0; step < 20; step++) {
      vi.advanceTimersByTime(3_000)
      video.currentTime += 0.1
    }
    expect(tries()).toBe(0)
  })
})

describe('a file with pictures, of which the browser shows none', () => {
  const PICTURES: MediaFacts = { container: 'mp4', pictures: 'HEVC' }
  const playTo = (video: FakeVideo, seconds: number): void => {
    video.currentTime = seconds
    video.dispatchEvent(new Event('timeupdate'))
  }

  test('is told of when it has played on for a while', () => {
    const { video, titles } = watch(PICTURES)
    for (const seconds of [0.2, 1, 2, 3]) playTo(video, seconds)
    expect(titles()).toEqual([])
    playTo(video, 3.3)
    expect(titles()).toEqual(['Sound without a picture'])
  })

  test('a browser that learns late that there is a picture takes that back', () => {
    const { video, titles } = watch(PICTURES)
    for (const seconds of [0.2, 4]) playTo(video, seconds)
    video.videoWidth = 640
    for (const seconds of [4.2, 5]) playTo(video, seconds)
    expect(titles()).toEqual(['Sound without a picture', undefined])
  })

  test('a place far in the file is no proof of having played that far', () => {
    const { video, titles } = watch(PICTURES)
    playTo(video, 60)
    playTo(video, 60.5)
    expect(titles()).toEqual([])
    video.seeking = true
    playTo(video, 80)
    video.seeking = false
    playTo(video, 80.5)
    expect(titles()).toEqual([])
  })
})
