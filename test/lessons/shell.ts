/** A terminal as a person has it: a shell behind a pseudo-terminal, in which one types and presses Ctrl+C. */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { screenLines } from './screen.ts'

/** What nobody sees: the prompt, which tells that the command before it has ended. */
const PROMPT = '\u001b]9;ready\u0007'
const LOOK_MS = 50

const KEYS: Readonly<Record<string, string>> = { 'ctrl-c': '\u0003', 'ctrl-z': '\u001a' }

/** One terminal. Close it with {@link Shell.close}. */
export class Shell {
  readonly #process: ChildProcess
  #written = ''
  /** where the output of the command that was typed last begins */
  #from = 0
  /** where the output since the last command or key begins */
  #since = 0

  /** @param folder in which it opens */
  constructor(folder: string, env: NodeJS.ProcessEnv) {
    // `script` is the one program that gives a pseudo-terminal on every Linux; the window is wide, so that no line is broken.
    // The prompt comes last: a shell that is not interactive throws it away.
    const start = 'stty -echo cols 300; PS1=$PROMPT exec bash --noprofile --norc --noediting -i'
    this.#process = spawn('script', ['-qfec', start, '/dev/null'], {
      cwd: folder,
      env: { ...env, PROMPT, PS2: '', SHELL: '/bin/bash', TERM: 'xterm', HISTFILE: '' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#written += text
    })
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** All that stands on it since it was opened. */
  get lines(): string[] {
    return screenLines(this.#written)
  }

  /** What stands below the command that was typed last, up to now. */
  get output(): string[] {
    const lines = screenLines(this.#written.slice(this.#from))
    while (lines.at(-1) === '') lines.pop()
    return lines
  }

  /** Does no command run in it? */
  get isIdle(): boolean {
    return this.#written.includes(PROMPT, this.#from)
  }

  /** Types a command, when the one before has ended. */
  async type(command: string, patienceMs: number): Promise<void> {
    await this.#until(() => this.isIdle, `the command before “${command}” to end`, patienceMs)
    this.#from = this.#since = this.#written.length
    this.#process.stdin?.write(`${command}\n`)
  }

  /** Waits until the command that was typed last has ended. */
  async ended(patienceMs: number): Promise<void> {
    await this.#until(() => this.isIdle, 'the command to end', patienceMs)
  }

  /** Waits until what it said since the last command or key is as wanted. */
  async until(isSo: (lines: readonly string[]) => boolean, what: string, patienceMs: number): Promise<void> {
    await this.#until(() => isSo(screenLines(this.#written.slice(this.#since))), what, patienceMs)
  }

  press(key: string): void {
    this.#since = this.#written.length
    this.#process.stdin?.write(KEYS[key] ?? key)
  }

  async #until(isSo: () => boolean, what: string, patienceMs: number): Promise<void> {
    for (const startMs = performance.now(); !isSo(); await delay(LOOK_MS)) {
      if (performance.now() - startMs > patienceMs)
        throw new Error(
          `waited ${patienceMs / 1000} s for ${what}; the terminal says:\n${this.output.slice(-12).join('\n')}`,
        )
    }
  }

  /** Ends the shell and everything that was started in it, by number. */
  close(endProcess: (pid: number) => void): void {
    if (this.#process.pid !== undefined) endProcess(this.#process.pid)
  }
}
