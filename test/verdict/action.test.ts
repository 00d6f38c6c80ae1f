/** What is done to a node, in words, and whether it can have shown. */
import { expect, test } from 'vitest'
import { type Action, describeAction, endMsOf, whyTooShort } from '../../src/verdict/action.js'

test.for<[action: Omit<Action, 'atMs' | 'node'>, text: string]>([
  [{ kind: 'crash' }, 'node1 is killed'],
  [{ kind: 'start' }, 'node1 is started again'],
  [{ kind: 'heal' }, 'node1 is healed'],
  [
    { kind: 'set', faults: { hang: {} }, impairments: { latencyMs: 9 } } as Omit<Action, 'atMs' | 'node'>,
    'node1 has latencyMs set to 9 and hangs',
  ],
])('%j: %s', ([action, text]) => {
  expect(describeAction({ ...action, atMs: 0, node: 'node1' } as Action)).toBe(text)
})

test('a video that is over before the last step cannot show it', () => {
  const actions: Action[] = [{ kind: 'crash', atMs: 6_000, node: 'node1' }]
  expect(whyTooShort(actions, 5)).toBe('the video is over before the last step')
  expect(whyTooShort(actions, 7)).toBe('')
  expect(whyTooShort(actions, Number.NaN)).toBe('')
})

test('all has been seen when what lay ahead has been played, or the video is over', () => {
  const actions: Action[] = [{ kind: 'crash', atMs: 5_000, node: 'node1' }]
  const scenario = { actions, lookAheadSeconds: 15 }
  expect([90, 10, 3, Number.NaN].map((seconds) => endMsOf(scenario, seconds))).toEqual([
    ...[26_000, 10_000, 5_000, 26_000],
  ])
})
