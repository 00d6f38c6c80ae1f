/** The process ends as `kill -9` ends it: nothing is said, nothing is put in order. */
import type { Fault } from './fault.ts'
import { soon } from './soon.ts'

export const crash = (): Fault => ({ begin: (node) => soon(() => node.crash()) })
