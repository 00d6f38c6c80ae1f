/** When the machine did something else: what is late then is late because of it. */

/** Nothing of ours keeps a process from running for so long. */
export const MACHINE_PAUSE_MS = 100

/** A span of time; ms since 1970. */
export interface Span {
  readonly atMs: number
  readonly ms: number
}

/** Do two spans of time touch? Pure. */
export const overlaps = (aMs: number, aLastsMs: number, bMs: number, bLastsMs: number): boolean =>
  aMs <= bMs + bLastsMs && bMs <= aMs + aLastsMs

/** When this process, which has nothing to do, was not let run. */
export class Pauses {
  readonly all: Span[] = []
  readonly #timer: NodeJS.Timeout
  #tickedMs = performance.now()

  constructor() {
    const TICK_MS = 20
    this.#timer = setInterval(() => {
      const nowMs = performance.now()
      const ms = nowMs - this.#tickedMs - TICK_MS
      this.#tickedMs = nowMs
      if (ms >= MACHINE_PAUSE_MS) this.all.push({ atMs: Date.now() - ms, ms })
    }, TICK_MS)
  }

  /** The longest in the course of something. */
  during({ atMs, ms }: Span): number {
    const touches = this.all.filter((pause) => overlaps(pause.atMs, pause.ms, atMs, ms))
    return Math.max(0, ...touches.map((pause) => pause.ms))
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
