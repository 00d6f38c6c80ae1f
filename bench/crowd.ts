/** A node under a crowd: thousands of open connections, and hundreds who ask for a whole file and do not read it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { endWithUs } from '../test/helpers/child.ts'
import { residentMegabytes } from './memory.ts'
import type { BenchServer } from './servers.ts'

export const CONNECTIONS = 2000
/** Of these so many ask for the file. */
export const DOWNLOADS = 300
const SECONDS = 5
/** By then a node has closed what was cut, and has given back what it held for it. */
const SETTLE_SECONDS = 15

/** Memory in MB; `undefined` where the system does not say. */
export interface Crowd {
  readonly beforeMegabytes: number | undefined
  readonly peakMegabytes: number | undefined
  /** when all have gone */
  readonly afterMegabytes: number | undefined
  /** the longest that `/health` took on a connection of its own, ms: while they came, and while they were there */
  readonly healthMs: number
}

/** Opens all connections at once, and looks at the node until they are closed again. */
export async function measureCrowd(server: BenchServer): Promise<Crowd> {
  const probe = startProbe(server)
  await setTimeout(1000) // whatever is done for the first requests only
  const beforeMegabytes = residentMegabytes(server.pid)
  const sockets = Array.from({ length: CONNECTIONS }, () => connect({ port: server.port, host: '127.0.0.1' }))
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  for (const socket of sockets.slice(0, DOWNLOADS)) askForFile(socket)
  let peakMegabytes: number | undefined
  for (let tick = 0; tick < SECONDS * 10; tick++) {
    await setTimeout(100)
    peakMegabytes = Math.max(peakMegabytes ?? 0, residentMegabytes(server.pid) ?? 0) || undefined
  }
  const healthMs = await probe.end()
  for (const socket of sockets) socket.destroy()
  await setTimeout(SETTLE_SECONDS * 1000)
  return { beforeMegabytes, peakMegabytes, afterMegabytes: residentMegabytes(server.pid), healthMs }
}

function askForFile(socket: Socket): void {
  socket.pause().write('GET /file.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n')
}

/** Asks for `/health` again and again, from a process of its own: this one has thousands of connections to open. */
function startProbe({ port }: BenchServer): { end(): Promise<number> } {
  const child = endWithUs(
    spawn(process.execPath, ['-e', PROBE, String(port)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
  )
  const end = async (): Promise<number> => {
    child.send('end')
    const [worstMs] = (await once(child, 'message')) as [number]
    return worstMs
  }
  return { end }
}

const PROBE = `
  const { get } = require('node:http')
  let worstMs = 0
  const ask = () => {
    const startedMs = performance.now()
    const note = () => {
      worstMs = Math.max(worstMs, performance.now() - startedMs)
      setTimeout(ask, 50)
    }
    get({ port: process.argv[1], path: '/health', agent: false }, (reply) => reply.resume().once('end', note))
  }
  ask()
  process.once('message', () => process.send(worstMs, () => process.exit()))`
