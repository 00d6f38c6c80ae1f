/** A metalink as nodes serve it, and as a stock download program uses it. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, statSync, utimesSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  makeProject,
  type RunningCommand,
  runCommand,
  runProgram,
  startCommand,
  type TestNode,
  type TestProject,
  temporaryFolder,
  until,
} from '../helpers/command.ts'
import { fieldLines, type HttpReply, request } from '../helpers/http.ts'

const HAS_ARIA2C = spawnSync('aria2c', ['--version']).status === 0

const MIB = 1024 * 1024
/** No two chunks are equal, and no chunk is a repetition. */
function videoBytes(sizeBytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(sizeBytes / 32) }, (_, index) =>
    createHash('sha256').update(String(index)).digest(),
  )
  return Buffer.concat(blocks).subarray(0, sizeBytes)
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

interface Class {
  readonly project: TestProject
  readonly running: readonly RunningCommand[]
  readonly bytes: Buffer
}

/** Three running nodes that have the same video. */
async function startClass(
  sizeBytes: number,
  { name = 'demo.mp4', flags = [] as string[] } = {},
): Promise<Class> {
  const project = await makeProject({ latenciesMs: [20, 0, 10] })
  const source = path.join(temporaryFolder(), 'source.mp4')
  const bytes = videoBytes(sizeBytes)
  writeFileSync(source, bytes)
  const { code } = await runCommand('replicate', [source, '--as', name, '--config', project.config])
  expect(code).toBe(0)
  const running = project.nodes.map((node) =>
    startCommand('start-node', [node.name, '--config', project.config, ...flags]),
  )
  await Promise.all(running.map((node) => node.waitForLine(/serves/)))
  return { project, running, bytes }
}

const linksOf = ({ rawHeaders }: HttpReply): string[] => fieldLines({ lines: pairs(rawHeaders) }, 'Link')
const pairs = (raw: readonly string[]): [string, string][] =>
  raw.flatMap((name, index): [string, string][] => (index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : []))

describe('a metalink', () => {
  test('names every node, the fastest first, and the hashes of the manifest', async () => {
    const { project, bytes } = await startClass(600_000, { name: 'week 1/talk.mp4' })
    const [first, second, third] = project.nodes
    const target = '/week%201/talk.mp4.meta4'
    const reply = await request(first, target)
    expect(reply.status).toBe(200)
    expect(reply.headers).toMatchObject({
      'content-type': 'application/metalink4+xml; charset=utf-8',
      'cache-control': 'no-cache',
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
    })
    expect([...reply.text.matchAll(/<url priority="(\d)">([^<]*)</g)].map(([, ...found]) => found)).toEqual([
      ['1', `${second.url}/week%201/talk.mp4`],
      ['2', `${third.url}/week%201/talk.mp4`],
      ['3', `${first.url}/week%201/talk.mp4`],
    ])
    expect(reply.text).toContain('<file name="talk.mp4">')
    expect(reply.text).toContain('<size>600000</size>')
    expect(reply.text).toContain(`<hash type="sha-256">${sha256(bytes)}</hash>`)
    expect([...reply.text.matchAll(/<hash>([^<]*)</g)].map(([, hash]) => hash)).toEqual(
      [0, 1, 2].map((index) => sha256(bytes.subarray(index * 262_144, (index + 1) * 262_144))),
    )
    expect((await request(second, target)).headers.etag).toBe(reply.headers.etag)
    const head = await request(first, target, { method: 'HEAD' })
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([
      200,
      0,
      String(reply.body.length),
    ])
    const again = await request(first, target, { headers: { 'if-none-match': String(reply.headers.etag) } })
    expect(again.status).toBe(304)
  })

  test('is led to by every reply with bytes of the video, as are the other nodes', async () => {
    const { project } = await startClass(1000)
    const [first, second, third] = project.nodes
    const links = [
      `<${second.url}/demo.mp4>; rel=duplicate; pri=1`,
      `<${third.url}/demo.mp4>; rel=duplicate; pri=2`,
      '</demo.mp4.meta4>; rel=describedby; type="application/metalink4+xml"',
    ]
    expect(linksOf(await request(first, '/demo.mp4'))).toEqual(links)
    expect(linksOf(await request(first, '/demo.mp4', { method: 'HEAD' }))).toEqual(links)
    expect(linksOf(await request(first, '/demo.mp4', { headers: { range: 'bytes=0-9' } }))).toEqual(links)
  })

  test('is there only for a video with a manifest that fits, and a real file of its name wins', async () => {
    const { project } = await startClass(1000)
    const [{ root, port }] = project.nodes
    const ask = (name: string) => request({ port }, `/${name}`)
    writeFileSync(path.join(root, 'plain.mp4'), 'no manifest')
    for (const name of ['plain.mp4.meta4', 'none.mp4.meta4', '.meta4', 'demo.mp4.meta4.meta4'])
      expect(await ask(name)).toMatchObject({ status: 404 })
    expect(linksOf(await ask('plain.mp4'))).toEqual([])

    writeFileSync(path.join(root, 'demo.mp4.meta4'), 'a file')
    expect(await ask('demo.mp4.meta4')).toMatchObject({ status: 200, text: 'a file' })
    writeFileSync(path.join(root, 'demo.mp4'), 'another version')
    expect(linksOf(await ask('demo.mp4'))).toEqual([])
  })
})

/** Changes one byte in each 64 KiB of a replica and lets its date say that nothing has happened. */
function corrupt(node: TestNode, name: string): void {
  const file = path.join(node.root, name)
  const { atime, mtimeMs, size } = statSync(file)
  const handle = openSync(file, 'r+')
  for (let position = 100; position < size; position += 65_536) writeSync(handle, 'corrupt', position)
  closeSync(handle)
  utimesSync(file, atime, (Math.floor(mtimeMs) + 0.5) / 1000) // manifests know whole milliseconds
}

describe.skipIf(!HAS_ARIA2C)('aria2c with a metalink (skipped where it is not installed)', () => {
  const download = (from: TestNode, folder: string) =>
    runProgram([
      'aria2c',
      ...['--no-conf', '-d', folder, '-k1M', '-s3', '-x4', '--metalink-enable-unique-protocol=false'],
      ...['--file-allocation=none', '--retry-wait=1', '--summary-interval=0', '--no-netrc'],
      `${from.url}/demo.mp4.meta4`,
    ])

  test('reads a whole and verified file from three nodes', async () => {
    const { project, running, bytes } = await startClass(12 * MIB)
    const folder = temporaryFolder()
    const { code, stdout } = await download(project.nodes[0], folder)
    expect({ code, stdout }).toMatchObject({ code: 0 })
    expect(sha256(readFileSync(path.join(folder, 'demo.mp4')))).toBe(sha256(bytes))
    const askedNodes = running.filter(({ stdout }) => / GET \/demo\.mp4 206 /.test(stdout))
    expect(askedNodes.length).toBeGreaterThan(1)
  })

  test('has the right bytes with one replica corrupt and one node killed meanwhile', async () => {
    const { project, running, bytes } = await startClass(12 * MIB, { flags: ['--bandwidth-kbps', '40000'] })
    corrupt(project.nodes[2], 'demo.mp4')
    expect(await request(project.nodes[2], '/demo.mp4.meta4')).toMatchObject({ status: 200 }) // it has not noticed
    const folder = temporaryFolder()
    const downloading = download(project.nodes[0], folder)
    const part = path.join(folder, 'demo.mp4')
    await until('some of the file has arrived', () => sizeOf(part) > 0)
    await running[1]?.end('SIGKILL')
    const { code, stdout } = await downloading
    expect({ code, stdout }).toMatchObject({ code: 0 })
    expect(sha256(readFileSync(part))).toBe(sha256(bytes))
  })
})

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0
