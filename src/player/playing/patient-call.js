// @ts-check
/**
 * One call to a node. Its silence is told while it goes on: a node that wakes up, or is slower than was thought,
 * answers the call that waits.
 */
import { MAX_HEALTH_BYTES, skipBounded } from '../../swarm/read-bounded.js'

/** A timer that comes so late says that we were asleep, and not the node. */
const ASLEEP_MS = 1_000
/** So many times as long as is usual, an answer may still come; then the call is made again. */
const HOPE = 5

/**
 * `ms`: what it took; `undefined` when we slept meanwhile, for then nobody knows.
 * @typedef {{ kind: 'answer', response: Response, ms: number | undefined } | { kind: 'silence' } | { kind: 'refusal' }} Call
 */

/**
 * Makes a call. Never rejects.
 * @param {object} options
 * @param {typeof globalThis.fetch} options.fetch
 * @param {import('../../swarm/clock.js').Clock} options.clock
 * @param {string} options.url
 * @param {'GET' | 'HEAD'} options.method
 * @param {number} options.patienceMs no answer for so long is worth telling
 * @param {() => void} options.onSilent tells it, once
 * @param {AbortSignal} options.signal ends it
 * @returns {Promise<Call>}
 */
export async function callPatiently({ fetch, clock, url, method, patienceMs, onSilent, signal }) {
  const abort = new AbortController()
  const end = () => abort.abort()
  signal.addEventListener('abort', end)
  const startMs = clock.now()
  let hasSlept = false
  /** @type {unknown} */
  let timer
  const wait = (/** @type {number} */ ms, /** @type {() => void} */ then) => {
    const dueMs = clock.now() + ms
    timer = clock.setTimeout(() => {
      if (clock.now() - dueMs < ASLEEP_MS) return then()
      hasSlept = true
      wait(ms, then)
    }, ms)
  }
  wait(patienceMs, () => {
    onSilent()
    wait((HOPE - 1) * patienceMs, () => abort.abort())
  })
  try {
    const response = await fetch(url, { method, cache: 'no-store', signal: abort.signal })
    await skipBounded(response, MAX_HEALTH_BYTES) // an answer that stops halfway is none
    return { kind: 'answer', response, ms: hasSlept ? undefined : clock.now() - startMs }
  } catch {
    return { kind: abort.signal.aborted ? 'silence' : 'refusal' }
  } finally {
    clock.clearTimeout(timer)
    signal.removeEventListener('abort', end) // a viewing makes thousands of calls
  }
}
