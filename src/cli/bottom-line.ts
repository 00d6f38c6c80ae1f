/** A line that stays at the bottom of a terminal, below all that is written to it meanwhile. */
import { cutToWidth } from './terminal.ts'

type Write = NodeJS.WriteStream['write']

const ERASE = '\r\u001b[K'

/** Whether a stream can show one: a terminal that moves its cursor. */
export const canShowBottomLine = ({ isTTY }: NodeJS.WriteStream): boolean =>
  isTTY === true && process.env['TERM'] !== 'dumb'

/** One bottom line. Everybody goes on writing to the terminal, by streams whose `write` is ours until the end. */
export class BottomLine {
  readonly #stream: NodeJS.WriteStream
  readonly #write: Write
  readonly #restores: (() => void)[] = []
  #text = ''
  /** somebody has begun a line of theirs and not ended it */
  #isInLine = false

  /** @param others further streams to the same terminal: stderr beside stdout */
  constructor(stream: NodeJS.WriteStream, ...others: NodeJS.WriteStream[]) {
    this.#stream = stream
    this.#write = stream.write
    for (const each of [stream, ...others]) if (each.isTTY) this.#takeOver(each)
    stream.on('resize', this.#redraw)
  }

  /** Shows this text from now on; with styles, without a line end. */
  set(text: string): void {
    this.#text = text
    this.#redraw()
  }

  /** Takes the line away. */
  end(): void {
    this.set('')
    this.#stream.off('resize', this.#redraw)
    for (const restore of this.#restores) restore()
  }

  #takeOver(stream: NodeJS.WriteStream): void {
    const { write } = stream
    this.#restores.push(() => {
      stream.write = write
    })
    stream.write = ((chunk: string | Uint8Array, ...rest: []) => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
      const erase = this.#isInLine || this.#text === '' ? '' : ERASE
      this.#isInLine = !text.endsWith('\n')
      return write.call(stream, erase + text + (this.#isInLine ? '' : this.#shown()), ...rest)
    }) as Write
  }

  readonly #redraw = (): void => {
    if (!this.#isInLine) this.#write.call(this.#stream, ERASE + this.#shown())
  }

  /** One column stays free: a cursor behind the last one would be on the next line. */
  #shown(): string {
    return cutToWidth(this.#text, Math.max(1, (this.#stream.columns ?? 80) - 1))
  }
}
