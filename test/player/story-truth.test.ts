/** Random faults on all nodes, a random viewer: whatever happens, nothing that the page says is untrue. */
import { expect, test } from 'vitest'
import { viewAtRandom } from './random-viewing.ts'

/** More by `STORY_SEEDS=5000`. */
const SEEDS = Number(process.env['STORY_SEEDS'] ?? 200)
const GROUP = 20

const GROUPS = Array.from({ length: Math.ceil(SEEDS / GROUP) }, (_, group) => GROUP * group + 1)

test.for(GROUPS)('all that is said is true, seeds from %i on', async (first) => {
  const wrong = []
  for (let seed = first; seed < first + GROUP; seed++) wrong.push(...(await viewAtRandom(seed)).wrong)
  expect(wrong).toEqual([])
})
