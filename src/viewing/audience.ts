/** Many viewers at once, as a class that comes in: what they meet with, together. */
import { setTimeout as delay } from 'node:timers/promises'
import { Viewer, type ViewerOptions, type ViewerState } from './viewer.ts'

/** They come one after the other. */
const ALL_THERE_MS = 3_000

/** What they do at one moment. */
export interface Moment {
  readonly atMs: number
  readonly there: number
  readonly starting: number
  readonly playing: number
  readonly standing: number
  /** at the end, or failed */
  readonly gone: number
  /** all bytes so far */
  readonly bytes: number
}

/** What they met with in all. Times in ms. */
export interface Summary {
  readonly viewers: number
  /** those who have not seen a picture */
  readonly withoutPicture: number
  readonly firstPicture: { readonly median: number; readonly slowest: number } | undefined
  /** those whose picture stood */
  readonly stood: number
  readonly stalls: number
  readonly longestStallMs: number
  readonly wastedShare: number
}

export class Audience {
  readonly #viewers: Viewer[] = []
  readonly #beganMs = performance.now()

  /** They come in. Resolves when all are there, or `signal` aborts. */
  async enter(count: number, options: ViewerOptions, signal: AbortSignal): Promise<void> {
    for (let index = 0; index < count && !signal.aborted; index++) {
      const dueMs = this.#beganMs + (ALL_THERE_MS * index) / count
      await delay(Math.max(0, dueMs - performance.now()), undefined, { signal }).catch(() => {})
      if (!signal.aborted) this.#viewers.push(new Viewer(options))
    }
  }

  get now(): Moment {
    const states = this.#viewers.map(({ state }) => state)
    const count = (...phases: ViewerState['phase'][]): number =>
      states.filter(({ phase }) => phases.includes(phase)).length
    return {
      atMs: performance.now() - this.#beganMs,
      there: states.length,
      starting: count('starts'),
      playing: count('plays'),
      standing: count('stands'),
      gone: count('at the end', 'failed'),
      bytes: states.reduce((sum, { bytes, wastedBytes }) => sum + bytes + wastedBytes, 0),
    }
  }

  get summary(): Summary {
    const states = this.#viewers.map(({ state }) => state)
    const firsts = states.flatMap(({ firstPictureMs }) => firstPictureMs ?? []).sort((a, b) => a - b)
    const [median, slowest] = [firsts[Math.floor(firsts.length / 2)], firsts.at(-1)]
    const sum = (of: (state: ViewerState) => number): number =>
      states.reduce((all, state) => all + of(state), 0)
    const [bytes, wasted] = [sum((state) => state.bytes), sum((state) => state.wastedBytes)]
    return {
      viewers: states.length,
      withoutPicture: states.length - firsts.length,
      firstPicture: median === undefined || slowest === undefined ? undefined : { median, slowest },
      stood: states.filter(({ stalls }) => stalls > 0).length,
      stalls: sum(({ stalls }) => stalls),
      longestStallMs: Math.max(0, ...states.map(({ longestStallMs }) => longestStallMs)),
      wastedShare: bytes + wasted === 0 ? 0 : wasted / (bytes + wasted),
    }
  }

  leave(): void {
    for (const viewer of this.#viewers) viewer.close()
  }
}
