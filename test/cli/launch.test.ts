/** What an old Node.js, or one without packages, says of the npm scripts. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { problem } from '../../src/cli/launch.cjs'
import { PROJECT_FOLDER, runProgram, temporaryFolder } from '../helpers/command.ts'

const RANGE = '>=20.19'

test.for<[version: string, readsTypeScript: boolean, line: RegExp]>([
  ['18.20.8', true, /^needs Node\.js 20\.19 or newer, this is 18\.20\.8\. .*nodejs\.org$/],
  ['20.18.3', true, /^needs Node\.js 20\.19 or newer, this is 20\.18\.3\./],
  ['8.0.0', false, /^needs Node\.js 20\.19/],
  ['20.19.0', true, /^$/],
  ['22.1.0', true, /^$/],
  ['100.0.0', true, /^$/],
  ['20.19.0', false, /tsx is missing.*: npm ci$/],
])('%s, reading TypeScript: %j: %s', ([version, readsTypeScript, line]) => {
  expect(problem(version, RANGE, readsTypeScript)).toMatch(line)
})

test('every command is launched so', () => {
  const { scripts, engines } = JSON.parse(readFileSync(path.join(PROJECT_FOLDER, 'package.json'), 'utf8'))
  expect(engines.node).toBe(RANGE)
  for (const [script, name] of [
    ['start', 'demo'],
    ...['start-node', 'replicate', 'pick-node', 'pull'].map((name) => [name, name]),
  ] as const) {
    expect(scripts[script]).toBe(`node src/cli/launch.cjs src/${name}.ts`)
    const command = readFileSync(path.join(PROJECT_FOLDER, 'src', `${name}.ts`), 'utf8')
    expect(command).toMatch(/^\/\*\*.*\*\/\nimport '\.\/cli\/require-node\.ts'\n/)
  }
})

/** A project that nobody has installed, with one command. */
function freshClone(): string {
  const clone = temporaryFolder()
  mkdirSync(path.join(clone, 'src', 'cli'), { recursive: true })
  for (const file of ['package.json', 'src/cli/launch.cjs'])
    cpSync(path.join(PROJECT_FOLDER, file), path.join(clone, file))
  const report = 'console.log(JSON.stringify(process.argv.slice(1)) as string)'
  writeFileSync(path.join(clone, 'src', 'hello.ts'), report)
  return clone
}

const launch = (clone: string) =>
  runProgram([process.execPath, path.join(clone, 'src', 'cli', 'launch.cjs'), 'src/hello.ts', 'a b', '--c'])

test('without packages it says what to run, unless Node.js needs none', async () => {
  const clone = freshClone()
  const { code, stdout, stderr } = await launch(clone)
  if ('typescript' in process.features && process.features.typescript) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual([path.join(clone, 'src', 'hello.ts'), 'a b', '--c'])
  } else {
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^error: [^\n]+: npm ci\n$/)
  }
})

test('a Node.js that is too old says so in one line', async () => {
  const clone = freshClone()
  writeFileSync(path.join(clone, 'package.json'), JSON.stringify({ engines: { node: '>=999.1' } }))
  expect(await launch(clone)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `error: needs Node.js 999.1 or newer, this is ${process.versions.node}. Get it from https://nodejs.org\n`,
  })
})
