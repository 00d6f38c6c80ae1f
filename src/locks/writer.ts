/**
 * Who writes a file, as its name can say it: `<process>-<world>`. A process number means something only
 * where it was given out: on this machine since it started, and in this PID namespace (a container has its own).
 */
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** As a part of a pattern: the process number, then the world where it was given out. */
export const WRITER_PATTERN = '([1-9][0-9]*)-([0-9a-f]{8})'

/** The world of this process. */
const WORLD = createHash('sha256')
  .update(
    JSON.stringify([
      hostname(),
      known(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
      known(() => readlinkSync('/proc/self/ns/pid')),
    ]),
  )
  .digest('hex')
  .slice(0, 8)

/** This process. */
export const thisWriter = (): string => `${process.pid}-${WORLD}`

/**
 * Is it certain that this process is gone? Of another world nobody here can say.
 * @param isRunning asks the system, in this world
 */
export function isGone(pid: number, world: string, isRunning: (pid: number) => boolean = runs): boolean {
  return world === WORLD && !isRunning(pid)
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0) // asks only
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // it runs, as another user
  }
}

/** What only Linux tells. */
function known(ask: () => string): string {
  try {
    return ask()
  } catch {
    return ''
  }
}
