/**
 * Waiting for a moment, to the millisecond and with many waiting at once. `timers/promises` would do for
 * a few; a class that clicks at the same time is a hundred timers, and the last of them would be late.
 */

interface Waiter {
  readonly untilMs: number
  readonly signal: AbortSignal
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
  readonly onAbort: () => void
}

/** Everyone who waits, the next one first. */
const waiters: Waiter[] = []
/** One timer serves them all: it goes off for the first. */
let timer: NodeJS.Timeout | undefined
let timerMs = Number.POSITIVE_INFINITY

/**
 * Waits, never less. Resolves at once when the moment has passed.
 * @param untilMs on the clock of `performance.now()`
 * @param signal ends the wait, which then rejects with the signal's reason
 */
export function waitUntil(untilMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const waiter: Waiter = { untilMs, signal, resolve, reject, onAbort: () => leave(waiter) }
    signal.addEventListener('abort', waiter.onAbort)
    let position = waiters.length // mostly the last: latencies are alike
    while (position > 0 && (waiters[position - 1]?.untilMs ?? 0) > untilMs) position--
    waiters.splice(position, 0, waiter)
    setTimer()
  })
}

function leave(waiter: Waiter): void {
  waiters.splice(waiters.indexOf(waiter), 1)
  waiter.reject(waiter.signal.reason)
}

/** A timer may go off up to a millisecond early by our clock; then it is set once more. */
function wake(): void {
  timerMs = Number.POSITIVE_INFINITY
  const nowMs = performance.now()
  for (let first = waiters[0]; first !== undefined && first.untilMs <= nowMs; first = waiters[0]) {
    waiters.shift()
    first.signal.removeEventListener('abort', first.onAbort)
    first.resolve()
  }
  setTimer()
}

function setTimer(): void {
  const untilMs = waiters[0]?.untilMs
  if (untilMs === undefined || untilMs >= timerMs) return // nobody waits, or the timer goes off before
  clearTimeout(timer)
  timerMs = untilMs
  timer = setTimeout(wake, Math.max(1, Math.ceil(untilMs - performance.now())))
}
