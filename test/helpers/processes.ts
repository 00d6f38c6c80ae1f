/** What can be seen of this machine's processes and ports from outside. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'

/** Can we see which process has started which? */
export const HAS_PROC = existsSync('/proc/self/stat')

/** The numbers of all processes below this one; empty where there is no /proc. */
export function descendantsOf(pid: number): number[] {
  const children = allProcesses().filter((child) => parentOf(child) === pid)
  return children.flatMap((child) => [child, ...descendantsOf(child)])
}

/** The numbers of all processes with all of these among the words of their command line; none without /proc. */
export function processesWith(...words: readonly string[]): number[] {
  return allProcesses().filter((pid) => {
    const has = new Set(commandLineOf(pid).split('\0'))
    return words.every((word) => has.has(word))
  })
}

function allProcesses(): number[] {
  if (!HAS_PROC) return []
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // gone
  }
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
