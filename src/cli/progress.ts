/** Lines that are painted over in place: one for each thing that goes on at the same time. */
import { formatBytes } from '../words/in-words.js'
import { cutToWidth } from './terminal.ts'

const BAR_CELLS = 24
/** How often the lines are painted. */
const FRAME_MS = 100

/** Keyed lines at the bottom of a terminal. Nothing else may be written to it until {@link LiveLines.end}. */
export class LiveLines {
  readonly #stream: NodeJS.WriteStream
  readonly #lines = new Map<string, string>()
  #painted = 0
  #lastPaintMs = -Infinity

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  set(key: string, line: string): void {
    this.#lines.set(key, line)
    if (performance.now() - this.#lastPaintMs >= FRAME_MS) this.#paint()
  }

  /** Paints a last time and leaves the lines standing, or wipes them away. */
  end(wipe = false): void {
    if (wipe) this.#lines.clear()
    this.#paint()
    this.#painted = 0
  }

  #paint(): void {
    const width = Math.max(20, (this.#stream.columns ?? 80) - 1)
    const up = this.#painted > 0 ? `\u001b[${this.#painted}A` : ''
    const lines = [...this.#lines.values()].map((line) => `${cutToWidth(line, width)}\u001b[K\n`)
    this.#stream.write(`${up}\r\u001b[J${lines.join('')}`)
    this.#painted = lines.length
    this.#lastPaintMs = performance.now()
  }
}

/** `███████░░░░  45 %  240 MB of 536 MB  310 MB/s`. Pure. `seconds` since the start. */
export function formatProgress(doneBytes: number, totalBytes: number, seconds: number): string {
  const share = totalBytes === 0 ? 1 : doneBytes / totalBytes
  const cells = Math.floor(share * BAR_CELLS)
  const bar = '█'.repeat(cells) + '░'.repeat(BAR_CELLS - cells)
  const rate = seconds > 0 ? `  ${formatBytes(Math.round(doneBytes / seconds))}/s` : ''
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}${rate}`
}
