/** The time line in words, and as a picture for slides. */
import { expect, test } from 'vitest'
import type { Shape } from '../../../../src/player/room/timeline/timeline-layout.js'
import type { Bar } from '../../../../src/player/room/timeline/timeline-model.js'
import { drawSvg } from '../../../../src/player/room/timeline/timeline-svg.js'
import { rowOf, tellBar } from '../../../../src/player/room/timeline/timeline-words.js'

const NAMES = ['node1', 'node2']
const BAR: Bar = {
  ...{ lane: 0, chunk: 12, purpose: 'ahead', askedMs: 72_345, begunMs: 72_505, endMs: 73_045, end: 'whole' },
  ...{ why: '', after: undefined },
}

test.for<[change: Partial<Bar>, told: string]>([
  [{}, 'asked for at 1:12.3 to read ahead: first byte after 160 ms, whole after 700 ms'],
  [
    { purpose: 'needed', begunMs: undefined, endMs: undefined, end: undefined },
    'asked for at 1:12.3 needed next: no byte, under way',
  ],
  [
    { purpose: 'trial', end: 'bad' },
    'as a trial: first byte after 160 ms, wrong bytes, thrown away after 700 ms',
  ],
  [{ end: 'given up', why: 'the connection was cut' }, 'given up after 700 ms: the connection was cut'],
  [
    { purpose: 'hedge', end: 'second' },
    'because another was late: first byte after 160 ms, another copy was first after 700 ms',
  ],
  [{ after: { ...BAR, lane: 1 } }, 'asked for at 1:12.3 after node2: first byte'],
])('%j', ([change, told]) => {
  expect(tellBar({ ...BAR, ...change }, NAMES)).toContain(told)
})

test('in the table', () => {
  expect(rowOf(BAR, NAMES)).toEqual(['1:12.3', 'node1', '12', 'after 160 ms', 'whole after 700 ms'])
  expect(rowOf({ ...BAR, begunMs: undefined }, NAMES)[3]).toBe('none')
})

const LOOK = { fill: '#123456', ink: '#ffffff', shade: '#000000' }
const PALETTE = {
  nodes: [LOOK, LOOK],
  empty: '#eeeeee',
  bad: '#ff0000',
  paper: '#ffffff',
  font: 'sans-serif',
}

test('as a picture it is well-formed, whatever the names are', () => {
  const names = ['a<b>&"c"', 'bell\u0007 \uFFFF 🎬']
  const box = { lane: 0, x: 1, y: 2, width: 30, height: 4 }
  const shapes: Shape[] = [
    { kind: 'tick', x: 5, y: 90, text: '0:10' },
    { kind: 'band', ...box, text: 'hangs & <more>' },
    ...(['whole', 'bad', 'second', 'given up', undefined] as const).map((end) => ({
      ...{ kind: 'bar' as const, ...box, begunX: end === 'second' ? undefined : 11, bar: { ...BAR, end } },
    })),
    { kind: 'link', from: { x: 1, y: 2 }, to: { x: 3, y: 4.0449 } },
    {
      kind: 'line',
      of: 'edge',
      points: [
        { x: 0, y: 1 },
        { x: 2, y: 3 },
      ],
    },
  ]
  const svg = drawSvg({
    ...{
      shapes,
      width: 400,
      gutter: 96,
      laneHeight: 20,
      trackHeight: 50,
      title: 'talk & <co>.mp4',
      palette: PALETTE,
    },
    marks: names.map((name, look) => ({ name, look, letter: 'A' })),
    colours: { ink: '#111111', quiet: '#666666', line: '#dddddd' },
  })
  expect(svg).toContain('viewBox="-12 -12 424 132"')
  expect(svg).toContain('<text x="24" y="64" font-size="13" fill="#111111">a&lt;b&gt;&amp;"c"</text>')
  expect(svg).toContain('>bell  🎬</text>')
  expect(svg).toContain('>hangs &amp; &lt;more&gt;</text>')
  expect(svg.match(/fill-opacity="0.35"/g)).toHaveLength(5)
  expect(svg.match(/<circle/g)).toHaveLength(1)
  expect(svg.match(/l7 7m0 -7l-7 7/g)).toHaveLength(2)
  expect(svg).toContain('M1 2L3 4"')
  expect(svg).toContain('points="0,1 2,3"')
  const open = svg.match(/<(?!\/|[^>]*\/>)[a-z]+/gi) ?? []
  expect(svg.match(/<\//g)).toHaveLength(open.length) // each that is opened is closed
})
