/**
 * Gives memory back when a crowd has gone. By itself the engine collects what they left only when it needs more, and a
 * node that nobody asks needs none: it would stay as large as it ever was.
 */
import { Session } from 'node:inspector'

/** So many have to go before it is worth a collection, which takes some 30 ms. */
const CROWD = 100
/** While more than this still go in {@link CALM_MS} the crowd is not gone yet. */
const STRAGGLERS = 20
const CALM_MS = 500

/** Counts the connections that are closed. */
export class Tidying {
  readonly #collect: () => void
  #gone = 0
  #goneLately = 0
  #timer: NodeJS.Timeout | undefined

  /** @param collect so that a test can see it */
  constructor(collect: () => void = collectGarbage) {
    this.#collect = collect
  }

  /** A connection is closed. */
  noteGone(): void {
    this.#gone++
    this.#goneLately++
    if (this.#gone >= CROWD) this.#timer ??= setTimeout(() => this.#look(), CALM_MS).unref()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #look(): void {
    this.#timer = undefined
    const isCalm = this.#goneLately <= STRAGGLERS
    this.#goneLately = 0
    if (isCalm) {
      this.#gone = 0
      this.#collect()
    } else this.#timer = setTimeout(() => this.#look(), CALM_MS).unref()
  }
}

/** What the button of a debugger does: unlike the engine's own function it gives the memory back to the system, too. */
function collectGarbage(): void {
  const session = new Session()
  session.connect()
  session.post('HeapProfiler.collectGarbage')
  session.disconnect()
}
