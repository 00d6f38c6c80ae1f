/** What processes that tests and the bench start have in common: how to run a script of ours, and to end with us. */
import type { ChildProcess } from 'node:child_process'

/** What Node.js needs to run a script of ours. */
export const LOADER: readonly string[] = ['--import', new URL('like-tsx.js', import.meta.url).href]

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
