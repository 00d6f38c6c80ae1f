import { expect, onTestFinished, test, vi } from 'vitest'
import type { PageState } from '../../../src/player/page/page-state.js'
import { VideoSearch } from '../../../src/player/page/video-search.js'

const NODES = [{ name: 'node1', url: 'http://node1.test', healthUrl: 'http://node1.test/health' }]

/** A search, and what the page says meanwhile. */
function open(fetch: typeof globalThis.fetch) {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', fetch)
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })
  const said: PageState[] = []
  const search = new VideoSearch({
    show: (state) => said.push(state),
    get kind() {
      return said.at(-1)?.kind
    },
    silentSeconds: () => 7,
    endSilence() {},
  })
  return { search, said, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) }
}

test('the node list is asked for again every second until there is one', async () => {
  let calls = 0
  const { search, said, pass } = open(async () => {
    if (++calls < 3) throw new TypeError('Failed to fetch')
    return Response.json({ nodes: NODES })
  })
  let found: unknown
  void search.untilNodes().then((nodes) => {
    found = nodes
  })
  await pass(999)
  expect(said).toEqual([{ kind: 'no node', seconds: 7 }])
  await pass(1_001)
  expect(found).toEqual(NODES)
  expect(calls).toBe(3)
})

test('a node that takes long to send it is said to be slow', async () => {
  const { search, said, pass } = open(() => new Promise(() => {}))
  void search.untilNodes()
  await pass(2_999)
  expect(said).toEqual([])
  await pass(1)
  expect(said).toEqual([{ kind: 'slow' }])
})

test('where no video is asked for, those of a slow node are shown when they come', async () => {
  const { search, said, pass } = open(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5_000))
    return Response.json({ videos: [{ name: 'talk.mp4' }] })
  })
  void search.showVideos()
  await pass(1_000)
  expect(said).toEqual([{ kind: 'missing', videos: [] }])
  await pass(4_000)
  expect(said.at(-1)).toEqual({ kind: 'missing', videos: ['talk.mp4'] })
})

test('as long as nobody answers, our own nodes are named, and those who wait are told', async () => {
  const { search, said, pass } = open(async () => {
    throw new TypeError('Failed to fetch')
  })
  let times = 0
  const foreign = { name: 'mirror', url: 'http://mirror.test', healthUrl: '', isForeign: true }
  void search.untilFound([...NODES, foreign], 'talk.mp4', () => times++)
  while (said.length === 0) await pass(100)
  expect(said).toContainEqual({ kind: 'no node', seconds: 7, names: ['node1'] })
  expect(times).toBe(1)
})

test('what is here early is not asked for again: once, for by then it is old', async () => {
  const asked: string[] = []
  const { pass } = open(async (url) => {
    asked.push(String(url))
    throw new TypeError('Failed to fetch')
  })
  const early = {
    lists: [NODES],
    takeNodes: () => early.lists.shift(),
    fetch: async (): Promise<Response> => new Response(null, { status: 404 }),
  }
  const later = new VideoSearch(
    { show() {}, kind: undefined, silentSeconds: () => 0, endSilence() {} },
    early,
  )
  expect(await later.untilNodes()).toBe(NODES)
  expect(asked).toEqual([])
  void later.untilNodes()
  await pass(1)
  expect(asked).toEqual(['/_/nodes'])
  let isMissing = false
  void later.untilFound(NODES, 'talk.mp4', () => {
    isMissing = true
  })
  await pass(100)
  expect(isMissing).toBe(true)
  expect(asked.filter((url) => url.includes('talk.mp4'))).toEqual([])
})
