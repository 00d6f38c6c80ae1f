import { expect, test } from 'vitest'
import type { PlayerEvent } from '../../src/player/player-events.js'
import { Story } from '../../src/player/story.js'
import type { NodeState, SwarmEvent } from '../../src/swarm/events.js'

type Event = SwarmEvent | PlayerEvent

const turned = (atMs: number, node: string, state: NodeState, before: NodeState = 'up', why = ''): Event => ({
  type: 'node',
  atMs,
  node,
  state,
  before,
  why,
})
const failover = (atMs: number, from: string, to: string[], chunks: number[], waitedMs: number): Event => ({
  type: 'failover',
  atMs,
  from,
  to,
  chunks,
  recoveredMs: 300,
  waitedMs,
})
const rejected = (atMs: number, chunk: number, node: string): Event => ({
  type: 'rejected',
  atMs,
  chunk,
  node,
  expected: 'e',
  found: 'f',
})
const verified = (atMs: number, chunk: number, node: string): Event => ({
  type: 'verified',
  atMs,
  chunk,
  node,
  bytes: 1,
})
const stallBegins = (atMs: number): Event => ({ type: 'stall', atMs, isOver: false })
const stallEnds = (atMs: number, ms: number): Event => ({ type: 'stall', atMs, isOver: true, ms })

/** The lines, oldest first. */
function tell(events: Event[], isPlaying = true): string[] {
  const story = new Story()
  for (const event of events) story.apply(event, isPlaying)
  return story.lines.map(({ text }) => text)
}

const CASES: [what: string, events: Event[], lines: string[]][] = [
  [
    'a node that falls silent, and who brought its chunks, are one line',
    [turned(83_000, 'node1', 'no answer'), failover(83_400, 'node1', ['node2', 'node3'], [17, 18, 20], 180)],
    [
      'node1 stopped answering. Its 3 chunks came from node2 and node3; the longest wait was 180 ms; the video did not stop.',
    ],
  ],
  [
    'the reason is told when there is one',
    [turned(0, 'node1', 'down', 'up', 'the connection was refused')],
    ['node1 went down (the connection was refused).'],
  ],
  [
    'a single chunk is named, and nobody waited for what was not needed yet',
    [turned(0, 'node1', 'down'), failover(100, 'node1', ['node2'], [7], 0)],
    ['node1 went down. Its chunk 7 came from node2; nobody had to wait; the video did not stop.'],
  ],
  [
    'silence that turns out to be a crash goes on in the same line',
    [
      turned(0, 'node1', 'no answer'),
      turned(1_000, 'node1', 'down', 'no answer', 'the connection was refused'),
    ],
    ['node1 stopped answering; now it is down (the connection was refused).'],
  ],
  ['a node that was never up did not go down', [turned(0, 'node1', 'down', 'unknown')], ['node1 is down.']],
  [
    'a node that sent bad data can still go down',
    [turned(0, 'node1', 'sent bad data'), turned(60_000, 'node1', 'down', 'sent bad data')],
    ['node1 sent bad data and is left out for now.', 'node1 went down.'],
  ],
  [
    'a reason that only says the same is left out',
    [turned(0, 'node1', 'no answer', 'up', 'it does not answer')],
    ['node1 stopped answering.'],
  ],
  ['a node that is up from the start is no news', [turned(0, 'node1', 'up', 'unknown')], []],
  [
    'a return is told with the time that it took',
    [turned(1_000, 'node1', 'down'), turned(13_000, 'node1', 'up', 'down')],
    ['node1 went down.', 'node1 is back after 12 s.'],
  ],
  [
    'what happens after a return is a new line',
    [turned(0, 'node1', 'down'), turned(2_000, 'node1', 'up', 'down'), turned(3_000, 'node1', 'down')],
    ['node1 went down.', 'node1 is back after 2.0 s.', 'node1 went down.'],
  ],
  [
    'slow moments of one node add up in one line',
    [
      turned(0, 'node3', 'slow', 'up', '64 kB/s'),
      turned(1_200, 'node3', 'up', 'slow'),
      turned(5_000, 'node3', 'slow'),
      turned(6_800, 'node3', 'up', 'slow'),
    ],
    ['node3 was slow 2 times, 3.0 s in all.'],
  ],
  [
    'a node that is slow again is said to be',
    [turned(0, 'node3', 'slow'), turned(1_200, 'node3', 'up', 'slow'), turned(5_000, 'node3', 'slow')],
    ['node3 was slow for 1.2 s, and is slow again.'],
  ],
  [
    'a failure after slowness is a line of its own',
    [turned(0, 'node3', 'slow'), turned(1_000, 'node3', 'down', 'slow')],
    ['node3 became slow.', 'node3 went down.'],
  ],
  [
    'a refused chunk is told with who brought it in the end',
    [rejected(0, 12, 'node1'), verified(200, 12, 'node2')],
    ['Chunk 12 from node1 had a wrong hash; it was thrown away and came from node2.'],
  ],
  [
    'until it is there, only what is known is told',
    [rejected(0, 12, 'node1'), verified(200, 13, 'node2')],
    ['Chunk 12 from node1 had a wrong hash; it was thrown away.'],
  ],
  [
    'refused chunks and what they lead to are one line',
    [
      rejected(0, 4, 'node1'),
      rejected(50, 9, 'node1'),
      turned(60, 'node1', 'sent bad data'),
      verified(100, 4, 'node2'),
      verified(150, 9, 'node3'),
    ],
    [
      'Chunks 4 and 9 from node1 had wrong hashes; they were thrown away and came from node2 and node3. node1 is left out for now.',
    ],
  ],
  [
    'many refused chunks are only counted',
    [1, 2, 3, 4, 5].map((chunk) => rejected(chunk, chunk, 'node1')),
    ['5 chunks from node1 had wrong hashes; they were thrown away.'],
  ],
  [
    'a stall without a known reason stands alone',
    [stallBegins(1_000), stallEnds(1_400, 400)],
    ['The video stood still for 400 ms.'],
  ],
  ['a stall that goes on is told too', [stallBegins(1_000)], ['The video stands still.']],
  [
    'a stall belongs to the failure before it',
    [
      turned(0, 'node1', 'no answer'),
      stallBegins(300),
      failover(800, 'node1', ['node2'], [3], 700),
      stallEnds(900, 600),
    ],
    [
      'node1 stopped answering. Its chunk 3 came from node2; the longest wait was 700 ms; the video stood still for 600 ms.',
    ],
  ],
  [
    'a stall that began before the silence was noticed belongs to it as well',
    [stallBegins(0), turned(700, 'node1', 'no answer'), stallEnds(900, 900)],
    ['node1 stopped answering. The video stood still for 900 ms.'],
  ],
  [
    'a failure long ago is not blamed for a stall',
    [turned(0, 'node1', 'down'), stallBegins(60_000), stallEnds(60_300, 300)],
    ['node1 went down.', 'The video stood still for 300 ms.'],
  ],
  [
    'an outage is told when it begins and when it is over',
    [
      { type: 'outage', atMs: 1_000, isOver: false, why: 'nobody answers' },
      { type: 'outage', atMs: 9_200, isOver: true },
    ],
    [
      'No node answers. The page keeps asking, and goes on by itself.',
      'A node answers again, after 8.2 s without any.',
    ],
  ],
  [
    'nobody is blamed for a stall while no node answers',
    [
      turned(0, 'node1', 'down'),
      { type: 'outage', atMs: 10, isOver: false, why: 'nobody answers' },
      stallBegins(1_000),
      stallEnds(4_000, 3_000),
    ],
    [
      'node1 went down.',
      'No node answers. The page keeps asking, and goes on by itself.',
      'The video stood still for 3.0 s.',
    ],
  ],
  [
    'chunks that a node did not deliver, without being down, are told of',
    [failover(0, 'node1', ['node2'], [1, 2], 0)],
    ['node1 did not deliver: its 2 chunks came from node2; nobody had to wait; the video did not stop.'],
  ],
  [
    'the start is told with how the page plays',
    [
      { type: 'started', atMs: 100, kind: 'swarm', why: 'all is well' },
      { type: 'first frame', atMs: 311, ms: 311 },
    ],
    ['The page reads the video chunk by chunk.', 'First picture after 0.31 s.'],
  ],
  [
    'where one node at a time is played, a switch says from where to where and why',
    [
      { type: 'started', atMs: 100, kind: 'switching', why: 'this address is not secure' },
      { type: 'switched', atMs: 200, from: 'node1', to: 'node2', why: 'the connection broke' },
    ],
    [
      'The page plays from one node and switches: this address is not secure.',
      'node1 failed (the connection broke). The video goes on from node2, at the same place.',
    ],
  ],
  [
    'an error of the player is told',
    [{ type: 'player error', atMs: 1, message: 'it cannot decode this' }],
    ['The player reports: it cannot decode this'],
  ],
  [
    'the life of a chunk is no news',
    [
      { type: 'asked', atMs: 1, chunk: 1, node: 'node1', purpose: 'ahead' },
      { type: 'arrived', atMs: 2, chunk: 1, node: 'node1', bytes: 1, ms: 1 },
      verified(3, 1, 'node1'),
      { type: 'hedge', atMs: 4, chunk: 2, from: 'node1', to: 'node2', waitedMs: 9 },
      { type: 'wasted', atMs: 5, node: 'node1', bytes: 1, why: 'second copy' },
      { type: 'heartbeat', atMs: 6, node: 'node1', ms: 5 },
    ],
    [],
  ],
]

test.for(CASES)('%s', ([, events, lines]) => {
  expect(tell(events)).toEqual(lines)
})

test('a video that was paused is not said to have gone on', () => {
  const events = [turned(0, 'node1', 'down'), failover(100, 'node1', ['node2'], [7], 0)]
  expect(tell(events, false)).toEqual(['node1 went down. Its chunk 7 came from node2; nobody had to wait.'])
})

test('a line keeps its time and its identity while its text grows', () => {
  const story = new Story()
  story.apply(turned(1_000, 'node1', 'down'), true)
  const [line] = story.lines
  const before = { id: line?.id, atMs: line?.atMs, version: story.version }
  story.apply(failover(2_000, 'node1', ['node2'], [7], 0), true)
  expect(story.lines).toHaveLength(1)
  expect({ id: story.lines[0]?.id, atMs: story.lines[0]?.atMs }).toEqual({ id: before.id, atMs: before.atMs })
  expect(story.version).toBeGreaterThan(before.version)
})

test('only the last 200 lines are kept', () => {
  const story = new Story()
  for (let atMs = 0; atMs < 100_000; atMs += 50) {
    const down = (atMs / 50) % 2 === 0
    story.apply(down ? turned(atMs, 'node1', 'down') : turned(atMs, 'node1', 'up', 'down'), true)
  }
  expect(story.lines).toHaveLength(200)
  expect(story.lines.at(-1)?.text).toBe('node1 is back after 50 ms.')
})

test('names of nodes stand in the text as they are', () => {
  expect(tell([turned(0, '<b>&"\'', 'down')])).toEqual(['<b>&"\' went down.'])
})
