/** A clock that a test moves by hand. */
interface Timer {
  readonly atMs: number
  readonly run: () => void
}

/** As a swarm's clock, of which no time passes by itself. */
export class HandClock {
  #nowMs = 0
  #timers: Timer[] = []

  readonly now = (): number => this.#nowMs

  readonly setTimeout = (run: () => void, ms: number): Timer => {
    const timer = { atMs: this.#nowMs + ms, run }
    this.#timers.push(timer)
    return timer
  }

  readonly clearTimeout = (timer: unknown): void => {
    this.#timers = this.#timers.filter((other) => other !== timer)
  }

  /** how many timers have not run yet */
  get timers(): number {
    return this.#timers.length
  }

  /** Moves it in one step, as for a machine that slept, and runs what is due then. */
  advance(ms: number): void {
    this.#nowMs += ms
    const due = this.#timers.filter(({ atMs }) => atMs <= this.#nowMs)
    this.#timers = this.#timers.filter(({ atMs }) => atMs > this.#nowMs)
    for (const { run } of due) run()
  }

  /** Moves it step by step. @param settle waits for what each step sets off */
  async pass(ms: number, settle: () => Promise<unknown>): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= STEP_MS) {
      this.advance(Math.min(leftMs, STEP_MS))
      await settle()
    }
  }
}

const STEP_MS = 500
