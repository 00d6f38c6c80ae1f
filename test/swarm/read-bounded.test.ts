import { createServer } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { httpFetch } from '../../src/http-client/http-fetch.ts'
import { readBounded, readBoundedJson, skipBounded } from '../../src/swarm/read-bounded.js'
import { listen } from '../helpers/command.ts'

/** A body in pieces of some lengths, each full of its own number. */
function answer(lengths: readonly number[], end: 'ends' | 'fails' | 'goes on' = 'ends') {
  const read: number[] = []
  let cancelled = false
  const reader = {
    async read() {
      const length = lengths[read.length] ?? (end === 'goes on' ? 1000 : undefined)
      if (length === undefined && end === 'fails') throw new TypeError('terminated')
      if (length === undefined) return { done: true as const }
      read.push(length)
      return { done: false as const, value: new Uint8Array(length).fill(read.length) }
    },
    async cancel() {
      cancelled = true
    },
  }
  const body = { getReader: () => reader, cancel: () => reader.cancel() }
  return { body, pieces: () => read.length, wasCancelled: () => cancelled }
}

describe('an answer', () => {
  test('is read whole, its pieces in order', async () => {
    expect([...(await readBounded(answer([2, 1, 3]), 100))]).toEqual([1, 1, 2, 3, 3, 3])
  })

  test('may have no body, or an empty one', async () => {
    expect((await readBounded({ body: null }, 0)).length).toBe(0)
    expect((await readBounded(answer([]), 0)).length).toBe(0)
  })

  test('may be just as long as the bound, and not a byte longer', async () => {
    expect((await readBounded(answer([60, 40]), 100)).length).toBe(100)
    const longer = answer([60, 41])
    await expect(readBounded(longer, 100)).rejects.toThrow(RangeError)
    expect(longer.wasCancelled()).toBe(true)
  })

  test('that never ends is given up at the bound', async () => {
    const endless = answer([], 'goes on')
    await expect(readBounded(endless, 10_500)).rejects.toThrow('its answer is longer than 10500 bytes')
    expect(endless.pieces()).toBe(11)
    expect(endless.wasCancelled()).toBe(true)
  })

  test('that breaks off is none', async () => {
    await expect(readBounded(answer([5], 'fails'), 100)).rejects.toThrow('terminated')
    await expect(skipBounded(answer([5], 'fails'), 100)).rejects.toThrow('terminated')
  })

  test('that nobody reads may be longer', async () => {
    const endless = answer([], 'goes on')
    await skipBounded(endless, 1500)
    expect(endless.wasCancelled()).toBe(true)
  })

  test('is read as JSON in UTF-8', async () => {
    expect(await readBoundedJson(new Response('{"name":"é"}'), 100)).toEqual({ name: 'é' })
    await expect(readBoundedJson(new Response('<html>'), 100)).rejects.toThrow(SyntaxError)
  })
})

test.for([
  ['Node.js', (url: string) => fetch(url)],
  ['our own', (url: string) => httpFetch(url, {})],
] as const)('a server that sends for ever is hung up on: fetch of %s', async ([, fetch]) => {
  let hangUp: (() => void) | undefined
  const hungUp = new Promise<void>((resolve) => {
    hangUp = resolve
  })
  const server = createServer((_, response) => {
    const send = (): void => {
      while (response.write(Buffer.alloc(64 * 1024)));
    }
    response.on('drain', send).on('close', () => hangUp?.())
    send()
  })
  const port = await listen(server)
  onTestFinished(() => {
    server.close()
  })
  await expect(readBounded(await fetch(`http://127.0.0.1:${port}`), 2 ** 20)).rejects.toThrow(RangeError)
  await hungUp
})
