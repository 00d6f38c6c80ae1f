import { describe, expect, test } from 'vitest'
import { Attention } from '../../src/swarm/attention.js'
import { Heartbeats } from '../../src/swarm/heartbeat.js'
import { SwarmNode } from '../../src/swarm/node.js'
import { VirtualClock } from './simulation.ts'

/** What the first call to a node finds, in virtual time. */
async function firstBeat(
  listed: { latencyMs?: number; jitterMs?: number },
  answer: (clock: VirtualClock) => Promise<Response>,
) {
  const clock = new VirtualClock()
  const forNodes = { random: Math.random, attention: new Attention(clock), chunkSize: 1 }
  const node = new SwarmNode({ name: 'node1', url: 'http://node1', ...listed }, forNodes)
  let found: unknown
  const heartbeats = new Heartbeats({
    fetch: (_, { signal }) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
        answer(clock).then(resolve, reject)
      }),
    clock,
    periodMs: 0,
    fileUrlOf: () => 'http://node1/talk.mp4',
    onBeat: (_, beat) => {
      found ??= { beat, atMs: clock.now() }
    },
  })
  heartbeats.watch(node)
  await clock.run(() => found !== undefined, 200_000)
  heartbeats.close()
  return found
}

const after = (clock: VirtualClock, ms: number) =>
  new Promise<Response>((resolve) => clock.setTimeout(() => resolve(new Response('{}')), ms))
const failsWith = (code?: string) => () =>
  Promise.reject(Object.assign(new TypeError('fetch failed'), code === undefined ? {} : { cause: { code } }))
const never = () => new Promise<Response>(() => {})

describe('a heartbeat', () => {
  test.for<[latencyMs: number]>([
    [0],
    [300],
    [2500],
    [12_000],
    [60_000],
  ])('waits for a node of %d ms as long as it needs', async ([latencyMs]) => {
    expect(await firstBeat({ latencyMs }, (clock) => after(clock, latencyMs))).toMatchObject({
      beat: { kind: 'answer', ms: latencyMs, isLate: false },
      atMs: latencyMs,
    })
  })

  test('calls a node silent after a second and a half, where the list does not allow more', async () => {
    const silent = { beat: { kind: 'silent', sinceMs: 0, forMs: 1520 }, atMs: 1520 } // with a last look
    expect(await firstBeat({}, never)).toEqual(silent)
    expect(await firstBeat({ latencyMs: 50 }, never)).toEqual(silent)
  })

  test.for<[who: string, code: string | undefined, why: string]>([
    ['Node.js knows of a refusal', 'ECONNREFUSED', 'the connection was refused'],
    ['Node.js knows of a reset', 'ECONNRESET', 'the connection was cut'],
    ['a browser knows neither', undefined, 'it cannot be reached'],
  ])('says no more than is known: %s', async ([, code, why]) => {
    expect(await firstBeat({}, failsWith(code))).toMatchObject({ beat: { why } })
  })

  test('of a server that fails is told as it is', async () => {
    const answer = () => Promise.resolve(new Response('', { status: 503 }))
    expect(await firstBeat({}, answer)).toMatchObject({ beat: { kind: 'error', status: 503 } })
  })

  test('may be longer than any health answer: somebody is there', async () => {
    const answer = () => Promise.resolve(new Response(' '.repeat(1_000_000)))
    expect(await firstBeat({}, answer)).toMatchObject({ beat: { ms: 0 } })
  })
})

test('a node that is found silent is called again at once: it may have answered when it woke up', async () => {
  const clock = new VirtualClock()
  const forNodes = { random: Math.random, attention: new Attention(clock), chunkSize: 1 }
  const node = new SwarmNode({ name: 'node1', url: 'http://node1' }, forNodes)
  const calledMs: number[] = []
  const silentMs: number[] = []
  const heartbeats = new Heartbeats({
    fetch: () => {
      calledMs.push(clock.now())
      return never()
    },
    clock,
    periodMs: 0,
    fileUrlOf: () => 'http://node1/talk.mp4',
    onBeat: (node, { kind }) => {
      if (kind !== 'silent') return
      node.breaker.fail('silent', clock.now())
      silentMs.push(clock.now())
    },
  })
  heartbeats.watch(node)
  await clock.run(() => calledMs.length === 4, 20_000)
  heartbeats.close()
  expect(calledMs).toEqual([0, ...silentMs])
})
