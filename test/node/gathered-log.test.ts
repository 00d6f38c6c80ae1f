/** What a page asks again and again, gathered: a clock that the test moves, no server. */
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { GatheredLog } from '../../src/node/gathered-log.ts'
import { formatReply, type ReplyRecord } from '../../src/node/log.ts'

const PAGE = 'http://127.0.0.1:8001'
const CALL: ReplyRecord = {
  at: new Date(2026, 5, 15, 12, 0, 1),
  node: 'node2',
  method: 'GET',
  target: '/health',
  status: 200,
  range: undefined,
  latencyMs: 150,
  firstByteMs: 151.4,
  totalMs: 151.6,
  bytesSent: 230,
  end: 'complete',
  client: '127.0.0.1',
  page: PAGE,
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date(2026, 5, 15, 12, 0, 1) })
  onTestFinished(() => void vi.useRealTimers())
})

function startLog(): { log: GatheredLog; lines: string[] } {
  const lines: string[] = []
  return { log: new GatheredLog((line) => lines.push(line)), lines }
}

test('the first call of a page has a line of its own, the others one together after a minute', () => {
  const { log, lines } = startLog()
  for (const firstByteMs of [151, 150.2, 162.6, 155]) log.add({ ...CALL, firstByteMs })
  expect(lines).toEqual([formatReply({ ...CALL, firstByteMs: 151 })])
  vi.advanceTimersByTime(60_000)
  expect(lines.slice(1)).toEqual([
    '12:01:01 node2 GET /health 200, 3 more in 60 s (simulated latency 150 ms, first byte 150 to 163 ms) by the page of http://127.0.0.1:8001 on this machine; --log all shows each',
  ])
})

test('a page that goes on calling has one line a minute, and the flag is named once', () => {
  const { log, lines } = startLog()
  for (let second = 0; second < 300; second++) {
    log.add(CALL)
    vi.advanceTimersByTime(1_000)
  }
  expect(lines).toHaveLength(6)
  expect(lines[1]).toContain(' 59 more in 60 s ')
  for (const line of lines.slice(2)) expect(line).toContain(' 60 more in 60 s (')
  expect(lines.filter((line) => line.includes('--log all'))).toHaveLength(1)
})

test('a minute without a call says nothing, and the next call is a first one again', () => {
  const { log, lines } = startLog()
  log.add(CALL)
  vi.advanceTimersByTime(600_000)
  expect(lines).toHaveLength(1)
  log.add(CALL)
  expect(lines).toEqual([formatReply(CALL), formatReply(CALL)])
})

test('what one call says of itself is said of one', () => {
  const { log, lines } = startLog()
  log.add(CALL)
  log.add({ ...CALL, firstByteMs: undefined, status: undefined, end: 'hung up' })
  log.add({ ...CALL, firstByteMs: undefined, status: undefined, end: 'hung up' })
  vi.advanceTimersByTime(60_000)
  expect(lines[1]).toBe(formatReply({ ...CALL, firstByteMs: undefined, status: undefined, end: 'hung up' }))
  expect(lines[2]).toBe(
    '12:01:01 node2 GET /health no reply, 1 more in 60 s (simulated latency 150 ms, then closed by the client) by the page of http://127.0.0.1:8001 on this machine; --log all shows each',
  )
})

test.for<[what: string, other: Partial<ReplyRecord>]>([
  ['pages of other nodes', { page: 'http://127.0.0.1:8002' }],
  ['pages on other machines', { client: '192.168.1.7' }],
  ['other answers', { status: 503 }],
  ['looks at a video', { method: 'HEAD', target: '/demo.mp4', status: 404 }],
])('%s are counted for themselves', ([, other]) => {
  const { log, lines } = startLog()
  for (let call = 0; call < 3; call++) {
    log.add(CALL)
    log.add({ ...CALL, ...other })
  }
  expect(lines).toHaveLength(2)
  vi.advanceTimersByTime(60_000)
  expect(lines).toHaveLength(4)
  for (const line of lines.slice(2)) expect(line).toContain(', 2 more in 60 s ')
})

test.for<[client: string, where: string]>([
  ['::1', 'on this machine'],
  ['::ffff:127.0.0.1', 'on this machine'],
  ['192.168.1.7', 'on 192.168.1.7'],
  ['::ffff:192.168.1.7', 'on 192.168.1.7'],
])('a page at %s is %s', ([client, where]) => {
  const { log, lines } = startLog()
  log.add({ ...CALL, client })
  log.add({ ...CALL, client })
  vi.advanceTimersByTime(60_000)
  expect(lines[1]).toContain(`by the page of ${PAGE} ${where}; `)
})

test.for<[what: string, other: Partial<ReplyRecord>]>([
  ['a program', { page: undefined }],
  ['a request for a file', { target: '/demo.mp4' }],
  ['a HEAD of a program', { page: undefined, method: 'HEAD', target: '/demo.mp4' }],
])('%s has a line for each reply', ([, other]) => {
  const { log, lines } = startLog()
  for (let call = 0; call < 3; call++) log.add({ ...CALL, ...other })
  expect(lines).toHaveLength(3)
  vi.advanceTimersByTime(60_000)
  expect(lines).toHaveLength(3)
})

test('a page that looks every two seconds whether a node has its video by now has one line a minute', () => {
  const { log, lines } = startLog()
  const look = { ...CALL, method: 'HEAD', target: '/caf%C3%A9.mp4', status: 404 }
  for (let call = 0; call < 30; call++) {
    log.add(look)
    vi.advanceTimersByTime(2_000)
  }
  log.add({ ...look, status: 200 }) // it has come
  expect(lines).toEqual([
    formatReply(look),
    expect.stringMatching(/^12:01:01 node2 HEAD \/café\.mp4 404, 29 more in 60 s \(/),
    formatReply({ ...look, status: 200 }),
  ])
})

test('the end tells what was gathered until then, with the time that it took', () => {
  const { log, lines } = startLog()
  for (let second = 0; second < 12; second++) {
    log.add(CALL)
    vi.advanceTimersByTime(1_000)
  }
  log.end()
  expect(lines[1]).toMatch(/^12:00:13 .*, 11 more in 12 s \(simulated latency 150 ms, first byte 151 ms\) /)
  vi.advanceTimersByTime(600_000)
  expect(lines).toHaveLength(2)
})
