import { expect, test } from 'vitest'
import { StoryLines } from '../../../../src/player/room/story/story-lines.js'

test('whatever changes a line changes the version', () => {
  const lines = new StoryLines()
  const versions = [lines.version]
  const line = lines.add(1_000, 'It begins', 'plain')
  versions.push(lines.version)
  lines.mend(line, 'It goes on')
  versions.push(lines.version)
  expect(lines.all).toEqual([{ id: line.id, atMs: 1_000, text: 'It goes on', tone: 'plain' }])
  lines.remove(line)
  versions.push(lines.version)
  expect(lines.all).toEqual([])
  expect(new Set(versions).size).toBe(4)
})

test('the oldest lines are forgotten, and no other has the identity of one', () => {
  const lines = new StoryLines()
  const first = lines.add(0, 'note 0', 'plain')
  for (let atMs = 1; atMs < 1_000; atMs++) lines.add(atMs, `note ${atMs}`, 'plain')
  expect(lines.all).toHaveLength(200)
  expect(lines.all.at(-1)?.text).toBe('note 999')
  expect(lines.all.map(({ id }) => id)).not.toContain(first.id)
})

test('what is learned later and was earlier stands where it was', () => {
  const lines = new StoryLines()
  for (const atMs of [0, 1_000, 620, 1_000, 0]) lines.add(atMs, String(lines.version), 'plain')
  expect(lines.all.map(({ atMs, text }) => [atMs, text])).toEqual([
    [0, '0'],
    [0, '4'],
    [620, '2'],
    [1_000, '1'],
    [1_000, '3'],
  ])
})
