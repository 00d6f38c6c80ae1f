/** What is taken for a scenario, and the scenarios of the project. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { plan } from '../../src/scenario/plan.ts'
import { parseScenario, readScenario } from '../../src/scenario/scenario.ts'
import { endMsOf } from '../../src/verdict/action.js'

const GOOD = {
  ...{ title: 't', question: 'q', choices: ['a', 'b'], why: 'w', expect: { stalls: 0 } },
  steps: [{ at: '1s', node: 'node1', do: 'crash' }],
}
const parse = (change: object) => parseScenario(JSON.stringify({ ...GOOD, ...change }), 's.json')

test('three nodes as in the default demo, when it names none', () => {
  expect(parse({}).nodes).toEqual(
    [50, 150, 300].map((latencyMs, index) => ({
      ...{ name: `node${index + 1}`, latencyMs, jitterMs: 0, bandwidthKbps: 3000 },
    })),
  )
  expect(parse({ nodes: [{ latencyMs: 5 }] }).nodes).toEqual([
    { name: 'node1', latencyMs: 5, jitterMs: 0, bandwidthKbps: 0 },
  ])
})

test.for<[change: object, message: string]>([
  [{ title: '' }, 's.json: title: expected a text'],
  [{ choices: ['a'] }, 's.json: choices: expected two texts or more'],
  [{ Seed: 1 }, 's.json: Seed: expected one of title, question'],
  [{ seed: -1 }, 's.json: seed: expected a whole number from 0'],
  [{ nodes: [] }, 's.json: nodes: expected 1 to 30 nodes'],
  [{ nodes: [{ latencyMs: -1 }] }, 's.json: nodes[0].latencyMs: expected milliseconds'],
  [{ nodes: [{}] }, 's.json: nodes[0].latencyMs: expected milliseconds'],
  [{ nodes: [{ nick: 'x' }] }, 's.json: nodes[0].nick: expected one of name, latencyMs'],
  [{ nodes: [{ name: '', latencyMs: 1 }] }, 's.json: nodes[0].name: expected a text'],
  [{ steps: [] }, 's.json: steps: expected 1 to 1000 steps'],
  [
    { steps: [{ at: '1s', node: 'node9', do: 'crash' }] },
    's.json: steps[0].node: expected one of node1, node2, node3',
  ],
  [{ steps: [{ at: 1, node: 'node1', do: 'crash' }] }, 's.json: steps[0].at: expected a time such as "8s"'],
  [{ steps: [{ node: 'node1', do: 'stop' }] }, 's.json: steps[0].do: expected "crash", "start" or "heal"'],
  [{ steps: [{ node: 'node1' }] }, 's.json: steps[0]: expected set, impairments, do or random'],
  [
    { steps: [{ node: 'node1', set: { stall: {} } }] },
    's.json: steps[0].set.stall.afterBytes: expected bytes',
  ],
  [
    { steps: [{ node: 'node1', set: { refuse: true } }] },
    's.json: steps[0].set.refuse.forMs: expected milliseconds',
  ],
  [
    { steps: [{ node: 'node1', impairments: { speed: 1 } }] },
    's.json: steps[0].impairments.speed: expected one of latencyMs',
  ],
  [{ steps: [{ random: { events: 0 } }] }, 's.json: steps[0].random.events: expected a whole number from 1'],
  [
    { steps: [{ random: { events: 1, alwaysHealthy: 3 } }] },
    's.json: steps[0].random.alwaysHealthy: expected a whole number from 0 to 2',
  ],
  [{ expect: {} }, 's.json: expect: expected one of stalls, leastStalls'],
  [{ expect: { leastStalls: 0.5 } }, 's.json: expect.leastStalls: expected a whole number from 0'],
  [{ right: 'c' }, 's.json: right: expected one of the choices'],
  [{ expect: { stall: 0 } }, 's.json: expect.stall: expected one of stalls'],
])('%j is refused', ([change, message]) => {
  expect(() => parse(change)).toThrow(message)
})

test('a time of a step is that of its faults, which some need', () => {
  const [step] = parse({
    steps: [{ node: 'node1', set: { refuse: true, cut: { afterBytes: 1, forMs: 5 } }, for: '3s' }],
  }).steps
  expect(step).toMatchObject({ faults: { refuse: { forMs: 3000 }, cut: { forMs: 5 } }, forMs: 3000 })
})

describe('the scenarios of the project', () => {
  const folder = path.resolve('scenarios')
  const names = readdirSync(folder)

  test('are there', () => {
    expect(names.length).toBeGreaterThanOrEqual(13)
  })

  test.for(names)('%s can be played', (name) => {
    const scenario = readScenario(path.join(folder, name))
    const actions = plan(scenario)
    expect(actions.length).toBeGreaterThan(0)
    expect(scenario.question).toMatch(/\?$/)
    expect(scenario.choices).toContain(scenario.right)
    // The sample plays 90 s, and what lies ahead is outlived before: who got nothing from the last step on has stood.
    const { lookAheadSeconds } = scenario
    const endMs = endMsOf({ actions, lookAheadSeconds }, 90)
    expect(endMs - (actions.at(-1)?.atMs ?? 0)).toBeGreaterThan(lookAheadSeconds * 1000 + 5_000)
  })
})
