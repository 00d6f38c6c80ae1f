/** What is wrong with a command line, before its values are looked at. Pure. */
import { type ParseArgsConfig, parseArgs } from 'node:util'

/** The options of a command, as `parseArgs` wants them. */
export type Options = NonNullable<ParseArgsConfig['options']>

const MAX_SHOWN = 60

/** Says in a sentence what is wrong with the options, or `undefined`. */
export function argumentProblem(args: readonly string[], options: Options): string | undefined {
  const seen = new Set<string>()
  for (const token of tokensOf(args, options)) {
    if (token.kind !== 'option') continue
    const { name, rawName, value, inlineValue, index } = token
    const option = Object.hasOwn(options, name) ? options[name] : undefined
    if (option === undefined) return unknownOption(args[index] ?? rawName, options)
    if (option.type === 'boolean') {
      if (value !== undefined) return `${rawName} takes no value, found "${cut(value)}"`
      continue
    }
    if (value === undefined) return `${rawName} needs a value`
    if (value === '') return `${rawName} needs a value, and found an empty one`
    if (!inlineValue && looksLikeOption(value)) {
      const [word = ''] = value.split('=')
      return Object.hasOwn(options, word.slice(2))
        ? `${rawName} needs a value, and found the option ${word}`
        : `${rawName}: a value that begins with "-" is written in one word, ${rawName}=${cut(value)}`
    }
    if (seen.has(name)) return `${rawName} is given twice`
    seen.add(name)
  }
  return undefined
}

/** Options without problems, each in one word, so that `parseArgs` takes a value like `-5` for what it is. */
export function inOneWord(args: readonly string[], options: Options): string[] {
  const words: string[] = []
  const positionals: string[] = []
  for (const token of tokensOf(args, options)) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind === 'option')
      words.push(`--${token.name}${token.value === undefined ? '' : `=${token.value}`}`)
  }
  return [...words, '--', ...positionals]
}

const tokensOf = (args: readonly string[], options: Options) =>
  parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true }).tokens

/** `-` is stdout, and `-5` a number that the option's own rule refuses. */
const looksLikeOption = (value: string): boolean => /^-[^\d]/.test(value)

function unknownOption(word: string, options: Options): string {
  if (!word.startsWith('--'))
    return `there is no option ${cut(word)}; a name that begins with "-" stands behind --`
  const name = word.slice(2).replace(/(?<=.)=.*/s, '')
  const near = nearestTo(name, Object.keys(options))
  return `there is no option --${cut(name)}${near === undefined ? '' : `; did you mean --${near}?`}`
}

/** The name that was probably meant: one begins or ends with the other, letters changed places, or one is wrong. */
function nearestTo(name: string, known: readonly string[]): string | undefined {
  const isPart = (one: string, other: string): boolean =>
    one.length >= 3 && (other.startsWith(one) || other.endsWith(`-${one}`))
  const isMistyped = (other: string): boolean =>
    name.length === other.length && (sorted(name) === sorted(other) || differences(name, other) === 1)
  return known.find((other) => isPart(name, other) || isPart(other, name) || isMistyped(other))
}

const sorted = (text: string): string => [...text].sort().join('')
const differences = (one: string, other: string): number =>
  [...one].filter((letter, index) => letter !== other[index]).length

/** At most so much of what somebody typed. */
export const cut = (text: string): string =>
  text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text

/** npm completes what it takes for the beginning of a setting of its own. */
const COMPLETED: Readonly<Record<string, string>> = { to: 'token_description' }
/** Settings of npm itself, which may stand in somebody's `.npmrc`. */
const NPM_OWN = ['json', 'force', 'only']
/** Its value comes to us as a word, where it means the same. */
const SAID_AS_WORD = ['for']
const NOT_MISSED: ReadonlySet<string> = new Set([...NPM_OWN, ...SAID_AS_WORD])

/**
 * The option that was meant for us and that npm kept: `npm start --no-open` hands on nothing, and puts a variable
 * into the environment. Pure.
 */
export function flagKeptByNpm(
  options: Options,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const kept = Object.keys(options).find((name) => {
    const setting = COMPLETED[name] ?? name.replace(/^no-/, '').replaceAll('-', '_')
    return !NOT_MISSED.has(setting) && env[`npm_config_${setting}`] !== undefined
  })
  return kept === undefined ? undefined : `--${kept}`
}
