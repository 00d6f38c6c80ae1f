/** README files of a few lines, typed into real terminals: what is wrong in them is found. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/command.ts'
import { descendantsOf, HAS_PROC } from '../helpers/processes.ts'
import { playLessons } from './play.ts'
import { readLessons } from './read-lessons.ts'

const started: number[] = []

/** @returns what is wrong with it; `undefined` when nothing is */
async function wrong(readme: string): Promise<string | undefined> {
  const folder = temporaryFolder('clone')
  const aside = path.join(folder, '..', 'aside')
  mkdirSync(aside)
  const endProcess = (pid: number): void => {
    for (const one of [pid, ...descendantsOf(pid)].reverse()) {
      started.push(one)
      process.kill(one, 'SIGKILL')
    }
  }
  try {
    const env = { PATH: process.env['PATH'] }
    await playLessons(readLessons(readme), {
      folder,
      aside,
      env,
      say: () => {},
      endProcess,
      patienceMs: 3_000,
    })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const README = `# Shell
<!-- lesson
$1.50 = 1..2
-->
\`\`\`console
$ echo one; echo "costs \\$1.75"
one
costs $1.50
$ word=kept
$ echo "$word" | tr a-z A-Z
KEPT
\`\`\`
<!-- lesson
in other; stays
-->
\`\`\`console
$ sh -c 'echo tick; exec sleep 100'
tick
\`\`\`
<!-- lesson
press ctrl-c in other
in other
-->
\`\`\`console
$ echo free again
free again
\`\`\`
`

describe.skipIf(!HAS_PROC)('in real terminals', () => {
  test('a README that says what happens is right: variables are kept, and Ctrl+C frees a terminal', async () => {
    expect(await wrong(README)).toBeUndefined()
    expect(started.length).toBeGreaterThan(0)
    await expect.poll(() => started.filter((pid) => descendantsOf(pid).length > 0)).toEqual([])
  })

  test.for<[what: string, before: string, after: string, why: RegExp]>([
    ['a word of the output', 'KEPT', 'LOST', /README\.md:5 \(Shell\).*\n *expected {2}LOST\n *found {2}KEPT/],
    ['a figure', '= 1..2', '= 1..1.6', /expected {2}costs \$1\.50\n *found {2}costs \$1\.75/],
    ['a figure without its rule', '$1.50 = 1..2\n', '', /found {2}costs \$1\.75/],
    ['a command', 'echo one', 'echo two', /expected {2}one\n *found {2}two/],
    ['a command that does not exist', '$ word=kept', '$ wrod kept', /wrod/],
    ['a line too many', 'KEPT\n', 'KEPT\nmore\n', /expected {2}more\n *found {2}\(nothing more\)/],
    ['a line too few', 'one\n', '', /found {2}one/],
    ['what a running command says', 'tick\n`', 'tock\n`', /expected {2}tock\n *found {2}tick/],
    [
      'a key that does not end it',
      'press ctrl-c',
      'press x',
      /waited 3 s for the command before “echo free again”/,
    ],
  ])('is found: %s', async ([, before, after, why]) => {
    expect(README).toContain(before)
    expect(await wrong(README.replace(before, () => after))).toMatch(why)
  })
})
