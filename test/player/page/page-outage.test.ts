/** What a page that plays a file says while it cannot go on, and that it looks for the file again. */
import { expect, test } from 'vitest'
import { PageOutage } from '../../../src/player/page/page-outage.js'
import type { OutageReason } from '../../../src/swarm/events.js'
import { VirtualClock } from '../../swarm/simulation.ts'

function watch(answers: string[][] = []) {
  const clock = new VirtualClock()
  let [looks, changes] = [0, 0]
  const outage = new PageOutage({
    find: async () => answers[looks++] ?? answers.at(-1) ?? [],
    clock,
    onChange: () => changes++,
    policy: { kind: 'all' },
  })
  return {
    outage,
    lack: (why: OutageReason) => outage.apply({ type: 'outage', atMs: clock.now(), isOver: false, why }),
    end: () => outage.apply({ type: 'outage', atMs: clock.now(), isOver: true }),
    pass: (ms: number) => clock.run(() => false, ms),
    looks: () => looks,
    changes: () => changes,
  }
}

test('its time counts from its beginning, whatever its reason becomes', async () => {
  const { outage, lack, end, pass } = watch()
  expect(outage.state).toBeUndefined()
  lack('nobody answers')
  await pass(2_000)
  lack('missing')
  await pass(1_000)
  expect(outage.state).toMatchObject({ why: 'missing', seconds: 3 })
  end()
  expect(outage.state).toBeUndefined()
})

test('a version that is nowhere to be had is looked for until it is over, and what is found is told once', async () => {
  const { outage, lack, end, pass, looks, changes } = watch([[], ['node2']])
  lack('replaced')
  await pass(30_000)
  expect(outage.state).toMatchObject({ elsewhere: ['node2'] })
  expect(looks()).toBeGreaterThanOrEqual(5)
  expect(looks()).toBeLessThanOrEqual(15)
  expect(changes()).toBe(2)
  end()
  const before = looks()
  await pass(30_000)
  expect(looks()).toBe(before)
})

test('where nobody answers, or nobody else may, there is nothing to look for', async () => {
  const { lack, pass, looks } = watch()
  lack('nobody answers')
  await pass(10_000)
  lack('not allowed')
  await pass(10_000)
  expect(looks()).toBe(0)
})

test('a look that fails is made again', async () => {
  const clock = new VirtualClock()
  let looks = 0
  const find = async () => {
    if (looks++ === 0) throw new TypeError('fetch failed')
    return ['node1']
  }
  const outage = new PageOutage({ find, clock, onChange: () => {}, policy: { kind: 'all' } })
  outage.apply({ type: 'outage', atMs: 0, isOver: false, why: 'missing' })
  await clock.run(() => false, 10_000)
  expect(outage.state).toMatchObject({ elsewhere: ['node1'] })
})

test('a choice that is made meanwhile is told in its words', () => {
  const { outage, lack, changes } = watch()
  lack('not allowed')
  outage.setPolicy({ kind: 'only', node: 'node2' })
  expect(outage.state).toMatchObject({ policy: { kind: 'only', node: 'node2' } })
  expect(changes()).toBe(2)
})

test('another player begins without the outage of the one before', () => {
  const { outage, lack } = watch()
  lack('nobody answers')
  outage.apply({ type: 'started', atMs: 5, kind: 'swarm', why: '' })
  expect(outage.state).toBeUndefined()
})
