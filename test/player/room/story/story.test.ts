import { describe, expect, test } from 'vitest'
import type { PlayerEvent, Policy } from '../../../../src/player/playing/player-events.js'
import { Story } from '../../../../src/player/room/story/story.js'
import type { NodeState, OutageReason, SwarmEvent } from '../../../../src/swarm/events.js'

type Event = SwarmEvent | PlayerEvent

const turned = (atMs: number, node: string, state: NodeState, before: NodeState = 'up', why = ''): Event => ({
  type: 'node',
  atMs,
  node,
  state,
  before,
  why,
})
const failover = (
  atMs: number,
  from: string,
  to: string[],
  chunks: number[],
  waitedMs: number,
  recoveredMs = 300,
): Event => ({
  type: 'failover',
  atMs,
  from,
  to,
  chunks,
  recoveredMs,
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
const stallBegins = (sinceMs: number): Event => ({
  type: 'stall',
  atMs: sinceMs + 100,
  isOver: false,
  ms: 100,
})
const stallEnds = (atMs: number, ms: number): Event => ({ type: 'stall', atMs, isOver: true, ms })

const asked = (atMs: number, chunk: number, node: string): Event => ({
  type: 'asked',
  atMs,
  chunk,
  node,
  purpose: 'needed',
})
const waiting = (atMs: number, chunk: number): Event => ({ type: 'waiting', atMs, chunk })
const outage = (atMs: number, why: OutageReason): Event => ({ type: 'outage', atMs, isOver: false, why })
const outageEnds = (atMs: number): Event => ({ type: 'outage', atMs, isOver: true })

const FIRST_PICTURE: Event = { type: 'first frame', atMs: -60_000, ms: 300, kind: 'picture' }
const ALL_NODES = { kind: 'all' } as const

/** The lines of a video that has played for a minute, oldest first. */
function tell(events: Event[], isPlaying = true, policy: Policy = ALL_NODES): string[] {
  const story = new Story()
  for (const event of [FIRST_PICTURE, ...events]) story.apply(event, { isPlaying, policy })
  return story.lines.slice(1).map(({ text }) => text)
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
    [turned(0, 'node1', 'wrong answer', 'up', 'it answers 500')],
    ['node1 gave a wrong answer (it answers 500).'],
  ],
  [
    'who has too much to do is busy, not slow, and is so until a request is served',
    [
      verified(-900, 1, 'node2'),
      turned(0, 'node2', 'busy', 'up', 'it answered 503'),
      turned(3_000, 'node2', 'up', 'busy'),
      turned(9_000, 'node2', 'busy', 'up', 'it answered 429'),
      asked(11_000, 3, 'node2'),
      verified(11_900, 3, 'node2'),
      turned(12_000, 'node2', 'up', 'busy'),
    ],
    [
      'node2 is busy (it answered 503).',
      'node2 is asked again, after 3.0 s.',
      'node2 is busy (it answered 429).',
      'node2 takes requests again, after 3.0 s.',
    ],
  ],
  [
    'who had another version from the start has this one now, and did answer all the time',
    [
      turned(0, 'node2', 'other version', 'unknown'),
      turned(0, 'node1', 'up', 'unknown'),
      turned(10, 'node1', 'other version'),
      ...['node1', 'node2'].flatMap((node, chunk) => [
        asked(9_000, chunk, node),
        verified(9_500, chunk, node),
        turned(9_500, node, 'up', 'other version'),
      ]),
    ],
    [
      'node2 has another version of the video.',
      'node1 has another version of the video.',
      'node1 has this version of the video now.',
      'node2 has this version of the video now.',
    ],
  ],
  [
    'who had this version has it again',
    [
      verified(-900, 1, 'node2'),
      turned(0, 'node2', 'other version'),
      asked(9_000, 2, 'node2'),
      verified(9_500, 2, 'node2'),
      turned(9_500, 'node2', 'up', 'other version'),
    ],
    ['node2 has another version of the video.', 'node2 has this version of the video again, after 9.5 s.'],
  ],
  [
    'who lacked the video from the start has it now',
    [
      turned(0, 'node2', 'missing', 'unknown'),
      asked(9_000, 2, 'node2'),
      verified(9_500, 2, 'node2'),
      turned(9_500, 'node2', 'up', 'missing'),
    ],
    ['node2 does not have the video.', 'node2 has the video now.'],
  ],
  [
    'who had another version, and then was down, answered before',
    [
      turned(0, 'node2', 'other version', 'unknown'),
      turned(5_000, 'node2', 'down', 'other version'),
      turned(9_000, 'node2', 'up', 'down'),
      asked(9_100, 2, 'node2'),
      verified(9_500, 2, 'node2'),
    ],
    [
      'node2 has another version of the video; now it is down (it cannot be reached).',
      'node2 is back after 4.0 s and brings chunks.',
    ],
  ],
  [
    'a single chunk is named, and nobody waited for what was not needed yet',
    [turned(0, 'node1', 'down'), failover(100, 'node1', ['node2'], [7], 0)],
    [
      'node1 went down (it cannot be reached). Its chunk 7 came from node2; nobody had to wait; the video did not stop.',
    ],
  ],
  [
    'silence that turns out to be a crash goes on in the same line',
    [
      turned(0, 'node1', 'no answer'),
      turned(1_000, 'node1', 'down', 'no answer', 'the connection was refused'),
    ],
    ['node1 stopped answering; now it is down (it cannot be reached).'],
  ],
  [
    'a node that was never up did not go down',
    [turned(0, 'node1', 'down', 'unknown')],
    ['node1 is down (it cannot be reached).'],
  ],
  [
    'a node that sent bad data can still go down',
    [
      rejected(0, 3, 'node1'),
      turned(0, 'node1', 'sent bad data'),
      turned(60_000, 'node1', 'down', 'sent bad data'),
    ],
    ['Chunk 3 from node1 had a wrong hash; it was thrown away.', 'node1 went down (it cannot be reached).'],
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
    ['node1 went down (it cannot be reached).', 'node1 answers again, after 12 s.'],
  ],
  [
    'what happens after a return is a new line',
    [turned(0, 'node1', 'down'), turned(2_000, 'node1', 'up', 'down'), turned(3_000, 'node1', 'down')],
    [
      'node1 went down (it cannot be reached).',
      'node1 answers again, after 2.0 s.',
      'node1 went down (it cannot be reached).',
    ],
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
    ['node3 became slow.', 'node3 went down (it cannot be reached).'],
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
    ['Chunks 4 and 9 from node1 had wrong hashes; they were thrown away and came from node2 and node3.'],
  ],
  [
    'many refused chunks are only counted, with nothing known of what is asked',
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
      asked(-500, 3, 'node1'),
      waiting(0, 3),
      turned(0, 'node1', 'no answer'),
      stallBegins(300),
      failover(800, 'node1', ['node2'], [3], 700),
      stallEnds(900, 600),
    ],
    ['node1 stopped answering. Its chunk 3 came from node2; the video stood still for 600 ms.'],
  ],
  [
    'a stall that began before the silence was noticed belongs to it as well',
    [
      asked(-900, 3, 'node1'),
      waiting(-100, 3),
      stallBegins(0),
      turned(700, 'node1', 'no answer'),
      stallEnds(900, 900),
    ],
    ['node1 stopped answering. The video stood still for 900 ms.'],
  ],
  [
    'a node that owes nothing that is waited for is not blamed for a stall',
    [
      asked(-500, 3, 'node2'),
      asked(-500, 4, 'node1'),
      waiting(0, 3),
      turned(0, 'node1', 'down'),
      stallBegins(300),
      stallEnds(700, 400),
    ],
    ['node1 went down (it cannot be reached).', 'The video stood still for 400 ms.'],
  ],
  [
    'stalls that follow each other are one line, which adds them up',
    [stallBegins(0), stallEnds(400, 400), stallBegins(900), stallEnds(1_500, 600), stallBegins(2_000)],
    ['The video stood still 2 times, 1.0 s in all, and stands still again.'],
  ],
  [
    'stalls of one failure add up in its line',
    [
      asked(-500, 3, 'node1'),
      waiting(0, 3),
      turned(0, 'node1', 'no answer'),
      stallBegins(300),
      stallEnds(900, 600),
      stallBegins(1_000),
      stallEnds(1_500, 500),
    ],
    ['node1 stopped answering. The video stood still 2 times, 1.1 s in all.'],
  ],
  [
    'a failure is not said to be unseen when the video stood still meanwhile, whoever was the cause',
    [
      turned(0, 'node1', 'down'),
      stallBegins(100),
      failover(300, 'node1', ['node2'], [7], 0),
      stallEnds(500, 400),
    ],
    [
      'node1 went down (it cannot be reached). Its chunk 7 came from node2; nobody had to wait.',
      'The video stood still for 400 ms.',
    ],
  ],
  [
    'nor when that is noticed only later',
    [
      turned(0, 'node1', 'down'),
      failover(300, 'node1', ['node2'], [7], 0),
      stallBegins(280),
      stallEnds(680, 400),
    ],
    [
      'node1 went down (it cannot be reached). Its chunk 7 came from node2; nobody had to wait.',
      'The video stood still for 400 ms.',
    ],
  ],
  [
    'a stall before silence was noticed may be due to it: nothing is said of the video',
    [
      stallBegins(-900),
      stallEnds(-500, 400),
      turned(0, 'node1', 'no answer'),
      failover(300, 'node1', ['node2'], [7], 0),
    ],
    [
      'The video stood still for 400 ms.',
      'node1 stopped answering. Its chunk 7 came from node2; nobody had to wait.',
    ],
  ],
  [
    'a failure long ago is not blamed for a stall',
    [turned(0, 'node1', 'down'), stallBegins(60_000), stallEnds(60_300, 300)],
    ['node1 went down (it cannot be reached).', 'The video stood still for 300 ms.'],
  ],
  [
    'an outage is told when it begins and when it is over',
    [outage(1_000, 'nobody answers'), outageEnds(9_200)],
    [
      'No node answers. The page keeps asking. Start a node, and the video goes on by itself.',
      'A node answers again, after 8.2 s of waiting.',
    ],
  ],
  [
    'an outage of another reason is told as what it is',
    [outage(1_000, 'replaced')],
    [
      'The video was replaced. The nodes that answer have another version of it. Reload the page to see that one.',
    ],
  ],
  [
    'an outage whose reason changes is one line, with the last of them',
    [outage(1_000, 'nobody answers'), outage(3_000, 'missing'), outageEnds(4_000)],
    [
      'The video is gone. The nodes that answer do not have it any more. The page keeps looking for it.',
      'The video is there again, after 3.0 s of waiting.',
    ],
  ],
  [
    'an outage that was not over, for no chunk has come, goes on in its line',
    Array.from({ length: 50 }, (_, index): Event[] => [
      outage(2_000 * index, 'replaced'),
      outageEnds(2_000 * index + 100),
    ])
      .flat()
      .concat(outage(100_000, 'replaced')),
    [
      'The video was replaced. The nodes that answer have another version of it. Reload the page to see that one.',
    ],
  ],
  [
    'an outage after chunks have come is another one',
    [outage(0, 'missing'), outageEnds(1_000), verified(1_100, 3, 'node1'), outage(5_000, 'missing')],
    [
      'The video is gone. The nodes that answer do not have it any more. The page keeps looking for it.',
      'The video is there again, after 1.0 s of waiting.',
      'The video is gone. The nodes that answer do not have it any more. The page keeps looking for it.',
    ],
  ],
  [
    'nobody is blamed for a stall while no node answers',
    [turned(0, 'node1', 'down'), outage(10, 'nobody answers'), stallBegins(1_000), stallEnds(4_000, 3_000)],
    [
      'node1 went down (it cannot be reached).',
      'No node answers. The page keeps asking. Start a node, and the video goes on by itself.',
      'The video stood still for 3.0 s.',
    ],
  ],
  [
    'a node that brings what it owed itself is not said to be taken over from',
    [turned(0, 'node1', 'down'), failover(900, 'node1', ['node1'], [7], 800)],
    [
      'node1 went down (it cannot be reached). Its chunk 7 came in the end from itself; the longest wait was 800 ms; the video did not stop.',
    ],
  ],
  [
    'nor is it among those who took over',
    [turned(0, 'node1', 'down'), failover(900, 'node1', ['node1', 'node2'], [7, 8], 0)],
    [
      'node1 went down (it cannot be reached). Its 2 chunks came from node2 and in the end from itself; nobody had to wait; the video did not stop.',
    ],
  ],
  [
    'what comes after a return still belongs to the failure before it',
    [
      turned(0, 'node1', 'down'),
      turned(500, 'node1', 'up', 'down'),
      failover(900, 'node1', ['node2'], [7], 0, 900),
    ],
    [
      'node1 went down (it cannot be reached). Its chunk 7 came from node2; nobody had to wait; the video did not stop.',
      'node1 answers again, after 500 ms.',
    ],
  ],
  [
    'a node is back when it has brought something that it was asked for since',
    [
      verified(-900, 1, 'node1'),
      asked(-10, 4, 'node1'),
      turned(0, 'node1', 'down'),
      turned(500, 'node1', 'up', 'down'),
      verified(510, 4, 'node1'),
      asked(600, 5, 'node1'),
      verified(700, 5, 'node1'),
    ],
    ['node1 went down (it cannot be reached).', 'node1 is back after 500 ms and brings chunks again.'],
  ],
  [
    'a node that answers again, and brings nothing, is not called back',
    [
      asked(-10, 4, 'node1'),
      turned(0, 'node1', 'down'),
      turned(500, 'node1', 'up', 'down'),
      verified(510, 4, 'node1'),
      asked(600, 5, 'node1'),
      turned(700, 'node1', 'missing'),
    ],
    [
      'node1 went down (it cannot be reached).',
      'node1 answers again, after 500 ms.',
      'node1 no longer has the video.',
    ],
  ],
  [
    'a node that never brought a chunk did not lose the video',
    [turned(0, 'node1', 'missing', 'up', 'it does not have the file: it answered 404')],
    ['node1 does not have the video.'],
  ],
  [
    'a node that was never seen up does not answer again',
    [turned(0, 'node1', 'down', 'unknown'), turned(5_000, 'node1', 'up', 'down')],
    ['node1 is down (it cannot be reached).', 'node1 answers now.'],
  ],
  [
    'however long a failure takes, and whatever it becomes, its whole time is told in the end',
    [
      turned(0, 'node1', 'no answer'),
      turned(60_000, 'node1', 'down', 'no answer'),
      turned(70_000, 'node1', 'up', 'down'),
    ],
    ['node1 stopped answering.', 'node1 is down (it cannot be reached).', 'node1 answers again, after 70 s.'],
  ],
  [
    'a node that has the video again is said to have it',
    [
      verified(-5, 1, 'node1'),
      turned(0, 'node1', 'missing'),
      asked(4_000, 2, 'node1'),
      verified(5_000, 2, 'node1'),
      turned(5_000, 'node1', 'up', 'missing'),
    ],
    ['node1 no longer has the video.', 'node1 has the video again, after 5.0 s.'],
  ],
  [
    'and when nothing has come, only that it is asked',
    [verified(-5, 1, 'node1'), turned(0, 'node1', 'missing'), turned(5_000, 'node1', 'up', 'missing')],
    ['node1 no longer has the video.', 'node1 is asked again, after 5.0 s.'],
  ],
  [
    'one bad chunk does not leave a node out',
    [
      rejected(0, 4, 'node1'),
      turned(0, 'node1', 'sent bad data'),
      asked(10, 5, 'node1'),
      verified(200, 5, 'node1'),
      asked(5_000, 6, 'node2'),
      verified(5_100, 6, 'node2'),
    ],
    ['Chunk 4 from node1 had a wrong hash; it was thrown away.'],
  ],
  [
    'a node is left out when it is asked for nothing while others are',
    [rejected(0, 4, 'node1'), rejected(50, 9, 'node1'), asked(900, 6, 'node2'), verified(1_100, 6, 'node2')],
    ['Chunks 4 and 9 from node1 had wrong hashes; they were thrown away. node1 is left out for now.'],
  ],
  [
    'and is no longer so when it is asked again',
    [
      rejected(0, 4, 'node1'),
      rejected(50, 9, 'node1'),
      asked(900, 6, 'node2'),
      verified(1_100, 6, 'node2'),
      asked(8_050, 7, 'node1'),
    ],
    ['Chunks 4 and 9 from node1 had wrong hashes; they were thrown away. node1 was left out for 8.0 s.'],
  ],
  [
    'also when it had other trouble meanwhile',
    [
      rejected(0, 4, 'node1'),
      rejected(50, 9, 'node1'),
      asked(900, 6, 'node2'),
      verified(1_100, 6, 'node2'),
      turned(20_000, 'node1', 'down', 'sent bad data'),
      asked(30_050, 7, 'node1'),
    ],
    [
      'Chunks 4 and 9 from node1 had wrong hashes; they were thrown away. node1 was left out for 30 s.',
      'node1 went down (it cannot be reached).',
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
      { type: 'first frame', atMs: 311, ms: 311, kind: 'picture' },
    ],
    ['The page reads the video chunk by chunk.', 'First picture after 0.31 s.'],
  ],
  [
    'a file without pictures has a first sound',
    [{ type: 'first frame', atMs: 311, ms: 311, kind: 'sound' }],
    ['First sound after 0.31 s.'],
  ],
  [
    'a switch that was chosen is no failure',
    [{ type: 'switched', atMs: 2, from: 'node1', to: 'node2', why: 'it was chosen', hasFailed: false }],
    ['The page plays from node2 now: it was chosen.'],
  ],
  [
    'where one node at a time is played, a switch says from where to where and why',
    [
      { type: 'started', atMs: 100, kind: 'switching', why: 'this address is not secure' },
      { type: 'switched', atMs: 200, from: 'node1', to: 'node2', why: 'node1 broke off', hasFailed: true },
    ],
    [
      'The page plays from one node and switches: this address is not secure.',
      'node1 broke off: the page plays from node2 now, from the same place.',
    ],
  ],
  [
    'an error of the player is told',
    [{ type: 'player error', atMs: 1, message: 'it cannot decode this' }],
    ['The player reports: it cannot decode this'],
  ],
  [
    'an error that comes again and again is one line',
    Array.from({ length: 31 }, (_, index): Event[] => [
      { type: 'player error', atMs: 300 * index, message: 'it cannot decode this' },
      asked(300 * index + 1, 1, 'node1'),
    ]).flat(),
    ['The player reports, 31 times: it cannot decode this'],
  ],
  [
    'trouble with the file is told once, however often the video comes to its place',
    Array.from({ length: 3 }, (_, index): Event[] => [
      {
        type: 'media trouble',
        atMs: 300 * index,
        trouble: { title: 'This file is cut off', why: 'It ends.', todo: '', command: '', isSilent: false },
      },
      { type: 'media trouble', atMs: 300 * index + 1, trouble: undefined },
    ]).flat(),
    ['This file is cut off. It ends.'],
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

test.for([
  'the connection was refused',
  'the connection broke off',
  'nobody answers there',
  '',
])('a killed process is told in one way, whatever noticed it first (%s)', (why) => {
  expect(tell([turned(0, 'node1', 'down', 'up', why)])).toEqual(['node1 went down (it cannot be reached).'])
})

test.for(CASES)('%s', ([, events, lines]) => {
  expect(tell(events)).toEqual(lines)
})

test('a video that was paused is not said to have gone on', () => {
  const events = [turned(0, 'node1', 'down'), failover(100, 'node1', ['node2'], [7], 0)]
  expect(tell(events, false)).toEqual([
    'node1 went down (it cannot be reached). Its chunk 7 came from node2; nobody had to wait.',
  ])
})

test('a line keeps its time and its identity while its text grows', () => {
  const story = new Story()
  story.apply(turned(1_000, 'node1', 'down'), { isPlaying: true, policy: ALL_NODES })
  const [line] = story.lines
  const before = { id: line?.id, atMs: line?.atMs, version: story.version }
  story.apply(failover(2_000, 'node1', ['node2'], [7], 0), { isPlaying: true, policy: ALL_NODES })
  expect(story.lines).toHaveLength(1)
  expect({ id: story.lines[0]?.id, atMs: story.lines[0]?.atMs }).toEqual({ id: before.id, atMs: before.atMs })
  expect(story.version).toBeGreaterThan(before.version)
})

test('only the last 200 lines are kept', () => {
  const story = new Story()
  for (let atMs = 0; atMs < 1_000; atMs++) story.note(atMs, `note ${atMs}`)
  expect(story.lines).toHaveLength(200)
  expect(story.lines.at(-1)?.text).toBe('note 999')
})

describe('a node that broke off an answer, and took the next call', () => {
  const cut = (atMs: number, why = 'the connection was cut') => turned(atMs, 'node1', 'down', 'up', why)
  const back = (atMs: number) => turned(atMs, 'node1', 'up', 'down')
  const missed = (atMs: number): Event => ({ type: 'heartbeat', atMs, node: 'node1', ms: undefined })

  test.for<[what: string, events: Event[], told: string[]]>([
    [
      'did not go down',
      [cut(1_000), failover(1_900, 'node1', ['node2'], [7], 0), back(1_059)],
      ['node1 broke off an answer. Its chunk 7 came from node2; nobody had to wait; the video did not stop.'],
    ],
    ['in order or not', [cut(0, 'the answer ended 7 bytes short'), back(59)], ['node1 broke off an answer.']],
    [
      'but who missed a call did',
      [cut(0), missed(500), back(2_000)],
      ['node1 went down (it cannot be reached).', 'node1 answers again, after 2.0 s.'],
    ],
    [
      'and so did who refused a connection',
      [cut(0, 'it cannot be reached'), back(59)],
      ['node1 went down (it cannot be reached).', 'node1 answers again, after 59 ms.'],
    ],
    [
      'again and again: in one line',
      [0, 4_000, 8_000, 12_000].flatMap((atMs) => [cut(atMs), back(atMs + 50)]),
      [
        'node1 broke off an answer.',
        'node1 broke off an answer.',
        'node1 broke off an answer twice in 4.0 s.',
      ],
    ],
  ])('%s', ([, events, told]) => {
    expect(tell(events)).toEqual(told)
  })
})

/** Goes down every 4 s, for 2 s. */
const flaps = (node: string, times: number, state: NodeState = 'down'): Event[] =>
  Array.from({ length: times }, (_, index) => [
    turned(4_000 * index, node, state),
    turned(4_000 * index + 2_000, node, 'up', state),
  ]).flat()

describe('a node that goes and comes again and again', () => {
  const TOLD = ['node2 went down (it cannot be reached).', 'node2 answers again, after 2.0 s.']

  test.for<[what: string, events: Event[], gathered: string]>([
    [
      'is one line from the third time on',
      flaps('node2', 3),
      'node2 went down and answered again once in 2.0 s.',
    ],
    ['whose count grows', flaps('node2', 12), 'node2 went down and answered again 10 times in 38 s.'],
    [
      'and which says that it is away while it is',
      [...flaps('node2', 4), turned(17_000, 'node2', 'down')],
      'node2 went down and answered again twice in 6.0 s; now it is down (it cannot be reached).',
    ],
    [
      'and that it brings chunks when it has brought one',
      [...flaps('node2', 4), asked(14_500, 9, 'node2'), verified(15_000, 9, 'node2')],
      'node2 went down and answered again twice in 6.0 s; it brings chunks.',
    ],
    [
      'again, when it did so before',
      [
        verified(-900, 1, 'node2'),
        ...flaps('node2', 4),
        asked(14_500, 9, 'node2'),
        verified(15_000, 9, 'node2'),
      ],
      'node2 went down and answered again twice in 6.0 s; it brings chunks again.',
    ],
    [
      'with what others brought meanwhile',
      [
        ...flaps('node2', 4),
        turned(17_000, 'node2', 'down'),
        failover(17_300, 'node2', ['node3'], [7, 8], 120),
      ],
      'node2 went down and answered again twice in 6.0 s; now it is down (it cannot be reached). Its 2 chunks came from node3; the longest wait was 120 ms; the video did not stop.',
    ],
  ])('%s', ([, events, gathered]) => {
    expect(tell(events)).toEqual([...TOLD, ...TOLD, gathered])
  })

  test.for<[state: NodeState, gathered: string]>([
    ['no answer', 'node2 stopped answering and answered again twice in 6.0 s.'],
    ['busy', 'node2 was busy and could be asked again twice in 6.0 s.'],
    ['wrong answer', 'node2 gave wrong answers and could be asked again twice in 6.0 s.'],
  ])('has its own words for each state (%s)', ([state, gathered]) => {
    expect(tell(flaps('node2', 4, state)).slice(4)).toEqual([gathered])
  })

  test('is told as before when it has been well for a while', () => {
    const late = [turned(60_000, 'node2', 'down'), turned(62_000, 'node2', 'up', 'down')]
    expect(tell([...flaps('node2', 4), ...late]).slice(5)).toEqual(TOLD)
  })

  test('leaves the lines of the others alone', () => {
    const lines = tell([...flaps('node2', 6), turned(30_000, 'node3', 'down')])
    expect(lines.slice(5)).toEqual(['node3 went down (it cannot be reached).'])
  })
})

test('names of nodes stand in the text as they are', () => {
  expect(tell([turned(0, '<b>&"\'', 'down')])).toEqual(['<b>&"\' went down (it cannot be reached).'])
})

test('before the first picture, nothing is said of a video that did not stop', () => {
  const story = new Story()
  for (const event of [turned(0, 'node1', 'down'), failover(100, 'node1', ['node2'], [7], 0)])
    story.apply(event, { isPlaying: true, policy: ALL_NODES })
  expect(story.lines.map(({ text }) => text)).toEqual([
    'node1 went down (it cannot be reached). Its chunk 7 came from node2; nobody had to wait.',
  ])
})

test('where only one node may be read, the choice is said to be the reason', () => {
  const [line] = tell([outage(0, 'not allowed')], true, { kind: 'only', node: 'node1' })
  expect(line).toMatch(
    /^The page may read from node1 only\. node1 cannot be read from now; other nodes can\./,
  )
})
