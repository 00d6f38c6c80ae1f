/** The frame of every command: help, the one place where errors become text, and exit codes. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { explainFileError } from '../file-errors.ts'
import type { Rule } from '../impairments.ts'
import { CONTROL_CHARACTERS } from '../storage-name.ts'
import { argumentProblem, cut, flagKeptByNpm, inOneWord, type Options } from './check-arguments.ts'
import { isNpmScript } from './user-path.ts'

/** An error is one line, and a name in it must not write on the terminal. */
const ALL_CONTROL_CHARACTERS = new RegExp(CONTROL_CHARACTERS, 'g')

/** Wrong usage: one line and the usage line, exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** A failure with an exit code of its own, which a script may want to tell from others. */
export class CommandError extends Error {
  override name = 'CommandError'
  readonly exitCode: number

  constructor(exitCode: number, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}

/** A command's words. The help begins with the usage; both are plain text of at most 80 columns. */
export interface CommandText {
  readonly usage: string
  /** what stands behind the usage: purpose, options with units and defaults, examples */
  readonly help: string
}

/**
 * Runs a command. Nothing else prints an error or sets the exit code: 1 for a failure, 2 for wrong usage.
 * `DEBUG=1` shows the stack.
 */
export async function runCommand(text: CommandText, main: (args: string[]) => Promise<void>): Promise<void> {
  process.stdout.on('error', leaveWithReader)
  const args = process.argv.slice(2)
  const wantsHelp = args
    .slice(0, args.includes('--') ? args.indexOf('--') : undefined)
    .some((arg) => arg === '--help' || arg === '-h')
  if (wantsHelp) {
    process.stdout.write(`usage: ${text.usage}\n\n${text.help.trim()}\n`)
    return
  }
  try {
    await main(args)
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    const isUsage = error instanceof UsageError
    process.stderr.write(
      `${process.env['DEBUG'] ? stack : `error: ${message.replace(ALL_CONTROL_CHARACTERS, ' ')}`}\n`,
    )
    if (isUsage) process.stderr.write(`usage: ${text.usage}\n`)
    process.exitCode = isUsage ? 2 : error instanceof CommandError ? error.exitCode : 1
  }
}

/** `pick-node … | head -1` closes our output when it has enough: no error. A full disk behind it is one. */
function leaveWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit()
  process.stderr.write(`error: Cannot write to the output: ${explainFileError(error)}\n`)
  process.exit(1)
}

/** What a command takes. Names of files and nodes may always stand beside its options. */
export interface CommandLine extends ParseArgsConfig {
  readonly args: string[]
  readonly allowPositionals: true
  readonly options: Options
}

/** `parseArgs`, with our own words for what is wrong. @throws UsageError */
export function parseCommandLine<const T extends CommandLine>(config: T): ReturnType<typeof parseArgs<T>> {
  const { args, options } = config
  const problem = argumentProblem(args, options)
  if (problem !== undefined) throw new UsageError(problem)
  const kept = isNpmScript() ? flagKeptByNpm(options, process.env) : undefined
  if (kept !== undefined)
    throw new UsageError(`npm kept ${kept} for itself, and hands on only what stands behind --: -- ${kept}`)
  return parseArgs<T>({ ...config, args: inOneWord(args, options) })
}

/** A flag's value as a number that follows a rule. @throws UsageError naming the flag */
export function numberFlag(flag: string, value: string | undefined, rule: Rule): number | undefined {
  if (value === undefined) return undefined
  const number = /^[0-9]+(\.[0-9]+)?$/.test(value) ? Number(value) : Number.NaN
  if (!rule.test(number)) throw new UsageError(`${flag}: expected ${rule.expected}, found "${cut(value)}"`)
  return number
}

/** A flag's text that follows a rule. @throws UsageError naming the flag */
export function textFlag(flag: string, value: string | undefined, rule: Rule): string | undefined {
  if (value !== undefined && !rule.test(value))
    throw new UsageError(`${flag}: expected ${rule.expected}, found "${cut(value)}"`)
  return value
}

/** Which replies a node tells of; the same for `start-node` and the demo. */
export const LOG_RULE: Rule = {
  expected: '"all" or "gathered"',
  test: (value) => value === 'all' || value === 'gathered',
}
