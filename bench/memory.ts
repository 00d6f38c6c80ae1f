/** The memory of a node that many slow readers ask for a whole file. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { BenchServer } from './servers.ts'

const READERS = 50
const SECONDS = 5
/** Every reader takes this much ten times a second. */
const SIP_BYTES = 16 * 1024

/** The most memory that a node had resident, in MB; `undefined` where the system does not say. */
export async function measureMemory(server: BenchServer): Promise<number | undefined> {
  const sockets = Array.from({ length: READERS }, () => connect({ port: server.port, host: '127.0.0.1' }))
  for (const socket of sockets) {
    await once(socket, 'connect')
    socket.pause().write('GET /file.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n')
  }
  let peak: number | undefined
  for (let tick = 0; tick < SECONDS * 10; tick++) {
    await setTimeout(100)
    for (const socket of sockets) socket.read(SIP_BYTES)
    peak = Math.max(peak ?? 0, residentMegabytes(server.pid) ?? 0) || undefined
  }
  for (const socket of sockets) socket.destroy()
  return peak
}

/** What a process has resident, MB; `undefined` where the system does not say. @see proc(5), VmRSS */
export function residentMegabytes(pid: number): number | undefined {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return (Number(kibibytes) * 1024) / 1e6
  } catch {
    return undefined
  }
}

/** The processor time that a process has had, s; `undefined` where the system does not say. @see proc(5), utime and stime */
export function processorSeconds(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  } catch {
    return undefined
  }
}

/** Of every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100
