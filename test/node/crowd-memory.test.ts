import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, Server, Socket } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { boundCrowdMemory } from '../../src/node/crowd-memory.ts'
import { endWithUs, LOADER } from '../helpers/child.ts'

/** A server whose connections are only said to come and go. */
function watch() {
  vi.useFakeTimers()
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const server = new Server()
  let collected = 0
  const growth: boolean[] = []
  const collect = (): void => void collected++
  boundCrowdMemory(server, { collect, letGrow: (mayGrow) => growth.push(mayGrow) })
  const come = (count: number): Socket[] =>
    Array.from({ length: count }, () => {
      const socket = new Socket()
      server.emit('connection', socket)
      return socket
    })
  const go = (sockets: readonly Socket[]): void => {
    for (const socket of sockets) socket.emit('close')
  }
  const pass = (seconds: number): number => {
    vi.advanceTimersByTime(seconds * 1000)
    return collected
  }
  return { server, come, go, pass, growth }
}

describe('garbage is collected', () => {
  test('when a crowd has gone, a few times, and then no more', () => {
    const { come, go, pass } = watch()
    go(come(600))
    expect(pass(1)).toBe(0)
    expect(pass(60)).toBe(3)
    expect(pass(3_600)).toBe(3)
  })

  test('also when some stay, and again after the next crowd', () => {
    const { come, go, pass } = watch()
    come(20)
    go(come(600))
    expect(pass(60)).toBe(3)
    go(come(10))
    expect(pass(60)).toBe(3)
    go(come(700))
    expect(pass(60)).toBe(6)
  })

  test('not while many are there, nor while another crowd comes', () => {
    const { come, go, pass } = watch()
    const [first, second] = [come(600), come(600)]
    go(first)
    expect(pass(60)).toBe(0)
    go(second)
    const third = come(600)
    expect(pass(60)).toBe(0)
    go(third)
    expect(pass(60)).toBe(3)
  })

  test('not for a few, and not when the server has closed', () => {
    const { server, come, go, pass } = watch()
    go(come(400))
    expect(pass(60)).toBe(0)
    go(come(600))
    server.emit('close')
    expect(pass(60)).toBe(0)
  })
})

test('room for young objects grows for few, stays as it is for many, and grows again when they have gone', () => {
  const { come, go, growth } = watch()
  const few = come(99)
  expect(growth).toEqual([])
  const many = come(1900)
  expect(growth).toEqual([false])
  go(many)
  expect(growth).toEqual([false, true])
  go(come(1))
  go(few)
  expect(growth).toEqual([false, true, false, true])
})

const MODULE = JSON.stringify(new URL('../../src/node/crowd-memory.ts', import.meta.url).href)
/** Node.js and what makes it run some code of ours, in a process in which nothing else happens. */
const running = (code: string): string[] => [...LOADER, '--input-type=module', '-e', code]

/** The room for young objects, bytes, of a process with so many connections that makes and drops many objects. */
function youngBytes(connections: number): number {
  const code = `
    import { EventEmitter } from 'node:events'
    import { getHeapSpaceStatistics } from 'node:v8'
    import { boundCrowdMemory } from ${MODULE}
    const server = new EventEmitter()
    boundCrowdMemory(server)
    for (let count = 0; count < ${connections}; count++) server.emit('connection', new EventEmitter())
    let kept = []
    for (let count = 0; count < 2_000_000; count++) {
      if (kept.length > 100_000) kept = []
      kept.push({ count })
    }
    console.log(getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size)`
  return Number(execFileSync(process.execPath, running(code)))
}

test('V8 does as it is told', () => {
  expect(youngBytes(99)).toBeGreaterThan(16 * 2 ** 20)
  expect(youngBytes(100)).toBeLessThan(8 * 2 ** 20)
})

test('what a crowd has left is no longer there, though V8 itself collects nothing', async () => {
  const code = `
    import { createServer } from 'node:net'
    import { boundCrowdMemory } from ${MODULE}
    const seen = []
    const server = createServer((socket) => seen.push(new WeakRef(socket.resume())))
    boundCrowdMemory(server)
    server.listen(0, '127.0.0.1', () => process.send(server.address().port))
    process.on('message', () => process.send(seen.filter((ref) => ref.deref() !== undefined).length))`
  const child = endWithUs(
    spawn(process.execPath, ['--no-memory-reducer', ...running(code)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  )
  onTestFinished(() => void child.kill())
  const [port] = (await once(child, 'message')) as [number]
  const ask = async (): Promise<number> => {
    child.send('how many')
    const [count] = (await once(child, 'message')) as [number]
    return count
  }
  const sockets = Array.from({ length: 600 }, () => connect(port, '127.0.0.1'))
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  await vi.waitFor(async () => expect(await ask()).toBe(600), 30_000)
  for (const socket of sockets) socket.destroy()
  await vi.waitFor(async () => expect(await ask()).toBeLessThan(10), { timeout: 30_000, interval: 500 })
})
