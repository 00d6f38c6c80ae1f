/** What is kept of what was asked, and where it is drawn. */
import { describe, expect, test } from 'vitest'
import { layOut } from '../../../../src/player/room/timeline/timeline-layout.js'
import { TimelineModel } from '../../../../src/player/room/timeline/timeline-model.js'
import type { SwarmEvent } from '../../../../src/swarm/events.js'

const NAMES = ['node1', 'node2', 'node3']

function tell(events: readonly SwarmEvent[]): TimelineModel {
  const model = new TimelineModel(NAMES)
  for (const event of events) model.apply(event)
  return model
}

const asked = (
  atMs: number,
  node: string,
  chunk: number,
  purpose: 'ahead' | 'needed' | 'hedge' = 'ahead',
): SwarmEvent => ({
  ...{ type: 'asked', atMs, node, chunk, purpose },
})

describe('a bar', () => {
  test('goes from asked over the first byte to all of it', () => {
    const { bars } = tell([
      asked(10, 'node2', 4),
      { type: 'begun', atMs: 60, node: 'node2', chunk: 4 },
      { type: 'verified', atMs: 100, node: 'node2', chunk: 4, bytes: 5 },
    ])
    expect(bars).toEqual([
      {
        lane: 1,
        chunk: 4,
        purpose: 'ahead',
        askedMs: 10,
        begunMs: 60,
        endMs: 100,
        end: 'whole',
        why: '',
        after: undefined,
      },
    ])
  })

  test('that failed leads to the one that took over, and only to that of another node', () => {
    const { bars } = tell([
      asked(10, 'node1', 4),
      { type: 'dropped', atMs: 50, node: 'node1', chunk: 4, why: 'it was cut' },
      asked(51, 'node3', 4, 'needed'),
      asked(60, 'node1', 5),
      { type: 'rejected', atMs: 70, node: 'node1', chunk: 5, expected: 'a', found: 'b' },
      asked(71, 'node1', 5),
    ])
    expect(bars.map(({ end, why }) => [end, why])).toEqual([
      ['given up', 'it was cut'],
      [undefined, ''],
      ['bad', ''],
      [undefined, ''],
    ])
    expect(bars[1]?.after).toBe(bars[0])
    expect(bars[3]?.after).toBeUndefined()
  })

  test('of a hedge leads back to the one that is late, and the loser is second', () => {
    const { bars } = tell([
      asked(10, 'node1', 4),
      asked(50, 'node2', 4, 'hedge'),
      { type: 'hedge', atMs: 50, chunk: 4, from: 'node1', to: 'node2', waitedMs: 40 },
      { type: 'verified', atMs: 80, node: 'node2', chunk: 4, bytes: 5 },
      { type: 'unused', atMs: 90, node: 'node1', chunk: 4, why: 'second copy' },
    ])
    expect(bars[1]?.after).toBe(bars[0])
    expect(bars.map(({ end }) => end)).toEqual(['second', 'whole'])
  })

  test('of a node that is not of the list is none', () => {
    expect(tell([asked(1, 'node9', 0)]).bars).toEqual([])
  })
})

test('a video that stands still costs no memory', () => {
  const model = new TimelineModel(NAMES)
  for (let atMs = 0; atMs < 1000; atMs += 10) model.sample({ atMs, playhead: 5, edge: 9 })
  expect(model.samples).toEqual([
    { atMs: 0, playhead: 5, edge: 9 },
    { atMs: 990, playhead: 5, edge: 9 },
  ])
})

test('a long session keeps the last of it', () => {
  const model = new TimelineModel(NAMES)
  for (let chunk = 0; chunk < 40_000; chunk++) {
    model.apply(asked(chunk, 'node1', chunk))
    model.apply({ type: 'verified', atMs: chunk, node: 'node1', chunk, bytes: 1 })
  }
  expect(model.bars).toHaveLength(15_000)
  expect(model.bars.at(-1)?.chunk).toBe(39_999)
})

describe('drawn', () => {
  const BOX = { width: 600, laneHeight: 20, trackHeight: 100, letterWidth: 6, fromMs: 0, toMs: 60_000 }
  /** without the marks of the time */
  const draw = (model: TimelineModel, box = BOX) =>
    layOut({ ...model, names: NAMES, bands: [] }, box).filter(({ kind }) => kind !== 'tick')

  test('a bar lies in its lane and at its time; one under way goes to the edge', () => {
    const model = tell([
      asked(30_000, 'node2', 4),
      { type: 'begun', atMs: 33_000, node: 'node2', chunk: 4 },
      { type: 'verified', atMs: 36_000, node: 'node2', chunk: 4, bytes: 5 },
      asked(54_000, 'node1', 5),
    ])
    const [first, second] = draw(model)
    expect(first).toMatchObject({ kind: 'bar', lane: 1, x: 300, width: 60, begunX: 330, y: 121 })
    expect(second).toMatchObject({ kind: 'bar', lane: 0, x: 540, width: 60, begunX: undefined, y: 101 })
  })

  test('what overlaps has rows of its own, and what is past is not drawn', () => {
    const model = tell([
      asked(0, 'node1', 1),
      { type: 'verified', atMs: 10, node: 'node1', chunk: 1, bytes: 1 },
      asked(61_000, 'node1', 2),
      asked(61_500, 'node1', 3),
    ])
    const shapes = draw(model, { ...BOX, fromMs: 60_000, toMs: 120_000 })
    expect(shapes.map((shape) => shape.kind === 'bar' && [shape.bar.chunk, shape.y])).toEqual([
      [2, 101],
      [3, 107],
    ])
  })

  test('a link runs from the end of the one that failed to the one that took over', () => {
    const model = tell([
      asked(6_000, 'node1', 4),
      { type: 'dropped', atMs: 12_000, node: 'node1', chunk: 4, why: 'x' },
      asked(18_000, 'node3', 4),
    ])
    expect(draw(model).find(({ kind }) => kind === 'link')).toEqual({
      kind: 'link',
      from: { x: 120, y: 104 },
      to: { x: 180, y: 144 },
    })
  })

  test('the playhead and the edge of the buffer are two lines, and the end of the video is on top', () => {
    const model = new TimelineModel(NAMES)
    model.sample({ atMs: 0, playhead: 0, edge: 45 })
    model.sample({ atMs: 60_000, playhead: 45, edge: 90 })
    expect(draw(model)).toEqual([
      {
        kind: 'line',
        of: 'edge',
        points: [
          { x: 0, y: 50 },
          { x: 600, y: 0 },
        ],
      },
      {
        kind: 'line',
        of: 'playhead',
        points: [
          { x: 0, y: 100 },
          { x: 600, y: 50 },
        ],
      },
    ])
  })

  test('every ten seconds the time stands below the lanes, from when the page was opened on', () => {
    const shapes = layOut(
      { names: NAMES, bars: [], bands: [], samples: [] },
      { ...BOX, fromMs: -35_000, toMs: 25_000 },
    )
    expect(shapes).toEqual([
      { kind: 'tick', x: 350, y: 160, text: '0:00' },
      { kind: 'tick', x: 450, y: 160, text: '0:10' },
      { kind: 'tick', x: 550, y: 160, text: '0:20' },
    ])
  })

  test('a band that goes on reaches the edge', () => {
    const bands = [{ lane: 2, fromMs: 30_000, toMs: undefined, text: 'hangs' }]
    const [band] = layOut({ names: NAMES, bars: [], samples: [], bands }, BOX).filter(
      ({ kind }) => kind === 'band',
    )
    expect(band).toEqual({ kind: 'band', lane: 2, x: 300, y: 140, width: 300, height: 20, text: 'hangs' })
  })

  test.for<[seconds: number, text: string]>([
    [14, 'sends a wrong bit'], // 140 px: room for it, and one letter between
    [10, 'sends a wrong…'],
    [5, 'sends…'],
    [2, ''],
  ])('what is written on a band ends before the next of its lane, %i s later', ([seconds, text]) => {
    const bands = [
      { lane: 1, fromMs: 10_000, toMs: 11_000, text: 'sends a wrong bit' },
      { lane: 2, fromMs: 10_500, toMs: 11_000, text: 'hangs' },
      { lane: 1, fromMs: 10_000 + seconds * 1_000, toMs: undefined, text: 'hangs' },
    ]
    const shapes = layOut({ names: NAMES, bars: [], samples: [], bands }, BOX)
    expect(shapes.flatMap((shape) => (shape.kind === 'band' ? [shape.text] : []))).toEqual([
      text,
      'hangs',
      'hangs',
    ])
  })
})
