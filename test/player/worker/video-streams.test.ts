import { describe, expect, test } from 'vitest'
import { VideoStreams } from '../../../src/player/worker/video-streams.js'
import { HandClock } from '../../helpers/hand-clock.ts'

const SIZE = 1000
const PIECE = 100

/** A swarm that has everything, a clock that is moved by hand, and ports that remember what they were told. */
function world() {
  const opened: string[] = []
  let readers = 0
  const clock = new HandClock()
  const file = { size: SIZE, mediaType: 'video/mp4' }
  let fault: Error | undefined
  /** pieces are held back while this is set */
  let gate: Promise<void> | undefined
  const open = (start: number, end: number) => {
    opened.push(`${start}-${end}`)
    readers++
    let at = start
    let isCancelled = false
    return {
      next: async () => {
        await gate
        if (fault) throw fault
        if (isCancelled || at > end) return undefined
        const length = Math.min(PIECE, end - at + 1)
        const bytes = Uint8Array.from({ length }, (_, index) => (at + index) % 251)
        at += length
        return bytes
      },
      cancel: () => {
        if (!isCancelled) readers--
        isCancelled = true
      },
    }
  }
  const streams = new VideoStreams({ file, open, clock })
  const ask = (range: string | null) => {
    const said: { type: string; bytes?: ArrayBuffer }[] = []
    const port: Pick<MessagePort, 'postMessage' | 'close' | 'onmessage'> & { isClosed: boolean } = {
      isClosed: false,
      postMessage: (message: { type: string; bytes?: ArrayBuffer }) => void said.push(message),
      close() {
        port.isClosed = true
      },
      onmessage: null,
    }
    streams.answer(range, port)
    const send = async (type: 'pull' | 'cancel'): Promise<void> => {
      port.onmessage?.call(port as unknown as MessagePort, new MessageEvent('message', { data: { type } }))
      await settle()
    }
    return { said, port, send, types: () => said.map(({ type }) => type) }
  }
  return {
    streams,
    opened,
    ask,
    readers: () => readers,
    fail: (error: Error) => {
      fault = error
    },
    hold: () => {
      let release = (): void => {}
      gate = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
    async pass(ms: number) {
      await clock.pass(ms, settle)
    },
    timers: () => clock.timers,
  }
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

describe('a request', () => {
  test('is told what it gets, and gets one piece for one pull, then the end', async () => {
    const { ask, opened, readers } = world()
    const { said, send, types, port } = ask('bytes=750-')
    expect(said[0]).toEqual({ type: 'head', start: 750, end: 999, size: SIZE, mediaType: 'video/mp4' })
    expect(opened).toEqual(['750-999'])
    expect(types()).toEqual(['head'])
    for (let pull = 0; pull < 4; pull++) await send('pull')
    expect(types()).toEqual(['head', 'piece', 'piece', 'piece', 'end'])
    const bytes = Buffer.concat(said.flatMap(({ bytes }) => (bytes ? [Buffer.from(bytes)] : [])))
    expect(bytes).toEqual(Buffer.from(Array.from({ length: 250 }, (_, index) => (750 + index) % 251)))
    expect(readers()).toBe(0)
    expect(port.isClosed).toBe(true)
  })

  test('behind the end of the file is refused, and opens nothing', () => {
    const { ask, opened } = world()
    expect(ask('bytes=1000-').said).toEqual([{ type: 'unsatisfiable', size: SIZE }])
    expect(opened).toEqual([])
  })

  test('that is cancelled gives its reader back, and nothing is sent after that', async () => {
    const { ask, readers, hold, timers } = world()
    const { send, types } = ask('bytes=0-')
    const release = hold()
    await send('pull')
    await send('cancel')
    release()
    await settle()
    expect(types()).toEqual(['head'])
    expect(readers()).toBe(0)
    expect(timers()).toBe(0)
  })

  test('whose reader fails is told so', async () => {
    const { ask, readers, fail } = world()
    const { said, send } = ask('bytes=0-')
    fail(new Error('no more'))
    await send('pull')
    expect(said.at(-1)).toEqual({ type: 'failed', message: 'no more' })
    expect(readers()).toBe(0)
  })

  test('of another request does not disturb it: both are read, each in its place', async () => {
    const { ask } = world()
    const first = ask('bytes=0-')
    const second = ask('bytes=900-')
    await first.send('pull')
    await second.send('pull')
    await first.send('pull')
    expect(first.types()).toEqual(['head', 'piece', 'piece'])
    expect(second.types()).toEqual(['head', 'piece'])
  })
})

describe('a reader that nobody pulls from', () => {
  test('sleeps soon when there is a newer request, and the newer one does not', async () => {
    const { ask, pass, streams } = world()
    ask('bytes=0-')
    const newer = ask('bytes=500-')
    await pass(2_000)
    expect(streams.readers).toBe(2)
    await pass(3_000)
    expect(streams.readers).toBe(1)
    await newer.send('pull')
    expect(newer.types()).toEqual(['head', 'piece'])
  })

  test('sleeps in the end even without one, and then nothing is left running', async () => {
    const { ask, pass, readers, timers } = world()
    ask('bytes=0-')
    await pass(55_000)
    expect(readers()).toBe(1)
    await pass(10_000)
    expect(readers()).toBe(0)
    expect(timers()).toBe(0)
  })

  test('goes on where it was when a pull comes after all', async () => {
    const { ask, pass, opened } = world()
    const { send, said } = ask('bytes=0-')
    await send('pull')
    await pass(70_000)
    await send('pull')
    expect(opened).toEqual(['0-999', '100-999'])
    expect(new Uint8Array(said.at(-1)?.bytes ?? new ArrayBuffer(0))[0]).toBe(100)
  })

  test('does not sleep while a pull waits for its bytes, however long', async () => {
    const { ask, pass, hold, readers } = world()
    const { send, types } = ask('bytes=0-')
    const release = hold()
    await send('pull')
    ask('bytes=500-')
    await pass(30_000)
    expect(readers()).toBe(2)
    release()
    await settle()
    expect(types()).toEqual(['head', 'piece'])
  })
})

test('closing gives every reader back', async () => {
  const { ask, streams, readers, timers } = world()
  ask('bytes=0-')
  ask('bytes=500-')
  streams.close()
  expect(readers()).toBe(0)
  expect(timers()).toBe(0)
})
