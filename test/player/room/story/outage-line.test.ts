import { expect, test } from 'vitest'
import { OutageLine } from '../../../../src/player/room/story/outage-line.js'
import { StoryLines } from '../../../../src/player/room/story/story-lines.js'

const BEGINS = expect.stringMatching(/^No node answers\./)

function open() {
  const lines = new StoryLines()
  const outage = new OutageLine(lines)
  const begin = (atMs: number) => outage.begin({ atMs, why: 'nobody answers' }, { kind: 'all' })
  return { outage, begin, told: () => lines.all.map(({ text }) => text) }
}

test('an outage and its end are two lines', () => {
  const { outage, begin, told } = open()
  begin(1_000)
  expect(outage.goesOn).toBe(true)
  outage.end(4_000)
  expect(outage.goesOn).toBe(false)
  expect(told()).toEqual([BEGINS, 'A node answers again, after 3.0 s of waiting.'])
})

test('an end after which nothing has come was none', () => {
  const { outage, begin, told } = open()
  begin(1_000)
  outage.end(4_000)
  begin(5_000)
  expect(told()).toEqual([BEGINS])
  outage.end(7_000)
  expect(told()).toEqual([BEGINS, 'A node answers again, after 6.0 s of waiting.'])
})

test('when something has come, the next one is another', () => {
  const { outage, begin, told } = open()
  begin(1_000)
  outage.bring() // of what was on its way
  outage.end(4_000)
  outage.bring()
  begin(5_000)
  expect(told()).toHaveLength(3)
})

test('the end of none is not told', () => {
  const { outage, told } = open()
  outage.end(1_000)
  expect(told()).toEqual([])
})
