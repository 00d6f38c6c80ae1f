import { expect, test } from 'vitest'
import type { Clock } from '../../src/swarm/clock.js'
import { Verifier } from '../../src/swarm/verifier.js'

const FILE = { name: 'talk.mp4', size: 3, chunkSize: 3, chunks: ['aa'] }
const BYTES = new Uint8Array(3)

/** A clock whose waits are over at once, and are kept. */
function hasty(): { clock: Clock; waits: number[] } {
  const waits: number[] = []
  const setTimeout = (act: () => void, ms: number) => {
    waits.push(ms)
    queueMicrotask(act)
  }
  return { clock: { now: () => 0, setTimeout, clearTimeout: () => {} }, waits }
}

test('a hash that cannot be computed is asked for again, later each time', async () => {
  const { clock, waits } = hasty()
  let times = 0
  const hash = async () => {
    if (times++ < 2) throw new Error('no memory')
    return 'aa'
  }
  expect(await new Verifier(FILE, hash, clock).judge(0, BYTES, 'node1')).toEqual({ kind: 'verified' })
  expect(waits).toEqual([250, 500])
})

test('in the end there is no verdict, and nobody is blamed', async () => {
  const { clock, waits } = hasty()
  const hash = () => Promise.reject(new Error('no memory'))
  const verdict = await new Verifier(FILE, hash, clock).judge(0, BYTES, 'node1')
  expect(String(verdict)).toBe('Error: Chunk 0, which came from node1, cannot be checked: no memory')
  expect(waits).toEqual([250, 500, 1000])
})

test('after its end it asks no second time', async () => {
  const { clock, waits } = hasty()
  const verifier = new Verifier(FILE, () => Promise.reject(new Error('no memory')), clock)
  verifier.close()
  expect(await verifier.judge(0, BYTES, 'node1')).toBeInstanceOf(Error)
  expect(waits).toEqual([])
})
