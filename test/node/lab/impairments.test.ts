import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { latency, type Uplink, uplink } from '../../../src/node/lab/impairments.ts'
import { waitUntil } from '../../../src/node/lab/wait.ts'

const stays = (): AbortSignal => new AbortController().signal
/** So long that a test which waited for it would never end. */
const FOREVER_MS = 10 ** 8
const BYTE_PER_MS_KBPS = 8

/** A wait that is there: these tests never switch one off. */
function required<T>(wait: T | undefined): T {
  if (wait === undefined) throw new Error('This impairment is switched off')
  return wait
}

/** Waits as a reply does. */
const waitFor =
  (...of: Parameters<typeof latency>) =>
  (arrivedMs: number, hangUp: AbortSignal): Promise<void> =>
    waitUntil(required(latency(...of))(arrivedMs), hangUp)

const limited = (kbps: number): Uplink => required(uplink(kbps))

test.for<[what: string, delayMs: number, jitterMs: number, random: number, leastMs: number]>([
  ['without jitter is the delay', 30, 0, 0.9, 30],
  ['with the least jitter is shorter by it', 40, 25, 0, 15],
  ['with jitter in the middle is the delay', 30, 25, 0.5, 30],
  ['with the most jitter is longer by it', 20, 15, 1, 35],
  ['of jitter alone is at most that jitter', 0, 25, 1, 25],
  ['with a fraction of a millisecond waits for it', 10.6, 0, 0.5, 10.6],
])('a latency %s, and never early', async ([, delayMs, jitterMs, random, leastMs]) => {
  const wait = waitFor(delayMs, jitterMs, () => random)
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      const startMs = performance.now()
      await wait(startMs, stays())
      expect(performance.now() - startMs).toBeGreaterThanOrEqual(leastMs)
    }),
  )
})

test('a latency below zero is none', async () => {
  await waitFor(5, FOREVER_MS, () => 0)(performance.now(), stays())
})

test('a latency counts from the arrival of the request', async () => {
  await waitFor(FOREVER_MS)(performance.now() - FOREVER_MS, stays())
})

test('chance is asked once for each reply', async () => {
  let asked = 0
  const wait = waitFor(1, 1, () => asked++ / 10)
  await Promise.all([1, 2, 3].map(() => wait(performance.now(), stays())))
  expect(asked).toBe(3)
})

test('short waits are not held up by long ones', async () => {
  const hangUp = new AbortController()
  const long = waitFor(FOREVER_MS)(performance.now(), hangUp.signal)
  await waitFor(5)(performance.now(), stays())
  hangUp.abort(new Error('done'))
  await expect(long).rejects.toThrow('done')
})

test('what is switched off is not there', () => {
  expect([latency(0), latency(0, 0), uplink(0)]).toEqual([undefined, undefined, undefined])
})

test('a hang-up ends the latency at once with the reason, and leaves the others waiting', async () => {
  const wait = waitFor(FOREVER_MS)
  const [first, second] = [new AbortController(), new AbortController()]
  const [gone, other] = [wait(performance.now(), first.signal), wait(performance.now(), second.signal)]
  first.abort(new Error('first hung up'))
  await expect(gone).rejects.toThrow('first hung up')
  await expect(Promise.race([other, nextTurn('still waiting')])).resolves.toBe('still waiting')
  second.abort(new Error('second hung up'))
  await expect(other).rejects.toThrow('second hung up')
})

test('who has hung up before the latency begins does not wait for it', async () => {
  const wait = waitFor(FOREVER_MS)
  await expect(wait(performance.now(), AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
})

test('bytes leave an uplink no sooner than their last bit could', async () => {
  const { beforeBytes } = limited(2 * BYTE_PER_MS_KBPS)
  const startMs = performance.now()
  for (const sentBytes of [40, 80, 120]) {
    await beforeBytes(40, stays())
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(sentBytes / 2)
  }
})

test('an uplink that was idle has saved nothing up', async () => {
  const { beforeBytes } = limited(BYTE_PER_MS_KBPS)
  await beforeBytes(1, stays())
  await waitFor(30)(performance.now(), stays())
  const startMs = performance.now()
  await beforeBytes(20, stays())
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(20)
})

test('replies share one uplink: first come, first served, each after all that is in front', async () => {
  const { beforeBytes } = limited(BYTE_PER_MS_KBPS)
  const startMs = performance.now()
  const left: string[] = []
  const send = async (reply: string, sizeBytes: number, inFrontBytes: number): Promise<void> => {
    await beforeBytes(sizeBytes, stays())
    left.push(reply)
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(inFrontBytes + sizeBytes)
  }
  await Promise.all([send('a', 20, 0), send('b', 1, 20), send('c', 10, 21), send('d', 1, 31)])
  expect(left).toEqual(['a', 'b', 'c', 'd'])
})

test('a hang-up ends the wait for the uplink at once', async () => {
  const hangUp = new AbortController()
  const wait = limited(BYTE_PER_MS_KBPS).beforeBytes(FOREVER_MS, hangUp.signal)
  await nextTurn()
  hangUp.abort(new Error('gone'))
  await expect(wait).rejects.toThrow('gone')
})

test('a hang-up ends the wait of a reply that queues behind another, at once', async () => {
  const { beforeBytes } = limited(BYTE_PER_MS_KBPS)
  const [front, queued] = [new AbortController(), new AbortController()]
  const inFront = beforeBytes(FOREVER_MS, front.signal)
  const wait = beforeBytes(1, queued.signal)
  await nextTurn()
  queued.abort(new Error('gone'))
  const outcome = wait.then(
    () => 'left',
    () => 'hung up',
  )
  const first = await Promise.race([outcome, nextTurn('still waiting')])
  front.abort(new Error('the end of the test'))
  await expect(inFront).rejects.toThrow('the end of the test')
  expect(first).toBe('hung up')
})

test('who hangs up in the queue leaves its time to those behind', async () => {
  const { beforeBytes } = limited(BYTE_PER_MS_KBPS)
  const hangUp = new AbortController()
  const left: string[] = []
  const front = beforeBytes(20, stays()).then(() => left.push('front'))
  const gone = beforeBytes(FOREVER_MS, hangUp.signal)
  const behind = beforeBytes(1, stays()).then(() => left.push('behind'))
  hangUp.abort(new Error('gone'))
  await expect(gone).rejects.toThrow('gone')
  await Promise.all([front, behind])
  expect(left).toEqual(['front', 'behind'])
})

test('nobody behind whoever hangs up jumps ahead of those in front', async () => {
  const { beforeBytes } = limited(BYTE_PER_MS_KBPS)
  const hangUp = new AbortController()
  const left: string[] = []
  const first = beforeBytes(20, stays()).then(() => left.push('first'))
  const second = beforeBytes(20, stays()).then(() => left.push('second')) // has not reserved its time yet
  const gone = beforeBytes(FOREVER_MS, hangUp.signal)
  const behind = beforeBytes(1, stays()).then(() => left.push('behind'))
  hangUp.abort(new Error('gone'))
  await expect(gone).rejects.toThrow('gone')
  await Promise.all([first, second, behind])
  expect(left).toEqual(['first', 'second', 'behind'])
})

test.for<[kbps: number, sliceBytes: number]>([
  [8, 10],
  [4000, 5000],
  [1_000_000, 1_250_000],
  [0.001, 1],
])('at %d kbit/s bytes are asked for in slices of 10 ms, and never of none', ([kbps, sliceBytes]) => {
  expect(limited(kbps).sliceBytes).toBe(sliceBytes)
})
