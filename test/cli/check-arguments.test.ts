/** What is wrong with a command line, in our own words: nothing of this comes from Node.js. */
import { expect, test } from 'vitest'
import { argumentProblem, flagKeptByNpm } from '../../src/cli/check-arguments.ts'

const OPTIONS = {
  'latency-ms': { type: 'string' },
  root: { type: 'string' },
  port: { type: 'string' },
  quiet: { type: 'boolean' },
  'no-open': { type: 'boolean' },
} as const

test.for<[args: string[], problem: string]>([
  [['--latency-ms'], '--latency-ms needs a value'],
  [['--latency-ms', '--quiet'], '--latency-ms needs a value, and found the option --quiet'],
  [['--latency-ms', '--port=8001'], '--latency-ms needs a value, and found the option --port'],
  [['--latency-ms', ''], '--latency-ms needs a value, and found an empty one'],
  [['--latency-ms='], '--latency-ms needs a value, and found an empty one'],
  [['--root', '-folder'], '--root: a value that begins with "-" is written in one word, --root=-folder'],
  [['--root', '--folder'], '--root: a value that begins with "-" is written in one word, --root=--folder'],
  [['--port', '8001', '--port=8002'], '--port is given twice'],
  [['--quiet=yes'], '--quiet takes no value, found "yes"'],
  [['--quiet='], '--quiet takes no value, found ""'],
  [['--prot', '8001'], 'there is no option --prot; did you mean --port?'],
  [['--latency', '5'], 'there is no option --latency; did you mean --latency-ms?'],
  [['--open'], 'there is no option --open; did you mean --no-open?'],
  [['--nonsense'], 'there is no option --nonsense'],
  [['--no-quiet'], 'there is no option --no-quiet; did you mean --quiet?'],
  [['--__proto__'], 'there is no option --__proto__'],
  [['-x'], 'there is no option -x; a name that begins with "-" stands behind --'],
  [['-talk.mp4'], 'there is no option -talk.mp4; a name that begins with "-" stands behind --'],
  [['--=x'], 'there is no option --=x'],
])('%j: %s', ([args, problem]) => {
  expect(argumentProblem(args, OPTIONS)).toBe(problem)
})

test.for<[args: string[]]>([
  [[]],
  [['a', 'b', '']],
  [['--latency-ms', '-5']], // the rule of the flag knows what it expects
  [['--latency-ms=-5']],
  [['--root=-folder']],
  [['--root', '-']],
  [['--quiet', '--quiet']],
  [['--', '--prot', '-talk.mp4', '--latency-ms']],
])('%j is in order', ([args]) => {
  expect(argumentProblem(args, OPTIONS)).toBeUndefined()
})

test('what is found is cut where it is endless', () => {
  expect(argumentProblem([`--quiet=${'x'.repeat(10_000)}`], OPTIONS)?.length).toBeLessThan(120)
  expect(argumentProblem([`--${'x'.repeat(10_000)}`], OPTIONS)?.length).toBeLessThan(120)
})

test.for<[what: string, env: Record<string, string>, kept: string | undefined]>([
  ['a flag that is off by its name', { npm_config_open: '' }, '--no-open'],
  ['a flag with a value', { npm_config_port: '8001' }, '--port'],
  ['a flag with a dash in it', { npm_config_latency_ms: 'true' }, '--latency-ms'],
  ["npm's own settings", { npm_config_prefix: '/usr', npm_config_audit: '' }, undefined],
])('%s', ([, env, kept]) => {
  expect(flagKeptByNpm(OPTIONS, env)).toBe(kept)
})

test('npm takes --to for the beginning of a setting of its own', () => {
  expect(flagKeptByNpm({ to: { type: 'string' } }, { npm_config_token_description: 'node1' })).toBe('--to')
})
