/** What processes that tests and the bench start have in common: how to run a script of ours, and to end with us. */
import type { ChildProcess } from 'node:child_process'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const READS_TYPESCRIPT = major > 22 || (major === 22 && minor >= 18)
/** What Node.js needs to run a script of ours. */
export const LOADER: readonly string[] = READS_TYPESCRIPT ? [] : ['--import', import.meta.resolve('tsx')]

const living = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})

/** Sees to it that a process does not outlive us, not even when it is stopped. */
export function endWithUs<T extends ChildProcess>(child: T): T {
  living.add(child)
  child.once('exit', () => living.delete(child))
  return child
}
