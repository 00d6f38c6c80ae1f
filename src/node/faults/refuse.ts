/** The port is closed and all connections are reset, while the process lives. */
import type { Fault } from './fault.ts'
import { soon } from './soon.ts'

export const refuse = (): Fault => ({
  begin: (node) =>
    soon(
      () => node.refuse(),
      () => node.accept(),
    ),
})
