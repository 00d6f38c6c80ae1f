/** When what is done: pure. */
import { describe, expect, test } from 'vitest'
import { plan } from '../../src/scenario/plan.ts'
import { parseScenario, type Scenario } from '../../src/scenario/scenario.ts'

const scenarioOf = (steps: unknown, seed = 0): Scenario =>
  parseScenario(
    JSON.stringify({
      ...{ title: 't', question: 'q', choices: ['a', 'b'], why: 'w' },
      seed,
      steps,
      expect: { stalls: 0 },
    }),
    's.json',
  )

test('what has an end becomes two actions, in the order of their times', () => {
  const steps = [
    { at: '9s', node: 'node2', do: 'crash', for: '500ms' },
    { at: '8s', node: 'node1', set: { hang: true }, for: '10s' },
    { at: '9s', node: 'node3', do: 'heal' },
  ]
  expect(plan(scenarioOf(steps))).toEqual([
    { kind: 'set', atMs: 8_000, node: 'node1', faults: { hang: { forMs: 10_000 } }, impairments: {} },
    { kind: 'crash', atMs: 9_000, node: 'node2' },
    { kind: 'heal', atMs: 9_000, node: 'node3' },
    { kind: 'start', atMs: 9_500, node: 'node2' },
    { kind: 'heal', atMs: 18_000, node: 'node1' },
  ])
})

describe('what comes by chance', () => {
  const draw = (seed: number, events = 200) => plan(scenarioOf([{ at: '3s', random: { events } }], seed))

  test('is the same with the same seed, and another with another', () => {
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
  })

  test('each ends, and one node is always well', () => {
    for (const seed of [1, 2, 3]) {
      const actions = draw(seed)
      expect(actions).toHaveLength(400)
      const ill = new Set<string>()
      for (const { kind, node } of actions) {
        if (kind === 'start' || kind === 'heal') ill.delete(node)
        else ill.add(node)
        expect(ill.size).toBeLessThanOrEqual(2)
      }
      expect([...ill]).toEqual([])
    }
  })

  test('happens to all nodes, in every kind', () => {
    const actions = draw(1)
    expect(new Set(actions.map(({ node }) => node)).size).toBe(3)
    expect(
      new Set(actions.map((action) => (action.kind === 'set' ? JSON.stringify(action.faults) : action.kind)))
        .size,
    ).toBe(9)
  })
})
