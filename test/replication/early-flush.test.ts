/** Copies are flushed one at a time, in turn, while they are written. */
import { expect, test } from 'vitest'
import { EarlyFlush } from '../../src/replication/early-flush.ts'

const MIB = 1024 * 1024

/** A copy whose flushes end when the test says so. */
function makeCopies(count: number) {
  const flushed: number[] = []
  let end = (): void => {}
  const copies = Array.from({ length: count }, (_, index) => ({
    flushSoFar: () => {
      flushed.push(index)
      return new Promise<void>((resolve) => {
        end = resolve
      })
    },
  }))
  return { copies, flushed, endFlush: () => end() }
}

test('one after the other, each time that so much was written', async () => {
  const { copies, flushed, endFlush } = makeCopies(3)
  const early = new EarlyFlush()
  for (let written = 0; written < 80; written++) {
    early.note(copies, MIB)
    endFlush()
    await early.ended
  }
  expect(flushed).toEqual([0, 1, 2, 0, 1])
})

test('none begins while another is under way, and the end waits for it', async () => {
  const { copies, flushed, endFlush } = makeCopies(2)
  const early = new EarlyFlush()
  for (let written = 0; written < 80; written++) early.note(copies, MIB)
  expect(flushed).toEqual([0])
  let isOver = false
  const ended = early.ended.then(() => {
    isOver = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(isOver).toBe(false)
  endFlush()
  await ended
  early.note(copies, MIB)
  expect(flushed).toEqual([0, 1])
})

test('a small file is flushed at its end alone, and without copies there is nothing to do', async () => {
  const { copies, flushed } = makeCopies(1)
  const early = new EarlyFlush()
  early.note(copies, 15 * MIB)
  early.note([], 50 * MIB)
  await early.ended
  expect(flushed).toEqual([])
})
