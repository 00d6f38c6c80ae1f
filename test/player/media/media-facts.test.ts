import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readMediaFacts } from '../../../src/player/media/media-facts.js'
import { box } from '../mp4/mp4.ts'

const SAMPLE = readFileSync(new URL('../../../media/demo.mp4', import.meta.url))
const SAMPLE_SECONDS = 90

const factsOf = async (file: Uint8Array) =>
  readMediaFacts(file.length, async (start, end) => new Uint8Array(file.subarray(start, end + 1)))

test('the sample is an MP4 with pictures, whole, and its times are known', async () => {
  const { facts, times } = await factsOf(SAMPLE)
  expect(facts).toEqual({ container: 'mp4', pictures: 'avc1' })
  expect(times?.(1)).toBeGreaterThan(0)
})

test.for([0.3, 0.6, 0.99])('cut at %f of its bytes it is said up to when it can be played', async (share) => {
  const { facts } = await factsOf(SAMPLE.subarray(0, Math.floor(share * SAMPLE.length)))
  expect(facts.cut?.ofSeconds).toBeCloseTo(SAMPLE_SECONDS, 0)
  expect(facts.cut?.atSeconds).toBeGreaterThan((share - 0.15) * SAMPLE_SECONDS)
  expect(facts.cut?.atSeconds).toBeLessThan((share + 0.15) * SAMPLE_SECONDS)
})

test('a file that ends before its tables is cut, and nothing of it can be played', async () => {
  const whole = Buffer.concat([box('ftyp', Buffer.from('isom0000')), box('mdat', Buffer.alloc(5000))])
  expect((await factsOf(whole.subarray(0, 3000))).facts).toEqual({ container: 'mp4', cut: {} })
})

test('a fragmented file is not cut', async () => {
  const file = Buffer.concat([
    box('ftyp', Buffer.from('isom0000')),
    box('moov', box('mvhd', Buffer.alloc(100))),
  ])
  expect(await factsOf(file)).toEqual({ facts: { container: 'mp4' }, times: undefined })
})

test('text is read to its end at most', async () => {
  expect((await factsOf(Buffer.from('Dear class'))).facts).toEqual({ container: 'unknown' })
})
