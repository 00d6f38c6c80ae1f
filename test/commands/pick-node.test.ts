/** `pick-node` as a process, against real nodes and against what only looks like one. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startNode } from '../../src/node/server.ts'
import {
  commandAsItIs,
  type Ended,
  expectError,
  expectUsageError,
  freePorts,
  listen,
  runCommand,
  runProgram,
  startCommand,
  temporaryFolder,
  until,
} from '../helpers/command.ts'

/** Someone who listens, and what a test needs to know of him. */
interface Listener {
  readonly name: string
  readonly port: number
  readonly url: string
  readonly root: string
}

/** A class of nodes, and of others, with one node list. */
class Classroom {
  readonly folder = temporaryFolder()
  readonly config = path.join(this.folder, 'nodes.json')
  readonly #listed: object[] = []

  /** Starts a real node. */
  async addNode(latencyMs = 0): Promise<Listener & { close(): Promise<void> }> {
    const listener = this.#add(0)
    const { name, root } = listener
    const config = { name, host: '127.0.0.1', port: 0, latencyMs, jitterMs: 0, bandwidthKbps: 0, root }
    const node = await startNode(config)
    onTestFinished(() => node.close())
    return { ...this.#list(listener, node.port), close: () => node.close() }
  }

  /** Starts something else in the place of a node. */
  async addServer(server: Server): Promise<Listener> {
    const sockets = new Set<Socket>()
    server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
    })
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    return this.#list(this.#add(0), await listen(server))
  }

  /** Lists a node that does not run. */
  async addDown(): Promise<Listener> {
    const [port = 0] = await freePorts(1)
    return this.#list(this.#add(port), port)
  }

  /** Lists somebody else's server. */
  async addForeign(server: Server, path = ''): Promise<Listener> {
    const { name, root, port } = await this.addServer(server)
    const url = `http://127.0.0.1:${port}${path}`
    this.#listed[this.#listed.length - 1] = { name, url }
    writeFileSync(this.config, JSON.stringify({ nodes: this.#listed }))
    return { name, root, port, url }
  }

  pick(...args: string[]): Promise<Ended> {
    return runCommand('pick-node', ['--config', this.config, ...args])
  }

  #add(port: number): Listener {
    const name = `node${this.#listed.length + 1}`
    const root = path.join(this.folder, name, 'storage')
    mkdirSync(root, { recursive: true })
    return { name, port, url: '', root }
  }

  #list(listener: Listener, port: number): Listener {
    const { name } = listener
    this.#listed.push({ name, port, latencyMs: 0, root: `${name}/storage` })
    writeFileSync(this.config, JSON.stringify({ nodes: this.#listed }))
    return { ...listener, port, url: `http://127.0.0.1:${port}` }
  }
}

/** Copies a version to nodes with `replicate`, manifest and all. */
async function replicateTo(
  room: Classroom,
  nodes: readonly Listener[],
  text: string,
  mtimeSeconds: number,
  name = 'demo.mp4',
) {
  const source = path.join(temporaryFolder(), 'source.mp4')
  writeFileSync(source, text)
  utimesSync(source, mtimeSeconds, mtimeSeconds)
  const to = nodes.map((node) => node.name).join(',')
  const { code, stderr } = await runCommand('replicate', [
    source,
    '--as',
    name,
    '--to',
    to,
    '--config',
    room.config,
  ])
  expect(code, stderr).toBe(0) // with warnings: this is no video, and another node may have a newer one
}

/** What a stand-in for a node says of its replica. */
const REPLICA = { etag: '"a"', 'content-length': '5', 'last-modified': 'Tue, 14 Nov 2023 22:13:20 GMT' }

/** The table's row of a node, in cells. */
function rowOf({ stdout }: Ended, { name }: Pick<Listener, 'name'>): string[] {
  const line = stdout.split('\n').find((line) => line.startsWith(`${name} `)) ?? ''
  return line.split(/ {2,}/).map((cell) => cell.trim())
}

const chosenRows = ({ stdout }: Ended): string[] => stdout.split('\n').filter((line) => line.endsWith('←'))

interface PickJson {
  video: string
  chosen: string | null
  url: string | null
  watchUrl: string | null
  versionsDiffer: boolean
  nodes: { state: string; medianMs: number | null; timesMs: number[] }[]
}
const jsonOf = ({ stdout }: Ended): PickJson => JSON.parse(stdout) as PickJson

const respond = (answer: (request: IncomingMessage, response: ServerResponse) => void): Server =>
  createHttpServer({ keepAlive: false }, answer)

const respondWith = (status: number, body: string, fields: Record<string, string> = {}): Server =>
  respond((_, response) => response.writeHead(status, fields).end(body))

describe('the choice', () => {
  test('is the fastest node that has the video', async () => {
    const room = new Classroom()
    const slow = await room.addNode(600)
    const fast = await room.addNode(0)
    const middle = await room.addNode(300)
    await replicateTo(room, [slow, fast, middle], 'video', 1_700_000_000)
    const ended = await room.pick('demo.mp4', '--no-open')
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
    expect(chosenRows(ended)).toHaveLength(1)
    expect(rowOf(ended, fast).at(-1)).toBe('←')
    expect(ended.stdout).toContain(`${fast.url}/watch/demo.mp4`)
    expect(ended.stdout).not.toContain(`${slow.url}/watch/demo.mp4`)
  })

  test('moves on when the fastest is gone, and back when it is there again', async () => {
    const room = new Classroom()
    const first = await room.addNode(0)
    const second = await room.addNode(300)
    await replicateTo(room, [first, second], 'video', 1_700_000_000)
    const chosen = async (): Promise<string | null> => jsonOf(await room.pick('demo.mp4', '--json')).chosen
    expect(await chosen()).toBe(first.name)
    await first.close()
    expect(await chosen()).toBe(second.name)
    const { name, port, root } = first
    const again = await startNode({
      name,
      port,
      root,
      host: '127.0.0.1',
      latencyMs: 0,
      jitterMs: 0,
      bandwidthKbps: 0,
    })
    onTestFinished(() => again.close())
    expect(await chosen()).toBe(first.name)
  })

  test('is a slow node when the fast ones do not have the video', async () => {
    const room = new Classroom()
    const fast = await room.addNode(0)
    const slow = await room.addNode(300)
    await room.addDown()
    await replicateTo(room, [slow], 'video', 1_700_000_000)
    const ended = await room.pick('demo.mp4', '--no-open')
    expect(ended.code).toBe(0)
    expect(rowOf(ended, slow).at(-1)).toBe('←')
    expect(rowOf(ended, fast)).not.toContain('←')
  })

  test('does not depend on one lost answer of three', async () => {
    const room = new Classroom()
    let calls = 0
    const health = JSON.stringify({ status: 'ok', node: 'node1' })
    const lossy = await room.addServer(
      respond((request, response) => {
        if (request.method === 'HEAD') response.writeHead(200, REPLICA).end()
        else if (++calls !== 2) response.end(health) // the second call is never answered
      }),
    )
    const ended = await room.pick('demo.mp4', '--json', '--timeout-ms', '1000')
    expect(jsonOf(ended)).toMatchObject({ chosen: lossy.name, nodes: [{ state: 'up' }] })
    expect(jsonOf(ended).nodes[0]?.timesMs).toHaveLength(2)
  })
})

describe('the table', () => {
  test('has the columns node, URL, state, median ms, has the video', async () => {
    const room = new Classroom()
    const node = await room.addNode(20)
    await replicateTo(room, [node], 'video', 1_700_000_000)
    const ended = await room.pick('demo.mp4', '--no-open')
    expect(ended.stdout.split('\n')[0]).toMatch(/^node +URL +state +median ms +has the video$/)
    const [name, url, state, median, has, arrow] = rowOf(ended, node)
    expect([name, url, state, has, arrow]).toEqual([node.name, node.url, 'up', 'yes', '←'])
    expect(Number(median)).toBeGreaterThanOrEqual(19) // rounding
    expect(ended.stdout).not.toContain('\u001b')
  })

  test('has one row for each node, in the order of the node list', async () => {
    const room = new Classroom()
    for (const latencyMs of [300, 0, 150]) await room.addNode(latencyMs)
    const { stdout } = await room.pick('demo.mp4', '--no-open')
    expect(
      stdout
        .split('\n')
        .slice(1, 4)
        .map((line) => line.split(' ')[0]),
    ).toEqual(['node1', 'node2', 'node3'])
  })

  const HEALTH = JSON.stringify({ status: 'ok', node: 'node1' })
  test.for<[what: string, make: () => Server, state: string]>([
    ['a server that never answers', () => createServer(() => {}), 'silent'],
    [
      'a node that stops in the middle of its answer',
      () =>
        respond(
          (_, response) => void response.writeHead(200, { 'content-length': '100' }).write('{"status"'),
        ),
      'silent',
    ],
    ['a web server of another kind', () => respondWith(200, '<h1>It works!</h1>'), 'not a node'],
    ['a server with other JSON', () => respondWith(200, '{"status":"ok"}'), 'not a node'],
    ['a server that answers null', () => respondWith(200, 'null'), 'not a node'],
    ['a server that knows no /health', () => respondWith(404, 'Not Found'), 'not a node'],
    ['a server whose health is a failure', () => respondWith(500, HEALTH), 'not a node'],
    [
      'a server that sends elsewhere',
      () => respondWith(302, HEALTH, { location: 'http://127.0.0.1/' }),
      'not a node',
    ],
    [
      'a server that speaks no HTTP',
      () => createServer((socket) => void socket.end('220 mail.example ESMTP\r\n')),
      'not a node',
    ],
    ['a server that hangs up', () => createServer((socket) => void socket.destroy()), 'cut'],
    [
      'a server whose answer is far too long',
      () => respondWith(200, ' '.repeat(1_000_000) + HEALTH),
      'not a node',
    ],
  ])('shows %s for what it is', async ([, make, state]) => {
    const room = new Classroom()
    const good = await room.addNode()
    const bad = await room.addServer(make())
    await replicateTo(room, [good], 'video', 1_700_000_000)
    const ended = await room.pick('demo.mp4', '--no-open', '--timeout-ms', '1000')
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
    expect(rowOf(ended, bad)).toEqual([bad.name, bad.url, state])
    expect(rowOf(ended, good).at(-1)).toBe('←')
  })

  test('tells up, up without the video and refused apart', async () => {
    const room = new Classroom()
    const has = await room.addNode()
    const hasNot = await room.addNode()
    const down = await room.addDown()
    await replicateTo(room, [has], 'video', 1_700_000_000)
    const ended = await room.pick('demo.mp4', '--no-open')
    expect(rowOf(ended, has).slice(2)).toEqual(['up', expect.stringMatching(/^[\d.]+$/), 'yes', '←'])
    expect(rowOf(ended, hasNot).slice(2)).toEqual(['up', expect.stringMatching(/^[\d.]+$/), 'no'])
    expect(rowOf(ended, down).slice(2)).toEqual(['refused'])
  })

  test('shows a node that was stopped as one that does not answer', async () => {
    const room = new Classroom()
    const node = await room.addDown()
    const run = startCommand('start-node', [node.name, '--config', room.config])
    await run.waitForLine(/./)
    run.child.kill('SIGSTOP')
    const ended = await room.pick('demo.mp4', '--no-open', '--timeout-ms', '500')
    expect(rowOf(ended, node)).toEqual([node.name, node.url, 'silent'])
    expectError(ended, /node1 is silent\. What is silent may hang: end that process/)
  })
})

describe('the probes', () => {
  /** Stands in for a node: counts what it is asked, and answers only what `mayAnswer` lets through. */
  function standIn(mayAnswer: () => Promise<void>): { server: Server; asked: string[] } {
    const asked: string[] = []
    const server = respond((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      void mayAnswer().then(() => {
        if (request.url === '/health') response.end(JSON.stringify({ status: 'ok', node: 'stand-in' }))
        else response.writeHead(200, REPLICA).end()
      })
    })
    return { server, asked }
  }

  test('go to all nodes at once: none has to answer before the next is asked', async () => {
    const room = new Classroom()
    let release = (): void => {}
    const allAsked = new Promise<void>((resolve) => {
      release = resolve
    })
    const standIns = [1, 2, 3, 4, 5].map(() =>
      standIn(() => {
        const isComplete = standIns.every(({ asked }) => asked.length === 5)
        if (isComplete) release()
        return allAsked
      }),
    )
    for (const { server } of standIns) await room.addServer(server)
    const ended = await room.pick('demo.mp4', '--json', '--timeout-ms', '20000')
    expect(jsonOf(ended).nodes.map(({ state }) => state)).toEqual(Array(5).fill('up'))
    for (const { asked } of standIns)
      expect(asked.sort()).toEqual([
        'GET /_/manifest/demo.mp4',
        ...['GET /health', 'GET /health', 'GET /health'],
        'HEAD /demo.mp4',
      ])
  })

  test.for<[args: string[], calls: number]>([
    [[], 3],
    [['--probes', '1'], 1],
    [['--probes', '7'], 7],
  ])('with %j are %i for each node', async ([args, calls]) => {
    const room = new Classroom()
    const { server, asked } = standIn(() => Promise.resolve())
    await room.addServer(server)
    const ended = await room.pick('demo.mp4', '--json', ...args)
    expect(asked.filter((request) => request === 'GET /health')).toHaveLength(calls)
    expect(jsonOf(ended).nodes[0]?.timesMs).toHaveLength(calls)
  })

  test('count by their median', async () => {
    const room = new Classroom()
    const node = await room.addNode(5)
    await replicateTo(room, [node], 'video', 1_700_000_000)
    const [found] = jsonOf(await room.pick('demo.mp4', '--json', '--probes', '5')).nodes
    const times = found?.timesMs.toSorted((a, b) => a - b)
    expect(found?.medianMs).toBe(times?.[2])
  })

  test('may take longer than the default when --timeout-ms says so, and not longer than it says', async () => {
    const room = new Classroom()
    const slow = await room.addNode(2500)
    const ended = await room.pick('x.mp4', '--no-open', '--timeout-ms', '1000')
    expect(rowOf(ended, slow)).toContain('silent') // the list says 0 ms
    expect(rowOf(await room.pick('x.mp4', '--no-open', '--timeout-ms', '30000'), slow)).toContain('up')
  })
})

describe('different versions', () => {
  test('are told of, and the newest complete one counts, though another node is faster', async () => {
    const room = new Classroom()
    const fast = await room.addNode(0)
    const slow = await room.addNode(300)
    await replicateTo(room, [fast], 'old version', 1_700_000_000)
    await replicateTo(room, [slow], 'new version!', 1_700_000_500)
    const ended = await room.pick('demo.mp4', '--no-open')
    expect(ended.code).toBe(0)
    expect(ended.stdout).toMatch(/different versions/)
    expect(rowOf(ended, slow).at(-1)).toBe('←')
    expect(rowOf(ended, fast)).not.toContain('←')
    expect(jsonOf(await room.pick('demo.mp4', '--json'))).toMatchObject({
      chosen: slow.name,
      versionsDiffer: true,
    })

    const asItIs = commandAsItIs('pick-node', ['--config', room.config, 'demo.mp4', '--no-open'])
    const command = /^ {2}(npm .*)$/m.exec((await runProgram(asItIs)).stdout)?.[1] ?? 'no command was printed'
    expect(command).toContain(' --to node1 ') // the newest one is the source, and no target
    expect((await runProgram(['sh', '-c', command])).code).toBe(0)
    const again = await room.pick('demo.mp4', '--no-open')
    expect(again.stdout).not.toMatch(/different versions/)
    expect(rowOf(again, fast).at(-1)).toBe('←')
  })

  test('of the same size and time are told apart by their content', async () => {
    const room = new Classroom()
    const nodes = [await room.addNode(), await room.addNode()] as const
    await replicateTo(room, [nodes[0]], 'version 1', 1_700_000_000)
    await replicateTo(room, [nodes[1]], 'version 2', 1_700_000_000)
    expect((await room.pick('demo.mp4', '--no-open')).stdout).toMatch(/different versions/)
  })

  test('among the nodes with the newest one the fastest is chosen', async () => {
    const room = new Classroom()
    const fastOld = await room.addNode(0)
    const slowNew = await room.addNode(800)
    const middleNew = await room.addNode(300)
    await replicateTo(room, [fastOld], 'old version', 1_700_000_000)
    await replicateTo(room, [slowNew, middleNew], 'new version!', 1_700_000_500)
    expect(jsonOf(await room.pick('demo.mp4', '--json')).chosen).toBe(middleNew.name)
  })

  test.for<[what: string, spoil: (file: string) => void]>([
    ['that was copied by hand', (file) => writeFileSync(file, 'made by hand')],
    ['that is only half there', (file) => writeFileSync(file, readFileSync(file).subarray(0, 3))],
  ])('a newer copy %s does not win over a complete one', async ([, spoil]) => {
    const room = new Classroom()
    const fast = await room.addNode(0)
    const slow = await room.addNode(300)
    await replicateTo(room, [fast, slow], 'video', 1_700_000_000)
    const file = path.join(fast.root, 'demo.mp4')
    spoil(file)
    expect(statSync(file).mtimeMs).toBeGreaterThan(1_700_000_000_000)
    const ended = await room.pick('demo.mp4', '--no-open')
    expect(ended.stdout).toMatch(/different versions/)
    expect(rowOf(ended, slow).at(-1)).toBe('←')
  })

  test.for<[what: string, spoil: (file: string) => void]>([
    ['was made by cp', (file) => utimesSync(file, 1_800_000_000, 1_800_000_000)],
    ['was written into', (file) => writeFileSync(file, 'VIDEO')],
    ['lost its manifest', (file) => rmSync(path.join(path.dirname(file), '.manifests', 'demo.mp4.json'))],
  ])('a copy of the same size that %s is no other version, and no complete one', async ([, spoil]) => {
    const room = new Classroom()
    const fast = await room.addNode(0)
    const slow = await room.addNode(300)
    await replicateTo(room, [fast, slow], 'video', 1_700_000_000)
    spoil(path.join(fast.root, 'demo.mp4'))
    const ended = await room.pick('demo.mp4', '--no-open')
    expect(ended.stdout).not.toMatch(/different versions/)
    expect(rowOf(ended, fast).at(-1)).toBe('yes, no manifest')
    expect(rowOf(ended, slow).slice(-2)).toEqual(['yes', '←'])
  })

  test('copies that were all made by cp are one version', async () => {
    const room = new Classroom()
    const nodes = [await room.addNode(), await room.addNode()]
    for (const { root } of nodes) writeFileSync(path.join(root, 'demo.mp4'), 'by hand')
    const ended = await room.pick('demo.mp4', '--no-open')
    expect(ended.stdout).not.toMatch(/different versions/)
    expect(chosenRows(ended)).toHaveLength(1)
  })

  test('are not told of when all nodes have the same one', async () => {
    const room = new Classroom()
    const nodes = [await room.addNode(), await room.addNode(), await room.addNode()]
    await replicateTo(room, nodes, 'video', 1_700_000_000)
    expect((await room.pick('demo.mp4', '--no-open')).stdout).not.toMatch(/version/)
    expect(jsonOf(await room.pick('demo.mp4', '--json')).versionsDiffer).toBe(false)
  })

  test('without any manifest the video is still found', async () => {
    const room = new Classroom()
    const node = await room.addNode()
    writeFileSync(path.join(node.root, 'demo.mp4'), 'by hand')
    const ended = await room.pick('demo.mp4', '--no-open')
    expect(ended.code).toBe(0)
    expect(rowOf(ended, node).at(-1)).toBe('←')
  })
})

describe('--json', () => {
  test('has the same facts as one object, and opens nothing', async () => {
    const room = new Classroom()
    const up = await room.addNode()
    const without = await room.addNode()
    const down = await room.addDown()
    await replicateTo(room, [up], 'video', 1_700_000_000)
    const { browser, opened } = makeBrowser()
    const ended = await runCommand('pick-node', ['demo.mp4', '--json', '--config', room.config], {
      env: { BROWSER: browser },
    })
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
    const times = [expect.any(Number), expect.any(Number), expect.any(Number)]
    expect(jsonOf(ended)).toEqual({
      video: 'demo.mp4',
      chosen: up.name,
      url: `${up.url}/demo.mp4`,
      watchUrl: `${up.url}/watch/demo.mp4`,
      versionsDiffer: false,
      notBelieved: [],
      nodes: [
        {
          name: up.name,
          url: up.url,
          isForeign: false,
          state: 'up',
          medianMs: expect.any(Number),
          timesMs: times,
          hasVideo: true,
          holding: 'newest',
          version: {
            etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
            sizeBytes: 5,
            lastModified: '2023-11-14T22:13:20.000Z',
            isComplete: true,
          },
        },
        {
          name: without.name,
          url: without.url,
          isForeign: false,
          state: 'up without the video',
          medianMs: expect.any(Number),
          timesMs: times,
          hasVideo: false,
        },
        {
          name: down.name,
          url: down.url,
          isForeign: false,
          state: 'refused',
          medianMs: null,
          timesMs: [],
          hasVideo: false,
        },
      ],
    })
    expect(opened()).toBeUndefined()
  })

  test('is still one object when there is nothing to choose, with exit 1', async () => {
    const room = new Classroom()
    await room.addDown()
    const ended = await room.pick('demo.mp4', '--json')
    expectError(ended, / run start-node -- node1 --config /)
    expect(jsonOf(ended)).toMatchObject({
      chosen: null,
      url: null,
      watchUrl: null,
      nodes: [{ state: 'refused' }],
    })
  })

  test('is JSON even when a server that is no node sends odd dates', async () => {
    const room = new Classroom()
    await room.addServer(
      respond((request, response) => {
        if (request.url === '/health') response.end(JSON.stringify({ status: 'ok', node: 'odd' }))
        else response.writeHead(200, { ...REPLICA, 'last-modified': 'yesterday' }).end()
      }),
    )
    const ended = await room.pick('demo.mp4', '--json')
    expect(ended.stderr).toBe('')
    expect(jsonOf(ended)).toMatchObject({ chosen: 'node1', nodes: [{ state: 'up' }] })
  })
})

/** A browser that only writes down its arguments, one to a line. */
function makeBrowser(): { browser: string; opened: () => string[] | undefined } {
  const folder = temporaryFolder('a browser')
  const browser = path.join(folder, 'browser')
  const record = path.join(folder, 'opened')
  const script = [
    '#!/bin/sh',
    `for argument; do echo "$argument"; done > '${record}.part'`,
    `mv '${record}.part' '${record}'`,
  ]
  writeFileSync(browser, `${script.join('\n')}\n`)
  chmodSync(browser, 0o755)
  const opened = (): string[] | undefined =>
    existsSync(record) ? readFileSync(record, 'utf8').trimEnd().split('\n') : undefined
  return { browser, opened }
}

describe('the browser', () => {
  const NASTY = `it's "quoted" $(touch pwned) \`id\` & co; 100% #1 é🎬.mp4`

  async function makeRoom(name: string): Promise<{ room: Classroom; url: string; fileUrl: string }> {
    const room = new Classroom()
    const node = await room.addNode()
    await replicateTo(room, [node], 'video', 1_700_000_000, name)
    const encoded = encodeURIComponent(name)
    return { room, url: `${node.url}/watch/${encoded}`, fileUrl: `${node.url}/${encoded}` }
  }

  test.for<[name: string]>([['demo.mp4'], [NASTY]])('of $BROWSER gets the URL of %j as one argument', async ([
    name,
  ]) => {
    const { room, url, fileUrl } = await makeRoom(name)
    const { browser, opened } = makeBrowser()
    const cwd = temporaryFolder()
    const ended = await runCommand('pick-node', [name, '--config', room.config], {
      cwd,
      env: { BROWSER: browser },
    })
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
    await until('the browser has been opened', () => opened() !== undefined)
    expect(opened()).toEqual([url])
    expect((await fetch(url)).headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await (await fetch(fileUrl)).text()).toBe('video')
    expect(ended.stdout).toContain(url)
    expect(existsSync(path.join(cwd, 'pwned'))).toBe(false)
  })

  test('may be a program with arguments, with %s for the URL', async () => {
    const { room, url } = await makeRoom('demo.mp4')
    const { browser, opened } = makeBrowser()
    const env = {
      BROWSER: 'browser --new-window %s --last',
      PATH: `${path.dirname(browser)}:${process.env['PATH']}`,
    }
    await runCommand('pick-node', ['demo.mp4', '--config', room.config], { env })
    await until('the browser has been opened', () => opened() !== undefined)
    expect(opened()).toEqual(['--new-window', url, '--last'])
  })

  test('is the next one of $BROWSER when the first is not there', async () => {
    const { room, url } = await makeRoom('demo.mp4')
    const { browser, opened } = makeBrowser()
    const env = {
      BROWSER: 'no-such-browser:browser',
      PATH: `${path.dirname(browser)}:${process.env['PATH']}`,
    }
    const { stdout } = await runCommand('pick-node', ['demo.mp4', '--config', room.config], { env })
    await until('the browser has been opened', () => opened() !== undefined)
    expect(opened()).toEqual([url])
    expect(stdout).not.toContain('Open this URL')
  })

  test('with --direct gets the URL of the file itself', async () => {
    const { room, fileUrl } = await makeRoom('demo.mp4')
    const { browser, opened } = makeBrowser()
    await runCommand('pick-node', ['demo.mp4', '--direct', '--config', room.config], {
      env: { BROWSER: browser },
    })
    await until('the browser has been opened', () => opened() !== undefined)
    expect(opened()).toEqual([fileUrl])
  })

  test('stays closed with --no-open', async () => {
    const { room, url } = await makeRoom('demo.mp4')
    const { browser, opened } = makeBrowser()
    const { code, stdout } = await runCommand(
      'pick-node',
      ['demo.mp4', '--no-open', '--config', room.config],
      {
        env: { BROWSER: browser },
      },
    )
    expect(code).toBe(0)
    expect(stdout).toContain(url)
    expect(opened()).toBeUndefined()
  })

  test('stays closed when there is nothing to show', async () => {
    const { room } = await makeRoom('demo.mp4')
    const { browser, opened } = makeBrowser()
    const { code } = await runCommand('pick-node', ['other.mp4', '--config', room.config], {
      env: { BROWSER: browser },
    })
    expect(code).toBe(1)
    expect(opened()).toBeUndefined()
  })

  test.for<[what: string, env: Record<string, string | undefined>]>([
    ['is not installed', { BROWSER: undefined, PATH: '/nowhere' }],
    ['of $BROWSER is not there', { BROWSER: '/nowhere/browser', PATH: '/nowhere' }],
    ['of $BROWSER fails', { BROWSER: 'false' }],
  ])('that %s is no error: the URL is there to be opened', async ([, env]) => {
    const { room, url } = await makeRoom('demo.mp4')
    const { code, stdout, stderr } = await runCommand('pick-node', ['demo.mp4', '--config', room.config], {
      env,
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`Open this URL: ${url}`)
  })
})

describe("somebody else's server", () => {
  /** Answers as nginx does: its own entity tags, no hash, and a health that is no JSON. */
  const foreignServer = (sizeBytes: number, { etag = '"65f-5"', prefix = '', health = 200 } = {}): Server =>
    respond(({ url }, response) => {
      if (url === `${prefix}/health`) response.writeHead(health).end('<h1>fine</h1>')
      else if (url === `${prefix}/demo.mp4`)
        response.writeHead(200, { etag, 'content-length': sizeBytes }).end()
      else response.writeHead(404).end()
    })

  test('is up with any 200, and what it has is unverified when the size fits', async () => {
    const room = new Classroom()
    const ours = await room.addNode(100)
    const foreign = await room.addForeign(foreignServer(5, { prefix: '/a' }), '/a')
    await replicateTo(room, [ours], 'video', 1_700_000_000)
    const ended = await room.pick('demo.mp4', '--no-open')
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
    expect(rowOf(ended, foreign)).toEqual([
      foreign.name,
      foreign.url,
      'up',
      expect.any(String),
      'yes, unverified',
    ])
    expect(rowOf(ended, ours).slice(-2)).toEqual(['yes', '←']) // slower, and known to be whole
    expect(ended.stdout).not.toContain('different versions')
  })

  test('of another size has another version, which no replicate can mend', async () => {
    const room = new Classroom()
    const ours = await room.addNode()
    const foreign = await room.addForeign(foreignServer(6))
    await replicateTo(room, [ours], 'video', 1_700_000_000)
    const ended = await room.pick('demo.mp4', '--no-open')
    expect(rowOf(ended, foreign).at(-1)).toBe('yes, another version')
    expect(rowOf(ended, ours).slice(-2)).toEqual(['yes, newest', '←'])
    expect(ended.stdout).toContain(`copy it to ${foreign.name}`)
    expect(ended.stdout).not.toContain('run replicate')
  })

  test('is chosen when no node of ours has the video; the page is that of the fastest of ours', async () => {
    const room = new Classroom()
    await room.addNode(300)
    const fast = await room.addNode()
    const foreign = await room.addForeign(foreignServer(5))
    const ended = await room.pick('demo.mp4', '--json')
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
    expect(jsonOf(ended)).toMatchObject({
      chosen: foreign.name,
      url: `${foreign.url}/demo.mp4`,
      watchUrl: `${fast.url}/watch/demo.mp4`,
      nodes: [{ isForeign: false }, { isForeign: false }, { isForeign: true, hasVideo: true }],
    })
    expect((await room.pick('demo.mp4', '--no-open')).stdout).toContain(`${fast.url}/watch/demo.mp4`)
    const direct = await room.pick('demo.mp4', '--no-open', '--direct')
    expect(direct.stdout).toContain(`has demo.mp4: ${foreign.url}/demo.mp4`)
  })

  test('alone has no page, so the file itself is opened', async () => {
    const room = new Classroom()
    await room.addDown()
    const foreign = await room.addForeign(foreignServer(5))
    const ended = await room.pick('demo.mp4', '--no-open')
    expect(ended.code).toBe(0)
    expect(ended.stdout).toContain(`has demo.mp4: ${foreign.url}/demo.mp4`)
    expect(jsonOf(await room.pick('demo.mp4', '--json')).watchUrl).toBeNull()
  })

  test('whose health is no 200 is no node', async () => {
    const room = new Classroom()
    const foreign = await room.addForeign(foreignServer(5, { health: 503 }))
    expect(rowOf(await room.pick('demo.mp4', '--no-open'), foreign)).toContain('not a node')
  })
})

describe('nothing to open', () => {
  test('nobody is up: exit 1 with the command that starts a node', async () => {
    const room = new Classroom()
    const nodes = [await room.addDown(), await room.addDown()]
    const ended = await room.pick('demo.mp4')
    expectError(ended, / run start-node -- node1 --config /)
    for (const node of nodes) expect(rowOf(ended, node)).toEqual([node.name, node.url, 'refused'])
  })

  test.for<[name: string, command: string]>([
    ['demo.mp4', 'run replicate -- '], // the sample
    ['none.mp4', 'run replicate -- FILE --as none.mp4 '],
    ['week 1/talk.mp4', "run replicate -- FILE --as 'week 1/talk.mp4' "],
  ])('nobody has %j: exit 1 with the command that copies it', async ([name, command]) => {
    const room = new Classroom()
    const up = await room.addNode()
    await room.addDown()
    const ended = await room.pick(name)
    expectError(ended, /replicate/)
    expect(ended.stderr).toContain(command)
    expect(rowOf(ended, up)).toContain('no')
  })
})

describe('wrong usage', () => {
  test.for<[args: string[], why: RegExp]>([
    [[], /name the video/],
    [[''], /empty/],
    [['a.mp4', 'b.mp4'], /one video at a time.*a\.mp4, b\.mp4/],
    [['../a.mp4'], /dot/],
    [['.hidden.mp4'], /dot/],
    [['health'], /reserved/],
    [['/a.mp4'], /empty part/],
    [['a.mp4', '--probes', '0'], /--probes.*1 to 100.*"0"/],
    [['a.mp4', '--probes', '101'], /--probes.*101/],
    [['a.mp4', '--probes', '2.5'], /--probes.*2\.5/],
    [['a.mp4', '--probes', 'many'], /--probes.*many/],
    [['a.mp4', '--timeout-ms', '0'], /--timeout-ms.*"0"/],
    [['a.mp4', '--timeout-ms', 'x'], /--timeout-ms.*x/],
    [['a.mp4', '--timeout-ms=-1'], /--timeout-ms.*-1/],
    [['a.mp4', '--probes'], /--probes/],
    [['a.mp4', '--open'], /--open/],
    [['a.mp4', '--json=yes'], /--json/],
  ])('%j is refused in two lines', async ([args, why]) => {
    const room = new Classroom()
    await room.addDown()
    expectUsageError(await room.pick(...args), 'pick-node', why)
  })

  test('a node list that is not there is an error', async () => {
    const config = path.join(temporaryFolder(), 'none.json')
    expectError(await runCommand('pick-node', ['a.mp4', '--config', config]), /none\.json/)
  })

  test('--help prints the help', async () => {
    const { code, stdout, stderr } = await runCommand('pick-node', ['--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^usage: pick-node VIDEO /)
    for (const flag of ['no-open', 'json', 'probes', 'timeout-ms', 'direct', 'config'])
      expect(stdout).toContain(`--${flag}`)
    expect(stdout).toMatch(/default 3\b[\s\S]*default 2000\b/)
    expect(stdout.split('examples:')[1]?.trim().split('\n')).toHaveLength(2)
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })
})

test('Ctrl+C while it waits for an answer prints no stack', async () => {
  const room = new Classroom()
  let isAsked = false
  await room.addServer(
    createServer(() => {
      isAsked = true
    }),
  )
  const run = startCommand('pick-node', ['demo.mp4', '--timeout-ms', '60000', '--config', room.config])
  await until('the node is asked', () => isAsked)
  const { stderr } = await run.end('SIGINT')
  expect(stderr).toBe('')
})
