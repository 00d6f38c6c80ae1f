/**
 * Do the tests notice when the program is wrong? `npm run mutate` makes one small edit after the other in a copy
 * of the project and runs the tests that must fail. One edit that no test notices ends it with 1.
 * `npm run mutate -- --only TEXT`: only edits with this in their file or text.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { MUTANTS } from './list.ts'
import type { Mutant } from './mutant.ts'

/** What became of an edit. `stale`: the text is not there, or not once; `unknown`: the tests fail without it. */
type Fate = 'noticed' | 'LIVES' | 'STALE' | 'UNKNOWN'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
/** An edit may make a test wait for ever: that is noticed, too. */
const PATIENCE_MS = 180_000

/** What no test needs: what is installed, what was committed, and the videos of the nodes. */
const LEFT_OUT = /^(?:node_modules|\.git|node[0-9]+)$/

/** A copy of what the tests need, which goes when this process does. */
function copyProject(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'dsm-mutants-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  for (const name of readdirSync(PROJECT).filter((name) => !LEFT_OUT.test(name)))
    cpSync(path.join(PROJECT, name), path.join(folder, name), {
      recursive: true,
      filter: (from) => !LEFT_OUT.test(path.basename(from)),
    })
  symlinkSync(path.join(PROJECT, 'node_modules'), path.join(folder, 'node_modules'), 'junction')
  return folder
}

/** Do all these tests pass? */
function passes(folder: string, tests: readonly string[], title = ''): Promise<boolean> {
  const vitest = path.join(folder, 'node_modules', 'vitest', 'vitest.mjs')
  const args = [vitest, 'run', '--project', 'node', '--bail', '1', '--reporter', 'dot', '-t', title, ...tests]
  const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore', timeout: PATIENCE_MS })
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      process.off('exit', kill)
      resolve(code === 0)
    })
  })
}

/** Remembers which tests pass as things are: nothing is noticed by a test that fails anyway. */
class Judge {
  readonly #folder: string
  readonly #healthy = new Map<string, Promise<boolean>>()

  constructor(folder: string) {
    this.#folder = folder
  }

  async judge({ file, old, new: replacement, tests, title }: Mutant): Promise<Fate> {
    const place = path.join(this.#folder, file)
    const text = readFileSync(place, 'utf8')
    if (text.split(old).length !== 2) return 'STALE'
    const key = [title, ...tests].join()
    const healthy = this.#healthy.get(key) ?? passes(this.#folder, tests, title)
    this.#healthy.set(key, healthy)
    if (!(await healthy)) return 'UNKNOWN'
    writeFileSync(
      place,
      text.replace(old, () => replacement),
    )
    try {
      return (await passes(this.#folder, tests, title)) ? 'LIVES' : 'noticed'
    } finally {
      writeFileSync(place, text)
    }
  }
}

const oneLine = (text: string): string => {
  const line = text.trim().replace(/\s+/g, ' ')
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const chosen = MUTANTS.filter(({ file, old }) => `${file} ${old}`.includes(values.only))
const judge = new Judge(copyProject())
const fates: Fate[] = []
for (const [index, mutant] of chosen.entries()) {
  const startedMs = performance.now()
  const fate = await judge.judge(mutant)
  fates.push(fate)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  const place = `${String(index + 1).padStart(String(chosen.length).length)}/${chosen.length}`
  const edit = `${oneLine(mutant.old)}  →  ${oneLine(mutant.new) || '(nothing)'}`
  console.log(`${place}  ${fate.padEnd(7)} ${seconds.padStart(5)} s  ${mutant.file}  ${edit}`)
}
const noticed = fates.filter((fate) => fate === 'noticed').length
console.log(`${noticed} of ${chosen.length} edits noticed`)
if (noticed < chosen.length) {
  console.log(
    'LIVES: no test noticed it, write one. STALE: the text is no longer there, once. UNKNOWN: the tests fail as things are.',
  )
  process.exitCode = 1
}
