/** Command: play a scenario on nodes of its own, without a browser. See rehearsal/rehearse.ts. */
import './cli/require-node.ts'
import { fileURLToPath } from 'node:url'
import {
  CommandError,
  type CommandText,
  numberFlag,
  parseCommandLine,
  runCommand,
  UsageError,
} from './cli/command.ts'
import { formatTable } from './cli/terminal.ts'
import { userPath } from './cli/user-path.ts'
import { rehearse } from './rehearsal/rehearse.ts'
import { EXIT_CODES, printLine, printQuestion, printVerdict } from './rehearsal/report.ts'
import { readSavedRun, readScenario, type Scenario } from './scenario/scenario.ts'
import { scenarioFile, scenarioNames } from './scenario/scenario-folder.ts'
import { type Answer, judge, wastedShareOf } from './verdict/judge.js'
import { formatMs, formatShare } from './words/in-words.js'

const SAMPLE = fileURLToPath(new URL('../media/demo.mp4', import.meta.url))
const MAX_VIEWERS = 50

const TEXT: CommandText = {
  usage: 'rehearse [SCENARIO | --all | --replay FILE] [--viewers N] [options]',
  help: `
Plays a scenario on nodes of its own, on free ports, with a viewer that has no
screen, and says what was expected beside what was measured. Ends with 0 when
it is so, 1 when not, 2 when it is not known or cannot be played. Without
SCENARIO it lists those that there are.

  SCENARIO         a name in scenarios/, or the path of a file
  --all            all in scenarios/, with a table
  --replay FILE    what was done in a run that was saved on the watch page
  --viewers N      1 to ${MAX_VIEWERS} of them (default 1); the worst counts
  --seed N         in place of the scenario's own
  --video FILE     what is watched (default: the sample, media/demo.mp4)
  --json           what was measured as one JSON object
  --help           this text

examples:
  npm run rehearse hang
  npm run rehearse -- --all
  npm run rehearse -- --replay demo.mp4.run.json
`,
}

const within = (least: number, most: number) => ({
  expected: `a whole number from ${least} to ${most}`,
  test: (value: unknown) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
})

await runCommand(TEXT, async (args) => {
  const { values, positionals } = parseCommandLine({
    args,
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      replay: { type: 'string' },
      viewers: { type: 'string' },
      seed: { type: 'string' },
      video: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  if (positionals.length > 1) throw new UsageError(`one scenario at a time, found ${positionals.join(', ')}`)
  if ([positionals.length > 0, values.all, values.replay !== undefined].filter(Boolean).length > 1)
    throw new UsageError('only one of SCENARIO, --all and --replay')
  const viewers = numberFlag('--viewers', values.viewers, within(1, MAX_VIEWERS)) ?? 1
  const seed = numberFlag('--seed', values.seed, within(0, 2 ** 32 - 1))
  const file = values.video === undefined ? SAMPLE : userPath(values.video)
  const { all, json, replay } = values
  const [name] = positionals
  const names = scenarioNames()
  if (name === undefined && !all && replay === undefined) return list(names)
  const read =
    replay === undefined
      ? (one: string) => readScenario(fileOf(one, names))
      : () => readSavedRun(userPath(replay))
  const chosen = all ? names : [name ?? replay ?? '']
  await playAll(chosen, { read, seed, file, viewers, json, isTable: all && !json })
})

interface Wanted {
  readonly read: (name: string) => Scenario
  readonly seed: number | undefined
  readonly file: string
  readonly viewers: number
  readonly json: boolean
  readonly isTable: boolean
}

/** Sets the exit code to the worst answer. @throws CommandError: what could not be played is not known, and no "no" */
async function playAll(chosen: readonly string[], wanted: Wanted): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => stop.abort(new Error('stopped; the nodes are ended, and nothing is left')))
  const rows: string[][] = []
  const answers = new Set<Answer>()
  for (const name of chosen) {
    const [answer, row] = await play(name, wanted, stop.signal).catch((error: Error) => {
      const { message } = (stop.signal.reason as Error | undefined) ?? error
      throw new CommandError(EXIT_CODES.unknown, message)
    })
    answers.add(answer)
    rows.push(row)
    if (wanted.isTable) console.log()
  }
  if (wanted.isTable)
    console.log(
      formatTable([['scenario', 'expected', 'stalls', 'longest wait', 'wasted'], ...rows]).join('\n'),
    )
  process.exitCode = EXIT_CODES[(['no', 'unknown'] as const).find((answer) => answers.has(answer)) ?? 'yes']
}

/** @returns the answer, and its row of the table */
async function play(
  name: string,
  { read, seed, file, viewers, json }: Wanted,
  signal: AbortSignal,
): Promise<[Answer, string[]]> {
  const own = read(name)
  const scenario = seed === undefined ? own : { ...own, seed }
  if (!json) printQuestion(scenario)
  const onLine = json ? () => {} : printLine
  const measured = await rehearse({ scenario, file, viewers, onLine, signal })
  const verdict = judge(scenario.expect, measured)
  if (json) console.log(JSON.stringify({ scenario: name, ...verdict, measured }))
  else printVerdict(scenario, verdict, measured)
  const { stalls, longestGapMs } = measured
  const { answer } = verdict
  const wasted = formatShare(wastedShareOf(measured), 1)
  return [answer, [name, answer, String(stalls), formatMs(longestGapMs), wasted]]
}

/** A name in the folder, or a path. */
function fileOf(name: string, names: readonly string[]): string {
  return names.includes(name) ? scenarioFile(name) : userPath(name)
}

function list(names: readonly string[]): void {
  const rows = names.map((name) => [name, readScenario(fileOf(name, names)).title])
  console.log(formatTable([['scenario', 'what it is about'], ...rows]).join('\n'))
}
