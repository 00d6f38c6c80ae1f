import { expect, test } from 'vitest'
import { pictureFirst } from '../../../src/player/page/picture-first.js'
import { VirtualClock } from '../../swarm/simulation.ts'

async function begin(): Promise<{ video: EventTarget; clock: VirtualClock; isOpen: () => boolean }> {
  const [video, clock] = [new EventTarget(), new VirtualClock()]
  let isOpen = false
  void pictureFirst(video, clock).then(() => {
    isOpen = true
  })
  return { video, clock, isOpen: () => isOpen }
}

test('the room waits until the picture moves', async () => {
  const { video, clock, isOpen } = await begin()
  video.dispatchEvent(new Event('loadeddata'))
  await clock.run(() => false, 500)
  expect(isOpen()).toBe(false)
  video.dispatchEvent(new Event('playing'))
  await clock.run(() => false, 0)
  expect(isOpen()).toBe(true)
})

test('where no picture comes, the room shows why', async () => {
  const { clock, isOpen } = await begin()
  await clock.run(() => false, 2000)
  expect(isOpen()).toBe(true)
})
