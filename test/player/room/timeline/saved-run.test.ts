/** A run as a file: what `rehearse --replay` reads is what was done. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { saveRun } from '../../../../src/player/room/timeline/saved-run.js'
import type { Bar } from '../../../../src/player/room/timeline/timeline-model.js'
import { plan } from '../../../../src/scenario/plan.ts'
import { readSavedRun } from '../../../../src/scenario/scenario.ts'
import { temporaryFolder } from '../../../helpers/command.ts'

const NOW = new Date('2026-12-01T12:00:00Z')
const late: Bar = {
  ...{
    lane: 0,
    chunk: 4,
    purpose: 'ahead',
    askedMs: 10.12345,
    begunMs: undefined,
    endMs: 50,
    end: 'given up',
  },
  ...{ why: 'it was cut', after: undefined },
}
const second: Bar = {
  ...late,
  lane: 1,
  askedMs: 51,
  begunMs: 60,
  endMs: 90,
  end: 'whole',
  why: '',
  after: late,
}

const LISTED = [
  { name: 'near', url: 'http://127.0.0.1:1', latencyMs: 50, jitterMs: 5, bandwidthKbps: 3000 },
  { name: 'so weit & <weg>', url: 'http://127.0.0.1:2', latencyMs: 300, jitterMs: 0 },
  { name: 'foreign', url: 'http://192.0.2.1', isForeign: true },
]

const RUN: Parameters<typeof saveRun>[0] = {
  video: 'talk 1.mp4',
  nodes: LISTED,
  firstPictureMs: 700,
  lookAheadSeconds: 5,
  stalls: 1,
  changes: [
    { kind: 'set', atMs: 500, node: 'near', seed: 9, faults: { hang: { forMs: 5000 } }, impairments: {} },
    {
      kind: 'set',
      atMs: 2000.4,
      node: 'so weit & <weg>',
      seed: 9,
      faults: {},
      impairments: { latencyMs: 900 },
    },
    { kind: 'crash', atMs: 3000, node: 'near' },
    { kind: 'crash', atMs: 3100, node: 'not of the list' },
    { kind: 'start', atMs: 4000, node: 'near' },
    { kind: 'set', atMs: 5000, node: 'so weit & <weg>', seed: 9, faults: {}, impairments: {} },
  ],
  bands: [],
  bars: [late, second],
  samples: [{ atMs: 1, playhead: 0, edge: 1.23456 }],
}

test('the same is done to the same nodes, at the same times after the first picture', () => {
  const file = path.join(temporaryFolder(), 'a run.json')
  writeFileSync(file, saveRun(RUN, NOW))
  const scenario = readSavedRun(file)
  expect(scenario).toMatchObject({ seed: 9, lookAheadSeconds: 5, expect: { stalls: 1 } })
  expect(scenario.nodes).toEqual([
    { name: 'near', latencyMs: 50, jitterMs: 5, bandwidthKbps: 3000 },
    { name: 'so weit & <weg>', latencyMs: 300, jitterMs: 0, bandwidthKbps: 0 },
    { name: 'foreign', latencyMs: 0, jitterMs: 0, bandwidthKbps: 0 },
  ])
  expect(plan(scenario)).toEqual([
    { kind: 'set', atMs: 0, node: 'near', faults: { hang: { forMs: 5000 } }, impairments: {} },
    { kind: 'set', atMs: 1300, node: 'so weit & <weg>', faults: {}, impairments: { latencyMs: 900 } },
    { kind: 'crash', atMs: 2300, node: 'near' },
    { kind: 'start', atMs: 3300, node: 'near' },
    { kind: 'heal', atMs: 4300, node: 'so weit & <weg>' },
  ])
})

test('what was seen stands beside it, and who took over from whom by number', () => {
  const saved = JSON.parse(saveRun(RUN, NOW))
  expect(saved).toMatchObject({
    savedRun: 1,
    savedAt: '2026-12-01T12:00:00.000Z',
    video: 'talk 1.mp4',
    firstPictureMs: 700,
  })
  expect(saved.bars).toEqual([
    { lane: 0, chunk: 4, purpose: 'ahead', askedMs: 10.123, endMs: 50, end: 'given up', why: 'it was cut' },
    {
      lane: 1,
      chunk: 4,
      purpose: 'ahead',
      askedMs: 51,
      begunMs: 60,
      endMs: 90,
      end: 'whole',
      why: '',
      after: 0,
    },
  ])
  expect(saved.samples).toEqual([{ atMs: 1, playhead: 0, edge: 1.235 }])
})

test('a session as long as is remembered is a file of some megabytes', () => {
  const bars = Array.from({ length: 15_000 }, (_, chunk) => ({
    ...second,
    chunk,
    why: 'it has sent nothing for 1078 ms',
  }))
  const samples = Array.from({ length: 20_000 }, (_, at) => ({
    atMs: at * 250 + 0.123,
    playhead: at / 4,
    edge: at / 3,
  }))
  expect(saveRun({ ...RUN, bars, samples }, NOW).length).toBeLessThan(5_000_000)
})

test.for([
  '{"savedRun":2}',
  '{}',
  '[]',
  '{"savedRun":1}',
  '{"savedRun":1,"scenario":{"title":"x"}}',
  'x',
])('a file with %s is refused', (text) => {
  const file = path.join(temporaryFolder(), 'run.json')
  writeFileSync(file, text)
  expect(() => readSavedRun(file)).toThrow(/run\.json/)
})

test('the times of the steps count from the first picture as the file has it', () => {
  const change = { kind: 'crash', atMs: 2000.6, node: 'near' } as const
  const { firstPictureMs, scenario } = JSON.parse(
    saveRun({ ...RUN, firstPictureMs: 700.4, changes: [change] }, NOW),
  )
  expect(firstPictureMs).toBe(700)
  expect(scenario.steps).toEqual([{ at: '1301ms', node: 'near', do: 'crash' }]) // 2000.6 less 700
})
