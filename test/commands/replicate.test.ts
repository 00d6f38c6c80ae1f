/** `replicate` as a process: what it copies, what it leaves alone, what it refuses, and how it fails. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { decideVersion } from '../../src/version/versions.js'
import {
  commandLine,
  type Ended,
  expectError,
  expectUsageError,
  makeProject,
  PROJECT_FOLDER,
  RunningCommand,
  runCommand,
  runProgram,
  startCommand,
  type TestNode,
  type TestProject,
  temporaryFolder,
  until,
} from '../helpers/command.ts'

const KIB = 1024
const MIB = 1024 * KIB
const CHUNK = 256 * KIB
const PIECE = 32 * 1024

/** Bytes that tell their version and where they stand, so that a mixture names its own mistake. */
function content(version: string, sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes, `${version} `)
  for (let position = 0; position + 16 <= sizeBytes; position += 4096) bytes.write(`@${position}`, position)
  bytes.write('\0\0\0\0moov') // an MP4 that is all index: nothing is wrong with it
  return bytes
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The manifest of these bytes, worked out without the project's code. */
const manifestOf = (name: string, bytes: Buffer, mtimeMs: number): object => ({
  version: 1,
  name,
  size: bytes.length,
  mtimeMs,
  sha256: sha256(bytes),
  chunkSize: CHUNK,
  chunks: Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, index) =>
    sha256(bytes.subarray(index * CHUNK, (index + 1) * CHUNK)),
  ),
  opening: Array.from({ length: Math.ceil(Math.min(bytes.length, 8 * PIECE) / PIECE) }, (_, index) =>
    sha256(bytes.subarray(index * PIECE, (index + 1) * PIECE)),
  ),
})

const replicaOf = ({ root }: TestNode, name: string): string => path.join(root, ...name.split('/'))
const manifestFileOf = ({ root }: TestNode, name: string): string => {
  const hash = createHash('sha256').update(name).digest('hex')
  const below = Buffer.byteLength(name) > 250 ? ['.long', `${hash}.json`] : `${name}.json`.split('/')
  return path.join(root, '.manifests', ...below)
}

/** The node has exactly these bytes under this name, and a manifest that describes them. */
function expectReplica(node: TestNode, name: string, bytes: Buffer): void {
  const file = replicaOf(node, name)
  expect(readFileSync(file).equals(bytes)).toBe(true)
  const manifest: unknown = JSON.parse(readFileSync(manifestFileOf(node, name), 'utf8'))
  expect(manifest).toEqual(manifestOf(name, bytes, Math.floor(statSync(file).mtimeMs)))
  expectNothingIncoming(node)
}

function expectNothingIncoming({ root }: TestNode): void {
  const folder = path.join(root, '.incoming')
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([])
}

/** Everything below a folder: what is there, which file it is, when it was written, what it holds. */
function snapshot(folder: string): Record<string, unknown> {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(
    entries.map((entry) => {
      const file = path.join(folder, entry)
      const stats = lstatSync(file)
      if (!stats.isFile()) return [entry, 'no regular file']
      return [entry, { ino: stats.ino, mtimeMs: stats.mtimeMs, sha256: sha256(readFileSync(file)) }]
    }),
  )
}

/** Everything of the replicas and manifests; the folder for unfinished files may come into being. */
function snapshotReplicas({ root }: TestNode): Record<string, unknown> {
  const entries = Object.entries(snapshot(root))
  return Object.fromEntries(entries.filter(([name]) => name !== '.incoming' && name !== '.manifests'))
}

/** Writes into a file without changing its size. */
function overwrite(file: string, round: number): void {
  const fd = openSync(file, 'r+')
  writeSync(fd, `round ${round} `, 5000)
  closeSync(fd)
}

/** A source in a folder of its own. */
function writeSource(bytes: Uint8Array, name = 'demo.mp4'): string {
  const file = path.join(temporaryFolder(), name)
  writeFileSync(file, bytes)
  return file
}

const replicate = (project: TestProject, ...args: string[]): Promise<Ended> =>
  runCommand('replicate', ['--config', project.config, ...args])

/** Succeeded without a complaint, or with this one. */
function expectSuccess({ code, stderr }: Ended, warning?: RegExp): void {
  expect({ code, stderr }).toEqual({ code: 0, stderr: warning ? expect.stringMatching(warning) : '' })
}

/** The line of the report that is about a node. */
const lineOf = ({ stdout }: Ended, node: TestNode): string =>
  stdout.split('\n').find((line) => line.startsWith(node.name)) ?? ''

/** A project that has a version of `demo.mp4` on every node. */
async function makeReplicated(bytes: Buffer): Promise<TestProject> {
  const project = await makeProject()
  expectSuccess(await replicate(project, writeSource(bytes)))
  return project
}

describe('a copy', () => {
  test.for<[what: string, sizeBytes: number]>([
    ['an empty file', 0],
    ['one byte', 1],
    ['one chunk less a byte', CHUNK - 1],
    ['exactly one chunk', CHUNK],
    ['one chunk and a byte', CHUNK + 1],
    ['exactly one megabyte', MIB],
    ['many chunks and a piece', 5 * MIB + 12_345],
  ])('of %s is byte-identical on every node, with its manifest', async ([, sizeBytes]) => {
    const project = await makeProject()
    const bytes = content('one', sizeBytes)
    const ended = await replicate(project, writeSource(bytes))
    expectSuccess(ended, sizeBytes < 8 ? /^warning: demo\.mp4 is [^\n]*\n$/ : undefined)
    for (const node of project.nodes) {
      expectReplica(node, 'demo.mp4', bytes)
      expect(lineOf(ended, node)).toContain('replicated')
    }
  })

  test('shows one plain line for each node where there is no terminal', async () => {
    const project = await makeProject()
    const { stdout } = await replicate(project, writeSource(content('one', MIB)))
    expect(stdout.trimEnd().split('\n')).toHaveLength(3)
    for (const control of ['\r', '\u001b']) expect(stdout).not.toContain(control)
  })

  test.for<[what: string, time: string]>([
    ['whole seconds', '1700000000'],
    ['milliseconds', '1700000000.123'],
    ['the millisecond that a double just misses', '1700000000.001'],
    ['microseconds', '1700000000.123456'],
    ['nanoseconds', '1700000000.999999999'],
    ['a day before 1970', '-86400'],
  ])('keeps a modification time of %s', async ([, time]) => {
    const project = await makeProject()
    const source = writeSource(content('one', 100))
    execFileSync('touch', ['-d', `@${time}`, source])
    expectSuccess(await replicate(project, source))
    const wanted = statSync(source, { bigint: true }).mtimeNs
    for (const node of project.nodes) {
      const { mtimeNs } = statSync(replicaOf(node, 'demo.mp4'), { bigint: true })
      const difference = mtimeNs > wanted ? mtimeNs - wanted : wanted - mtimeNs
      expect(difference).toBeLessThan(2000n) // the system is handed microseconds
      const { mtimeMs } = JSON.parse(readFileSync(manifestFileOf(node, 'demo.mp4'), 'utf8')) as {
        mtimeMs: number
      }
      expect(mtimeMs).toBe(Number(wanted / 1_000_000n))
    }
  })

  test('makes storage folders that are missing', async () => {
    const project = await makeProject()
    const bytes = content('one', 1000)
    for (const { root } of project.nodes) rmSync(path.dirname(root), { recursive: true })
    expectSuccess(await replicate(project, writeSource(bytes)))
    for (const node of project.nodes) expectReplica(node, 'demo.mp4', bytes)
  })

  test('replaces an older version and its manifest', async () => {
    const project = await makeReplicated(content('one', MIB + 1))
    const bytes = content('two', 2 * MIB + 2)
    const ended = await replicate(project, writeSource(bytes))
    expectSuccess(ended)
    for (const node of project.nodes) {
      expectReplica(node, 'demo.mp4', bytes)
      expect(lineOf(ended, node)).toMatch(/ replicated /)
    }
  })

  test('leaves the reader of the old version the old bytes', async () => {
    const old = content('one', MIB)
    const project = await makeReplicated(old)
    const reader = await open(replicaOf(project.nodes[0], 'demo.mp4'))
    onTestFinished(() => reader.close())
    expectSuccess(await replicate(project, writeSource(content('two', MIB))))
    expect((await reader.readFile()).equals(old)).toBe(true)
  })

  test('is of what a link leads to', async () => {
    const project = await makeProject()
    const bytes = content('one', 1000)
    const link = path.join(temporaryFolder(), 'link.mp4')
    symlinkSync(writeSource(bytes), link)
    expectSuccess(await replicate(project, link))
    for (const node of project.nodes) {
      expectReplica(node, 'link.mp4', bytes)
      expect(lstatSync(replicaOf(node, 'link.mp4')).isFile()).toBe(true)
    }
  })

  test.for([
    ["Füße d'été & 100% #1 🎬.mp4"],
    ['two  spaces "and quotes".mp4'],
    ['-rf.mp4'],
    ['$(touch pwned) `id`.mp4'],
    [`${'\u5f71'.repeat(83)}.mp4`],
    [`${'a'.repeat(251)}.mp4`],
  ])('of %j keeps the name', async ([name = '']) => {
    const project = await makeProject({ folderName: 'Größe d’été 🎬' })
    const bytes = content('one', 1000)
    expectSuccess(await replicate(project, '--', writeSource(bytes, name)))
    for (const node of project.nodes) expectReplica(node, name, bytes)
  })
})

describe('--to and --as', () => {
  test('--to copies to the named nodes only', async () => {
    const project = await makeProject()
    const bytes = content('one', 1000)
    const ended = await replicate(project, writeSource(bytes), '--to', 'node3,node1')
    expectSuccess(ended)
    const [first, second, third] = project.nodes
    expectReplica(first, 'demo.mp4', bytes)
    expectReplica(third, 'demo.mp4', bytes)
    expect(readdirSync(second.root)).toEqual([])
    expect(lineOf(ended, second)).toBe('')
  })

  test.for<[what: string, args: string[], copied: number]>([
    ['is skipped', [], 3],
    ['is skipped when --to names it beside another', ['--to', 'node1,cdn'], 1],
    ['is skipped when --to names nothing else', ['--to', 'cdn'], 0],
  ])("somebody else's server %s, in one line and without a failure", async ([, args, copied]) => {
    const project = await makeProject()
    const list = JSON.parse(readFileSync(project.config, 'utf8')) as { nodes: object[] }
    const cdn = { name: 'cdn', url: 'http://127.0.0.1:9/videos' }
    writeFileSync(project.config, JSON.stringify({ nodes: [cdn, ...list.nodes] }))
    const bytes = content('one', 1000)
    const ended = await replicate(project, writeSource(bytes), ...args)
    expectSuccess(ended)
    expect(ended.stdout.match(/^cdn .*$/gm)).toEqual([
      expect.stringMatching(/^cdn +skipped: http:\/\/127\.0\.0\.1:9\/videos is somebody else's server/),
    ])
    expect(ended.stdout.match(/ replicated /g) ?? []).toHaveLength(copied)
    for (const node of project.nodes.slice(0, copied)) expectReplica(node, 'demo.mp4', bytes)
    for (const node of project.nodes.slice(copied)) expect(readdirSync(node.root)).toEqual([])
  })

  test('--to may have spaces and the same name twice', async () => {
    const project = await makeProject()
    const bytes = content('one', 1000)
    expectSuccess(await replicate(project, writeSource(bytes), '--to', 'node2, node2'))
    expectReplica(project.nodes[1], 'demo.mp4', bytes)
    expect(readdirSync(project.nodes[0].root)).toEqual([])
  })

  test.for([
    ['talk.mp4'],
    ['week 1/talk.mp4'],
    ['a/b/c/d.mp4'],
    ['health.mp4'],
    ['week/health'],
    ['watchful/_'],
  ])('--as %j is the name of the replicas and of their manifests', async ([name = '']) => {
    const project = await makeProject()
    const bytes = content('one', CHUNK + 1)
    expectSuccess(await replicate(project, writeSource(bytes), '--as', name))
    for (const node of project.nodes) {
      expectReplica(node, name, bytes)
      expect(existsSync(replicaOf(node, 'demo.mp4'))).toBe(false)
    }
  })

  test('paths are meant from the folder of the user, roots from that of the node list', async () => {
    const project = await makeProject({ folderName: 'class' })
    const bytes = content('one', 1000)
    const cwd = path.dirname(project.folder)
    writeFileSync(path.join(cwd, 'demo.mp4'), bytes)
    const args = ['demo.mp4', '--config', path.join('class', 'nodes.json')]
    expectSuccess(await runCommand('replicate', args, { cwd }))
    for (const node of project.nodes) expectReplica(node, 'demo.mp4', bytes)
    expect(readdirSync(cwd).sort()).toEqual(['class', 'demo.mp4'])
  })

  test('npm run finds the file from the folder of the user, too', async () => {
    const project = await makeProject({ folderName: 'class' })
    const bytes = content('one', 1000)
    const cwd = path.dirname(project.folder)
    writeFileSync(path.join(cwd, 'demo.mp4'), bytes)
    const args = ['demo.mp4', '--config', path.join('class', 'nodes.json')]
    const npm = ['npm', '--prefix', PROJECT_FOLDER, 'run', 'replicate', '--', ...args] as const
    const { code } = await runProgram(npm, { cwd })
    expect(code).toBe(0)
    for (const node of project.nodes) expectReplica(node, 'demo.mp4', bytes)
  })
})

describe('the same content again', () => {
  test('is noticed and left alone', async () => {
    const bytes = content('one', MIB + 1)
    const project = await makeProject()
    const source = writeSource(bytes)
    expectSuccess(await replicate(project, source))
    const before = project.nodes.map(({ root }) => snapshot(root))
    const ended = await replicate(project, source)
    expectSuccess(ended)
    expect(project.nodes.map(({ root }) => snapshot(root))).toEqual(before)
    for (const node of project.nodes) expect(lineOf(ended, node)).toContain('already up to date')
  })

  test('is noticed by its hash when the source has another time', async () => {
    const bytes = content('one', MIB + 1)
    const project = await makeReplicated(bytes)
    const inodes = project.nodes.map((node) => statSync(replicaOf(node, 'demo.mp4')).ino)
    const touched = writeSource(bytes)
    utimesSync(touched, 1_800_000_000, 1_800_000_000)
    const ended = await replicate(project, touched)
    expectSuccess(ended)
    expect(project.nodes.map((node) => statSync(replicaOf(node, 'demo.mp4')).ino)).toEqual(inodes)
    for (const node of project.nodes) {
      expect(lineOf(ended, node)).toContain('already up to date')
      expectReplica(node, 'demo.mp4', bytes)
    }
  })

  test('an empty file is noticed, too', async () => {
    const project = await makeProject()
    const source = writeSource(Buffer.alloc(0))
    expectSuccess(await replicate(project, source), /^warning: demo\.mp4 is empty/)
    const ended = await replicate(project, source)
    expectSuccess(ended, /^warning: demo\.mp4 is empty/)
    for (const node of project.nodes) expect(lineOf(ended, node)).toContain('already up to date')
  })

  test('is copied only to the nodes that do not have it', async () => {
    const bytes = content('one', MIB)
    const project = await makeReplicated(bytes)
    const [first, second, third] = project.nodes
    rmSync(replicaOf(second, 'demo.mp4'))
    const { ino } = statSync(replicaOf(first, 'demo.mp4'))
    const ended = await replicate(project, writeSource(bytes))
    expectSuccess(ended)
    expect(lineOf(ended, first)).toContain('already up to date')
    expect(lineOf(ended, second)).toMatch(/ replicated /)
    expect(lineOf(ended, third)).toContain('already up to date')
    expect(statSync(replicaOf(first, 'demo.mp4')).ino).toBe(ino)
    for (const node of project.nodes) expectReplica(node, 'demo.mp4', bytes)
  })

  test.for<[what: string, spoil: (file: string) => void]>([
    ['is missing', (file) => rmSync(file)],
    ['is broken', (file) => writeFileSync(file, '{"version":1,')],
    [
      'is of another file',
      (file) => writeFileSync(file, JSON.stringify(manifestOf('demo.mp4', content('x', MIB), 5))),
    ],
    ['is empty', (file) => writeFileSync(file, '')],
    [
      'is of an earlier version of this program, which knew no pieces',
      (file) => {
        const { opening, ...manifest } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
        expect(opening).toBeDefined()
        writeFileSync(file, JSON.stringify(manifest))
      },
    ],
  ])('gets its manifest back when that %s', async ([, spoil]) => {
    const bytes = content('one', MIB)
    const project = await makeReplicated(bytes)
    const { ino } = statSync(replicaOf(project.nodes[1], 'demo.mp4'))
    spoil(manifestFileOf(project.nodes[1], 'demo.mp4'))
    expectSuccess(await replicate(project, writeSource(bytes)))
    expect(statSync(replicaOf(project.nodes[1], 'demo.mp4')).ino).toBe(ino)
    for (const node of project.nodes) expectReplica(node, 'demo.mp4', bytes)
  })

  test('a file that was put there by hand gets a manifest and is not copied', async () => {
    const bytes = content('one', MIB)
    const project = await makeProject()
    const byHand = replicaOf(project.nodes[0], 'demo.mp4')
    writeFileSync(byHand, bytes)
    const { ino } = statSync(byHand)
    expectSuccess(await replicate(project, writeSource(bytes)))
    expect(statSync(byHand).ino).toBe(ino)
    for (const node of project.nodes) expectReplica(node, 'demo.mp4', bytes)
  })
})

describe('a replica that only looks the same', () => {
  test('one changed byte is noticed and repaired', async () => {
    const bytes = content('one', MIB + 1)
    const project = await makeProject()
    const source = writeSource(bytes)
    expectSuccess(await replicate(project, source))
    const [first, second] = project.nodes
    const file = replicaOf(second, 'demo.mp4')
    const { atime, mtime } = statSync(file)
    const spoilt = Buffer.from(bytes)
    spoilt.writeUInt8(0xff, 700_000)
    writeFileSync(file, spoilt)
    utimesSync(file, atime, mtime)
    const ended = await replicate(project, source)
    expectSuccess(ended)
    expect(lineOf(ended, second)).toMatch(/ replicated /)
    expect(lineOf(ended, first)).toContain('already up to date')
    for (const node of project.nodes) expectReplica(node, 'demo.mp4', bytes)
  })

  test('other content of the same size and time replaces it, manifest and all', async () => {
    const project = await makeProject()
    const [one, two] = ['one', 'two'].map((version) => {
      const source = writeSource(content(version, MIB))
      utimesSync(source, 1_700_000_000, 1_700_000_000)
      return source
    })
    expectSuccess(await replicate(project, one ?? ''))
    const ended = await replicate(project, two ?? '')
    expectSuccess(ended)
    for (const node of project.nodes) {
      expect(lineOf(ended, node)).toMatch(/ replicated /)
      expectReplica(node, 'demo.mp4', content('two', MIB))
    }
  })
})

describe('a node that fails', () => {
  /** Every node but the second has the new version; the second is reported with a reason. */
  async function expectOnlySecondFails(project: TestProject, why: RegExp): Promise<Ended> {
    const bytes = content('two', 8 * MIB)
    const ended = await replicate(project, writeSource(bytes))
    expect(ended.code).toBe(1)
    expect(ended.stdout + ended.stderr).not.toMatch(/^ {4}at /m)
    const [first, second, third] = project.nodes
    expect(lineOf(ended, second)).toMatch(/failed/)
    expect(lineOf(ended, second)).toMatch(why)
    for (const node of [first, third]) {
      expect(lineOf(ended, node)).toMatch(/ replicated /)
      expectReplica(node, 'demo.mp4', bytes)
    }
    return ended
  }

  test('because its root is a file does not stop the others', async () => {
    const project = await makeReplicated(content('one', MIB))
    const { root } = project.nodes[1]
    rmSync(root, { recursive: true })
    writeFileSync(root, 'precious')
    await expectOnlySecondFails(project, /file/)
    expect(readFileSync(root, 'utf8')).toBe('precious')
  })

  test('because the name is a folder there does not stop the others', async () => {
    const project = await makeProject()
    const [, second] = project.nodes
    mkdirSync(replicaOf(second, 'demo.mp4'))
    writeFileSync(replicaOf(second, 'demo.mp4/inside.mp4'), 'precious')
    await expectOnlySecondFails(project, /folder/)
    expect(readFileSync(replicaOf(second, 'demo.mp4/inside.mp4'), 'utf8')).toBe('precious')
    expectNothingIncoming(second)
  })

  test('because a folder of the name is a file there does not stop the others', async () => {
    const project = await makeProject()
    const [first, second, third] = project.nodes
    writeFileSync(path.join(second.root, 'week 1'), 'precious')
    const bytes = content('one', 1000)
    const ended = await replicate(project, writeSource(bytes), '--as', 'week 1/talk.mp4')
    expect(ended.code).toBe(1)
    expect(lineOf(ended, second)).toMatch(/failed: .*file/)
    expect(readFileSync(path.join(second.root, 'week 1'), 'utf8')).toBe('precious')
    for (const node of [first, third]) expectReplica(node, 'week 1/talk.mp4', bytes)
  })

  test('with all the others failing, too, is still told of each', async () => {
    const project = await makeProject()
    for (const { root } of project.nodes) {
      rmSync(root, { recursive: true })
      writeFileSync(root, 'precious')
    }
    const ended = await replicate(project, writeSource(content('one', 1000)))
    expect(ended.code).toBe(1)
    for (const node of project.nodes) expect(lineOf(ended, node)).toMatch(/failed: /)
  })

  /** Mounts a file system of its own on a node's storage, until the test is over. */
  function mountOn({ root }: TestNode, options: string): void {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', root], { stdio: 'ignore' })
    onTestFinished(() => void execFileSync('umount', [root]))
  }

  /** May we mount? Only root may; whoever may not has the test of the file-size limit below. */
  function canMount(): boolean {
    const folder = mkdtempSync(path.join(tmpdir(), 'dsm-mount-'))
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
      execFileSync('umount', [folder])
      return true
    } catch {
      return false
    } finally {
      rmdirSync(folder)
    }
  }

  describe.runIf(canMount())('with a disk of its own', () => {
    test('that is full keeps its old version and does not stop the others', async () => {
      const project = await makeProject()
      const [, second] = project.nodes
      mountOn(second, 'size=4m')
      const old = content('one', MIB)
      expectSuccess(await replicate(project, writeSource(old)))
      const before = snapshot(second.root)
      await expectOnlySecondFails(project, /full/)
      expect(snapshot(second.root)).toEqual(before)
      expectReplica(second, 'demo.mp4', old)
    })

    test('that is full before anything was written to it does not stop the others', async () => {
      const project = await makeProject()
      const [, second] = project.nodes
      mountOn(second, 'size=64k')
      await expectOnlySecondFails(project, /full/)
      expectNothingIncoming(second)
      expect(existsSync(replicaOf(second, 'demo.mp4'))).toBe(false)
    })

    test('that is read-only keeps its old version and does not stop the others', async () => {
      const project = await makeProject()
      const [, second] = project.nodes
      mountOn(second, 'size=4m')
      const old = content('one', MIB)
      expectSuccess(await replicate(project, writeSource(old)))
      execFileSync('mount', ['-o', 'remount,ro', second.root])
      await expectOnlySecondFails(project, /read-only/)
      expectReplica(second, 'demo.mp4', old)
    })
  })

  test('because no file may grow so large keeps its old version whole', async () => {
    const old = content('one', MIB)
    const project = await makeReplicated(old)
    const source = writeSource(content('two', 8 * MIB))
    const words = commandLine('replicate', [source, '--config', project.config])
    const limited = 'ulimit -f 4096 && exec "$@"' // blocks of 512 bytes or of 1024, by shell: both are too few
    const ended = await new RunningCommand(['sh', '-c', limited, 'sh', ...words]).ended
    expect(ended.code).toBe(1)
    expect(ended.stdout + ended.stderr).not.toMatch(/^ {4}at /m)
    for (const node of project.nodes) {
      expect(lineOf(ended, node)).toMatch(/failed: .*large/)
      expectReplica(node, 'demo.mp4', old)
    }
  })
})

describe('refused', () => {
  /** A project whose nodes hold something that a refusal must not touch. */
  async function makePrecious(): Promise<{ project: TestProject; expectUntouched: () => void }> {
    const project = await makeReplicated(content('one', 1000))
    const before = project.nodes.map(({ root }) => snapshot(root))
    const expectUntouched = (): void =>
      expect(project.nodes.map(({ root }) => snapshot(root))).toEqual(before)
    return { project, expectUntouched }
  }

  test.for<[what: string, make: (folder: string) => string, why: RegExp]>([
    ['a file that is not there', (folder) => path.join(folder, 'none.mp4'), /none\.mp4.*no such file/],
    ['a folder', (folder) => folder, /folder/],
    ['a path through a file', (folder) => path.join(writeSource(Buffer.from('x')), folder), /Cannot read/],
    [
      'a FIFO, without waiting for a writer',
      (folder) => {
        const fifo = path.join(folder, 'fifo.mp4')
        execFileSync('mkfifo', [fifo])
        return fifo
      },
      /fifo\.mp4.*no regular file/,
    ],
    ['a device', () => '/dev/zero', /\/dev\/zero.*no regular file/],
    [
      'a link that leads nowhere',
      (folder) => {
        symlinkSync(path.join(folder, 'gone.mp4'), path.join(folder, 'link.mp4'))
        return path.join(folder, 'link.mp4')
      },
      /link\.mp4.*no such file/,
    ],
    [
      'a name that lies there in other code points',
      (folder) => {
        writeFileSync(path.join(folder, 'cafe\u0301.mp4'), 'x')
        return path.join(folder, 'caf\u00e9.mp4')
      },
      /no such file or folder\. One is there whose name looks the same .*Tab/,
    ],
    [
      'a hidden file',
      (folder) => {
        writeFileSync(path.join(folder, '.hidden.mp4'), 'x')
        return path.join(folder, '.hidden.mp4')
      },
      /\.hidden\.mp4.*dot/,
    ],
  ])('is %s as a source', async ([, make, why]) => {
    const { project, expectUntouched } = await makePrecious()
    const ended = await replicate(project, make(temporaryFolder()))
    expectError(ended, why)
    expect(ended.stdout).toBe('')
    expectUntouched()
  })

  test.for<[name: string, why: RegExp]>([
    ['', /empty|value/],
    ['health', /reserved/],
    ['watch', /reserved/],
    ['watch/talk.mp4', /reserved/],
    ['_', /reserved/],
    ['_/talk.mp4', /reserved/],
    ['.', /dot/],
    ['..', /dot/],
    ['../talk.mp4', /dot/],
    ['week/../../talk.mp4', /dot/],
    ['.hidden.mp4', /dot/],
    ['week/.hidden.mp4', /dot/],
    ['.incoming/talk.mp4', /dot/],
    ['.manifests/demo.mp4.json', /dot/],
    ['/talk.mp4', /empty part/],
    ['week/', /empty part/],
    ['week//talk.mp4', /empty part/],
    ['week\\talk.mp4', /backslash/],
    ['c:talk.mp4', /colon/],
    ['two\nlines.mp4', /control/],
    ['\u001b[31mred.mp4', /control/],
  ])('is the name %j', async ([name, why]) => {
    const { project, expectUntouched } = await makePrecious()
    const ended = await replicate(project, writeSource(content('two', 1000)), `--as=${name}`)
    if (name === '') expectUsageError(ended, 'replicate', /--as needs a value/)
    else expectError(ended, why)
    expect(ended.stderr).not.toContain('\u001b')
    expectUntouched()
  })

  test.for<[what: string, pathTo: (replica: string) => string]>([
    ['by its path', (replica) => replica],
    ['by another spelling of it', (replica) => path.join(path.dirname(replica), '..', 'storage', 'demo.mp4')],
    [
      'by a link',
      (replica) => {
        const link = path.join(temporaryFolder(), 'demo.mp4')
        symlinkSync(replica, link)
        return link
      },
    ],
    [
      'by another name of the same file',
      (replica) => {
        const link = path.join(path.dirname(replica), '..', 'demo.mp4')
        linkSync(replica, link)
        return link
      },
    ],
  ])('is the replica itself as a source, %s', async ([, pathTo]) => {
    const { project, expectUntouched } = await makePrecious()
    expectError(await replicate(project, pathTo(replicaOf(project.nodes[1], 'demo.mp4'))), /node2.*--to/)
    expectUntouched()
  })

  test('is not the replica of a node that --to leaves out', async () => {
    const project = await makeProject()
    const bytes = content('one', 1000)
    const [first, second, third] = project.nodes
    writeFileSync(replicaOf(first, 'demo.mp4'), bytes)
    expectSuccess(await replicate(project, replicaOf(first, 'demo.mp4'), '--to', 'node2,node3'))
    for (const node of [second, third]) expectReplica(node, 'demo.mp4', bytes)
  })

  test.for<[args: string[], why: RegExp]>([
    [[], /name the file/],
    [[''], /name the file/],
    [['a.mp4', 'b.mp4'], /one file at a time.*a\.mp4, b\.mp4/],
    [['a.mp4', '--to', 'node9'], /node9.*node1, node2, node3/],
    [['a.mp4', '--to', 'node1,'], /--to/],
    [['a.mp4', '--to', ''], /--to/],
    [['a.mp4', '--to'], /--to/],
    [['a.mp4', '--as'], /--as/],
    [['a.mp4', '--ass', 'b.mp4'], /--ass/],
  ])('are the arguments %j in two lines', async ([args, why]) => {
    const { project, expectUntouched } = await makePrecious()
    expectUsageError(await replicate(project, ...args), 'replicate', why)
    expectUntouched()
  })

  test('is a node list with a mistake', async () => {
    const { config } = await makeProject()
    writeFileSync(config, '{"nodes":[{"name":"node1","port":0,"latencyMs":1,"root":"a"}]}')
    const ended = await runCommand('replicate', [writeSource(Buffer.from('x')), '--config', config])
    expectError(ended, /nodes\[0\]\.port: expected a whole number from 1 to 65535, found 0$/m)
  })
})

describe('what readers get is told', () => {
  const [OLD, NEW] = [content('old', MIB), content('new', MIB + 1)]

  function writeDated(bytes: Buffer, seconds: number): string {
    const source = writeSource(bytes)
    utimesSync(source, seconds, seconds)
    return source
  }

  /** What a reader of all nodes decides, by what lies on the disks. */
  function readersGet(project: TestProject): unknown {
    const claims = project.nodes.map((node) => ({
      node: node.name,
      manifest: JSON.parse(readFileSync(manifestFileOf(node, 'demo.mp4'), 'utf8')),
    }))
    return decideVersion(claims, Date.now()).manifest?.sha256
  }

  /** `node2` has the newer version, the others the older one. */
  async function makeMixed(): Promise<{ project: TestProject; old: string }> {
    const project = await makeProject()
    const old = writeDated(OLD, 1_600_000_000)
    expectSuccess(await replicate(project, old))
    expectSuccess(await replicate(project, writeDated(NEW, 1_700_000_000)))
    const [ended, again] = [
      await replicate(project, old, '--to', 'node1,node3'),
      await replicate(project, old, '--to', 'node1,node3'),
    ]
    const warning =
      /^warning: node2 has another version of demo\.mp4 \(.*modified 2023-11-14 22:13:20 UTC\)\. Readers get that one, not yours, while it is up, as it is newer\. .*touch.*node2 too\.\n$/
    expectSuccess(ended, warning)
    expectSuccess(again, warning)
    expect(lineOf(again, project.nodes[0])).toContain('already up to date')
    expect(readersGet(project)).toBe(sha256(NEW))
    return { project, old }
  }

  test('a version elsewhere that is newer is told; a touched source counts, and readers read on', async () => {
    const { project, old } = await makeMixed()
    const { ino } = statSync(replicaOf(project.nodes[0], 'demo.mp4'))
    utimesSync(old, 1_700_000_001, 1_700_000_001)
    const ended = await replicate(project, old, '--to', 'node1,node3')
    expectSuccess(ended)
    expect(lineOf(ended, project.nodes[0])).toMatch(/ replicated /)
    expect(statSync(replicaOf(project.nodes[0], 'demo.mp4')).ino).not.toBe(ino)
    expect(readersGet(project)).toBe(sha256(OLD))
    for (const node of [project.nodes[0], project.nodes[2]]) expectReplica(node, 'demo.mp4', OLD)
    expectReplica(project.nodes[1], 'demo.mp4', NEW)
  })

  test('a node that could not be written keeps the version that was to be replaced: that is told, too', async () => {
    const { project, old } = await makeMixed()
    const { root } = project.nodes[1]
    rmSync(path.join(root, '.incoming'), { recursive: true })
    writeFileSync(path.join(root, '.incoming'), 'a file where a folder is needed')
    const ended = await replicate(project, old)
    expect(ended.code).toBe(1)
    expect(lineOf(ended, project.nodes[1])).toContain('failed')
    expect(ended.stderr).toMatch(/^warning: node2 has another version .* not yours/)
    expect(readersGet(project)).toBe(sha256(NEW))
  })

  test('a source from the future counts for less than one that can be true, and that is told', async () => {
    const project = await makeProject()
    expectSuccess(await replicate(project, writeDated(NEW, 1_700_000_000)))
    const ended = await replicate(project, writeDated(OLD, 4_000_000_000), '--to', 'node1')
    expectSuccess(ended, /as the time of yours lies in the future/)
    expect(readersGet(project)).toBe(sha256(NEW))
  })

  test('an older version elsewhere is no reason to warn', async () => {
    const project = await makeProject()
    expectSuccess(await replicate(project, writeDated(OLD, 1_600_000_000)))
    expectSuccess(await replicate(project, writeDated(NEW, 1_700_000_000), '--to', 'node1'))
  })

  test('a source that no player can play is copied, with a warning before', async () => {
    const project = await makeProject()
    const bytes = Buffer.from('Dear all, this is no video')
    expectSuccess(
      await replicate(project, writeSource(bytes)),
      /^warning: demo\.mp4 is no video and no sound: it begins with text\. It is copied as it is, and no player will play it\.\n$/,
    )
    for (const node of project.nodes) expectReplica(node, 'demo.mp4', bytes)
  })

  test('a file beside it whose name only looks the same is told', async () => {
    const project = await makeProject()
    writeFileSync(replicaOf(project.nodes[1], 'cafe\u0301.mp4'), 'x')
    if (readdirSync(project.nodes[1].root)[0] !== 'cafe\u0301.mp4') return // a disk that composes names itself
    const ended = await replicate(project, writeSource(OLD, 'caf\u00e9.mp4'))
    expectSuccess(ended, /^warning: node2 has a file whose name looks like caf\u00e9\.mp4 /)
  })
})

test.runIf(existsSync('/proc/self'))(
  'a storage where nobody can make a folder fails at once, and alone',
  async () => {
    const project = await makeProject()
    const list = JSON.parse(readFileSync(project.config, 'utf8')) as { nodes: { root: string }[] }
    if (list.nodes[1]) list.nodes[1].root = '/proc/none/storage'
    writeFileSync(project.config, JSON.stringify(list))
    const ended = await replicate(project, writeSource(content('one', 1000)))
    expect(ended.code).toBe(1)
    expect(lineOf(ended, project.nodes[1])).toMatch(/failed: no folder can be made in \/proc/)
    expect(lineOf(ended, project.nodes[0])).toMatch(/ replicated /)
  },
)

test.runIf(existsSync('/dev/shm'))(
  'a modification time that no date can name is that of the copy instead',
  async () => {
    const project = await makeProject()
    const source = path.join(mkdtempSync('/dev/shm/dsm-test-'), 'demo.mp4')
    onTestFinished(() => rmSync(path.dirname(source), { recursive: true }))
    const bytes = content('one', 1000)
    writeFileSync(source, bytes)
    utimesSync(source, 9e12, 9e12)
    expectSuccess(await replicate(project, source))
    for (const node of project.nodes) {
      expectReplica(node, 'demo.mp4', bytes)
      expect(statSync(replicaOf(node, 'demo.mp4')).mtimeMs).toBeLessThanOrEqual(Date.now() + 1000)
    }
  },
)

test('--help prints the help', async () => {
  const { code, stdout, stderr } = await runCommand('replicate', ['--help'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^usage: replicate FILE /)
  for (const flag of ['to', 'as', 'config']) expect(stdout).toContain(`--${flag}`)
  expect(stdout.split('examples:')[1]?.trim().split('\n')).toHaveLength(2)
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
})

describe('links in a storage folder', () => {
  test('a folder that leads outside is refused on that node alone', async () => {
    const project = await makeProject()
    const [first, second, third] = project.nodes
    const outside = temporaryFolder()
    symlinkSync(outside, path.join(second.root, 'week'))
    const bytes = content('one', 1000)
    const ended = await replicate(project, writeSource(bytes), '--as', 'week/deep/talk.mp4')
    expect(ended.code).toBe(1)
    expect(lineOf(ended, second)).toMatch(/failed: .*link/)
    expect(readdirSync(outside)).toEqual([])
    for (const node of [first, third]) expectReplica(node, 'week/deep/talk.mp4', bytes)
  })

  test('a folder that leads to another place inside is followed', async () => {
    const project = await makeProject()
    const [first] = project.nodes
    mkdirSync(path.join(first.root, 'week 1'))
    symlinkSync('week 1', path.join(first.root, 'week'))
    const bytes = content('one', 1000)
    expectSuccess(await replicate(project, writeSource(bytes), '--as', 'week/talk.mp4'))
    expect(readFileSync(path.join(first.root, 'week 1', 'talk.mp4')).equals(bytes)).toBe(true)
  })

  test("a link under the video's name is replaced, and what it leads to is left alone", async () => {
    const project = await makeProject()
    const [first] = project.nodes
    const outside = path.join(temporaryFolder(), 'precious.mp4')
    writeFileSync(outside, 'precious')
    symlinkSync(outside, replicaOf(first, 'demo.mp4'))
    const bytes = content('one', 1000)
    expectSuccess(await replicate(project, writeSource(bytes)))
    expect(readFileSync(outside, 'utf8')).toBe('precious')
    expect(lstatSync(replicaOf(first, 'demo.mp4')).isFile()).toBe(true)
    expectReplica(first, 'demo.mp4', bytes)
  })

  test.for([['.incoming'], ['.manifests']])('%s that leads outside: nothing there is touched', async ([
    name = '',
  ]) => {
    const project = await makeProject()
    const [, second] = project.nodes
    const outside = temporaryFolder()
    writeFileSync(path.join(outside, 'precious.txt'), 'precious')
    const before = snapshot(outside)
    symlinkSync(outside, path.join(second.root, name))
    await replicate(project, writeSource(content('one', 1000)))
    expect(snapshot(outside)).toEqual(before)
  })

  test('a storage folder that is itself a link is followed', async () => {
    const project = await makeProject()
    const [first] = project.nodes
    const elsewhere = temporaryFolder('other disk')
    rmSync(first.root, { recursive: true })
    symlinkSync(elsewhere, first.root)
    const bytes = content('one', 1000)
    expectSuccess(await replicate(project, writeSource(bytes), '--as', 'week/talk.mp4'))
    expect(readFileSync(path.join(elsewhere, 'week', 'talk.mp4')).equals(bytes)).toBe(true)
  })
})

describe('a source that changes while it is read', () => {
  const SOURCE_BYTES = 128 * MIB

  /** Does something to the source again and again from before the command starts until it has ended. */
  async function replicateWhile(
    project: TestProject,
    source: string,
    change: (round: number) => void,
  ): Promise<Ended> {
    const command = startCommand('replicate', [source, '--config', project.config])
    let hasEnded = false
    const ended = command.ended.finally(() => {
      hasEnded = true
    })
    for (let round = 0; !hasEnded; round++) {
      change(round)
      await delay(1)
    }
    return ended
  }

  test.for<[what: string, replicaBytes: number, change: (file: string, round: number) => void]>([
    ['grows', MIB, (file) => appendFileSync(file, 'x')],
    ['grows, over a replica that was as large', SOURCE_BYTES, (file) => appendFileSync(file, 'x')],
    ['is truncated', MIB, (file, round) => truncateSync(file, SOURCE_BYTES - round)],
    ['is written to', MIB, overwrite],
    ['is written to, over a replica that is as large', SOURCE_BYTES, overwrite],
  ])('and %s is an error, and no replica is touched', async ([, replicaBytes, change]) => {
    const project = await makeProject()
    const source = writeSource(content('one', 16))
    truncateSync(source, SOURCE_BYTES)
    const old = writeSource(content('old', 16))
    truncateSync(old, replicaBytes)
    expectSuccess(await replicate(project, old, '--as', 'demo.mp4'))
    const before = project.nodes.map(snapshotReplicas)
    const ended = await replicateWhile(project, source, (round) => change(source, round))
    expectError(ended, /demo\.mp4.*changed while it was read/)
    expect(project.nodes.map(snapshotReplicas)).toEqual(before)
    for (const node of project.nodes) expectNothingIncoming(node)
  })

  test('and is replaced by name gives one version or an error, never a mixture', async () => {
    const project = await makeProject()
    const versions = ['one', 'two'].map((version) => content(version, 8 * MIB))
    const source = writeSource(versions[0] ?? Buffer.alloc(0))
    const folder = path.dirname(source)
    const ended = await replicateWhile(project, source, (round) => {
      const next = path.join(folder, 'next.mp4')
      writeFileSync(next, versions[round % 2] ?? '')
      renameSync(next, source)
    })
    expectSuccess(ended)
    const [first] = project.nodes
    const copied = versions.find((bytes) => bytes.equals(readFileSync(replicaOf(first, 'demo.mp4'))))
    expect(copied).toBeDefined()
    for (const node of project.nodes) expectReplica(node, 'demo.mp4', copied ?? Buffer.alloc(0))
  })
})

describe('an end in the middle', () => {
  /** Starts a run over an existing version and waits until it is in the middle of the copies. */
  async function startLarge(old: Buffer, sizeBytes = 1024 * MIB) {
    const project = await makeReplicated(old)
    const source = writeSource(content('two', 16))
    truncateSync(source, sizeBytes)
    const before = project.nodes.map(snapshotReplicas)
    const command = startCommand('replicate', [source, '--config', project.config])
    const incoming = ({ root }: TestNode): number[] => {
      const folder = path.join(root, '.incoming')
      return readdirSync(folder).map((name) => statSync(path.join(folder, name)).size)
    }
    await until('copies are being written', () =>
      project.nodes.every((node) => incoming(node).some((sizeBytes) => sizeBytes > 0)),
    )
    return { project, source, command, before, incoming }
  }

  test.for<[NodeJS.Signals]>([
    ['SIGINT'],
    ['SIGTERM'],
  ])('%s leaves the old versions and nothing else', async ([signal]) => {
    const { project, command, before } = await startLarge(content('one', MIB))
    expectError(await command.end(signal), /Interrupted/)
    expect(project.nodes.map(snapshotReplicas)).toEqual(before)
    for (const node of project.nodes) expectNothingIncoming(node)
  })

  test('SIGKILL leaves the old versions, and the next run cleans up', async () => {
    const { project, command, before, incoming } = await startLarge(content('one', MIB))
    await command.end('SIGKILL')
    const replicas = project.nodes.map(snapshotReplicas)
    const withoutLeftovers = replicas.map((replica) =>
      Object.fromEntries(Object.entries(replica).filter(([name]) => !name.startsWith('.incoming'))),
    )
    expect(withoutLeftovers).toEqual(before)
    for (const node of project.nodes) expect(incoming(node)).not.toEqual([])
    const bytes = content('three', MIB)
    expectSuccess(await replicate(project, writeSource(bytes)))
    for (const node of project.nodes) expectReplica(node, 'demo.mp4', bytes)
  })

  test('a run beside it neither disturbs it nor is disturbed', async () => {
    const { project, command } = await startLarge(content('one', MIB), 256 * MIB)
    const bytes = content('other', MIB)
    expectSuccess(await replicate(project, writeSource(bytes), '--as', 'other.mp4'))
    expectSuccess(await command.ended)
    for (const node of project.nodes) {
      expectReplica(node, 'other.mp4', bytes)
      expect(statSync(replicaOf(node, 'demo.mp4')).size).toBe(256 * MIB)
    }
  })

  test('what is left over is cleaned up even when the next run has nothing to copy', async () => {
    const bytes = content('one', MIB)
    const { project, command } = await startLarge(bytes)
    await command.end('SIGKILL')
    expectSuccess(await replicate(project, writeSource(bytes)))
    for (const node of project.nodes) expectReplica(node, 'demo.mp4', bytes)
  })
})

test.for([
  1, 2, 3,
])('two runs with two versions at once leave each node one of them, whole (round %i)', async () => {
  const project = await makeReplicated(content('zero', MIB))
  // Of one size and one old time: neither gives away whose manifest it is, nor how young a copy is.
  const versions = ['one', 'two'].map((version) => content(version, 8 * MIB))
  const runs = versions.map((bytes) => {
    const source = writeSource(bytes)
    utimesSync(source, 1_500_000_000, 1_500_000_000)
    return replicate(project, source)
  })
  for (const ended of await Promise.all(runs)) expect(ended).toMatchObject({ code: 0 })
  for (const node of project.nodes) {
    const found = versions.find((bytes) => bytes.equals(readFileSync(replicaOf(node, 'demo.mp4'))))
    expectReplica(node, 'demo.mp4', found ?? Buffer.alloc(0))
  }
})
