import { describe, expect, test } from 'vitest'
import { Alarms, detectionsFor, planDetections, QUIET, quietRow, rowOf } from '../../bench/detections.ts'
import type { SwarmEvent } from '../../src/swarm/events.js'
import { seededRandom } from '../helpers/random.ts'

const DETECTIONS = detectionsFor(375_000)
const said = (ms: number) => ({ countedMs: ms, clockMs: 2 * ms })

test('every event happens as often as any other, in an order that its seed repeats', () => {
  const plan = planDetections(DETECTIONS, 20, seededRandom(7))
  for (const detection of DETECTIONS) expect(plan.filter((one) => one === detection)).toHaveLength(20)
  expect(planDetections(DETECTIONS, 20, seededRandom(7))).toEqual(plan)
  expect(planDetections(DETECTIONS, 20, seededRandom(8))).not.toEqual(plan)
})

describe('a false alarm is', () => {
  const about = (node: string, state: 'up' | 'down' | 'slow'): SwarmEvent => ({
    ...{ atMs: 1, type: 'node', node, state, before: 'up', why: 'nobody answers there' },
  })
  const late: SwarmEvent = { atMs: 1, type: 'hedge', chunk: 3, from: 'node1', to: 'node2', waitedMs: 205 }
  const outage: SwarmEvent = { atMs: 1, type: 'outage', isOver: false, why: 'nobody answers' }

  test.for<[what: string, event: SwarmEvent, isFalse: boolean]>([
    ['a word about a node to which nothing happened', about('node2', 'slow'), true],
    ['not the word about the one to which something did', about('node1', 'down'), false],
    ['another word about that one', about('node1', 'slow'), true],
    ['not that it is late', late, false],
    ['that another one is late', { ...late, from: 'node3' }, true],
    ['that nobody is left', outage, true],
    ['not that somebody is there again', { atMs: 1, type: 'outage', isOver: true }, false],
  ])('%s', ([, event, isFalse]) => {
    const alarms = new Alarms()
    alarms.expect('node1', 'down')
    alarms.hear(event, QUIET)
    expect(alarms.all).toHaveLength(isFalse ? 1 : 0)
  })

  test('the true word of before, when the event is over', () => {
    const alarms = new Alarms()
    alarms.expect('node1', 'down')
    alarms.expect('node1')
    alarms.hear(about('node1', 'down'), QUIET)
    expect(alarms.all).toHaveLength(1)
    expect(quietRow(alarms.all).isMet).toBe(false)
  })
})

describe('a line of the table', () => {
  const required = { event: 'killed', times: 3, maxMs: 300 }
  const other = { event: 'hung', said: said(9000) }
  const samples = [10, 300, 20].map((ms) => ({ event: 'killed', said: said(ms) }))

  test('is met when all was said in time, and nothing else', () => {
    const alarm = { during: 'hung', word: 'node2 is called "slow"' }
    const { cells, isMet } = rowOf(required, [...samples, other], [alarm])
    expect(isMet).toBe(true)
    expect(cells).toEqual(['killed', '3 of 3', '0.02', '0.30', '≤ 0.3', 'ok', '0.60', '0'])
  })

  test.for<[what: string, ...Parameters<typeof rowOf>]>([
    ['one was said late', required, [...samples.slice(1), { event: 'killed', said: said(301) }], []],
    ['one was not said', required, [...samples.slice(1), { event: 'killed', said: undefined }], []],
    ['one did not take place', required, samples.slice(1), []],
    ['none took place', required, [], []],
    ['a word was false', required, samples, [{ during: 'killed', word: 'node2 is called "slow"' }]],
  ])('is missed when %s', ([, ...given]) => {
    expect(rowOf(...given).isMet).toBe(false)
  })
})
