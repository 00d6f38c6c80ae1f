/** What can be seen of this machine's processes and ports from outside. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'

/** Can we see which process has started which? */
export const HAS_PROC = existsSync('/proc/self/stat')

/** The numbers of all processes below this one; empty where there is no /proc. */
export function descendantsOf(pid: number): number[] {
  if (!HAS_PROC) return []
  const entries = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))
  const children = entries.map(Number).filter((entry) => parentOf(entry) === pid)
  return children.flatMap((child) => [child, ...descendantsOf(child)])
}

function parentOf(pid: number): number | undefined {
  try {
    const parent = /.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]
    return parent === undefined ? undefined : Number(parent)
  } catch {
    return undefined // gone
  }
}

/** Does anybody listen on this port? */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
