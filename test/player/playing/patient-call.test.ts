import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { callPatiently } from '../../../src/player/playing/patient-call.js'
import { realClock } from '../../../src/swarm/clock.js'

test.for<[string, typeof fetch]>([
  ['an answer', async () => new Response('{}')],
  ['a refusal', () => Promise.reject(new TypeError('Failed to fetch'))],
])('a call that ended with %s leaves nothing at the signal of a whole viewing', async ([, fetch]) => {
  const { signal } = new AbortController()
  const call = { fetch, clock: realClock, url: 'http://node1.test/health', patienceMs: 60_000 }
  await callPatiently({ ...call, method: 'GET', onSilent() {}, signal })
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
