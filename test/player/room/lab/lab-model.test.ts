/** What the labs say, in words, and when it is told. */
import { describe, expect, test } from 'vitest'
import { IMPAIRMENTS } from '../../../../src/impairments.ts'
import type { LabSeen, LabState } from '../../../../src/lab/client.js'
import { readFaults } from '../../../../src/lab/faults.js'
import { PRESETS } from '../../../../src/lab/presets.js'
import { LabModel } from '../../../../src/player/room/lab/lab-model.js'

const HANGS = { name: 'hang', parameters: {}, agoMs: 0, leftMs: 10_000, hits: 3, says: 'hangs' } as const
const STALLS = { ...HANGS, name: 'stall', leftMs: undefined, says: 'stalls after 5 bytes' } as const

const seen = (state: Partial<LabState>, atMs = 0): LabSeen => ({
  state: {
    revision: 1,
    changedAgoMs: 0,
    seed: 0,
    starts: [],
    impairments: {},
    changed: {},
    faults: [],
    token: 'x',
    ...state,
  },
  atMs,
  isAway: false,
  isSilent: false,
})

describe('the line on a card', () => {
  test('says what is in force, for how much longer, and how often it struck', () => {
    const model = new LabModel()
    model.see('node2', seen({ changed: { latencyMs: 900 }, faults: [HANGS, STALLS] }, 1000))
    expect(model.line('node2', 3_000)).toBe(
      'The lab: has latencyMs set to 900; hangs, 8.0 s left; stalls after 5 bytes, 3 hits',
    )
  })

  test('counts no hits of what is done to the node itself', () => {
    const model = new LabModel()
    const crashes = { ...HANGS, name: 'crash', leftMs: undefined, hits: undefined, says: 'crashes' } as const
    model.see('node2', seen({ faults: [crashes] }))
    expect(model.line('node2', 0)).toBe('The lab: crashes')
  })

  test('forgets what must be over by now, also of a node that does not answer', () => {
    const model = new LabModel()
    const faults = [{ ...HANGS, name: 'refuse' as const, hits: undefined, says: 'refuses connections' }]
    model.see('node2', seen({ faults }))
    model.see('node2', { ...seen({ faults }), isAway: true, isSilent: false })
    expect(model.line('node2', 9_000)).toBe('The lab: refuses connections, 1.0 s left')
    expect(model.line('node2', 10_000)).toBe('')
  })

  test('is empty where nothing is known, or nothing in force', () => {
    const model = new LabModel()
    expect(model.line('node1', 0)).toBe('')
    model.see('node1', seen({}))
    expect(model.line('node1', 0)).toBe('')
    expect([model.isOpen('node1'), model.isBusy('node1'), model.isOpen('node9')]).toEqual([
      true,
      false,
      false,
    ])
  })

  test('a lab that is closed is not open, and says what is in force all the same', () => {
    const model = new LabModel()
    model.see('node1', seen({ token: undefined, faults: [STALLS] }))
    expect([model.isOpen('node1'), model.isBusy('node1')]).toEqual([false, true])
  })
})

describe('the story is told', () => {
  test('once of each change, and of nothing when there is none', () => {
    const model = new LabModel()
    expect(model.see('node2', seen({}))).toBeUndefined()
    expect(model.see('node2', seen({ faults: [HANGS] }))).toBe('The lab says: node2 hangs.')
    expect(model.see('node2', seen({ faults: [{ ...HANGS, hits: 9, leftMs: 1 }] }))).toBeUndefined()
    expect(model.see('node2', seen({ faults: [HANGS, STALLS] }))).toBe(
      'The lab says: node2 hangs and stalls after 5 bytes.',
    )
    expect(model.see('node2', seen({}))).toBe('The lab says: node2 is healed.')
  })

  test('not of a node that has gone: what its lab says then is not known', () => {
    const model = new LabModel()
    model.see('node2', seen({ faults: [STALLS] }))
    expect(model.see('node2', { state: undefined, atMs: 5, isAway: true, isSilent: false })).toBeUndefined()
  })
})

test('each button sets what a node takes', () => {
  for (const { faults = {}, impairments, name } of PRESETS) {
    expect([name, readFaults(faults)]).toEqual([name, faults])
    const set = Object.entries(impairments?.({ latencyMs: 50, jitterMs: 0 }) ?? {})
    expect(set.length + Object.keys(faults).length, name).toBe(1)
    for (const [field, value] of set)
      expect(IMPAIRMENTS[field as keyof typeof IMPAIRMENTS].test(value), name).toBe(true)
  }
})

describe('a node that is gone', () => {
  const away = (state: Partial<LabState> = {}): LabSeen => ({ ...seen(state), isAway: true, isSilent: false })

  test('can be started from here when somebody who lives was started by who can', () => {
    const model = new LabModel()
    model.see('node1', away({ starts: ['node1', 'node2'] }))
    model.see('node2', seen({ starts: ['node1', 'node2'] }))
    expect([model.isGone('node1'), model.canStart('node1'), model.line('node1', 0)]).toEqual([true, true, ''])
    expect([model.isGone('node2'), model.canStart('node9')]).toEqual([false, false])
  })

  test('else it is said how to start it, on the machine where it ran', () => {
    const model = new LabModel()
    model.see('node1', away())
    model.see('node2', seen({}))
    expect(model.line('node1', 0)).toBe('To start it again: npm run start-node node1')
    const guest = new LabModel()
    guest.see('node1', away({ token: undefined }))
    guest.see('node2', seen({ token: undefined, starts: ['node1'] }))
    expect([guest.canStart('node1'), guest.line('node1', 0)]).toEqual([false, ''])
  })

  test('is not one that stands still: to start it would be wrong advice', () => {
    const model = new LabModel()
    model.see('node1', { ...away(), isSilent: true })
    model.see('node2', seen({ starts: ['node1'] }))
    expect([model.isGone('node1'), model.line('node1', 0)]).toEqual([false, ''])
  })

  test('has no faults to heal, and is not told to be healed when it was started again', () => {
    const model = new LabModel()
    const crashes = seen({
      faults: [{ ...HANGS, name: 'crash', hits: undefined, leftMs: undefined, says: 'crashes' }],
    })
    expect(model.see('node1', crashes)).toBe('The lab says: node1 crashes.')
    expect(model.see('node1', { ...crashes, isAway: true, isSilent: false })).toBeUndefined()
    expect([model.isOpen('node1'), model.see('node1', seen({}))]).toEqual([false, undefined])
    expect(model.isOpen('node1')).toBe(true)
  })

  test('is not one whose port the lab has closed', () => {
    const model = new LabModel()
    model.see('node1', away({ faults: [{ ...HANGS, name: 'refuse', says: 'refuses connections' }] }))
    expect(model.isGone('node1')).toBe(false)
  })
})
