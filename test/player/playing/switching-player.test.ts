import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { playWhenPossible } from '../../../src/player/playing/begin.js'
import type { PlayerEvent } from '../../../src/player/playing/player-events.js'
import { SwitchingPlayer } from '../../../src/player/playing/switching-player.js'
import type { SwarmEvent } from '../../../src/swarm/events.js'
import { FakeVideo, fakeBrowser } from './fake-video.ts'

const TEXT = new TextEncoder().encode('This is a text, whatever its name says. '.repeat(50))
/** As much of a film as shows that it is one: the sign of Matroska, and a codec. */
const FILM = Uint8Array.from(`\x1aE\xdf\xa3 V_VP9 ${'.'.repeat(2_000)}`, (sign) => sign.charCodeAt(0))
/** The beginning of an MP4, which says that more comes than there is. */
const STUMP = Uint8Array.from(`\0\0\0\x10ftypisom\0\0\0\0\0\x10\0\0mdat${'.'.repeat(2_000)}`, (sign) =>
  sign.charCodeAt(0),
)
const NODES = ['node1', 'node2', 'node3'].map((name) => ({
  name,
  url: `http://${name}.test`,
  healthUrl: `http://${name}.test/health`,
}))
const NOT_SUPPORTED = 4
const DECODE = 3
const NETWORK = 2

/** Three nodes with a file, as a page without a service worker plays it. */
function open(bytes: Uint8Array<ArrayBuffer>, onLoad: (video: FakeVideo) => void) {
  const file = { name: 'talk.mp4', size: bytes.length, chunkSize: 256 }
  const dead = new Set<string>()
  fakeBrowser(async (input, init) => {
    const { hostname, pathname } = new URL(String(input))
    if (dead.has(hostname.replace('.test', ''))) throw new TypeError('Failed to fetch')
    if (pathname === '/health') return new Response('{}')
    if (init?.method === 'HEAD') return new Response(null, { headers: { 'Content-Length': `${file.size}` } })
    const [, start = '0', end = '0'] =
      /bytes=(\d+)-(\d+)/.exec(new Headers(init?.headers).get('Range') ?? '') ?? []
    return new Response(bytes.slice(Number(start), Number(end) + 1), { status: 206 })
  })
  const video = new FakeVideo(onLoad)
  const events: (PlayerEvent | SwarmEvent)[] = []
  playWhenPossible(video.element)
  const player = new SwitchingPlayer({
    video: video.element,
    file,
    nodes: NODES,
    onEvent: (event) => events.push(event),
    lookAheadSeconds: 15,
    policy: { kind: 'all' },
  })
  onTestFinished(() => player.close())
  const troubles = () => events.flatMap((event) => (event.type === 'media trouble' ? [event.trouble] : []))
  const reports = () => events.filter(({ type }) => type === 'player error').length
  return { dead, video, events, troubles, reports, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) }
}

test.for<[string, Uint8Array<ArrayBuffer>, string]>([
  ['no video', TEXT, 'This is no video'],
  ['cut before its index', STUMP, 'This file is cut off'],
])('a file that is %s is told once, and asked for no more', async ([, bytes, title]) => {
  const { video, events, troubles, reports, pass } = open(bytes, (video) => video.fail(NOT_SUPPORTED))
  await pass(60_000)
  expect(troubles().map((trouble) => trouble?.title)).toEqual([title])
  expect(video.loads).toHaveLength(1)
  expect(reports()).toBe(0)
  expect(events.filter(({ type }) => type === 'switched')).toEqual([])
})

test.for<[string, Uint8Array<ArrayBuffer>, string]>([
  ['no video', TEXT, 'This is no video'],
  ['cut before its index', STUMP, 'This file is cut off'],
])('the same where the browser says nothing of a file that is %s', async ([, bytes, title]) => {
  const { video, events, troubles, pass } = open(bytes, () => {})
  await pass(60_000)
  expect(troubles().map((trouble) => trouble?.title)).toEqual([title])
  expect(video.loads).toHaveLength(1)
  expect(events.filter(({ type }) => type === 'switched')).toEqual([])
})

test.for<[string, seconds: number, code: number, title: string]>([
  ['be decoded in the middle', 5, DECODE, 'The video is damaged here'],
  ['be decoded at all', 0, NOT_SUPPORTED, 'This browser cannot play the video'],
])('what cannot %s is tried from other nodes, which it does not blame, and then no more', async ([
  ,
  seconds,
  code,
  title,
]) => {
  const { video, events, troubles, reports, pass } = open(FILM, (video) => {
    video.currentTime = seconds
    video.fail(code)
  })
  await pass(120_000)
  expect(troubles().map((trouble) => trouble?.title)).toEqual([title])
  expect(reports()).toBe(3)
  expect(video.loads).toHaveLength(4)
  expect(new Set(video.loads)).toEqual(new Set(NODES.map(({ url }) => `${url}/talk.mp4`)))
  const switches = events.flatMap((event) => (event.type === 'switched' ? [event] : []))
  expect(switches.map(({ hasFailed }) => hasFailed)).toEqual([false, false, false])
})

test('a node that dies is left for the next, and the file is not to blame', async () => {
  const { dead, video, troubles, pass } = open(FILM, (video) => {
    const name = new URL(video.loads.at(-1) ?? '').hostname.replace('.test', '')
    if (dead.has(name)) video.fail(NOT_SUPPORTED)
    else video.ready()
  })
  await pass(3_000)
  for (const round of [1, 2, 3, 4, 5, 6]) {
    const name = new URL(video.loads.at(-1) ?? '').hostname.replace('.test', '')
    dead.add(name)
    video.fail(round % 2 === 0 ? NETWORK : NOT_SUPPORTED)
    await pass(5_000)
    expect(video.loads.at(-1)).not.toContain(name)
    dead.delete(name)
    await pass(5_000)
  }
  for (const { name } of NODES) dead.add(name)
  video.fail(NOT_SUPPORTED)
  await pass(30_000)
  dead.clear()
  await pass(10_000)
  expect(video.error).toBeNull()
  expect(troubles()).toEqual([])
})

describe('with one picture and no more of a node that went silent', () => {
  test('a video that would begin by itself goes to the next', async () => {
    const { video, pass } = open(FILM, (video) => {
      if (video.loads.length === 1) video.readyState = 2
      else video.ready()
    })
    await pass(5_000)
    expect(video.loads).toHaveLength(2)
    expect(video.paused).toBe(false)
  })

  test('a video that a person has paused needs no more', async () => {
    const { video, pass } = open(FILM, (video) => video.ready())
    await pass(1_000)
    video.pause()
    video.readyState = 2
    await pass(60_000)
    expect(video.loads).toHaveLength(1)
  })
})

test('a browser that stands with its next seconds there begins again from the same node', async () => {
  const { video, events, troubles, pass } = open(FILM, (video) => {
    video.ready()
    video.aheadSeconds = 10
  })
  await pass(60_000)
  expect(troubles().map((trouble) => trouble?.title)).toEqual(['This browser does not play on'])
  expect(video.loads).toEqual(Array(4).fill('http://node1.test/talk.mp4'))
  expect(events.filter(({ type }) => type === 'switched')).toEqual([])
  expect(video.paused).toBe(false)
})

test('a browser may know what we do not: of such a file, too, a silent node is left for the next', async () => {
  const { video, troubles, pass } = open(TEXT, (video) => {
    video.dispatchEvent(new Event('loadedmetadata'))
    video.dispatchEvent(new Event('loadeddata'))
    video.readyState = 2
  })
  await pass(4_000)
  expect(video.loads).toHaveLength(2)
  expect(troubles()).toEqual([])
})

test.for([
  ['who pauses between an error and the next try stays paused', true],
  ['who does not plays on', false],
] as const)('%s', async ([, pauses]) => {
  const { video, pass, reports } = open(FILM, (video) => {
    video.ready()
    if (video.loads.length === 1) video.fail(DECODE)
  })
  while (video.error === null) await pass(10)
  expect(video.paused).toBe(false)
  if (pauses) video.pause()
  await pass(5_000)
  expect([video.loads.length, reports()]).toEqual([2, 1])
  expect([video.error, video.readyState, video.paused]).toEqual([null, 4, pauses])
})
