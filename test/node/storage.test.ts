/** A storage folder as a node sees it, while it changes between two looks. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { OpenFile } from '../../src/node/open-file.ts'
import { Storage } from '../../src/node/storage.ts'
import { request } from '../helpers/http.ts'
import { startTestNode } from '../helpers/node.ts'
import { temporaryFolder, writeReplica, writeReplicaWithManifest } from '../helpers/storage.ts'

const [OLD, NEW] = [Buffer.alloc(1000, 'old'), Buffer.alloc(1000, 'new')]

test('a manifest that came after the file was opened is not taken for that of the open one', async () => {
  const root = temporaryFolder()
  const old = writeReplicaWithManifest(root, 'talk.mp4', OLD)
  const next = path.join(root, 'next')
  mkdirSync(next)
  // Of the same size and time: nothing but the name tells that it is another file.
  writeReplicaWithManifest(next, 'talk.mp4', NEW)
  const storage = await Storage.open(root)
  const open = OpenFile.open.bind(OpenFile)
  vi.spyOn(OpenFile, 'open').mockImplementationOnce(async (...args) => {
    const opened = await open(...args)
    for (const name of ['talk.mp4', '.manifests/talk.mp4.json'])
      renameSync(path.join(next, name), path.join(root, name))
    return opened
  })
  const replica = await storage.openReplica('talk.mp4')
  const bytes = Buffer.alloc(1000)
  await replica?.read(bytes, 0)
  replica?.release()
  expect(bytes.equals(OLD)).toBe(true)
  expect([old.sha256, undefined]).toContain(replica?.facts.sha256)
})

describe('a storage folder that is a link', () => {
  const [FIRST, SECOND] = [Buffer.alloc(1000, 'first'), Buffer.alloc(2000, 'second')]

  test('is followed when it is pointed elsewhere under a running node', async () => {
    const outer = temporaryFolder()
    const [root, first, second] = ['storage', 'first', 'second'].map((name) => path.join(outer, name)) as [
      string,
      string,
      string,
    ]
    writeReplica(first, 'talk.mp4', FIRST)
    const { sha256 } = writeReplicaWithManifest(second, 'talk.mp4', SECOND)
    writeReplica(second, 'new.mp4', SECOND)
    symlinkSync(first, root)
    const node = await startTestNode({ root })
    expect((await request(node, '/talk.mp4')).body.equals(FIRST)).toBe(true)
    unlinkSync(root)
    symlinkSync(second, root)
    expect((await request(node, '/talk.mp4')).body.equals(SECOND)).toBe(true)
    expect((await request(node, '/new.mp4')).status).toBe(200)
    expect((await request(node, '/talk.mp4')).headers.etag).toBe(`"${sha256}"`)
    expect((await request(node, '/_/manifest/talk.mp4')).status).toBe(200)
    expect((await request(node, '/_/videos')).text).toContain('new.mp4')
  })

  test('still keeps links inside it from leading out', async () => {
    const outer = temporaryFolder()
    const root = path.join(outer, 'storage')
    writeReplica(path.join(outer, 'inside'), 'talk.mp4', FIRST)
    writeReplica(outer, 'secret.mp4', SECOND)
    symlinkSync(path.join(outer, 'inside'), root)
    symlinkSync(path.join(outer, 'secret.mp4'), path.join(root, 'link.mp4'))
    const node = await startTestNode({ root })
    expect((await request(node, '/link.mp4')).status).toBe(404)
    expect((await request(node, '/talk.mp4')).status).toBe(200)
  })

  test('that leads nowhere any more is the fault of the node, not of who asks for its page', async () => {
    const faults: unknown[] = []
    const node = await startTestNode({}, { onFault: (error) => faults.push(error) })
    rmSync(node.root, { recursive: true })
    for (const path of ['/', '/_/videos']) expect((await request(node, path)).status).toBe(500)
    expect(String(faults[0])).toMatch(/the storage folder .* cannot be read: there is no such file or folder/)
    expect((await request(node, '/talk.mp4')).status).toBe(404)
    expect((await request(node, '/health')).status).toBe(200)
  })
})

describe('a file with an absurd modification time', () => {
  /** Not every disk can keep such times. */
  function touch(file: string, seconds: number): boolean {
    utimesSync(file, seconds, seconds)
    return Math.abs(statSync(file).mtimeMs / 1000 - seconds) < 1
  }

  test.for<[what: string, seconds: number]>([
    ['that no date can name', 9e12],
    ['with a year of five digits', 400_000_000_000],
    ['in the future', Date.now() / 1000 + 1e8],
  ])('%s hides nothing, and is served', async ([, seconds], { skip }) => {
    // Memory keeps any time; the disk of this folder may not.
    const root = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : temporaryFolder(), 'dsm-test-'))
    onTestFinished(() => rmSync(root, { recursive: true }))
    writeReplica(root, 'good.mp4', OLD)
    writeReplica(root, 'odd.mp4', NEW)
    if (!touch(path.join(root, 'odd.mp4'), seconds)) skip(`this disk keeps no time of ${seconds} s`)
    const node = await startTestNode({ root })
    const page = await request(node, '/')
    expect(page.status).toBe(200)
    for (const name of ['good.mp4', 'odd.mp4']) expect(page.text).toContain(name)
    const { status, text } = await request(node, '/_/videos')
    expect(status).toBe(200)
    expect((JSON.parse(text) as { videos: unknown[] }).videos).toHaveLength(2)
    for (const headers of [{}, { Range: 'bytes=0-9' }]) {
      const reply = await request(node, '/odd.mp4', { headers })
      expect(reply.status).toBe('Range' in headers ? 206 : 200)
      const [modified, date] = [reply.headers['last-modified'], reply.headers.date].map((field) =>
        Date.parse(field ?? ''),
      )
      expect(modified).toBeLessThanOrEqual(date ?? 0)
    }
  })
})

/** May we see what nobody may see? Only then is this test about something. */
function makeLocked(root: string): boolean {
  mkdirSync(path.join(root, 'lost+found'))
  writeReplica(root, 'lost+found/inside.mp4', OLD)
  writeReplica(root, 'secret.mp4', OLD)
  writeReplica(root, 'talk.mp4', OLD)
  chmodSync(path.join(root, 'lost+found'), 0)
  chmodSync(path.join(root, 'secret.mp4'), 0)
  try {
    readdirSync(path.join(root, 'lost+found'))
    return false
  } catch {
    return true
  }
}

test('what cannot be read is told once and hides nothing else', async ({ skip }) => {
  const root = temporaryFolder()
  if (!makeLocked(root))
    return skip('this user may read everything; see test/commands/locked-storage.test.ts')
  const faults: Error[] = []
  const node = await startTestNode({ root }, { onFault: (error) => faults.push(error as Error) })
  for (const path of ['/', '/_/videos', '/']) {
    const { status, text } = await request(node, path)
    expect(status).toBe(200)
    expect(text).toContain('talk.mp4')
    expect(text).not.toContain('secret.mp4')
  }
  expect(faults.map(({ message }) => message.replace(/:.*/, '')).sort()).toEqual([
    'lost+found cannot be read, so it is left out',
    'secret.mp4 cannot be read, so it is left out',
  ])
  chmodSync(path.join(root, 'lost+found'), 0o700)
})

/** 255 bytes: 83 Chinese letters and an ending, or 250 to 255 letters of ASCII. */
const LONG_NAMES = [
  ...[250, 251, 255].map((bytes) => `${'a'.repeat(bytes - 4)}.mp4`),
  `${'\u5f71'.repeat(83)}.mp4`,
  `week 1/${'\u5f71'.repeat(83)}.mp4`,
]

test.for(
  LONG_NAMES,
)('a name of as many bytes as a name may have is served with its manifest: %s', async (name) => {
  const node = await startTestNode()
  const { sha256 } = writeReplicaWithManifest(node.root, name, OLD)
  const reply = await request(node, `/${encodeURI(name)}`)
  expect(reply.body.equals(OLD)).toBe(true)
  expect(reply.headers.etag).toBe(`"${sha256}"`)
  const { body } = await request(node, `/_/manifest/${encodeURI(name)}`)
  expect(JSON.parse(body.toString())).toMatchObject({
    name,
    sha256,
  })
})

test('who asks for a name that lies there in other code points is told so, and where it is', async () => {
  const node = await startTestNode()
  writeReplica(node.root, 'cafe\u0301.mp4', OLD)
  if (readdirSync(node.root)[0] !== 'cafe\u0301.mp4') return // a disk that composes names itself
  for (const place of ['/', '/_/manifest/']) {
    const { status, text } = await request(node, `${place}${encodeURI('caf\u00e9.mp4')}`)
    expect(status).toBe(404)
    expect(text).toMatch(/^404 Not Found: .*looks the same.*the page \/ links to it\n$/)
  }
  expect((await request(node, '/')).text).toContain(encodeURI('cafe\u0301.mp4'))
  expect((await request(node, `/${encodeURI('caf\u00e8.mp4')}`)).text).not.toContain('looks the same')
})
