/** When exactly what is done: steps with an end become two, and chance is drawn. Pure: the same seed, the same plan. */
import { chanceOf } from '../chance.ts'
import type { Action } from '../verdict/action.js'
import type { Scenario, ScenarioNode, Step } from './scenario.ts'

/** Between two random events, and how long each lasts. */
const EVERY_MS = [1_500, 4_500] as const
const LASTS_MS = [2_000, 5_000] as const

/** @returns the actions in the order of their times */
export function plan({ steps, nodes, seed }: Pick<Scenario, 'steps' | 'nodes' | 'seed'>): Action[] {
  const actions = steps.flatMap((step, index) =>
    step.kind === 'random'
      ? drawEvents(step, nodes, (...of) => chanceOf(seed, index, ...of))
      : actionsOf(step),
  )
  return actions.sort((a, b) => a.atMs - b.atMs) // of the same time in the order of the steps: sorting is stable
}

function actionsOf(step: Exclude<Step, { kind: 'random' }>): Action[] {
  const { atMs, node } = step
  if (step.kind === 'crash') {
    const crash: Action = { kind: 'crash', atMs, node }
    return step.forMs === undefined ? [crash] : [crash, { kind: 'start', atMs: atMs + step.forMs, node }]
  }
  if (step.kind !== 'set') return [{ kind: step.kind, atMs, node }]
  const { faults, impairments, forMs } = step
  const set: Action = { kind: 'set', atMs, node, faults, impairments }
  return forMs === undefined ? [set] : [set, { kind: 'heal', atMs: atMs + forMs, node }]
}

/** What may happen by chance, each with an end. */
const EVENTS: readonly ((
  node: ScenarioNode,
) => Pick<Action & { kind: 'set' }, 'faults' | 'impairments'> | 'crash')[] = [
  () => 'crash',
  () => ({ faults: { hang: {} }, impairments: {} }),
  () => ({ faults: { stall: { afterBytes: 100_000 } }, impairments: {} }),
  () => ({ faults: { cut: { afterBytes: 100_000, how: 'reset' } }, impairments: {} }),
  () => ({ faults: { status: { code: 503, retryAfterS: 2, share: 1 } }, impairments: {} }),
  () => ({ faults: { corrupt: { everyChunks: 1 } }, impairments: {} }),
  ({ latencyMs }) => ({ faults: {}, impairments: { latencyMs: latencyMs + 1500 } }),
]

function drawEvents(
  { atMs, events, alwaysHealthy }: Step & { kind: 'random' },
  nodes: readonly ScenarioNode[],
  chance: (...of: (string | number)[]) => number,
): Action[] {
  const illUntil = new Map(nodes.map(({ name }) => [name, 0]))
  const between = ([least, most]: readonly [number, number], of: number): number =>
    Math.round(least + (most - least) * of)
  const actions: Action[] = []
  let nowMs = atMs
  for (let event = 0; event < events; event++) {
    const healthy = (): ScenarioNode[] => nodes.filter(({ name }) => (illUntil.get(name) ?? 0) <= nowMs)
    // As many as must be are healthy all the time: wait for one that becomes so.
    while (healthy().length <= alwaysHealthy)
      nowMs = Math.min(...[...illUntil.values()].filter((untilMs) => untilMs > nowMs))
    const free = healthy()
    const node = free[Math.floor(chance(event, 'node') * free.length)]
    const happen = EVENTS[Math.floor(chance(event, 'what') * EVENTS.length)]
    if (node === undefined || happen === undefined) continue
    const { name } = node
    const untilMs = nowMs + between(LASTS_MS, chance(event, 'lasts'))
    const what = happen(node)
    if (what === 'crash') actions.push({ kind: 'crash', atMs: nowMs, node: name })
    else actions.push({ kind: 'set', atMs: nowMs, node: name, ...what })
    actions.push({ kind: what === 'crash' ? 'start' : 'heal', atMs: untilMs, node: name })
    illUntil.set(name, untilMs)
    nowMs += between(EVERY_MS, chance(event, 'next'))
  }
  return actions
}
