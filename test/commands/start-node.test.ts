/** `start-node` as a process: what it says, what it obeys, and how it dies. */
import { existsSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  expectError,
  expectUsageError,
  freePorts,
  holdReply,
  listen,
  makeProject,
  type RunningCommand,
  runCommand,
  startCommand,
  temporaryFolder,
  until,
} from '../helpers/command.ts'
import { isListening } from '../helpers/processes.ts'

/** More than all buffers between a node and a client that does not read. */
const LARGE_BYTES = 256 * 1024 * 1024

/** A large file of holes, which takes no space. */
function writeLarge(root: string): void {
  const file = path.join(root, 'large.mp4')
  writeFileSync(file, '')
  truncateSync(file, LARGE_BYTES)
}

/** The URL of a node's first line, without the last slash. */
async function urlOf(node: RunningCommand): Promise<string> {
  const line = await node.waitForLine(/./)
  return /(http:\/\/\S+?)\/?(?= )/.exec(line)?.[1] ?? `no URL in: ${line}`
}

const health = async (url: string): Promise<Record<string, unknown>> =>
  (await (await fetch(`${url}/health`)).json()) as Record<string, unknown>

/** Starts a node of a project on any free port. */
async function startFirst(args: readonly string[] = [], latencyMs = 0) {
  const project = await makeProject({ latenciesMs: [latencyMs, 0, 0] })
  const [{ root }] = project.nodes
  writeFileSync(path.join(root, 'demo.mp4'), '0123456789'.repeat(100))
  writeLarge(root)
  const node = startCommand('start-node', ['node1', '--port', '0', '--config', project.config, ...args])
  return { node, root, project, url: await urlOf(node) }
}

describe('the first line', () => {
  test('has the name, the URL, the folder, the impairments and the videos', async () => {
    const project = await makeProject({ latenciesMs: [0, 20, 0] })
    const { name, root, url } = project.nodes[1]
    writeFileSync(path.join(root, 'demo.mp4'), 'demo')
    writeFileSync(path.join(root, 'talk.mp4'), 'talk')
    writeFileSync(path.join(root, '.hidden.mp4'), 'hidden')
    const node = startCommand('start-node', ['node2', '--config', project.config])
    const line = await node.waitForLine(/./)
    expect(line.startsWith(`${name} `)).toBe(true)
    expect(line).toContain(`${url}/`)
    expect(line).toContain(root)
    expect(line).toContain('20 ms')
    expect(line).toMatch(/demo\.mp4, talk\.mp4$/)
    expect(line).not.toContain('hidden')
  })

  test('says that there are no videos yet', async () => {
    const { config } = await makeProject()
    const node = startCommand('start-node', ['node3', '--config', config])
    expect(await node.waitForLine(/./)).toMatch(/no videos/)
  })

  test('tells of jitter and bandwidth', async () => {
    const { config } = await makeProject()
    const flags = ['--latency-ms', '40', '--jitter-ms', '15', '--bandwidth-kbps', '4000']
    const node = startCommand('start-node', ['node1', '--config', config, ...flags])
    expect(await node.waitForLine(/./)).toMatch(/40 ms ± 15 ms.*4000 kbit\/s/)
  })

  test('comes when the node answers', async () => {
    const { node, url } = await startFirst()
    expect((await fetch(`${url}/demo.mp4`)).status).toBe(200)
    expect(node.lines[0]).toContain(url)
  })
})

describe('where a node comes from', () => {
  test('a node of the list has the port, the latency and the folder of the list', async () => {
    const { config, nodes } = await makeProject({ latenciesMs: [0, 20, 0] })
    const [, { url, root }] = nodes
    writeFileSync(path.join(root, 'only-on-node2.mp4'), 'second')
    const node = startCommand('start-node', ['node2', '--config', config])
    await node.waitForLine(/./)
    expect(await health(url)).toMatchObject({ status: 'ok', node: 'node2', latencyMs: 20 })
    expect(await (await fetch(`${url}/only-on-node2.mp4`)).text()).toBe('second')
  })

  test('flags override the list', async () => {
    const { config, folder, nodes } = await makeProject({ latenciesMs: [1, 2, 3] })
    const [port] = await freePorts(1)
    const flags = ['--name', 'far', '--port', String(port), '--latency-ms', '7', '--root', 'elsewhere']
    const node = startCommand('start-node', ['node1', '--config', config, ...flags], { cwd: folder })
    expect(await node.waitForLine(/./)).toMatch(/^far .*7 ms/)
    expect(await health(`http://127.0.0.1:${port}`)).toMatchObject({ node: 'far', latencyMs: 7 })
    expect(await isListening(nodes[0].port)).toBe(false)
    expect(statSync(path.join(folder, 'elsewhere')).isDirectory()).toBe(true)
  })

  test('the four flags alone make a node that is not in the list', async () => {
    const { config, folder } = await makeProject()
    const [port] = await freePorts(1)
    const storage = path.join(folder, 'mine', 'storage')
    const flags = ['--name', 'mine', '--port', String(port), '--latency-ms', '5', '--root', storage]
    const node = startCommand('start-node', [...flags, '--config', config])
    expect(await node.waitForLine(/./)).toMatch(new RegExp(`^mine http://127\\.0\\.0\\.1:${port}/ `))
    expect(await health(`http://127.0.0.1:${port}`)).toMatchObject({ node: 'mine', latencyMs: 5 })
    expect(statSync(storage).isDirectory()).toBe(true)
  })

  test('a root on the command line is meant from the folder of the user', async () => {
    const { config } = await makeProject()
    const cwd = temporaryFolder()
    const flags = ['--name', 'mine', '--port', '0', '--root', 'node1/storage', '--config', config]
    const node = startCommand('start-node', flags, { cwd })
    await node.waitForLine(/./)
    expect(statSync(path.join(cwd, 'node1', 'storage')).isDirectory()).toBe(true)
  })

  test('the roots of --config are meant from the folder of that file', async () => {
    const { config, folder, nodes } = await makeProject({ folderName: 'a class' })
    writeFileSync(path.join(nodes[0].root, 'demo.mp4'), 'demo')
    const node = startCommand('start-node', ['node1', '--config', path.join('a class', 'nodes.json')], {
      cwd: path.dirname(folder),
    })
    expect(await node.waitForLine(/./)).toMatch(/demo\.mp4$/)
    expect(existsSync(path.join(path.dirname(folder), 'node1'))).toBe(false)
    expect(path.resolve(path.dirname(folder), 'a class', 'nodes.json')).toBe(config)
  })

  test('port 0 takes any free port, and the first line tells which', async () => {
    const { url } = await startFirst()
    expect(Number(new URL(url).port)).toBeGreaterThan(0)
    expect(await health(url)).toMatchObject({ node: 'node1' })
  })

  test('--host is the address it listens on', async () => {
    const { config } = await makeProject()
    const node = startCommand('start-node', [
      'node1',
      '--host',
      '127.0.0.2',
      '--port',
      '0',
      '--config',
      config,
    ])
    const url = await urlOf(node)
    expect(new URL(url).hostname).toBe('127.0.0.2')
    expect(await health(url)).toMatchObject({ node: 'node1' })
  })

  test('a storage folder that is missing is made', async () => {
    const { config } = await makeProject()
    const root = path.join(temporaryFolder(), 'not', 'there', 'yet')
    const node = startCommand('start-node', ['node1', '--port', '0', '--root', root, '--config', config])
    await node.waitForLine(/./)
    expect(statSync(root).isDirectory()).toBe(true)
  })

  test('spaces, accents and emoji in paths and names are no matter', async () => {
    const { config, nodes } = await makeProject({ folderName: "Größe d'été 100% #1 🎬" })
    const video = 'Füße & 50% #1 🎬.mp4'
    writeFileSync(path.join(nodes[0].root, video), 'bytes')
    const node = startCommand('start-node', ['node1', '--config', config])
    const line = await node.waitForLine(/./)
    expect(line).toContain(nodes[0].root)
    expect(line.endsWith(video)).toBe(true)
    const response = await fetch(`${nodes[0].url}/${encodeURIComponent(video)}`)
    expect(await response.text()).toBe('bytes')
    expect(await node.waitForLine(/ GET /)).toContain(` GET /${video} 200 `)
  })
})

describe('the log', () => {
  test.for<[what: string, path: string, headers: Record<string, string>, line: RegExp]>([
    [
      'a whole file',
      '/demo.mp4',
      {},
      /GET \/demo\.mp4 200 \(simulated latency 20 ms, first byte \d+ ms, 1000 bytes in \d+ ms\)$/,
    ],
    [
      'a range',
      '/demo.mp4',
      { range: 'bytes=10-19' },
      /GET \/demo\.mp4 206 bytes 10-19\/1000 \(simulated latency 20 ms, first byte \d+ ms, 10 bytes in \d+ ms\)$/,
    ],
    [
      'a missing file',
      '/none.mp4',
      {},
      /GET \/none\.mp4 404 \(simulated latency 20 ms, first byte \d+ ms, \d+ bytes in \d+ ms\)$/,
    ],
    [
      'health',
      '/health',
      {},
      /GET \/health 200 \(simulated latency 20 ms, first byte \d+ ms, \d+ bytes in \d+ ms\)$/,
    ],
  ])('has one line for %s', async ([, target, headers, line]) => {
    const { node, url } = await startFirst([], 20)
    await (await fetch(url + target, { headers })).arrayBuffer()
    const logged = await node.waitForLine(line)
    expect(logged).toMatch(/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d node1 GET /)
    expect(node.lines).toHaveLength(2)
  })

  test('says when the client closed the connection in the middle of a reply', async () => {
    const { node, url } = await startFirst()
    const reply = await holdReply(`${url}/large.mp4`)
    expect(node.lines).toHaveLength(1) // the line comes when the reply has ended
    reply.hangUp()
    const line = await node.waitForLine(/ GET /)
    expect(line).toMatch(
      / node1 GET \/large\.mp4 200 \(simulated latency 0 ms, .*, then closed by the client\)$/,
    )
    const bytes = Number(/(\d+) bytes in/.exec(line)?.[1])
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThan(LARGE_BYTES)
  })

  test('says when the client closed the connection while it waited for the simulated latency', async () => {
    const { node, url } = await startFirst([], 60_000)
    const request = get(`${url}/demo.mp4`, { agent: false })
    request.on('error', () => {})
    const asked = new Promise((resolve) => request.once('finish', resolve))
    await asked
    request.destroy()
    expect(await node.waitForLine(/ GET /)).toMatch(
      / node1 GET \/demo\.mp4 .*0 bytes in \d+ ms, then closed by the client\)$/,
    )
  })

  test('cannot be forged by what is asked for', async () => {
    const { node, url } = await startFirst()
    await (await fetch(`${url}/a%0a12:00:00%20node9%20GET%20/b%1b[31m.mp4`)).arrayBuffer()
    await node.waitForLine(/ GET /)
    expect(node.lines).toHaveLength(2)
    expect(node.stdout).not.toContain('\u001b')
  })

  test('gathers the health calls of a page; --log all does not', async () => {
    for (const [flags, lines] of [
      [[], 1 + 1 + 1 + 1],
      [['--log', 'all'], 1 + 4 + 1],
    ] as const) {
      const { config, nodes } = await makeProject()
      const node = startCommand('start-node', ['node1', '--config', config, ...flags])
      await node.waitForLine(/./)
      const [{ url }, other] = nodes
      for (let call = 0; call < 4; call++)
        await (await fetch(`${url}/health`, { headers: { origin: other.url } })).arrayBuffer()
      const { stdout } = await node.end('SIGTERM')
      expect(stdout.trimEnd().split('\n')).toHaveLength(lines)
    }
  })

  test('--quiet leaves only the first and the last line', async () => {
    const { node, url } = await startFirst(['--quiet'])
    await (await fetch(`${url}/demo.mp4`)).arrayBuffer()
    const { stdout } = await node.end('SIGTERM')
    expect(stdout.trimEnd().split('\n')).toHaveLength(2)
    expect(stdout).not.toContain('GET')
  })
})

describe('what cannot be started', () => {
  test('a taken port is named together with the node', async () => {
    const server = createServer()
    const port = await listen(server)
    onTestFinished(() => void server.close())
    const { config } = await makeProject()
    const ended = await runCommand('start-node', ['node2', '--port', String(port), '--config', config])
    expectError(ended, /node2/)
    expectError(ended, new RegExp(`\\b${port}\\b`))
    expect(ended.stdout).toBe('')
  })

  test('a second node on the same port fails and the first goes on', async () => {
    const { url, project } = await startFirst()
    const { port } = new URL(url)
    for (const [name, why] of [
      ['node2', `port ${port} of node2 is taken by node1, another node\\. .*--port`],
      ['node1', `node1 runs already, on port ${port}\\. End it first`],
    ] as const) {
      const ended = await runCommand('start-node', [name, '--port', port, '--config', project.config])
      expectError(ended, new RegExp(`Cannot start ${name}: ${why}`))
    }
    expect(await health(url)).toMatchObject({ node: 'node1' })
  })

  test('a root that is a file is named, and left as it is', async () => {
    const { config, folder } = await makeProject()
    const root = path.join(folder, 'file')
    writeFileSync(root, 'precious')
    const ended = await runCommand('start-node', ['node1', '--port', '0', '--root', root, '--config', config])
    expectError(ended, /node1.*file/)
    expect(ended.stdout).toBe('')
    expect(statSync(root).size).toBe(8)
  })

  test('an address that this machine does not have is named', async () => {
    const { config } = await makeProject()
    const ended = await runCommand('start-node', ['node1', '--host', '192.0.2.1', '--config', config])
    expectError(ended, /node1.*192\.0\.2\.1/)
  })

  const node = (fields: object): object => ({ name: 'node1', port: 8001, latencyMs: 0, root: 'a', ...fields })
  test.for<[what: string, text: string, error: RegExp]>([
    [
      'a port that is no number',
      JSON.stringify({ nodes: [node({}), node({ name: 'node2', port: '80a' })] }),
      /nodes\.json: nodes\[1\]\.port: expected a whole number from 1 to 65535, found "80a"$/m,
    ],
    [
      'a name twice',
      JSON.stringify({ nodes: [node({}), node({ port: 8002, root: 'b' })] }),
      /nodes\[1\]\.name: .*node1/,
    ],
    [
      'a port twice',
      JSON.stringify({ nodes: [node({}), node({ name: 'b', root: 'b' })] }),
      /nodes\[1\]\.port: .*8001/,
    ],
    [
      'a root twice',
      JSON.stringify({ nodes: [node({}), node({ name: 'b', port: 8002, root: './a/' })] }),
      /nodes\[1\]\.root: /,
    ],
    ['an unknown field', JSON.stringify({ nodes: [node({ latency: 5 })] }), /nodes\[0\]\.latency: /],
    [
      'a missing field',
      JSON.stringify({ nodes: [{ name: 'node1', port: 8001, root: 'a' }] }),
      /nodes\[0\]\.latencyMs: .*found nothing/,
    ],
    ['no nodes', '{"nodes":[]}', /nodes\.json: nodes: expected/],
    ['a list without a name', '[]', /nodes\.json: .*expected an object/],
    ['broken JSON', '{\n  "nodes": [\n    { "name": oops }\n  ]\n}', /nodes\.json.*line 3.*column 15/],
    ['an empty file', '', /nodes\.json.*line 1.*column 1/],
  ])('a node list with %s is an error that says where', async ([, text, error]) => {
    const folder = temporaryFolder()
    const config = path.join(folder, 'nodes.json')
    writeFileSync(config, text)
    const ended = await runCommand('start-node', ['node1', '--config', config])
    expectError(ended, error)
    expect(ended.stdout).toBe('')
    expect(readdirSync(folder)).toEqual(['nodes.json'])
  })

  test('a node list that is not there is named', async () => {
    const ended = await runCommand('start-node', [
      'node1',
      '--config',
      path.join(temporaryFolder(), 'no.json'),
    ])
    expectError(ended, /no\.json.*--config/)
  })
})

describe('wrong usage', () => {
  test.for<[args: string[], why: RegExp]>([
    [[], /--name, --port and --root|node of the node list/],
    [['node9'], /node9.*node1, node2, node3/],
    [['node1', 'node2'], /one node at a time/],
    [['--name', 'a', '--port', '0'], /--root/],
    [['--name', 'a', '--root', 'a'], /--port/],
    [['--port', '0', '--root', 'a'], /--name/],
    [['node1', '--port', '80a'], /--port.*80a/],
    [['node1', '--port', '65536'], /--port.*65536/],
    [['node1', '--port', '1.5'], /--port.*1\.5/],
    [['node1', '--port', ''], /--port/],
    [['node1', '--port', '0x50'], /--port.*0x50/],
    [['node1', '--port=-1'], /--port.*-1/],
    [['node1', '--latency-ms', 'slow'], /--latency-ms.*slow/],
    [['node1', '--latency-ms=-5'], /--latency-ms.*-5/],
    [['node1', '--latency-ms', '-5'], /--latency-ms: expected milliseconds from 0 to 60000, found "-5"$/],
    [['node1', '--port', '8001', '--port', '8002'], /--port is given twice$/],
    [['node1', '--log', 'none'], /--log: expected "all" or "gathered", found "none"$/],
    [['node1', '--latency-ms', '60001'], /--latency-ms.*60001/],
    [['node1', '--latency-ms', 'Infinity'], /--latency-ms.*Infinity/],
    [['node1', '--jitter-ms', '1e9'], /--jitter-ms.*1e9/],
    [['node1', '--bandwidth-kbps', 'NaN'], /--bandwidth-kbps.*NaN/],
    [['node1', '--name', ''], /--name/],
    [['node1', '--name', 'two words'], /--name.*two words/],
    [['node1', '--root', ''], /--root/],
    [['node1', '--host', 'http://127.0.0.1'], /--host/],
    [['node1', '--port'], /--port/],
    [['node1', '--prot', '8001'], /--prot/],
    [['node1', '--quiet=yes'], /--quiet/],
    [['node1', '-x'], /-x/],
  ])('%j is refused in two lines', async ([args, why]) => {
    const { config } = await makeProject()
    expectUsageError(await runCommand('start-node', [...args, '--config', config]), 'start-node', why)
  })

  test("somebody else's server cannot be started, with flags or without", async () => {
    const config = path.join(temporaryFolder(), 'nodes.json')
    const own = { name: 'node1', port: 8001, latencyMs: 0, root: 'node1' }
    writeFileSync(config, JSON.stringify({ nodes: [own, { name: 'cdn', url: 'http://cdn.example/a' }] }))
    for (const flags of [[], ['--port', '0', '--root', temporaryFolder()]]) {
      const ended = await runCommand('start-node', ['cdn', ...flags, '--config', config])
      expectUsageError(
        ended,
        'start-node',
        /cdn is somebody else's server \(http:\/\/cdn\.example\/a\).*node1/,
      )
    }
  })
})

describe('--help', () => {
  test.for([[['--help']], [['-h']], [['node1', '--help', '--nonsense']]])('%j prints the help', async ([
    args,
  ]) => {
    const { code, stdout, stderr } = await runCommand('start-node', args ?? [])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^usage: start-node /)
    for (const flag of [
      'name',
      'port',
      'root',
      'host',
      'latency-ms',
      'jitter-ms',
      'bandwidth-kbps',
      'config',
      'log',
      'quiet',
    ])
      expect(stdout).toContain(`--${flag}`)
    expect(stdout).toMatch(/default 127\.0\.0\.1/)
    expect(stdout.split('examples:')[1]?.trim().split('\n')).toHaveLength(2)
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })
})

describe('the end', () => {
  test.for<[NodeJS.Signals]>([
    ['SIGINT'],
    ['SIGTERM'],
  ])('%s: the last line has requests and bytes, exit 0', async ([signal]) => {
    const { node, url } = await startFirst()
    await (await fetch(`${url}/demo.mp4`)).arrayBuffer()
    await (await fetch(`${url}/demo.mp4`, { headers: { range: 'bytes=0-9' } })).arrayBuffer()
    await (await fetch(`${url}/demo.mp4`, { method: 'HEAD' })).arrayBuffer()
    await until('all replies are logged', () => node.lines.length === 4)
    const { code, stdout, stderr } = await node.end(signal)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^node1 .*\b3 requests\b.*\b1010 bytes\b/)
  })

  test.for<[NodeJS.Signals]>([
    ['SIGINT'],
    ['SIGTERM'],
    ['SIGKILL'],
  ])('%s cuts the replies in flight: no client takes what it has for the whole', async ([signal]) => {
    const { node, url } = await startFirst()
    const replies = await Promise.all([1, 2, 3].map(() => holdReply(`${url}/large.mp4`)))
    const { code, stderr } = await node.end(signal)
    expect({ code, stderr }).toEqual({ code: signal === 'SIGKILL' ? null : 0, stderr: '' })
    for (const { response, readRest } of replies) {
      expect(response.headers['content-length']).toBe(String(LARGE_BYTES))
      const { bytes, isComplete } = await readRest()
      expect(isComplete).toBe(false)
      expect(bytes).toBeLessThan(LARGE_BYTES)
    }
  })

  test('the last line counts the replies that it cut', async () => {
    const { node, url } = await startFirst()
    await (await fetch(`${url}/demo.mp4`)).arrayBuffer()
    const reply = await holdReply(`${url}/large.mp4`)
    const { stdout } = await node.end('SIGTERM')
    const { bytes } = await reply.readRest()
    const last = stdout.trimEnd().split('\n').at(-1) ?? ''
    expect(last).toMatch(/\b2 requests\b/)
    // At least what it was told to have been taken; some of it may never have reached the client.
    expect(Number(/(\d+) bytes/.exec(last)?.[1])).toBeGreaterThan(1000)
    expect(bytes).toBeGreaterThan(0)
  })

  test('a request that waits for a long latency does not hold it up', async () => {
    const { node, url } = await startFirst([], 60_000)
    const answered = fetch(`${url}/demo.mp4`).then(
      () => 'answered',
      () => 'cut',
    )
    const request = get(`${url}/health`, { agent: false })
    request.on('error', () => {})
    await new Promise((resolve) => request.once('finish', resolve))
    const { code } = await node.end('SIGINT')
    expect(code).toBe(0)
    expect(await answered).toBe('cut')
  })

  test('its port is free afterwards', async () => {
    const { node, url, project } = await startFirst()
    const { port } = new URL(url)
    const reply = await holdReply(`${url}/large.mp4`)
    await node.end('SIGINT')
    await reply.readRest()
    const next = startCommand('start-node', ['node1', '--port', port, '--config', project.config])
    expect(await urlOf(next)).toBe(url)
  })

  test('a second Ctrl+C changes nothing', async () => {
    const { node, url } = await startFirst()
    await health(url)
    node.child.kill('SIGINT')
    const { code, stdout, stderr } = await node.end('SIGINT')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/\b1 request\b/)
  })

  test('from its first line on it ends in good order', async () => {
    const { config } = await makeProject()
    for (let round = 0; round < 5; round++) {
      const node = startCommand('start-node', ['node1', '--config', config])
      await node.waitForLine(/./)
      const { code, stdout } = await node.end('SIGINT')
      expect(code).toBe(0)
      expect(stdout.trimEnd().split('\n')).toHaveLength(2)
    }
  })

  test('Ctrl+C before it listens prints no stack', async () => {
    const { config } = await makeProject()
    const node = startCommand('start-node', ['node1', '--config', config])
    const { stderr } = await node.end('SIGINT')
    expect(stderr).toBe('')
  })
})
