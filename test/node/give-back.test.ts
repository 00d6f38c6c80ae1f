import { once } from 'node:events'
import { connect, createServer, Server, Socket } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { giveBackAfterCrowds } from '../../src/node/give-back.ts'

/** A server whose connections are only said to come and go. */
function watch() {
  vi.useFakeTimers()
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const server = new Server()
  let collected = 0
  giveBackAfterCrowds(server, () => collected++)
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
  return { server, come, go, pass }
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

test('what a crowd has left is no longer there', async () => {
  const server = createServer()
  giveBackAfterCrowds(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const seen: WeakRef<Socket>[] = []
  server.on('connection', (socket) => seen.push(new WeakRef(socket)))
  const sockets = Array.from({ length: 600 }, () => connect(port, '127.0.0.1'))
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  await vi.waitFor(() => expect(seen.length).toBe(600))
  for (const socket of sockets) socket.destroy()
  await vi.waitFor(
    () => expect(seen.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(10),
    30_000,
  )
})
