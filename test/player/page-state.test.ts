import { expect, test } from 'vitest'
import { describePageState, encodeName, videoOfPath } from '../../src/player/page-state.js'

test.for<[path: string, video: string | undefined]>([
  ['/watch/demo.mp4', 'demo.mp4'],
  ['/watch/week%201/talk.mp4', 'week 1/talk.mp4'],
  ['/watch/100%25.mp4', '100%.mp4'],
  ['/watch/%3Cb%3E.mp4', '<b>.mp4'],
  ['/watch/', undefined],
  ['/watch', undefined],
  ['/watch/%ff.mp4', undefined],
  ['/watch/50%.mp4', undefined],
])('path %s is about video %s', ([path, video]) => {
  expect(videoOfPath(path)).toBe(video)
})

test('a name survives its way through a path', () => {
  const name = 'week 1/ü?#%&"<talk>.mp4'
  expect(videoOfPath(`/watch/${encodeName(name)}`)).toBe(name)
})

test('while the video plays there is nothing to say', () => {
  expect(describePageState({ kind: 'ready' }, 'demo.mp4')).toBeUndefined()
})

test('without nodes the page says for how long, and how to start one', () => {
  expect(describePageState({ kind: 'no node', seconds: 0.4 }, 'demo.mp4')).toMatchObject({
    text: 'The page asks again every second. Start one:',
    command: 'npm run start-node node1',
  })
  expect(describePageState({ kind: 'no node', seconds: 12.9 }, 'demo.mp4')?.text).toContain('for 12 s now')
})

test('a missing video comes with those that exist, or with how to make one', () => {
  expect(describePageState({ kind: 'missing', videos: ['a.mp4'] }, 'x.mp4')).toMatchObject({
    text: 'No node has x.mp4. These videos exist:',
    command: '',
    videos: ['a.mp4'],
  })
  expect(describePageState({ kind: 'missing', videos: [] }, 'x.mp4')).toMatchObject({
    text: 'No node has x.mp4. Copy a video to every node:',
    command: 'npm run replicate talk.mp4',
  })
})

test('an empty file is not called missing', () => {
  expect(describePageState({ kind: 'empty' }, 'x.mp4')?.text).toBe('x.mp4 is empty: it has 0 bytes.')
})

test('an outage leaves the picture to be seen, all else covers it', () => {
  expect(describePageState({ kind: 'outage', seconds: 3 }, 'x.mp4')).toMatchObject({
    coversVideo: false,
    tone: 'bad',
  })
  expect(describePageState({ kind: 'loading' }, 'x.mp4')).toMatchObject({ coversVideo: true, tone: 'quiet' })
  expect(describePageState({ kind: 'failed', message: 'why' }, 'x.mp4')).toMatchObject({ text: 'why' })
})
