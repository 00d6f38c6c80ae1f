import { expect, test } from 'vitest'
import { Blame } from '../../src/swarm/blame.js'

const BOTH = ['node1', 'node2']

test('who sent a chunk wrong is not asked for it, and nobody else is blamed', () => {
  const blame = new Blame()
  blame.note(2, 'node1', 0)
  expect([...blame.on(2)]).toEqual(['node1'])
  expect(blame.on(3).size).toBe(0)
  blame.forgive(BOTH, 60_000)
  expect([...blame.on(2)]).toEqual(['node1'])
})

test('a chunk that all who can be asked sent wrong is asked for again, later each time', () => {
  const blame = new Blame()
  let nowMs = 0
  const waitsMs: number[] = []
  for (let times = 0; times < 5; times++) {
    for (const node of BOTH) blame.note(2, node, nowMs)
    const sinceMs = nowMs
    while (blame.on(2).size > 0) blame.forgive(BOTH, ++nowMs)
    waitsMs.push(nowMs - sinceMs - 1)
  }
  expect(waitsMs).toEqual([2000, 4000, 8000, 16_000, 16_000])
})

test('who sent it wrong once may be asked when nobody else is left, though others brought it meanwhile', () => {
  const blame = new Blame()
  blame.note(2, 'node1', 0)
  blame.clear(2, 'node2')
  expect([...blame.on(2)]).toEqual(['node1'])
  blame.forgive(['node1'], 2001)
  expect(blame.on(2).size).toBe(0)
})

test('when a node last sent anything wrong is remembered, whatever it brings after that', () => {
  const blame = new Blame()
  expect(blame.lastMs('node1')).toBe(Number.NEGATIVE_INFINITY)
  blame.note(2, 'node1', 100)
  blame.note(3, 'node1', 200)
  blame.clear(3, 'node1')
  expect([blame.lastMs('node1'), blame.lastMs('node2')]).toEqual([200, Number.NEGATIVE_INFINITY])
})

test('who brings it right is blamed no more', () => {
  const blame = new Blame()
  blame.note(2, 'node1', 0)
  blame.clear(2, 'node1')
  expect(blame.on(2).size).toBe(0)
})

test('who brings one right that it sent wrong was mended: it is asked for the others again', () => {
  const blame = new Blame()
  for (const chunk of [2, 3]) for (const node of BOTH) blame.note(chunk, node, 0)
  blame.clear(2, 'node1')
  expect([...blame.on(3)]).toEqual(['node2'])
  expect([...blame.liarsOn(3)]).toEqual(['node2'])
})

test('who brings right what only others sent wrong was not mended', () => {
  const blame = new Blame()
  blame.note(2, 'node2', 0)
  blame.note(3, 'node1', 0)
  blame.clear(2, 'node1')
  expect([...blame.on(3)]).toEqual(['node1'])
})

test('who is asked again is known to have sent it wrong until it brings it right', () => {
  const blame = new Blame()
  blame.note(2, 'node1', 0)
  blame.forgive(['node1'], 2001)
  expect([...blame.liarsOn(2)]).toEqual(['node1'])
  blame.clear(2, 'node2')
  expect([...blame.liarsOn(2)]).toEqual(['node1'])
  blame.clear(2, 'node1')
  expect(blame.liarsOn(2).size).toBe(0)
})
