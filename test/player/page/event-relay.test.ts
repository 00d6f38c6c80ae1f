import { expect, test } from 'vitest'
import { type Event, type Hearer, passTo } from '../../../src/player/page/event-relay.js'

const event = (atMs: number): Event => ({ type: 'waiting', atMs, chunk: 0 })

test('events that come before there is somebody wait, and keep their order', async () => {
  const heard: number[] = []
  let open = (_hearer: Hearer): void => {}
  const opening = new Promise<Hearer>((resolve) => {
    open = resolve
  })
  const tell = passTo(opening, () => expect.unreachable())
  tell(event(1))
  tell(event(2))
  expect(heard).toEqual([])
  open({ apply: ({ atMs }) => heard.push(atMs) })
  await opening
  tell(event(3))
  expect(heard).toEqual([1, 2, 3])
})

test('that nobody comes is told', async () => {
  const failures: unknown[] = []
  const tell = passTo(Promise.reject(new Error('no room')), (error) => failures.push(error))
  tell(event(1))
  await new Promise((resolve) => setImmediate(resolve))
  expect(failures).toEqual([new Error('no room')])
})
