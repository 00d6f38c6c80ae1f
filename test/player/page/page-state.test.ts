import { expect, test } from 'vitest'
import { describePageState } from '../../../src/player/page/page-state.js'
import { videoOfPath } from '../../../src/player/page/video-of-path.js'
import type { Policy } from '../../../src/player/playing/player-events.js'
import type { OutageReason } from '../../../src/swarm/events.js'
import { encodeStorageName } from '../../../src/version/url-path.js'

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
  expect(videoOfPath(`/watch/${encodeStorageName(name)}`)).toBe(name)
})

test('while the video plays there is nothing to say', () => {
  expect(describePageState({ kind: 'ready' }, 'demo.mp4')).toBeUndefined()
})

test('while it looks for the video for long, the page says whom it waits for', () => {
  const told = (waitsFor: string[], holders: string[]) =>
    describePageState({ kind: 'loading', waiting: { waitsFor, forMs: 18_600, holders } }, 'demo.mp4')?.text
  expect(told(['node1'], ['node2', 'node3'])).toBe(
    'node2 and node3 have demo.mp4. The page waits for node1, for up to 19 s in all, as the node list allows: there may be a newer version.',
  )
  expect(told(['node1', 'node2'], [])).toBe(
    'Who has demo.mp4? The page waits for node1 and node2, for up to 19 s in all, as the node list allows.',
  )
  expect(describePageState({ kind: 'loading' }, 'demo.mp4')?.text).toBe('Who has demo.mp4?')
})

test('without nodes the page says for how long, and how to start one', () => {
  expect(describePageState({ kind: 'no node', seconds: 0.4 }, 'demo.mp4')).toMatchObject({
    text: 'The page asks again every second. Start one:',
    counting: '',
    command: 'npm start',
  })
  expect(describePageState({ kind: 'no node', seconds: 12.9 }, 'demo.mp4')?.counting).toBe('for 12 s now')
})

test.for<[names: string[], command: string]>([
  [['lyon', 'node2'], 'npm run start-node lyon'],
  [['a & b', '-x', '`id`', 'node-2.b'], 'npm run start-node node-2.b'],
  [['a & b'], 'npm start'],
])('of nodes %j the page prints a command that can be pasted', ([names, command]) => {
  expect(describePageState({ kind: 'no node', seconds: 0, names }, 'demo.mp4')?.command).toBe(command)
})

test('a missing video comes with those that exist, or with how to make one', () => {
  expect(describePageState({ kind: 'missing', videos: ['a.mp4'] }, 'x.mp4')).toMatchObject({
    text: 'No node that answers has x.mp4. These videos exist:',
    command: '',
    videos: ['a.mp4'],
  })
  expect(describePageState({ kind: 'missing', videos: [] }, 'x.mp4')).toMatchObject({
    text: 'No node that answers has x.mp4. Copy a video to every node:',
    command: 'npm run replicate media/demo.mp4',
  })
})

test('an empty file is not called missing', () => {
  expect(describePageState({ kind: 'empty' }, 'x.mp4')?.text).toBe('x.mp4 is empty: it has 0 bytes.')
})

const ALL = { kind: 'all' } as const
const outage = (why: OutageReason, policy: Policy = ALL, elsewhere: string[] = [], seconds = 3) =>
  describePageState({ kind: 'outage', why, policy, elsewhere, seconds }, 'x.mp4')

test('an outage leaves the picture to be seen, all else covers it', () => {
  expect(outage('nobody answers')).toMatchObject({ coversVideo: false, tone: 'bad' })
  expect(describePageState({ kind: 'loading' }, 'x.mp4')).toMatchObject({ coversVideo: true, tone: 'quiet' })
  expect(describePageState({ kind: 'failed', message: 'why' }, 'x.mp4')).toMatchObject({ text: 'why' })
})

test('what is read out of an outage stays the same while its seconds count', () => {
  const [soon, later] = [outage('nobody answers', ALL, [], 1.2), outage('nobody answers', ALL, [], 61)]
  expect([later?.title, later?.text]).toEqual([soon?.title, soon?.text])
  expect([soon?.counting, later?.counting]).toEqual(['for 1 s now', 'for 61 s now'])
})

test.for<[why: OutageReason, title: string, text: RegExp]>([
  ['nobody answers', 'No node answers', /^The page keeps asking\. Start a node/],
  ['replaced', 'The video was replaced', /another version of it\. Reload the page/],
  ['missing', 'The video is gone', /The page keeps looking for it/],
  ['bad data', 'Only wrong data is left', /replicate the video again/],
  ['wrong answers', 'No node sends the video', /are busy, send errors or break off/],
  ['mixed', 'No node can be read from', /see the cards/],
])('outage "%s" is told as what it is, with what to do', ([why, title, text]) => {
  expect(outage(why)?.title).toBe(title)
  expect(outage(why)?.text).toMatch(text)
})

test('only where nobody answers, nobody is said to answer', () => {
  const others: OutageReason[] = ['not allowed', 'replaced', 'missing', 'bad data', 'wrong answers', 'mixed']
  for (const why of others) expect(JSON.stringify(outage(why))).not.toMatch(/answers\b(?! )|Start a node/)
})

test('where the choice leaves only a node that is gone, the choice is the reason', () => {
  expect(outage('not allowed', { kind: 'only', node: 'node2' })).toMatchObject({
    title: 'The page may read from node2 only',
    text: 'node2 cannot be read from now; other nodes can. Choose “all nodes” under “Read from”, or have node2 back.',
    hasReload: false,
  })
})

test('a new version that was found is named with its nodes, and a reload is offered', () => {
  expect(outage('missing', ALL, ['node1', 'node3'])).toMatchObject({
    text: 'node1 and node3 have another version of it. Reload the page to see that one.',
    hasReload: true,
  })
  expect(outage('missing')?.hasReload).toBe(false)
  expect(outage('replaced')?.hasReload).toBe(true)
})

test('what the file is the cause of is told in words, over the picture only when there is none', () => {
  const trouble = { title: 'Cut', why: 'It is.', todo: 'Copy it:', command: 'cp', isSilent: false }
  expect(describePageState({ kind: 'trouble', trouble }, 'talk.mp4')).toMatchObject({
    title: 'Cut',
    text: 'It is. Copy it:',
    command: 'cp',
    coversVideo: false,
  })
  const silent = { ...trouble, isSilent: true }
  expect(describePageState({ kind: 'trouble', trouble: silent }, 'talk.mp4')?.coversVideo).toBe(true)
})
