/** A page whose event loop is not always free: what the world does meanwhile waits for it, in the kernel's buffers. */
import type { Clock } from '../../src/swarm/clock.js'
import type { Fetch, Fetched } from '../../src/swarm/fetch-range.js'
import type { VirtualClock } from './simulation.ts'

/** Between the timers and the network a loop looks at the timers first. */
const NETWORK_MS = 0.01

/** One event loop in a simulated world. */
export class BusyLoop {
  readonly #world: VirtualClock
  #freeAtMs = 0

  constructor(world: VirtualClock) {
    this.#world = world
  }

  /** A task runs from now on, and nothing else does. */
  block(ms: number): void {
    this.#freeAtMs = Math.max(this.#freeAtMs, this.#world.now() + ms)
  }

  /** The clock of the page. */
  get clock(): Clock {
    return {
      now: this.#world.now,
      setTimeout: (run, ms) => {
        const timer: { inner?: unknown } = {}
        const due = (): void => {
          const waitMs = this.#freeAtMs - this.#world.now()
          if (waitMs <= 0) run()
          else timer.inner = this.#world.setTimeout(due, waitMs)
        }
        timer.inner = this.#world.setTimeout(due, ms)
        return timer
      },
      clearTimeout: (timer: { inner?: unknown } | undefined) => this.#world.clearTimeout(timer?.inner),
    }
  }

  /** A `fetch` whose bytes arrive at their time, and are seen when the loop is free. */
  wrap(fetch: Fetch): Fetch {
    return async (url, init) => {
      const [arrived, body] = await fetch(url, init).then(
        async (answer) => {
          const body = this.#buffered(answer) // goes on to come while its head waits
          await this.#turn()
          return [answer, body] as const
        },
        async (error) => {
          await this.#turn()
          throw error
        },
      )
      const { status, ok, headers } = arrived // a response's properties are not its own: a spread finds none
      return { status, ok, headers, body }
    }
  }

  #buffered({ body }: Fetched): Fetched['body'] {
    if (body === null) return null
    const source = body.getReader()
    const pieces = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const pump = async (): Promise<void> => {
          for (;;) {
            const { done, value } = await source.read()
            if (done) return controller.close()
            controller.enqueue(value)
          }
        }
        pump().catch((error) => controller.error(error))
      },
      cancel: () => source.cancel(),
    }).getReader()
    return {
      getReader: () => ({
        read: async () => {
          const piece = await pieces.read()
          await this.#turn()
          return piece
        },
        cancel: () => pieces.cancel(),
      }),
      cancel: () => pieces.cancel(),
    }
  }

  async #turn(): Promise<void> {
    while (this.#world.now() < this.#freeAtMs)
      await this.#world.wait(this.#freeAtMs - this.#world.now() + NETWORK_MS)
  }
}

/** A clock whose timers fire at whole multiples of `stepMs` only, as those of a tab in the background do. */
export const throttled = (world: VirtualClock, stepMs: number): Clock => ({
  now: world.now,
  setTimeout: (run, ms) => {
    const dueMs = world.now() + ms
    return world.setTimeout(run, Math.ceil(dueMs / stepMs) * stepMs - world.now())
  },
  clearTimeout: world.clearTimeout,
})
