/** Commands whose reader goes away, as in `pick-node … | head -1`: they end without a stack. */
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type CommandName,
  commandLine,
  type Ended,
  expectNothingLeft,
  killNodes,
  makeProject,
  runProgram,
  startCommand,
  type TestProject,
  temporaryFolder,
} from '../helpers/command.ts'

function writeVideo(): string {
  const file = path.join(temporaryFolder(), 'demo.mp4')
  writeFileSync(file, 'OggS, as a medium begins') // text would be warned of
  return file
}

/** Runs a command in a real pipe, as a shell does. The status is that of the command, not of its reader. */
function runInPipe(reader: string, name: CommandName, args: readonly string[]): Promise<Ended> {
  const script = `{ "$@"; echo "status $?" >&2; } | ${reader}`
  return runProgram(['sh', '-c', script, 'sh', ...commandLine(name, args)])
}

const READERS: [reader: string][] = [['true'], ['head -c 1'], ['head -n 1']]

type Case = [name: CommandName, args: (project: TestProject) => string[], status: number]
const SHORT: readonly Case[] = [
  ['replicate', ({ config }) => [writeVideo(), '--config', config], 0],
  ['pick-node', ({ config }) => ['demo.mp4', '--no-open', '--config', config], 1], // no node is up
  ['pick-node', ({ config }) => ['demo.mp4', '--json', '--config', config], 1],
]

describe.for(READERS)('into %s', ([reader]) => {
  test.for(SHORT)('%s prints no stack', async ([name, args]) => {
    const { stderr } = await runInPipe(reader, name, args(await makeProject()))
    expect(stderr).toMatch(/^(error: [^\n]+\n)?status [01]\n$/)
  })

  test.for<[CommandName]>([
    ['start-node'],
    ['replicate'],
    ['pick-node'],
    ['demo'],
  ])('%s --help prints no stack', async ([name]) => {
    const { stderr } = await runInPipe(reader, name, ['--help'])
    expect(stderr).toBe('status 0\n')
  })
})

test.runIf(existsSync('/dev/full'))('onto a full disk a command says so in one line', async () => {
  const words = commandLine('pick-node', ['--help'])
  const { code, stderr } = await runProgram(['sh', '-c', 'exec "$@" > /dev/full', 'sh', ...words])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'error: Cannot write to the output: the disk is full\n',
  })
})

describe('when nobody reads on', () => {
  test.for(SHORT)('%s ends by itself, without a stack', async ([name, args]) => {
    const command = startCommand(name, args(await makeProject()))
    command.child.stdout?.destroy()
    const { signal, stderr } = await command.ended
    expect(signal).toBeNull()
    expect(stderr).toMatch(/^(error: [^\n]+\n)?$/)
  })

  test('replicate has still copied to every node', async () => {
    const project = await makeProject()
    const command = startCommand('replicate', [writeVideo(), '--config', project.config])
    command.child.stdout?.destroy()
    await command.ended
    const again = await runInPipe('cat', 'replicate', [writeVideo(), '--config', project.config])
    expect(again.stdout).toMatch(/^(?:node\d {2}already up to date .*\n){3}$/)
  })

  test('replicate still exits with 1 when a node failed', async () => {
    const project = await makeProject()
    const blocked = path.join(temporaryFolder(), 'file')
    writeFileSync(blocked, 'no folder')
    const nodes = project.nodes.map(({ name, port }, index) => ({
      name,
      port,
      latencyMs: 0,
      root: index === 2 ? blocked : `${name}/storage`,
    }))
    writeFileSync(project.config, JSON.stringify({ nodes }))
    const { stderr } = await runInPipe('true', 'replicate', [writeVideo(), '--config', project.config])
    expect(stderr).toBe('status 1\n')
  })

  test('start-node prints no stack', async () => {
    const project = await makeProject()
    const [{ url }] = project.nodes
    const node = startCommand('start-node', ['node1', '--config', project.config])
    await node.waitForLine(/./)
    node.child.stdout?.destroy()
    for (let round = 0; round < 3; round++) {
      await fetch(`${url}/health`).then(
        (response) => response.arrayBuffer(),
        () => undefined,
      )
    }
    const { stderr } = await node.end('SIGTERM')
    expect(stderr).toBe('')
  })

  test('the demo prints no stack and leaves no process', async () => {
    const project = await makeProject()
    const demo = startCommand('demo', [writeVideo(), '--no-open', '--config', project.config])
    await demo.waitForLine(/Ctrl\+C ends everything/)
    onTestFinished(() => killNodes(project))
    demo.child.stdout?.destroy()
    for (const { url } of project.nodes) await fetch(`${url}/health`).catch(() => undefined) // a line to be written
    const { stderr } = await demo.end('SIGTERM')
    expect(stderr).toBe('')
    await expectNothingLeft(project)
  })

  test('the demo without any reader from the start leaves no process', async () => {
    const project = await makeProject()
    const demo = startCommand('demo', [writeVideo(), '--no-open', '--config', project.config])
    onTestFinished(() => killNodes(project))
    demo.child.stdout?.destroy()
    demo.child.stderr?.destroy()
    await demo.ended
    await expectNothingLeft(project)
  })
})
