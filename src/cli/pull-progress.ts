/** Shows a download: on a terminal a bar that tells which node brought what, elsewhere a line now and then. */

import type { Tally } from '../pulling/tally.ts'
import type { SwarmFile } from '../swarm/fetch-range.js'
import { formatBytes, formatClock } from '../words/in-words.js'
import { LiveLines } from './progress.ts'
import { inNodeColour } from './terminal.ts'

const BAR_CELLS = 32
/** The rate is that of the last seconds: it shows at once when a node is lost. */
const RATE_WINDOW_MS = 3000
/** Where there is no terminal. */
const PLAIN_EVERY_MS = 5000
/** In place of a node's number. */
const NOBODY = -1
const EARLIER_RUN = -2

interface Sample {
  readonly atMs: number
  readonly bytes: number
}

/** One download's progress on stderr. */
export class PullProgress {
  readonly #stream: NodeJS.WriteStream
  readonly #file: SwarmFile
  readonly #tally: Tally
  readonly #live: LiveLines | undefined
  readonly #first: Sample
  readonly #samples: Sample[]
  readonly #timer: NodeJS.Timeout
  #plainMs = performance.now()

  constructor(stream: NodeJS.WriteStream, file: SwarmFile, tally: Tally) {
    this.#stream = stream
    this.#file = file
    this.#tally = tally
    this.#live = stream.isTTY ? new LiveLines(stream) : undefined
    this.#first = { atMs: performance.now(), bytes: tally.doneBytes }
    this.#samples = [this.#first]
    this.#timer = setInterval(() => this.#show(), 100)
  }

  #show(): void {
    const nowMs = performance.now()
    this.#samples.push({ atMs: nowMs, bytes: this.#tally.doneBytes })
    while (nowMs - (this.#samples[1]?.atMs ?? nowMs) > RATE_WINDOW_MS) this.#samples.shift()
    const bar = formatBar(this.#file, this.#tally, (node, text) => inNodeColour(node, text, this.#stream))
    const figures = formatFigures(this.#tally.doneBytes, this.#file.size, this.#bytesPerSecond())
    if (this.#live !== undefined) this.#live.set('pull', `${bar}  ${figures}`)
    else if (nowMs - this.#plainMs >= PLAIN_EVERY_MS) {
      this.#plainMs = nowMs
      this.#stream.write(`${this.#file.name}: ${figures}\n`)
    }
  }

  /** Of the last seconds; when all is there, of the whole download. */
  #bytesPerSecond(): number {
    const isDone = this.#tally.doneBytes >= this.#file.size
    const first = isDone ? this.#first : this.#samples[0]
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
 * `==1112·233····`: for each part of the file the number of the node that brought most of it, `=` for what an
 * earlier run brought, and a dot where nothing is there yet. Pure.
 * @param paint colours the text of one node
 */
export function formatBar(
  { size, chunkSize }: SwarmFile,
  { nodes, broughtBy, resumed }: Pick<Tally, 'nodes' | 'broughtBy' | 'resumed'>,
  paint: (node: number, text: string) => string,
): string {
  const names = [...nodes.keys()]
  const chunks = Math.ceil(size / chunkSize)
  const cells = Array.from({ length: BAR_CELLS }, (_, cell) => {
    const first = Math.floor((cell * chunks) / BAR_CELLS)
    const last = Math.max(first, Math.floor(((cell + 1) * chunks) / BAR_CELLS) - 1)
    const counts = new Map<number, number>()
    for (let chunk = first; chunk <= last; chunk++) {
      const by = broughtBy.get(chunk)
      const source = by !== undefined ? names.indexOf(by) : resumed.has(chunk) ? EARLIER_RUN : NOBODY
      if (source !== NOBODY) counts.set(source, (counts.get(source) ?? 0) + 1)
    }
    const [most] = [...counts].toSorted((a, b) => b[1] - a[1])
    return most?.[0] ?? NOBODY
  })
  let bar = ''
  for (let start = 0; start < cells.length; ) {
    const source = cells[start] ?? NOBODY
    let end = start
    while (cells[end] === source && end < cells.length) end++
    const text = markOf(source).repeat(end - start)
    bar += source >= 0 ? paint(source, text) : text
    start = end
  }
  return bar
}

/** 1 to 9, then letters. */
const markOf = (source: number): string =>
  source === NOBODY ? '·' : source === EARLIER_RUN ? '=' : (source + 1).toString(36)

/** ` 45 %  6.7 MB  2.1 MB/s  0:02 left`: the size is that of the whole. Pure. */
export function formatFigures(doneBytes: number, totalBytes: number, bytesPerSecond: number): string {
  const share = totalBytes === 0 ? 1 : doneBytes / totalBytes
  const leftSeconds = bytesPerSecond > 0 ? Math.ceil((totalBytes - doneBytes) / bytesPerSecond) : undefined
  const left =
    doneBytes >= totalBytes
      ? ''
      : leftSeconds === undefined
        ? '  waiting'
        : `  ${formatClock(leftSeconds)} left`
  const percent = String(Math.floor(share * 100)).padStart(3)
  return `${percent} %  ${formatBytes(totalBytes)}  ${formatBytes(Math.round(bytesPerSecond))}/s${left}`
}
