/** What is remembered of the labs: since when, until when, and so that it can be done again. */
import { expect, test } from 'vitest'
import type { LabSeen, LabState } from '../../../../src/lab/client.js'
import { LabRecord } from '../../../../src/player/room/timeline/lab-record.js'

const NAMES = ['node1', 'node2']

const seen = (atMs: number, changedAgoMs: number, state: Partial<LabState> = {}): LabSeen => ({
  atMs,
  isAway: false,
  isSilent: false,
  state: {
    revision: 1,
    seed: 7,
    starts: [],
    token: 'x',
    impairments: {},
    changed: {},
    faults: [],
    changedAgoMs,
    ...state,
  },
})
const away = (last: LabSeen): LabSeen => ({ ...last, isAway: true })
const HANG: LabState['faults'] = [
  { name: 'hang', parameters: { forMs: 900 }, agoMs: 300, leftMs: 600, hits: 1, says: 'hangs' },
]
const REFUSE: LabState['faults'] = [
  {
    name: 'refuse',
    parameters: { forMs: 900 },
    agoMs: 300,
    leftMs: 600,
    hits: undefined,
    says: 'refuses connections',
  },
]

test('a fault counts from when it was set, and until it was over, not from when it was looked at', () => {
  const record = new LabRecord(NAMES)
  record.see('node2', seen(1000, 800), '', 1000)
  record.see('node2', seen(3000, 300, { faults: HANG }), 'hangs', 3000)
  record.see('node2', seen(3400, 700, { faults: HANG }), 'hangs', 3400)
  record.see('node2', seen(5000, 1400), '', 5000)
  expect(record.bands).toEqual([{ lane: 1, fromMs: 2700, toMs: 3600, text: 'hangs' }])
  expect(record.changes).toEqual([
    { kind: 'set', atMs: 2700, node: 'node2', seed: 7, faults: { hang: { forMs: 900 } }, impairments: {} },
    { kind: 'set', atMs: 3600, node: 'node2', seed: 7, faults: {}, impairments: {} },
  ])
})

test('a node that says its lab changed before it was last looked at is not believed', () => {
  const record = new LabRecord(NAMES)
  record.see('node1', seen(1000, 0), '', 1000)
  record.see('node1', seen(3000, 1e308, { faults: HANG }), 'hangs', 3000)
  expect(record.bands).toEqual([{ lane: 0, fromMs: 1000, toMs: undefined, text: 'hangs' }])
})

test('a node that is gone is gone from when the reader saw it, and is there again since it was started', () => {
  const record = new LabRecord(NAMES)
  const first = seen(1000, 800)
  record.see('node1', first, '', 1000)
  record.noteDown('node1', 1500)
  record.see('node1', away(first), '', 3000)
  record.see('node1', seen(9000, 700), '', 9000)
  expect(record.bands).toEqual([{ lane: 0, fromMs: 1500, toMs: 8300, text: 'gone' }])
  expect(record.changes).toEqual([
    { kind: 'crash', atMs: 1500, node: 'node1' },
    { kind: 'start', atMs: 8300, node: 'node1' },
  ])
})

test('where nobody saw it go, it is gone from when its lab did not answer', () => {
  const record = new LabRecord(NAMES)
  const first = seen(1000, 800)
  record.noteDown('node1', 500) // an earlier time
  record.see('node1', first, '', 1000)
  record.see('node1', away(first), '', 3000)
  expect(record.changes).toEqual([{ kind: 'crash', atMs: 3000, node: 'node1' }])
})

test('a node that the lab has ended is gone from then on, and was ended once', () => {
  const record = new LabRecord(NAMES)
  record.see('node1', seen(500, 400), '', 500)
  const crash = { ...HANG[0], name: 'crash', parameters: {}, says: 'crashes' } as LabState['faults'][number]
  const ended = seen(1000, 10, { faults: [crash] })
  record.see('node1', ended, 'crashes', 1000)
  record.noteDown('node1', 1030)
  record.see('node1', away(ended), '', 3000)
  record.see('node1', seen(9000, 700), '', 9000)
  expect(record.bands).toEqual([{ lane: 0, fromMs: 990, toMs: 8300, text: 'crashes' }])
  expect(record.changes.map(({ kind, atMs }) => [kind, atMs])).toEqual([
    ['set', 990],
    ['start', 8300],
  ])
})

test('a node that only stands still is not taken for dead', () => {
  const record = new LabRecord(NAMES)
  const first = seen(1000, 800)
  record.see('node1', first, '', 1000)
  record.see('node1', { ...away(first), isSilent: true }, '', 3000)
  expect([record.bands, record.changes]).toEqual([[], []])
  record.see('node1', away(first), '', 5000)
  expect(record.changes).toEqual([{ kind: 'crash', atMs: 5000, node: 'node1' }])
})

test('a node whose port the lab has closed is not taken for dead', () => {
  const record = new LabRecord(NAMES)
  const refusing = seen(1000, 300, { faults: REFUSE })
  record.see('node1', refusing, 'refuses connections', 1000)
  record.see('node1', away(refusing), 'refuses connections', 1500)
  record.see('node1', seen(2500, 900), '', 2500)
  expect(record.bands).toEqual([{ lane: 0, fromMs: 700, toMs: 1600, text: 'refuses connections' }])
  expect(record.changes.map(({ kind }) => kind)).toEqual(['set', 'set'])
})

test('of somebody else, and of who never answered, nothing is remembered', () => {
  const record = new LabRecord(NAMES)
  record.see('node9', seen(1000, 300, { faults: HANG }), 'hangs', 1000)
  record.see('node1', { state: undefined, atMs: 0, isAway: true, isSilent: false }, '', 2000)
  expect([record.bands, record.changes]).toEqual([[], []])
})

test('a long session keeps the last of it', () => {
  const record = new LabRecord(NAMES)
  for (let turn = 0; turn < 3000; turn++) {
    const faults = turn % 2 === 0 ? HANG : []
    record.see('node1', seen(turn * 10, 0, { faults }), turn % 2 === 0 ? 'hangs' : '', turn * 10)
  }
  expect([record.bands.length, record.changes.length]).toEqual([1000, 1000])
  expect(record.changes.at(-1)?.atMs).toBe(29_990)
})
