/** The whole demo as `npm start` runs it where there is no terminal: what it shows, and that it leaves nothing behind. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { NodeProcess } from '../../src/demo/node-process.ts'
import { LabClient } from '../../src/lab/client.js'
import {
  commandLine,
  expectError,
  expectNothingLeft,
  expectUsageError,
  killNodes,
  listen,
  makeProject,
  PROJECT_FOLDER,
  runCommand,
  runProgram,
  startCommand,
  type TestProject,
  temporaryFolder,
  until,
} from '../helpers/command.ts'
import { descendantsOf, HAS_PROC, isListening } from '../helpers/processes.ts'

/** The line behind which everything is up and shown. */
const READY = /Ctrl\+C ends everything/

function writeVideo(name = 'demo.mp4'): string {
  const file = path.join(temporaryFolder(), name)
  writeFileSync(file, Buffer.alloc(1_000_000, `OggS, as a medium begins: ${name} `)) // text would be warned of
  return file
}

/** Starts the demo and waits for a line. Its nodes end with the test even when they outlive the demo. */
async function startDemo(project: TestProject, line: RegExp, ...args: string[]) {
  const demo = startCommand('demo', [...args, '--no-open', '--config', project.config])
  onTestFinished(() => killNodes(project))
  await demo.waitForLine(line)
  return demo
}

const startWholeDemo = (project: TestProject, ...args: string[]) => startDemo(project, READY, ...args)

describe('the demo', () => {
  test('starts three nodes, replicates, and shows the pick', async () => {
    const project = await makeProject({ latenciesMs: [0, 300, 600] })
    const file = writeVideo()
    const demo = await startWholeDemo(project, file)
    for (const { name, url, root } of project.nodes) {
      const response = await fetch(`${url}/demo.mp4`)
      expect(response.status).toBe(200)
      expect(Buffer.from(await response.arrayBuffer()).equals(readFileSync(file))).toBe(true)
      expect(readFileSync(path.join(root, 'demo.mp4')).equals(readFileSync(file))).toBe(true)
      expect(demo.stdout).toMatch(new RegExp(`^${name} +replicated`, 'm'))
    }
    expect(demo.stdout).toMatch(/^node +URL +state +median ms +has the video$/m)
    expect(demo.stdout).toMatch(/^node1 .* up .* yes .*←$/m)
    expect(demo.stdout).toContain(`${project.nodes[0].url}/watch/demo.mp4`)
    expect(demo.stdout).not.toContain('\u001b')
    expect(demo.stderr).toBe('')
  })

  test("leaves somebody else's server alone, and probes it", async () => {
    const project = await makeProject()
    const list = JSON.parse(readFileSync(project.config, 'utf8')) as { nodes: object[] }
    const other = createHttpServer((_, response) => response.end('fine'))
    const port = await listen(other)
    onTestFinished(() => void other.close())
    const cdn = { name: 'cdn', url: `http://127.0.0.1:${port}` }
    writeFileSync(project.config, JSON.stringify({ nodes: [cdn, ...list.nodes] }))
    const demo = await startWholeDemo(project, writeVideo())
    if (HAS_PROC) expect(descendantsOf(demo.pid)).toHaveLength(3)
    expect(demo.stdout).toMatch(/^cdn +skipped: /m)
    expect(demo.stdout).toMatch(/^cdn +http:\S+ +up /m)
    expect(demo.stdout).toMatch(/\/watch\/demo\.mp4$/m)
    expect(demo.stderr).toBe('')
  })

  test('shares the screen with the lines of its nodes', async () => {
    const project = await makeProject()
    const demo = await startWholeDemo(project, writeVideo())
    for (const { name, url } of project.nodes) {
      await demo.waitForLine(new RegExp(`^${name} http`))
      await (await fetch(`${url}/demo.mp4`, { headers: { range: 'bytes=0-9' } })).arrayBuffer()
      await demo.waitForLine(
        new RegExp(`^\\d\\d:\\d\\d:\\d\\d ${name} GET /demo\\.mp4 206 bytes 0-9/1000000 `),
      )
    }
  })

  test('shows the sample video when no file is named', async () => {
    const project = await makeProject()
    const demo = await startWholeDemo(project)
    const sample = readFileSync(path.join(PROJECT_FOLDER, 'media', 'demo.mp4'))
    expect(readFileSync(path.join(project.nodes[2].root, 'demo.mp4')).equals(sample)).toBe(true)
    expect(demo.stdout).toContain('/demo.mp4')
  })

  test.for([['two words.mp4'], [`it's "été" & 100% #1 🎬.mp4`]])('shows a video named %j', async ([
    name = '',
  ]) => {
    const project = await makeProject({ folderName: 'Größe d’été' })
    const demo = await startWholeDemo(project, writeVideo(name))
    const { url } = project.nodes[1]
    expect((await fetch(`${url}/${encodeURIComponent(name)}`)).status).toBe(200)
    expect(demo.stdout).toContain(`/${encodeURIComponent(name)}`)
  })

  test('opens the page with a lesson, and asks its question first', async () => {
    const project = await makeProject()
    const demo = await startWholeDemo(project, writeVideo(), '--scenario', 'hang')
    const { stdout } = demo
    expect(stdout.indexOf('What does the viewer see?')).toBeLessThan(stdout.indexOf(' serves '))
    expect(stdout).toMatch(/\/watch\/demo\.mp4#lesson=hang\n/)
  })

  test('copies nothing that is there already', async () => {
    const project = await makeProject()
    const file = writeVideo()
    const first = await startWholeDemo(project, file)
    await first.end('SIGTERM')
    const second = await startWholeDemo(project, file)
    for (const { name } of project.nodes)
      expect(second.stdout).toMatch(new RegExp(`^${name} +already up to date`, 'm'))
  })

  test.runIf(HAS_PROC)('goes on when a node is killed', async () => {
    const project = await makeProject()
    const demo = await startWholeDemo(project, writeVideo())
    killNodes(project, 'node2')
    await demo.waitForLine(/node2.*(dead|killed|SIGKILL)/)
    expect(await isListening(project.nodes[1].port)).toBe(false)
    expect((await fetch(`${project.nodes[0].url}/health`)).status).toBe(200)
    const { code } = await demo.end('SIGINT')
    expect(code).toBe(0)
    await expectNothingLeft(project)
  })
})

describe('a node that is gone', () => {
  test('is started again by way of one that lives', async () => {
    const project = await makeProject()
    const demo = await startWholeDemo(project, writeVideo())
    const [first, second] = project.nodes
    await new LabClient(second.url).set({ faults: { crash: {} } })
    await demo.waitForLine(/node2.*(dead|SIGKILL)/)
    await new LabClient(first.url).startNode('node2')
    await demo.waitForLine(/node2 is being started/)
    await until('it answers', () =>
      fetch(`${second.url}/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
    )
    await new LabClient(first.url).startNode('node2')
    await demo.waitForLine(/node2 runs already/)
  })
})

describe('the end', () => {
  test.for<[signal: NodeJS.Signals, code: number | null]>([
    ['SIGINT', 0],
    ['SIGTERM', 0],
    ['SIGKILL', null],
  ])('by %s leaves no process', async ([signal, code]) => {
    const project = await makeProject()
    const demo = await startWholeDemo(project, writeVideo())
    const ended = await demo.end(signal)
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code, stderr: '' })
    await expectNothingLeft(project)
  })

  test.for<[NodeJS.Signals]>([
    ['SIGINT'],
    ['SIGTERM'],
    ['SIGKILL'],
  ])('by %s leaves no process when a reply is under way', async ([signal]) => {
    const project = await makeProject({ latenciesMs: [60_000, 0, 0] })
    const demo = await startDemo(project, /^node1 http/, writeVideo())
    const answered = fetch(`${project.nodes[0].url}/health`).then(
      () => 'answered',
      () => 'cut',
    )
    await demo.end(signal)
    expect(await answered).toBe('cut')
    await expectNothingLeft(project)
  })

  test.for<[signal: NodeJS.Signals, line: RegExp]>([
    ['SIGINT', /^node1 http/],
    ['SIGTERM', /^node2 http/],
    ['SIGKILL', /^node3 http/],
    ['SIGINT', /replicated/],
    ['SIGKILL', /replicated/],
  ])('by %s right after %s leaves no process', async ([signal, line]) => {
    const project = await makeProject()
    const demo = await startDemo(project, line, writeVideo())
    const { stderr } = await demo.end(signal)
    expect(stderr).toBe('')
    await expectNothingLeft(project)
  })

  test.runIf(HAS_PROC)('of npm before the demo has begun is the end of the demo', async () => {
    const project = await makeProject()
    const script = 'node src/cli/launch.cjs src/demo.ts'
    const env = { npm_config_user_agent: 'npm/11.0.0 node', npm_lifecycle_script: script }
    const words = commandLine('demo', [writeVideo(), '--no-open', '--config', project.config])
    // Whoever starts it here is gone at once, as an npm that was killed; should it stay, it does not stay for long.
    const ended = await runProgram(['sh', '-c', '(timeout -s KILL 50 "$@" &)', 'sh', ...words], { env })
    expect(ended.stderr).toBe('')
    expect(ended.stdout).not.toContain('Ctrl+C ends everything')
    await expectNothingLeft(project)
  })

  test('the last lines tell what each node served', async () => {
    const project = await makeProject()
    const demo = await startWholeDemo(project, writeVideo())
    const { stdout } = await demo.end('SIGINT')
    for (const { name } of project.nodes)
      expect(stdout).toMatch(new RegExp(`^${name} stopped after \\d+ request`, 'm'))
  })
})

describe('what cannot be shown', () => {
  test.for<[index: 0 | 1 | 2]>([
    [0],
    [1],
    [2],
  ])('node %i whose port is taken is named with it, and no process is left', async ([index]) => {
    const project = await makeProject()
    const { name, port } = project.nodes[index]
    const server = createServer((socket) => void socket.resume())
    server.listen({ host: '127.0.0.1', port })
    await until('the port is taken', () => server.listening)
    const ended = await runCommand('demo', [writeVideo(), '--no-open', '--config', project.config])
    expectError(ended, new RegExp(`port ${port} of ${name} is taken by something that does not answer`))
    await new Promise((resolve) => server.close(resolve))
    await expectNothingLeft(project)
  })

  test('all ports taken, by a demo that runs already: that one goes on', async () => {
    const project = await makeProject()
    const file = writeVideo()
    const demo = await startWholeDemo(project, file)
    const second = await runCommand('demo', [file, '--no-open', '--config', project.config])
    expectError(second, /^error: The nodes run already: node1, node2, node3, on ports /)
    expect(second.stdout).toBe('')
    for (const { url } of project.nodes) expect((await fetch(`${url}/demo.mp4`)).status).toBe(200)
    expect((await demo.end('SIGTERM')).code).toBe(0)
    await expectNothingLeft(project)
  })

  test.for<[what: string, make: () => string, why: RegExp]>([
    ['a file that is not there', () => path.join(temporaryFolder(), 'none.mp4'), /none\.mp4.*no such file/],
    ['a folder', () => temporaryFolder('folder.mp4'), /folder\.mp4.*folder/],
    ['a hidden file', () => writeVideo('.hidden.mp4'), /\.hidden\.mp4.*dot/],
  ])('%s is an error, and no process is left', async ([, make, why]) => {
    const project = await makeProject()
    const ended = await runCommand('demo', [make(), '--no-open', '--config', project.config])
    expectError(ended, why)
    expect(ended.stdout).toBe('') // before anything was started
    expect(ended.stderr).not.toContain('--as') // which the demo does not have
    await expectNothingLeft(project)
  })

  test('a node that cannot start is told of once, and no process is left', async () => {
    const project = await makeProject()
    const blocked = path.join(temporaryFolder(), 'file')
    writeFileSync(blocked, 'no folder')
    const list = readFileSync(project.config, 'utf8').replace('"node2/storage"', JSON.stringify(blocked))
    writeFileSync(project.config, list)
    const ended = await runCommand('demo', [writeVideo(), '--no-open', '--config', project.config])
    expectError(ended, /^error: Cannot start node2: .*file cannot be its storage folder/)
    expect(ended.stdout).not.toContain('cannot be')
    await expectNothingLeft(project)
  })

  test('a node that never listens is given up', async () => {
    const { config } = await makeProject()
    const node = new NodeProcess({ name: 'node1', args: ['--config', config], onLine: () => {}, startMs: 1 })
    await expect(node.start()).rejects.toThrow('node1 does not listen after 0.001 s')
    await until('it is gone', () => !node.isRunning)
  })

  test('a node list with a mistake is an error', async () => {
    const { config } = await makeProject()
    writeFileSync(config, '{"nodes":[]}')
    const ended = await runCommand('demo', ['--no-open', '--config', config])
    expectError(ended, /nodes\.json: nodes/)
    expect(ended.stdout).toBe('')
  })

  test.for<[args: string[], why: RegExp]>([
    [['a.mp4', 'b.mp4'], /one file at a time.*a\.mp4, b\.mp4/],
    [['--open'], /--open/],
    [[''], /name a file/],
    [['--scenario', 'none'], /--scenario: expected one of .*hang/],
    [['--log', 'none'], /--log: expected "all" or "gathered", found "none"/],
  ])('the arguments %j are refused in two lines', async ([args, why]) => {
    const { config } = await makeProject()
    expectUsageError(await runCommand('demo', [...args, '--config', config]), 'demo', why)
  })

  test('--help prints the help', async () => {
    const { code, stdout, stderr } = await runCommand('demo', ['--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^usage: demo \[FILE\] /)
    for (const flag of ['no-open', 'config']) expect(stdout).toContain(`--${flag}`)
    expect(stdout.split('examples:')[1]?.trim().split('\n')).toHaveLength(3)
  })
})
