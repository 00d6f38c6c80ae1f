import { expect, test } from 'vitest'
import { FactsReader, type Read } from '../../../src/player/media/facts-reader.js'
import type { MediaFacts } from '../../../src/player/media/media-facts.js'

const TEXT = new TextEncoder().encode('This is a text, whatever its name says. '.repeat(50))

/** A file whose source may be changed, and what was learned of it. */
function open() {
  const told: MediaFacts[] = []
  const state: { source: Read | undefined; reads: number } = { source: undefined, reads: 0 }
  const reader = new FactsReader({
    sizeBytes: TEXT.length,
    source: () => state.source,
    onFacts: (facts) => told.push(facts),
  })
  const alive: Read = async (start, end) => {
    state.reads++
    return TEXT.subarray(start, end + 1)
  }
  const dead: Read = async () => {
    throw new TypeError('Failed to fetch')
  }
  return { reader, told, state, alive, dead }
}

test('what a file is is told once, whoever asks how often', async () => {
  const { reader, told, state, alive } = open()
  state.source = alive
  expect(await Promise.all([reader.learn(), reader.learn()])).toEqual([true, true])
  const { reads } = state
  expect(await reader.learn()).toBe(true)
  expect(told.map(({ container }) => container)).toEqual(['unknown'])
  expect(state.reads).toBe(reads)
})

test('what one source does not give is learned from the next', async () => {
  const { reader, told, state, alive, dead } = open()
  expect(await reader.learn()).toBe(false)
  state.source = dead
  expect(await reader.learn()).toBe(false)
  state.source = alive
  expect(await reader.learn()).toBe(true)
  expect(told).toHaveLength(1)
})

test('a file that is known is readable only while its source gives some of it', async () => {
  const { reader, state, alive, dead } = open()
  state.source = alive
  expect(await reader.isReadable()).toBe(true)
  expect(await reader.isReadable()).toBe(true)
  state.source = dead
  expect(await reader.isReadable()).toBe(false)
  state.source = undefined
  expect(await reader.isReadable()).toBe(false)
})
