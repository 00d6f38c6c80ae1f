/** `pull` as a process, against real nodes. */
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type RunningNode, startNode } from '../../src/node/server.ts'
import type { NodeConfig } from '../../src/node-list.ts'
import {
  commandLine,
  expectError,
  expectUsageError,
  listen,
  runCommand,
  runProgram,
  startCommand,
  temporaryFolder,
  until,
} from '../helpers/command.ts'
import { randomBytesOf } from '../helpers/random.ts'
import { MODIFIED, writeReplica, writeReplicaWithManifest } from '../helpers/storage.ts'

const MiB = 2 ** 20
const CHUNK = 256 * 1024
const VIDEO = 'talk — première.mp4'

interface Summary {
  readonly sha256: string
  readonly verified: boolean
  readonly size: number
  readonly resumedBytes: number
  readonly wastedBytes: number
  readonly nodes: readonly {
    readonly name: string
    readonly bytes: number
    readonly chunks: number
    readonly rejected: readonly number[]
    readonly state: string
    readonly why: string
  }[]
}

/** Three nodes with a folder each, and a place to download to. */
class Classroom {
  readonly folder = temporaryFolder()
  readonly here = path.join(this.folder, 'downloads')
  readonly config = path.join(this.folder, 'nodes.json')
  readonly roots = [1, 2, 3].map((number) => path.join(this.folder, `node${number}`))
  readonly nodes: RunningNode[] = []

  constructor() {
    for (const folder of [this.here, ...this.roots]) mkdirSync(folder)
  }

  /** The same file, with a manifest, on every node. */
  replicate(content: Uint8Array, name = VIDEO): void {
    for (const root of this.roots) writeReplicaWithManifest(root, name, content)
  }

  async start(impairments: Partial<NodeConfig> = {}): Promise<this> {
    const base = { host: '127.0.0.1', port: 0, latencyMs: 0, jitterMs: 0, bandwidthKbps: 0, ...impairments }
    for (const [index, root] of this.roots.entries()) {
      const node = await startNode({ ...base, name: `node${index + 1}`, root })
      this.nodes.push(node)
      onTestFinished(() => node.close())
    }
    const listed = this.nodes.map(({ port }, index) => ({
      name: `node${index + 1}`,
      port,
      latencyMs: 0,
      root: `node${index + 1}`,
    }))
    writeFileSync(this.config, JSON.stringify({ nodes: listed }))
    return this
  }

  words(...args: readonly string[]): string[] {
    return [...args, '--config', this.config]
  }

  pull(...args: readonly string[]) {
    return runCommand('pull', this.words(...args), { cwd: this.here })
  }

  async pullJson(...args: readonly string[]): Promise<Summary> {
    const { stdout, stderr, code } = await this.pull(...args, '--json')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    return JSON.parse(stdout) as Summary
  }

  downloaded(name = VIDEO): Buffer {
    return readFileSync(path.join(this.here, name))
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Changes one byte of a file; its times say so, unless they are put back. */
function flipByte(file: string, at: number, keepsTimes: boolean): void {
  const { atime, mtime } = statSync(file)
  const bytes = readFileSync(file)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(file, bytes)
  if (keepsTimes) utimesSync(file, atime, mtime)
}

describe('a download', () => {
  test('is the same file, with its time, and every node brought a part of it', async () => {
    const content = randomBytesOf(6 * MiB + 17, 1)
    const room = new Classroom()
    room.replicate(content)
    await room.start({ bandwidthKbps: 40_000 })
    const { stdout, code } = await room.pull(VIDEO)
    expect(code).toBe(0)
    expect(room.downloaded().equals(content)).toBe(true)
    expect(statSync(path.join(room.here, VIDEO)).mtimeMs).toBe(MODIFIED.getTime())
    expect(readdirSync(room.here)).toEqual([VIDEO])
    for (const name of ['node1', 'node2', 'node3'])
      expect(stdout).toMatch(new RegExp(`^${name} +[0-9.]+ [kM]B +\\d+ %`, 'm'))
    expect(stdout).toContain(`against SHA-256 ${sha256(content)}`)
  })

  test.for([
    ['an empty file', 0],
    ['one byte', 1],
    ['exactly one chunk', CHUNK],
    ['a byte more than two chunks', 2 * CHUNK + 1],
  ] as const)('of %s', async ([, size]) => {
    const content = randomBytesOf(size, 2)
    const room = new Classroom()
    room.replicate(content, 'a.mp4')
    await room.start()
    const { sha256: found } = await room.pullJson('a.mp4')
    expect(room.downloaded('a.mp4').equals(content)).toBe(true)
    expect(found).toBe(sha256(content))
  })

  test('of a video in a folder takes its own name; --out renames it, or names a folder', async () => {
    const content = randomBytesOf(CHUNK, 3)
    const room = new Classroom()
    room.replicate(content, 'week 1/talk.mp4')
    await room.start()
    mkdirSync(path.join(room.here, 'folder'))
    expect((await room.pull('week 1/talk.mp4')).code).toBe(0)
    expect((await room.pull('week 1/talk.mp4', '--out', 'été.mp4')).code).toBe(0)
    expect((await room.pull('week 1/talk.mp4', '--out', 'folder')).code).toBe(0)
    for (const name of ['talk.mp4', 'été.mp4', 'folder/talk.mp4'])
      expect(room.downloaded(name).equals(content)).toBe(true)
  })

  test('to stdout comes in order, and nothing else with it', async () => {
    const content = randomBytesOf(3 * MiB, 4)
    const room = new Classroom()
    room.replicate(content)
    await room.start({ bandwidthKbps: 80_000 })
    const hash = `require('crypto').createHash('sha256')`
    const words = commandLine('pull', room.words(VIDEO, '--out', '-'))
      .map((word) => `'${word}'`)
      .join(' ')
    const reader = `'${process.execPath}' -e "const h=${hash};process.stdin.on('data',d=>h.update(d)).on('end',()=>console.log(h.digest('hex')))"`
    const { stdout } = await runProgram(['sh', '-c', `${words} | ${reader}`], { cwd: room.here })
    expect(stdout.trim()).toBe(sha256(content))
    expect(readdirSync(room.here)).toEqual([])
  })

  test('whose reader hangs up ends without a stack', async () => {
    const room = new Classroom()
    room.replicate(randomBytesOf(3 * MiB, 5))
    await room.start({ bandwidthKbps: 80_000 })
    const words = commandLine('pull', room.words(VIDEO, '--out', '-'))
      .map((word) => `'${word}'`)
      .join(' ')
    const { stdout, stderr } = await runProgram(['sh', '-c', `${words} | head -c 10 | wc -c`], {
      cwd: room.here,
    })
    expect(stdout.trim()).toBe('10')
    expect(stderr).not.toMatch(/\n {4}at /)
  })

  test('from one node takes nothing from the others', async () => {
    const room = new Classroom()
    room.replicate(randomBytesOf(2 * MiB, 6))
    await room.start()
    const { nodes } = await room.pullJson(VIDEO, '--only', 'node2')
    expect(nodes.map(({ bytes }) => bytes)).toEqual([0, 2 * MiB, 0])
  })

  test('without a manifest is said to be unverified', async () => {
    const content = randomBytesOf(MiB, 7)
    const room = new Classroom()
    for (const root of room.roots) writeReplica(root, VIDEO, content)
    await room.start()
    const ended = await room.pull(VIDEO)
    expect(ended.code).toBe(3)
    expect(ended.stdout).toContain('unverified: no node has a manifest')
    expect(ended.stderr).toMatch(/^error: No node has a manifest.*saved as .*\.unverified.*--unverified/m)
    expect(readdirSync(room.here)).toEqual([`${VIDEO}.unverified`])
    expect(room.downloaded(`${VIDEO}.unverified`).equals(content)).toBe(true)
    const stream = await room.pull(VIDEO, '--out', '-')
    expect({ code: stream.code, stdout: stream.stdout }).toEqual({ code: 3, stdout: '' })
    expect((await room.pull(VIDEO, '--unverified')).code).toBe(0)
    expect(room.downloaded().equals(content)).toBe(true)
  })
})

describe('one byte of a replica that is wrong', () => {
  test.for([
    ['with the time of the change', false],
    ['with its old time', true],
  ] as const)('%s is refused, named, and fetched from another node', async ([, keepsTimes]) => {
    const content = randomBytesOf(3 * MiB, 8)
    const room = new Classroom()
    room.replicate(content)
    for (const at of Array.from({ length: 12 }, (_, chunk) => chunk * CHUNK + 5))
      flipByte(path.join(room.roots[0] ?? '', VIDEO), at, keepsTimes)
    await room.start({ bandwidthKbps: 40_000 })
    const { nodes, sha256: found } = await room.pullJson(VIDEO)
    expect(found).toBe(sha256(content))
    expect(room.downloaded().equals(content)).toBe(true)
    expect(nodes[0]?.rejected.length).toBeGreaterThan(0)
    expect(nodes[0]?.bytes).toBe(0)
    expect(nodes.slice(1).flatMap(({ rejected }) => rejected)).toEqual([])
    const { stdout } = await room.pull(VIDEO, '--force')
    expect(stdout).toMatch(/^node1 .*chunks? \d+.* refused: wrong hash/m)
  })

  test('that no other node can replace: exit 1 with its chunk, and nothing has the final name', async () => {
    const room = new Classroom()
    room.replicate(randomBytesOf(2 * MiB, 9))
    flipByte(path.join(room.roots[0] ?? '', VIDEO), 3 * CHUNK + 1, true)
    await room.start()
    const ended = await room.pull(VIDEO, '--only', 'node1', '--patience-s', '3')
    expect(ended.stderr).toMatch(/^error: No node can complete .*node1 sent chunk 3 with a wrong hash\)\n$/m)
    expect(ended.code).toBe(1)
    expect(existsSync(path.join(room.here, VIDEO))).toBe(false)
  })
})

describe('a download that is interrupted', () => {
  /** Starts one and waits until some of it is on disk. */
  async function begin(room: Classroom) {
    const running = startCommand('pull', room.words(VIDEO), { cwd: room.here })
    const part = path.join(room.here, `${VIDEO}.part`)
    await until('some of it is there', () => existsSync(part) && statSync(part).blocks * 512 > MiB)
    return { running, part }
  }

  test('by kill -9 goes on with what was verified', async () => {
    const content = randomBytesOf(6 * MiB, 10)
    const room = new Classroom()
    room.replicate(content)
    await room.start({ bandwidthKbps: 8_000 })
    const { running } = await begin(room)
    await running.end('SIGKILL')
    expect(existsSync(path.join(room.here, VIDEO))).toBe(false)
    const { resumedBytes, nodes } = await room.pullJson(VIDEO)
    expect(resumedBytes).toBeGreaterThanOrEqual(MiB / 2)
    expect(nodes.reduce((sum, { bytes }) => sum + bytes, resumedBytes)).toBe(content.length)
    expect(room.downloaded().equals(content)).toBe(true)
    expect(readdirSync(room.here)).toEqual([VIDEO])
  })

  test('by Ctrl+C says in one line how to go on', async () => {
    const room = new Classroom()
    room.replicate(randomBytesOf(6 * MiB, 11))
    await room.start({ bandwidthKbps: 8_000 })
    const { running, part } = await begin(room)
    const ended = await running.end('SIGINT')
    expectError(ended, /stopped.*goes on/)
    expect(existsSync(part)).toBe(true)
  })

  test.for([
    ['bytes of another version', (part: string) => writeFileSync(part, randomBytesOf(6 * MiB, 99))],
    ['a part that is too long', (part: string) => truncateSync(part, 20 * MiB)],
    ['a part that is cut', (part: string) => truncateSync(part, MiB + 3)],
  ] as const)('leaves %s: only what is true is used', async ([, damage]) => {
    const content = randomBytesOf(6 * MiB, 12)
    const room = new Classroom()
    room.replicate(content)
    await room.start({ bandwidthKbps: 16_000 })
    const { running, part } = await begin(room)
    await running.end('SIGKILL')
    damage(part)
    await room.pullJson(VIDEO)
    expect(room.downloaded().equals(content)).toBe(true)
  })
})

describe('nodes that fail', () => {
  test('one that is killed in the middle is named, and the others complete it', async () => {
    const content = randomBytesOf(6 * MiB, 13)
    const room = new Classroom()
    room.replicate(content)
    await room.start({ bandwidthKbps: 16_000 })
    const running = startCommand('pull', room.words(VIDEO), { cwd: room.here })
    await until('node1 serves it', () => (room.nodes[0]?.totals.requests ?? 0) >= 1)
    await room.nodes[0]?.close()
    const { code, stdout } = await running.ended
    expect(code).toBe(0)
    expect(room.downloaded().equals(content)).toBe(true)
    expect(stdout).toMatch(/^node1 .*down: /m)
  })

  test('one living node is enough', async () => {
    const content = randomBytesOf(2 * MiB, 14)
    const room = new Classroom()
    room.replicate(content)
    await room.start()
    await room.nodes[0]?.close()
    await room.nodes[2]?.close()
    const { nodes } = await room.pullJson(VIDEO)
    expect(nodes.map(({ bytes }) => bytes)).toEqual([0, content.length, 0])
    expect(room.downloaded().equals(content)).toBe(true)
  })

  test('all of them: exit 1, the old file stays, and the reason names each', async () => {
    const room = new Classroom()
    room.replicate(randomBytesOf(6 * MiB, 15))
    await room.start({ bandwidthKbps: 8_000 })
    writeFileSync(path.join(room.here, VIDEO), 'the old version')
    const running = startCommand('pull', room.words(VIDEO, '--force', '--patience-s', '1'), {
      cwd: room.here,
    })
    await until('node1 serves it', () => (room.nodes[0]?.totals.bytes ?? 0) >= CHUNK)
    for (const node of room.nodes) await node.close()
    const ended = await running.ended
    expect(ended.stderr).toMatch(/error: No node can complete .*node1: .*node2: .*node3: /)
    expect(ended.code).toBe(1)
    expect(readFileSync(path.join(room.here, VIDEO), 'utf8')).toBe('the old version')
  })

  test('none is up', async () => {
    const room = await new Classroom().start()
    for (const node of room.nodes) await node.close()
    expectError(await room.pull(VIDEO), /No node is up\. Start one: npm .*run start-node -- node1 --config /)
  })

  test('none has the video', async () => {
    const room = await new Classroom().start()
    expectError(
      await room.pull(VIDEO),
      /No node that is up has .*run replicate -- FILE --as 'talk — première\.mp4' /,
    )
  })

  test("somebody else's server takes part when it is in the list", async () => {
    const content = randomBytesOf(4 * MiB, 16)
    const room = new Classroom()
    room.replicate(content)
    await room.start({ bandwidthKbps: 8_000 })
    const foreign = createServer((request, response) => {
      if (request.url === '/health') return response.end('fine')
      const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
      if (decodeURIComponent(request.url ?? '') !== `/files/${VIDEO}` || first === '') {
        response.statusCode = 404
        return response.end()
      }
      const body = content.subarray(Number(first), Number(last) + 1)
      response.writeHead(206, {
        'Content-Range': `bytes ${first}-${last}/${content.length}`,
        'Content-Length': body.length,
      })
      return response.end(body)
    })
    const port = await listen(foreign)
    onTestFinished(() => foreign.closeAllConnections())
    onTestFinished(() => void foreign.close())
    const list = JSON.parse(readFileSync(room.config, 'utf8')) as { nodes: object[] }
    list.nodes.push({ name: 'cdn', url: `http://127.0.0.1:${port}/files` })
    writeFileSync(room.config, JSON.stringify(list))
    const { nodes } = await room.pullJson(VIDEO)
    expect(nodes.find(({ name }) => name === 'cdn')?.bytes).toBeGreaterThan(0)
    expect(room.downloaded().equals(content)).toBe(true)
  })
})

describe('a file that is there already', () => {
  test('is not replaced, but with --force', async () => {
    const content = randomBytesOf(CHUNK, 18)
    const room = new Classroom()
    room.replicate(content, 'a.mp4')
    await room.start()
    writeFileSync(path.join(room.here, 'a.mp4'), 'mine')
    expectError(await room.pull('a.mp4'), /a\.mp4 is there already\. Replace it with --force.*--out/)
    expect(room.downloaded('a.mp4').toString()).toBe('mine')
    expect(readdirSync(room.here)).toEqual(['a.mp4'])
    expect((await room.pull('a.mp4', '--force')).code).toBe(0)
    expect(room.downloaded('a.mp4').equals(content)).toBe(true)
  })

  test('of the longest legal name is downloaded, and its part has a name too', async () => {
    const name = `${'课'.repeat(83)}.mp4` // 253 bytes
    const content = randomBytesOf(CHUNK, 19)
    const room = new Classroom()
    for (const root of room.roots) writeReplicaWithManifest(root, name, content)
    await room.start()
    expect((await room.pull(name)).code).toBe(0)
    expect(readdirSync(room.here)).toEqual([name])
    expect(room.downloaded(name).equals(content)).toBe(true)
  })

  test('under a name that looks the same is named', async () => {
    const room = new Classroom()
    room.replicate(randomBytesOf(10, 20), 'e\u0301te\u0301.mp4')
    await room.start()
    expectError(await room.pull('\u00e9t\u00e9.mp4'), /node1 has one that looks the same.*pull/)
  })
})

describe('two downloads at once', () => {
  test('of one name: the second is refused at once, and the first is whole', async () => {
    const content = randomBytesOf(6 * MiB, 21)
    const room = new Classroom()
    room.replicate(content)
    room.replicate(randomBytesOf(6 * MiB, 22), 'other.mp4')
    await room.start({ bandwidthKbps: 1_000 })
    const first = startCommand('pull', room.words(VIDEO), { cwd: room.here })
    const part = path.join(room.here, `${VIDEO}.part`)
    await until('some of it is there', () => existsSync(part) && statSync(part).blocks * 512 > MiB / 2)
    const others = await Promise.all([room.pull(VIDEO), room.pull('other.mp4', '--out', VIDEO)])
    for (const other of others) expectError(other, /Another pull \(process \d+\) is writing/)
    expect((await first.ended).code).toBe(0)
    expect(room.downloaded().equals(content)).toBe(true)
    expect(readdirSync(room.here)).toEqual([VIDEO])
  })
})

describe('what takes bytes in order', () => {
  test('a named pipe gets all of them, and stays a pipe', async () => {
    const content = randomBytesOf(2 * MiB + 5, 23)
    const room = new Classroom()
    room.replicate(content)
    await room.start()
    const words = commandLine('pull', room.words(VIDEO, '--out', 'pipe', '--json'))
      .map((word) => `'${word}'`)
      .join(' ')
    const { code } = await runProgram(['sh', '-c', `mkfifo pipe; cat pipe > copy & ${words} && wait`], {
      cwd: room.here,
    })
    expect(code).toBe(0)
    expect(room.downloaded('copy').equals(content)).toBe(true)
    expect(statSync(path.join(room.here, 'pipe')).isFIFO()).toBe(true)
  })

  test('a device is written to, and stays one', async () => {
    const room = new Classroom()
    room.replicate(randomBytesOf(MiB, 24))
    await room.start()
    expect((await room.pull(VIDEO, '--out', '/dev/null')).code).toBe(0)
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })

  test('a slow reader is waited for: patience is for the nodes', async () => {
    const content = randomBytesOf(6 * MiB, 25)
    const room = new Classroom()
    room.replicate(content)
    await room.start()
    const words = commandLine('pull', room.words(VIDEO, '--out', '-', '--patience-s', '1'))
      .map((word) => `'${word}'`)
      .join(' ')
    const { stdout } = await runProgram(['sh', '-c', `${words} | (sleep 4; cat) | sha256sum`], {
      cwd: room.here,
    })
    expect(stdout.split(' ')[0]).toBe(sha256(content))
  })
})

describe('wrong usage', () => {
  test.for([
    ['no video', [], /name the video/],
    ['two videos', ['a.mp4', 'b.mp4'], /one video at a time/],
    ['a reserved name', ['health'], /no node can have/],
    ['a node that is not in the list', ['a.mp4', '--only', 'node9'], /no node "node9".*node1, node2, node3/],
    ['an empty --out', ['a.mp4', '--out', ''], /--out/],
    ['patience of none', ['a.mp4', '--patience-s', '0'], /seconds from 1 to 3600/],
    ['an unknown option', ['a.mp4', '--fast'], /--fast/],
  ] as const)('%s', async ([, args, why]) => {
    const room = await new Classroom().start()
    expectUsageError(await room.pull(...args), 'pull', why)
  })

  test('a folder that is not there is an error of the disk', async () => {
    const room = new Classroom()
    room.replicate(randomBytesOf(1000, 17), 'a.mp4')
    await room.start()
    expectError(
      await room.pull('a.mp4', '--out', 'nowhere/a.mp4'),
      /Cannot write .*nowhere.*no such file or folder/,
    )
  })

  test('--help fits a terminal of 80 columns', async () => {
    const { stdout } = await runCommand('pull', ['--help'])
    expect(stdout).toMatch(/^usage: pull VIDEO/)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})
