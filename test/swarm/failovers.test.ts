import { expect, test } from 'vitest'
import { Failovers } from '../../src/swarm/failovers.js'

test('a failover is over when the last chunk is here, and tells who brought what in which time', () => {
  const failovers = new Failovers()
  failovers.begin('node1', [4, 5, 6], 1000)
  expect(failovers.bring(5, 'node2', 0, 1100)).toEqual([])
  expect(failovers.bring(4, 'node3', 180, 1200)).toEqual([])
  expect(failovers.bring(6, 'node2', 90, 1500)).toEqual([
    { from: 'node1', to: ['node2', 'node3'], chunks: [4, 5, 6], recoveredMs: 500, waitedMs: 180 },
  ])
  expect(failovers.owed).toEqual([])
})

test('a node that owed nothing is no failover', () => {
  const failovers = new Failovers()
  failovers.begin('node1', [], 1000)
  expect(failovers.owed).toEqual([])
  expect(failovers.bring(0, 'node2', 0, 1100)).toEqual([])
})

test('requests that fail together are one failover, from the first of them on', () => {
  const failovers = new Failovers()
  failovers.begin('node1', [4], 1000)
  failovers.begin('node1', [5], 1010)
  failovers.bring(5, 'node2', 0, 1100)
  expect(failovers.bring(4, 'node2', 0, 1200)).toMatchObject([{ chunks: [4, 5], recoveredMs: 200 }])
})

test('a chunk that is owed twice by one node is counted once', () => {
  const failovers = new Failovers()
  failovers.begin('node1', [4], 1000)
  failovers.begin('node1', [4], 1010)
  expect(failovers.bring(4, 'node2', 0, 1200)).toMatchObject([{ chunks: [4] }])
})

test('a chunk that two failed nodes owed ends both failovers', () => {
  const failovers = new Failovers()
  failovers.begin('node1', [4], 1000)
  failovers.begin('node2', [4], 1500)
  expect(failovers.owed).toEqual([4, 4])
  const over = failovers.bring(4, 'node3', 0, 2000)
  expect(over.map(({ from, recoveredMs }) => [from, recoveredMs])).toEqual([
    ['node1', 1000],
    ['node2', 500],
  ])
})

test('chunks that nobody wants any more do not hold up a failover', () => {
  const failovers = new Failovers()
  failovers.begin('node1', [4, 5], 1000)
  failovers.bring(4, 'node2', 20, 1100)
  expect(failovers.forget(5, 1300)).toMatchObject([
    { to: ['node2'], chunks: [4], waitedMs: 20, recoveredMs: 300 },
  ])
})

test('a failover of which nobody wants a chunk any more is never told', () => {
  const failovers = new Failovers()
  failovers.begin('node1', [4, 5], 1000)
  expect([...failovers.forget(4, 1100), ...failovers.forget(5, 1100)]).toEqual([])
  expect(failovers.owed).toEqual([])
})

test('a node that fails again later begins another failover', () => {
  const failovers = new Failovers()
  failovers.begin('node1', [4], 1000)
  failovers.bring(4, 'node2', 0, 1100)
  failovers.begin('node1', [9], 5000)
  expect(failovers.bring(9, 'node3', 0, 5200)).toEqual([
    { from: 'node1', to: ['node3'], chunks: [9], recoveredMs: 200, waitedMs: 0 },
  ])
})

test('nobody takes over from himself', () => {
  const failovers = new Failovers()
  failovers.begin('node1', [4, 5], 1000)
  expect(failovers.bring(4, 'node1', 0, 1100)).toEqual([])
  expect(failovers.bring(5, 'node2', 0, 1200)).toMatchObject([{ to: ['node2'], chunks: [5] }])
  failovers.begin('node1', [6], 2000)
  expect(failovers.bring(6, 'node1', 0, 2100)).toEqual([])
  expect(failovers.owed).toEqual([])
})
