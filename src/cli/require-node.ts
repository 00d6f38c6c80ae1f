/**
 * The first import of every command: an old Node.js, with a tsx of its own, gets one line, and not a stack about what
 * it lacks. So nothing that a command imports may name what such a Node.js does not have.
 */
import { checkNode } from './launch.cjs'

if (!checkNode(true)) process.exit(1)
