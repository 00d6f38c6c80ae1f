// @ts-check
/**
 * How much of the time we were there to see what came. A page whose script is busy, whose timers are throttled, or
 * whose machine sleeps learns of everything late; none of that says anything of the nodes. So whatever is held
 * against a node is timed on this clock, which stands still while we are not looking.
 */

/** While anything is under way we look at least every 20 ms; a longer pause than this was ours, and counts as this. */
const MAX_PAUSE_MS = 60
/** What has come meanwhile is seen by then. */
const CATCH_UP_MS = 50

/** The attention of one swarm. */
export class Attention {
  /** how much time we have missed in all */
  lostMs = 0
  #clock
  #lookedMs
  #wokeMs = Number.NEGATIVE_INFINITY

  /** @param {import('./clock.js').Clock} clock */
  constructor(clock) {
    this.#clock = clock
    this.#lookedMs = clock.now()
  }

  /** ms; to ask is to look. */
  now() {
    const nowMs = this.#clock.now()
    const lostMs = nowMs - this.#lookedMs - MAX_PAUSE_MS
    this.#lookedMs = nowMs
    if (lostMs > 0) {
      this.lostMs += lostMs
      this.#wokeMs = nowMs - this.lostMs
    }
    return nowMs - this.lostMs
  }

  /** Have we been back for long enough to have seen what came while we were not looking? */
  get isCaughtUp() {
    return this.now() - this.#wokeMs >= CATCH_UP_MS
  }
}

/** A time limit of this many steps; one that comes late counts as one all the same. */
const STEPS = 5
/** After the last step: what has come while we were busy is seen first, and only then is anybody late. */
const LAST_LOOK_MS = 20

/**
 * A time limit for somebody else, which runs only while we are there to see that it is kept.
 * @param {import('./clock.js').Clock} clock
 * @param {number} ms
 * @param {() => void} run when it is over
 * @returns {() => void} calls it off
 */
export function afterAttentively(clock, ms, run) {
  let left = STEPS
  /** @type {unknown} */
  let timer
  const step = () => {
    left--
    timer = left < 0 ? clock.setTimeout(run, LAST_LOOK_MS) : clock.setTimeout(step, ms / STEPS)
  }
  step()
  return () => clock.clearTimeout(timer)
}
