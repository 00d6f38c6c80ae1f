/** Carries the README out, step by step, as a person with some terminals and a browser would. */
import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { firstDifference, isIn, type isLine } from './compare.ts'
import type { Act, Step } from './read-lessons.ts'
import { Shell } from './shell.ts'
import { WatchedPage } from './watched-page.ts'

/** For what hangs; nothing is measured by it. */
const PATIENCE_MS = 90_000

export interface Classroom {
  /** the clone in which everything is typed */
  readonly folder: string
  /** a folder that is not the clone's */
  readonly aside: string
  readonly env: NodeJS.ProcessEnv
  readonly say: (line: string) => void
  readonly endProcess: (pid: number) => void
  /** how long to wait for what does not come */
  readonly patienceMs?: number
}

/**
 * @returns how many sentences about a page nobody looked at
 * @throws Error at the first thing that is not as the README says, with its line
 */
export async function playLessons(steps: readonly Step[], classroom: Classroom): Promise<number> {
  const player = new Player(classroom)
  let lesson = ''
  try {
    for (const step of steps) {
      if (step.lesson !== lesson) classroom.say(step.lesson)
      lesson = step.lesson
      await player.take(step).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error)
        throw new Error(`README.md:${step.line} (${step.lesson}): ${why}`, { cause: error })
      })
    }
    return player.unseen
  } finally {
    await player.close()
  }
}

class Player {
  readonly #classroom: Classroom
  readonly #shells = new Map<string, Shell>()
  readonly #page = new WatchedPage()
  readonly #env: NodeJS.ProcessEnv
  readonly #opened: string
  readonly #patienceMs: number
  #seen = 0

  constructor(classroom: Classroom) {
    this.#classroom = classroom
    this.#patienceMs = classroom.patienceMs ?? PATIENCE_MS
    this.#opened = path.join(classroom.aside, 'opened')
    const browser = path.join(classroom.aside, 'browser')
    writeFileSync(browser, `#!/bin/sh\necho "$1" >> '${this.#opened}'\n`)
    chmodSync(browser, 0o755)
    appendFileSync(this.#opened, '')
    this.#env = { ...classroom.env, BROWSER: browser, NO_COLOR: '1' }
  }

  get unseen(): number {
    return this.#page.unseen
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'act') return this.#act(step.act)
    if (step.kind === 'quote') return this.#compareQuote(step)
    const { typed, meanwhile, stays, allowances } = step
    const shell = this.#shell(step.terminal)
    for (const [index, { command, output }] of typed.entries()) {
      await shell.type(command, this.#patienceMs)
      if (index === 0) for (const act of meanwhile) await this.#act(act)
      const isLast = index === typed.length - 1
      if (isLast && stays) await this.#untilSaid(shell, output, allowances)
      else {
        await shell.ended(this.#patienceMs)
        this.#expect(command, firstDifference(output, shell.output, allowances))
      }
    }
  }

  /** A command that goes on has said so much; what comes after it belongs to later. */
  async #untilSaid(
    shell: Shell,
    output: readonly string[],
    allowances: Parameters<typeof isLine>[2],
  ): Promise<void> {
    const said = () => firstDifference(output, shell.output, allowances, false)
    await shell
      .until(() => said() === undefined || shell.isIdle, 'its output', this.#patienceMs)
      .catch(() => {}) // what is different says more
    this.#expect('the command', said())
  }

  #expect(command: string, difference: string | undefined): void {
    if (difference !== undefined) throw new Error(`${command}\n  ${difference.replace('\n', '\n  ')}`)
  }

  async #compareQuote({ terminal, lines, allowances }: Extract<Step, { kind: 'quote' }>): Promise<void> {
    for (const line of lines) {
      if (terminal === undefined)
        await this.#page.take({ kind: 'shows', text: line, allowances }, () => undefined, this.#patienceMs)
      else if (!this.#shell(terminal).lines.some((said) => isIn(line, said, allowances)))
        throw new Error(
          `the terminal ${terminal} does not say  ${line}\n  but  ${nearest(line, this.#shell(terminal).lines)}`,
        )
    }
  }

  async #untilIn(terminal: string, text: string, allowances: Parameters<typeof isIn>[2]): Promise<void> {
    const isSaid = (lines: readonly string[]) => lines.some((line) => isIn(text, line, allowances))
    await this.#shell(terminal).until(isSaid, `“${text}” in the terminal ${terminal}`, this.#patienceMs)
  }

  async #act(act: Act): Promise<void> {
    switch (act.kind) {
      case 'press':
        return this.#shell(act.terminal).press(act.key)
      case 'start':
        return this.#shell(act.terminal).type(act.command, this.#patienceMs)
      case 'wait':
        return this.#untilIn(act.terminal, act.text, act.allowances)
      case 'pause':
        return delay(act.seconds * 1000)
      case 'page':
        return this.#page.take(act.step, () => this.#openedUrl(), this.#patienceMs)
    }
  }

  /** The address that a command has opened since the last time that somebody asked. */
  #openedUrl(): string | undefined {
    const urls = existsSync(this.#opened)
      ? readFileSync(this.#opened, 'utf8').trim().split('\n').filter(Boolean)
      : []
    if (urls.length === this.#seen) return undefined
    this.#seen = urls.length
    return urls.at(-1)
  }

  #shell(name: string): Shell {
    const shell = this.#shells.get(name) ?? new Shell(this.#classroom.folder, this.#env)
    this.#shells.set(name, shell)
    return shell
  }

  async close(): Promise<void> {
    for (const shell of this.#shells.values()) shell.close(this.#classroom.endProcess)
    await this.#page.close()
  }
}

/** The line that begins most alike, for an error: it is what has changed. */
function nearest(wanted: string, lines: readonly string[]): string {
  const words = new Set(wanted.split(' '))
  const likeness = (line: string): number => line.split(' ').filter((word) => words.has(word)).length
  return lines.toSorted((one, other) => likeness(other) - likeness(one))[0] ?? '(nothing)'
}
