/** All mutants. A new one: the edit, and the tests that are to notice it, in the list of its room. */
import { COMMAND_MUTANTS } from './commands.ts'
import { LESSON_MUTANTS } from './lessons.ts'
import type { Mutant } from './mutant.ts'
import { NODE_MUTANTS } from './node.ts'
import { PAGE_MUTANTS } from './page.ts'
import { PULL_MUTANTS } from './pull.ts'
import { REPLICATION_MUTANTS } from './replication.ts'
import { SWARM_MUTANTS } from './swarm.ts'

export const MUTANTS: readonly Mutant[] = [
  ...NODE_MUTANTS,
  ...REPLICATION_MUTANTS,
  ...SWARM_MUTANTS,
  ...PAGE_MUTANTS,
  ...COMMAND_MUTANTS,
  ...LESSON_MUTANTS,
  ...PULL_MUTANTS,
]
