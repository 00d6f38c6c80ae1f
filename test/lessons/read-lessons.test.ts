import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROJECT_FOLDER } from '../helpers/command.ts'
import { LessonError, readLessons } from './read-lessons.ts'

const FENCE = '```'
const lesson = (...lines: string[]): string => ['<!-- lesson', ...lines, '-->'].join('\n')
const block = (language: string, ...lines: string[]): string => [FENCE + language, ...lines, FENCE].join('\n')
const read = (...parts: string[]) => readLessons(['# Lesson 1', ...parts].join('\n'))

test('each command of a block has the lines below it', () => {
  expect(read(block('console', '$ one', 'said', '', 'more', '$ two'))).toMatchObject([
    {
      lesson: 'Lesson 1',
      line: 2,
      kind: 'type',
      terminal: 'main',
      stays: false,
      typed: [
        { command: 'one', output: ['said', '', 'more'] },
        { command: 'two', output: [] },
      ],
    },
  ])
})

test('a comment says where the next block is typed, and which of its figures differ; then it is forgotten', () => {
  const [first, second] = read(
    lesson('in node1; stays', '57.5 = 50..150', 'refused ~ refused|cut'),
    block('console', '$ one', '57.5 refused'),
    block('sh', 'two'),
  )
  expect(first).toMatchObject({
    terminal: 'node1',
    stays: true,
    allowances: [
      { text: '57.5', instead: { kind: 'range', min: 50, max: 150 } },
      { text: 'refused', instead: { kind: 'pattern', pattern: 'refused|cut' } },
    ],
  })
  expect(second).toMatchObject({
    terminal: 'main',
    stays: false,
    allowances: [],
    typed: [{ command: 'two' }],
  })
})

test.for<[said: string, act: object]>([
  ['press ctrl-c in node1', { kind: 'press', key: 'ctrl-c', terminal: 'node1' }],
  ['start npm run x in node1', { kind: 'start', command: 'npm run x', terminal: 'node1' }],
  ['node1 says it serves', { kind: 'wait', terminal: 'node1', text: 'it serves', allowances: [] }],
  ['wait 2.5 s', { kind: 'pause', seconds: 2.5 }],
  ['page opens', { kind: 'page', step: { kind: 'opens' } }],
  ['page open http://a/b', { kind: 'page', step: { kind: 'open', url: 'http://a/b' } }],
  ['page reload', { kind: 'page', step: { kind: 'reload' } }],
  ['page plays 3 s', { kind: 'page', step: { kind: 'plays', seconds: 3 } }],
  [
    'page shows node1 is back',
    { kind: 'page', step: { kind: 'shows', text: 'node1 is back', allowances: [] } },
  ],
])('“%s” is a step of its own', ([said, act]) => {
  expect(read(lesson(said))).toMatchObject([{ kind: 'act', act }])
})

test('steps and blocks keep their order', () => {
  const steps = read(lesson('wait 1 s'), block('sh', 'one'), lesson('wait 2 s'), block('sh', 'two'))
  expect(steps.map(({ line }) => line)).toEqual([2, 5, 8, 11])
})

test('what happens meanwhile belongs to the block', () => {
  const [step] = read(lesson('meanwhile wait 1 s', 'meanwhile press x in node1'), block('sh', 'one'))
  expect(step).toMatchObject({ kind: 'type', meanwhile: [{ kind: 'pause' }, { kind: 'press', key: 'x' }] })
})

test('blocks that nobody types are passed over, and so is one with a reason', () => {
  const steps = read(
    block('json', '{}'),
    lesson('not run: it takes an hour'),
    block('sh', 'one'),
    block('sh', 'two'),
  )
  expect(steps).toMatchObject([{ typed: [{ command: 'two' }] }])
})

describe('a README that cannot be carried out says where', () => {
  test.for<[what: string, parts: string[], why: RegExp]>([
    ['a quote of nobody', [block('text', 'said')], /README\.md:2: say where this is seen/],
    ['output before a command', [block('console', 'said')], /README\.md:2: what is typed begins/],
    ['a comment that is none', [lesson('jump')], /README\.md:2: nobody knows how to “jump”/],
    [
      'a rule for a figure that is not there',
      [lesson('9 = 1..9'), block('console', '$ a', '8')],
      /does not have it/,
    ],
    ['a figure outside of its rule', [lesson('8 = 1..5'), block('console', '$ a', '8')], /not from 1 to 5/],
    ['a block without an end', [`${FENCE}sh`, 'one'], /README\.md:2: this block has no end/],
    ['a comment without its block', [lesson('in node1')], /does not follow/],
    ['a comment on what nobody types', [lesson('in node1'), block('json', '{}')], /block of json/],
    [
      'a figure of the page that the text has not',
      ['for 9.3 s', lesson('5.3 = 4..7', 'page shows for 5.3 s')],
      /does not have it/,
    ],
  ])('%s', ([, parts, why]) => {
    expect(() => read(...parts)).toThrow(LessonError)
    expect(() => read(...parts)).toThrow(why)
  })
})

test('the README can be carried out, and each of its lessons is', () => {
  const readme = readFileSync(path.join(PROJECT_FOLDER, 'README.md'), 'utf8')
  const lessons = new Set(readLessons(readme).map(({ lesson }) => lesson))
  for (const [, heading = ''] of readme.matchAll(/^### ([0-9]+\. .*)$/gm)) expect(lessons).toContain(heading)
})
