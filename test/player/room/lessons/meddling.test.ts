/** Whether somebody else breaks or heals nodes during a lesson. */
import { expect, test } from 'vitest'
import type { FaultState, LabSeen } from '../../../../src/lab/client.js'
import { Meddling } from '../../../../src/player/room/lessons/meddling.js'
import { HandClock } from '../../../helpers/hand-clock.ts'

const HANG: FaultState = { name: 'hang', parameters: {}, agoMs: 0, leftMs: 1, hits: 0, says: 'hangs' }

const seen = (
  atMs: number,
  faults: readonly FaultState[],
  changed: Record<string, number> = {},
): LabSeen => ({
  ...{ atMs, isAway: false, isSilent: false },
  state: {
    ...{ revision: 1, changedAgoMs: 0, seed: 0, starts: [], token: 'x', impairments: {} },
    ...{ faults, changed },
  },
})

function watch() {
  const clock = new HandClock()
  const meddling = new Meddling(clock)
  meddling.expect('node1', { faults: { hang: { forMs: 10_000 } }, impairments: { latencyMs: 900 } })
  return meddling
}

test.for<[what: string, seen: LabSeen, found: string[]]>([
  ['what is to be', seen(2_000, [HANG], { latencyMs: 900 }), []],
  ['what was before', seen(300, []), []],
  ['what is over by itself', seen(9_700, [], { latencyMs: 900 }), []],
  ['a node that is away', { ...seen(2_000, []), isAway: true }, []],
  ['a heal', seen(2_000, [], { latencyMs: 900 }), ['somebody healed node1 meanwhile']],
  [
    'a fault',
    seen(2_000, [HANG, { ...HANG, name: 'corrupt', says: 'lies' }], { latencyMs: 900 }),
    ['somebody else did something to it: node1 lies'],
  ],
  [
    'another latency',
    seen(2_000, [HANG], { latencyMs: 5 }),
    ['somebody else did something to it: node1 has latencyMs set to 5'],
  ],
])('%s', ([, what, found]) => {
  const meddling = watch()
  meddling.see('node1', what)
  meddling.see('node1', what)
  expect([...meddling.found]).toEqual(found)
})

test('a node to which nothing is done is watched, too', () => {
  const meddling = watch()
  meddling.see('node2', seen(2_000, [HANG]))
  expect([...meddling.found]).toEqual(['somebody else did something to it: node2 hangs'])
})
