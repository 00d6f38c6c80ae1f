/** Random faults on all nodes, a random viewer: whatever happens, nothing that the page says is untrue. */
import { expect, test } from 'vitest'
import { describeState } from '../../../../src/player/room/nodes/node-model.js'
import { seededRandom } from '../../../helpers/random.ts'
import { viewAtRandom } from './random-viewing.ts'
import { SimulatedPlayer } from './simulated-player.ts'

/** More by `STORY_SEEDS=5000`. */
const SEEDS = Number(process.env['STORY_SEEDS'] ?? 40)
const GROUP = 20

const GROUPS = Array.from({ length: Math.ceil(SEEDS / GROUP) }, (_, group) => GROUP * group + 1)

test.for(GROUPS)('all that is said is true, seeds from %i on', async (first) => {
  const wrong = []
  for (let seed = first; seed < first + GROUP; seed++) wrong.push(...(await viewAtRandom(seed)).wrong)
  expect(wrong).toEqual([])
})

test('a liar whose process is back answers, and is not called up while nobody asks it', async () => {
  const player = new SimulatedPlayer(
    { sizeBytes: 6_000_000, chunkBytes: 65_536, bytesPerSecond: 131_072, random: seededRandom(1) },
    [
      { delayMs: 50, bytesPerMs: 1024 },
      { delayMs: 20, bytesPerMs: 512, isCorrupt: true },
      { delayMs: 90, bytesPerMs: 256 },
    ],
  )
  const { simulation, nodes } = player
  const node2 = () => nodes.nodes[1]
  while (node2()?.state !== 'sent bad data') await simulation.pass(100)
  simulation.nodes[1]?.kill()
  await simulation.pass(3_000)
  simulation.nodes[1]?.restart()
  const before = player.events.length
  const words = new Set<string>()
  for (let ms = 0; ms < 2_000; ms += 100) {
    await simulation.pass(100)
    const facts = node2()
    if (facts?.state === 'up') words.add(describeState(facts, player.nowMs).words)
  }
  expect(player.events.slice(before)).not.toContainEqual(
    expect.objectContaining({ type: 'asked', node: 'node2' }),
  )
  expect([...words]).toEqual(['left out'])
  simulation.swarm.close()
})
