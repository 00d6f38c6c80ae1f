/** Whether somebody else breaks, heals or ends nodes during a lesson. */
import { expect, test } from 'vitest'
import type { FaultState, LabSeen } from '../../../../src/lab/client.js'
import { Meddling } from '../../../../src/player/room/lessons/meddling.js'
import { HandClock } from '../../../helpers/hand-clock.ts'

const CUT: FaultState = {
  ...{ name: 'cut', parameters: { how: 'fin', forMs: 10_000, afterBytes: 9 } },
  ...{ agoMs: 0, leftMs: 1, hits: 0, says: 'cuts' },
}
const FAR = { latencyMs: 900, jitterMs: 0 }

const seen = (
  atMs: number,
  faults: readonly FaultState[],
  impairments: Record<string, number> = FAR,
): LabSeen => ({
  ...{ atMs, isAway: false, isSilent: false },
  state: {
    ...{ revision: 1, changedAgoMs: 0, seed: 0, starts: [], token: 'x', changed: {} },
    ...{ faults, impairments },
  },
})

function watch(
  what: LabSeen,
  faults: object = { cut: { afterBytes: 9, how: 'fin', forMs: 10_000 } },
): string[] {
  const clock = new HandClock()
  const meddling = new Meddling(clock)
  meddling.expect('node1', { faults, impairments: FAR })
  clock.advance(what.atMs)
  for (let times = 0; times < 2; times++) meddling.see('node1', what)
  return [...meddling.found]
}

test.for<[what: string, seen: LabSeen, found: string[]]>([
  ['what is to be', seen(2_000, [CUT]), []],
  ['what was before', seen(300, []), []],
  ['what is over by itself', seen(9_700, []), []],
  ['a lab that is silent', { ...seen(2_000, []), isAway: true, isSilent: true }, []],
  ['a kill', { ...seen(2_000, []), isAway: true }, ['node1 went away, which is no part of the lesson']],
  ['a heal', seen(2_000, []), ['somebody healed node1 meanwhile']],
  [
    'a fault more',
    seen(2_000, [CUT, { ...CUT, name: 'hang', parameters: {}, says: 'hangs' }]),
    ['somebody else did something to it: node1 hangs'],
  ],
  [
    'the same with other parameters',
    seen(2_000, [{ ...CUT, parameters: { how: 'fin', forMs: 10_000, afterBytes: 8 } }]),
    ['somebody else did something to it: node1 cuts'],
  ],
  [
    'another latency, as when that is healed',
    seen(2_000, [CUT], { ...FAR, latencyMs: 50 }),
    ['somebody else did something to it: node1 has latencyMs set to 50'],
  ],
])('%s', ([, what, found]) => {
  expect(watch(what)).toEqual(found)
})

test('a fault that closes the port makes a node seem gone', () => {
  expect(watch({ ...seen(2_000, []), isAway: true }, { refuse: { forMs: 9_000 } })).toEqual([])
})

test('of a node that is killed its lab says nothing of somebody else', () => {
  const clock = new HandClock()
  const meddling = new Meddling(clock)
  meddling.expect('node1', { faults: {}, impairments: FAR })
  meddling.expectNothing('node1')
  clock.advance(2_000)
  meddling.see('node1', seen(2_000, [CUT]))
  meddling.see('node1', { ...seen(2_000, []), isAway: true })
  expect([...meddling.found]).toEqual([])
})
