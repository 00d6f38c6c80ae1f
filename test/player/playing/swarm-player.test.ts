import { expect, onTestFinished, test, vi } from 'vitest'
import { playWhenPossible } from '../../../src/player/playing/begin.js'
import type { PlayerEvent } from '../../../src/player/playing/player-events.js'
import { SwarmPlayer } from '../../../src/player/playing/swarm-player.js'
import type { SwarmEvent } from '../../../src/swarm/events.js'
import { FakeVideo, fakeBrowser } from './fake-video.ts'

const PAGE = 'http://node1.test/watch/talk.mp4'
const DECODE = 3
const NETWORK = 2

/** A page with a service worker, whose video fails at its first try, once it has begun or before. */
async function open(code: number, hasBegun = true) {
  fakeBrowser(() => new Promise(() => {})) // the nodes take their time; the video says what is wrong
  const serviceWorker = Object.assign(new EventTarget(), { startMessages() {}, controller: null })
  vi.stubGlobal('navigator', { serviceWorker })
  vi.stubGlobal('location', { href: PAGE })
  const video = new FakeVideo((video) => {
    if (hasBegun || video.loads.length > 1) video.ready()
    if (video.loads.length === 1) video.fail(code)
  })
  playWhenPossible(video.element)
  const events: (PlayerEvent | SwarmEvent)[] = []
  const player = new SwarmPlayer({
    video: video.element,
    file: { name: 'talk.mp4', size: 1_000_000, chunkSize: 65_536 },
    nodes: [{ name: 'node1', url: 'http://node1.test', healthUrl: 'http://node1.test/health' }],
    onEvent: (event) => events.push(event),
    lookAheadSeconds: 15,
    policy: { kind: 'all' },
  })
  onTestFinished(() => player.close())
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
  void player.start()
  while (video.error === null) await pass(1)
  expect(video.paused).toBe(!hasBegun)
  return { video, player, events, pass }
}

test.for([
  DECODE,
  NETWORK,
])('who pauses between an error (code %d) and the next try stays paused', async (code) => {
  const { video, events, pass } = await open(code)
  video.pause()
  await pass(5_000)
  expect(video.loads).toEqual([
    `${PAGE}?stream=${new URL(video.loads[0] ?? '').searchParams.get('stream')}`,
    video.loads[0],
  ])
  expect(events.filter(({ type }) => type === 'player error')).toHaveLength(1)
  expect([video.error, video.readyState, video.paused]).toEqual([null, 4, true])
})

test('what a person does between an error and the next try holds: place and speed, too', async () => {
  const { video, pass } = await open(DECODE)
  video.currentTime = 61
  video.playbackRate = 2
  await pass(5_000)
  expect(video.loads).toHaveLength(2)
  expect([video.currentTime, video.playbackRate, video.paused]).toEqual([61, 2, false])
})

test('a video that failed before it began begins by itself at the next try', async () => {
  const { video, pass } = await open(NETWORK, false)
  await pass(5_000)
  expect(video.loads).toHaveLength(2)
  expect(video.paused).toBe(false)
})

test('what the video was not handed yet is owed, until the player ends', async () => {
  const { player } = await open(DECODE)
  expect(player.owes(2)).toBe(true)
  player.close()
  expect(player.owes(2)).toBe(false)
})
