/** Shows a download: on a terminal a bar that tells which node brought what, elsewhere a line now and then. */

import type { Tally } from '../pulling/tally.ts'
import type { SwarmFile } from '../swarm/fetch-range.js'
import { formatBytes } from '../words.ts'
import { LiveLines } from './progress.ts'
import { inNodeColour } from './terminal.ts'

const BAR_CELLS = 32
/** The rate is that of the last seconds: it shows at once when a node is lost. */
const RATE_WINDOW_MS = 3000
/** Where there is no terminal. */
const PLAIN_EVERY_MS = 5000

/** One download's progress on stderr. */
export class PullProgress {
  readonly #stream: NodeJS.WriteStream
  readonly #file: SwarmFile
  readonly #tally: Tally
  readonly #live: LiveLines | undefined
  readonly #samples: { atMs: number; bytes: number }[]
  readonly #timer: NodeJS.Timeout
  #plainMs = performance.now()

  constructor(stream: NodeJS.WriteStream, file: SwarmFile, tally: Tally) {
    this.#stream = stream
    this.#file = file
    this.#tally = tally
    this.#live = stream.isTTY ? new LiveLines(stream) : undefined
    this.#samples = [{ atMs: performance.now(), bytes: tally.doneBytes }]
    this.#timer = setInterval(() => this.#show(), 100)
  }

  #show(): void {
    const nowMs = performance.now()
    this.#samples.push({ atMs: nowMs, bytes: this.#tally.doneBytes })
    while (nowMs - (this.#samples[1]?.atMs ?? nowMs) > RATE_WINDOW_MS) this.#samples.shift()
    const names = [...this.#tally.nodes.keys()]
    const bar = formatBar(this.#file, this.#tally.broughtBy, names, (node, text) =>
      inNodeColour(node, text, this.#stream),
    )
    const figures = formatFigures(this.#tally.doneBytes, this.#file.size, this.#bytesPerSecond())
    if (this.#live !== undefined) this.#live.set('pull', `${bar}  ${figures}`)
    else if (nowMs - this.#plainMs >= PLAIN_EVERY_MS) {
      this.#plainMs = nowMs
      this.#stream.write(`${this.#file.name}: ${figures}\n`)
    }
  }

  #bytesPerSecond(): number {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || last.atMs === first.atMs) return 0
    return ((last.bytes - first.bytes) / (last.atMs - first.atMs)) * 1000
  }

  /** Paints a last time. */
  end(): void {
    clearInterval(this.#timer)
    if (this.#live !== undefined) this.#show()
    this.#live?.end()
  }
}

/**
 * `1112·233····`: for each part of the file the number of the node that brought it, `=` for what an earlier run
 * brought, and a dot for what is missing. Pure.
 * @param broughtBy chunk → node
 * @param names in the order of the node list
 * @param paint colours the text of one node
 */
export function formatBar(
  { size, chunkSize }: SwarmFile,
  broughtBy: ReadonlyMap<number, string>,
  names: readonly string[],
  paint: (node: number, text: string) => string,
): string {
  const chunks = Math.ceil(size / chunkSize)
  const cells = Array.from({ length: BAR_CELLS }, (_, cell) => {
    const first = Math.floor((cell * chunks) / BAR_CELLS)
    const last = Math.max(first, Math.floor(((cell + 1) * chunks) / BAR_CELLS) - 1)
    const counts = new Map<string, number>()
    for (let chunk = first; chunk <= last; chunk++) {
      const node = broughtBy.get(chunk)
      if (node !== undefined) counts.set(node, (counts.get(node) ?? 0) + 1)
    }
    const [most] = [...counts].toSorted((a, b) => b[1] - a[1])
    return most === undefined ? -1 : names.indexOf(most[0])
  })
  let bar = ''
  for (let start = 0; start < cells.length; ) {
    const node = cells[start] ?? -1
    let end = start
    while (cells[end] === node && end < cells.length) end++
    bar += node < 0 ? '·'.repeat(end - start) : paint(node, markOf(node).repeat(end - start))
    start = end
  }
  return bar
}

/** 1 to 9, then letters. */
const markOf = (node: number): string => (node + 1).toString(36)

/** ` 45 %  3.1 of 6.7 MB  2.1 MB/s  0:02 left`. Pure. */
export function formatFigures(doneBytes: number, totalBytes: number, bytesPerSecond: number): string {
  const share = totalBytes === 0 ? 1 : doneBytes / totalBytes
  const leftSeconds = bytesPerSecond > 0 ? Math.ceil((totalBytes - doneBytes) / bytesPerSecond) : undefined
  const left =
    doneBytes >= totalBytes
      ? ''
      : leftSeconds === undefined
        ? '  waiting'
        : `  ${formatDuration(leftSeconds)} left`
  const percent = String(Math.floor(share * 100)).padStart(3)
  return `${percent} %  ${formatBytes(totalBytes)}  ${formatBytes(Math.round(bytesPerSecond))}/s${left}`
}

/** `0:07`, `1:02:03`. Pure. */
export function formatDuration(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}
