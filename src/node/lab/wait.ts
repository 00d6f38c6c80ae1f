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
/** One alarm serves them all: it goes off for the first. */
let alarmMs = Number.POSITIVE_INFINITY
let cancelAlarm = (): void => {}

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
    setAlarm()
  })
}

function leave(waiter: Waiter): void {
  waiters.splice(waiters.indexOf(waiter), 1)
  waiter.reject(waiter.signal.reason)
}

function wake(): void {
  alarmMs = Number.POSITIVE_INFINITY
  const nowMs = performance.now()
  for (let first = waiters[0]; first !== undefined && first.untilMs <= nowMs; first = waiters[0]) {
    waiters.shift()
    first.signal.removeEventListener('abort', first.onAbort)
    first.resolve()
  }
  setAlarm()
}

/**
 * Timers count whole milliseconds and may be one early or late. So the last one is not waited for but
 * looked out for, turn by turn of the event loop, which goes on serving meanwhile.
 */
function setAlarm(): void {
  const untilMs = waiters[0]?.untilMs
  if (untilMs === undefined || untilMs >= alarmMs) return // nobody waits, or the alarm goes off before
  cancelAlarm()
  alarmMs = untilMs
  const leftMs = untilMs - performance.now()
  if (leftMs < 1) {
    const immediate = setImmediate(wake)
    cancelAlarm = () => clearImmediate(immediate)
  } else {
    const timer = setTimeout(wake, Math.floor(leftMs))
    cancelAlarm = () => clearTimeout(timer)
  }
}
