/** A line at the bottom of a terminal, on a terminal of the test that shows what it was sent. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { BottomLine, canShowBottomLine } from '../../src/cli/bottom-line.ts'

const ERASE = '\u001b[K'
const PARTS = new RegExp(`(\\r|\\n|${ERASE.replace('[', '\\[')})`)

/** As much of a terminal as the line needs: a column and a row, erasing to the end of a row, and line ends. */
class Terminal {
  readonly isTTY = true
  columns = 80
  rows = ['']
  #column = 0
  #onResize = (): void => {}

  write(chunk: string | Uint8Array): boolean {
    for (const part of String(chunk).split(PARTS)) {
      const row = this.rows.at(-1) ?? ''
      if (part === '\r') this.#column = 0
      else if (part === '\n') {
        this.rows.push('')
        this.#column = 0
      } else if (part === ERASE) this.rows[this.rows.length - 1] = row.slice(0, this.#column)
      else {
        this.rows[this.rows.length - 1] =
          row.slice(0, this.#column) + part + row.slice(this.#column + part.length)
        this.#column += part.length
      }
    }
    return true
  }

  on(_: 'resize', listener: () => void): void {
    this.#onResize = listener
  }

  off(): void {
    this.#onResize = () => {}
  }

  resize(columns: number): void {
    this.columns = columns
    this.#onResize()
  }
}

function show(text: string) {
  const terminal = new Terminal()
  const stream = terminal as unknown as NodeJS.WriteStream
  const line = new BottomLine(stream)
  line.set(text)
  return { terminal, stream, line }
}

test('what is written stands above it, in order', () => {
  const { terminal, stream } = show('Keys: q end')
  stream.write('one\n')
  stream.write('two\nthree\n')
  expect(terminal.rows).toEqual(['one', 'two', 'three', 'Keys: q end'])
})

test('a complaint on the other stream of the same terminal stands above it, too', () => {
  const terminal = new Terminal()
  const stdout = terminal as unknown as NodeJS.WriteStream
  const write = terminal.write.bind(terminal)
  const stderr = { isTTY: true, write } as unknown as NodeJS.WriteStream
  const line = new BottomLine(stdout, stderr)
  line.set('Keys')
  stderr.write('warning: cut\n')
  stdout.write('one\n')
  expect(terminal.rows).toEqual(['warning: cut', 'one', 'Keys'])
  line.end()
  expect(stderr.write).toBe(write)
})

test('a file behind stderr gets what was meant for it, and nothing else', () => {
  const terminal = new Terminal()
  const written: unknown[] = []
  const stderr = {
    isTTY: false,
    write: (text: string) => written.push(text),
  } as unknown as NodeJS.WriteStream
  new BottomLine(terminal as unknown as NodeJS.WriteStream, stderr).set('Keys')
  stderr.write('warning\n')
  expect([written, terminal.rows]).toEqual([['warning\n'], ['Keys']])
})

test('who has begun a line can end it', () => {
  const { terminal, stream } = show('Keys')
  stream.write('half')
  expect(terminal.rows).toEqual(['half'])
  stream.write(' a line\n')
  expect(terminal.rows).toEqual(['half a line', 'Keys'])
})

test('bytes are text, too', () => {
  const { terminal, stream } = show('Keys')
  stream.write(Buffer.from('bytes\n'))
  expect(terminal.rows).toEqual(['bytes', 'Keys'])
})

test('another text takes its place, also a shorter one', () => {
  const { terminal, line } = show('a long line')
  line.set('short')
  expect(terminal.rows).toEqual(['short'])
})

test('it never takes the last column, however narrow the terminal becomes', () => {
  const { terminal } = show('x'.repeat(100))
  expect(terminal.rows).toEqual(['x'.repeat(79)])
  terminal.resize(20)
  expect(terminal.rows).toEqual(['x'.repeat(19)])
})

test('at the end it is gone, and the stream is as before', () => {
  const { terminal, stream, line } = show('Keys')
  line.end()
  stream.write('last\n')
  expect(terminal.rows).toEqual(['last', ''])
})

test('a pipe and a terminal without a cursor show none', () => {
  vi.stubEnv('TERM', 'xterm')
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(canShowBottomLine({ isTTY: true } as NodeJS.WriteStream)).toBe(true)
  expect(canShowBottomLine({ isTTY: false } as NodeJS.WriteStream)).toBe(false)
  vi.stubEnv('TERM', 'dumb')
  expect(canShowBottomLine({ isTTY: true } as NodeJS.WriteStream)).toBe(false)
})
