import { describe, expect, test } from 'vitest'
import { Incident } from '../../../../src/player/room/story/incident.js'
import { describeIncident } from '../../../../src/player/room/story/incident-words.js'

const NOTHING_MORE = {
  isSlowOnly: false,
  hasStates: false,
  states: [],
  refused: new Map(),
  slow: { times: 0, ms: 0, sinceMs: undefined },
  leftOut: { times: 0, ms: 0, sinceMs: undefined },
  handedOver: { chunks: [], helpers: new Set(), waitedMs: 0, hasMoved: false },
}

describe('an incident', () => {
  test('begins without any facts but its node and its time, and nothing is said of it', () => {
    const { facts } = new Incident('node1', 1_000, true)
    expect(facts).toMatchObject({ node: 'node1', atMs: 1_000, wasBetter: true, ...NOTHING_MORE })
    expect(describeIncident(facts)).toBe('')
  })

  test('has a state once, however often it is seen in it', () => {
    const incident = new Incident('node1', 0, true)
    for (const state of ['no answer', 'no answer', 'down'] as const) incident.change(state, '', 10)
    expect(incident.facts.states.map(({ state }) => state)).toEqual(['no answer', 'down'])
    expect(incident.lastMs).toBe(10)
  })

  test('adds up how long its node was slow', () => {
    const incident = new Incident('node1', 0, true)
    for (const atMs of [0, 1_000]) {
      incident.change('slow', '', atMs)
      incident.catchUp(atMs + 300)
    }
    expect(incident.facts).toMatchObject({
      isSlowOnly: true,
      slow: { times: 2, ms: 600, sinceMs: undefined },
    })
  })

  test('counts a chunk that was owed twice as two, and keeps the longest wait', () => {
    const incident = new Incident('node1', 1_000, true)
    incident.handOver({ to: ['node2'], chunks: [7], waitedMs: 80, atMs: 1_100 }, 0)
    incident.handOver({ to: ['node3'], chunks: [7], waitedMs: 20, atMs: 1_200 }, 0)
    expect(incident.facts.handedOver).toEqual({
      chunks: [7, 7],
      helpers: new Set(['node2', 'node3']),
      waitedMs: 80,
      hasMoved: true,
    })
    expect(incident.hasStood(1_150)).toBe(true)
    expect(incident.facts.handedOver.hasMoved).toBe(false)
  })
})

test.for<[what: string, tellIt: (incident: Incident) => void, words: string]>([
  [
    'a refused chunk is said to come from another node, never from the one that sent it wrong',
    (incident) => {
      incident.refuse(4, 0)
      incident.replace(4, 'node2')
    },
    'Chunk 4 from node1 had a wrong hash; it was thrown away and came from node2.',
  ],
  [
    'more than a few are only counted',
    (incident) => {
      for (const chunk of [1, 2, 3, 4, 5]) incident.refuse(chunk, 0)
      incident.replace(1, 'node1')
    },
    '5 chunks from node1 had wrong hashes; they were thrown away and 1 of them came in the end from itself.',
  ],
  [
    'who is asked for nothing is left out, and was when it is asked again',
    (incident) => {
      incident.leaveOut(0)
      incident.askAgain(2_500)
    },
    'node1 was left out for 2.5 s.',
  ],
  [
    'a stall says more than the longest wait',
    (incident) => {
      incident.handOver({ to: ['node2'], chunks: [9], waitedMs: 400, atMs: 500 }, undefined)
      incident.standing.goOn(300)
    },
    'node1 did not deliver: its chunk 9 came from node2; the video stood still for 300 ms.',
  ],
])('%s', ([, tellIt, words]) => {
  const incident = new Incident('node1', 0, true)
  tellIt(incident)
  expect(describeIncident(incident.facts)).toBe(words)
})
