/** A file that changes while a node serves it: old bytes to the end or a cut, never a mixture, never a hang. */
import { spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { FaultSet } from '../../src/lab/faults.js'
import type { ReplyRecord } from '../../src/node/log.ts'
import {
  exchangeRaw,
  field,
  getHead,
  parseReplies,
  RawConnection,
  type RawReply,
  request,
} from '../helpers/http.ts'
import { startTestNode, type TestNode } from '../helpers/node.ts'
import { MODIFIED, numberedRecords, writeReplica, writeReplicaWithManifest } from '../helpers/storage.ts'

/** More than all buffers between a node and a reader who does not read. */
const SIZE = 64 * 1024 * 1024
/** Two versions of a file that agree in no byte, and in which every record knows its number up to 10 MB. */
const OLD = Buffer.alloc(SIZE, numberedRecords(1_000_000))
const NEW = Buffer.alloc(SIZE, Buffer.from(numberedRecords(1_000_000).map((byte) => byte ^ 0x40)))
const NAME = 'demo.mp4'

/** A reader who has begun to read a reply and stops, until it is told to read the rest. */
async function startSlowReader(node: TestNode, ...lines: string[]): Promise<RawConnection> {
  const connection = await RawConnection.open(node)
  connection.send(getHead(`/${NAME}`, ...lines))
  await connection.until(() => connection.receivedBytes > 0)
  connection.pause()
  return connection
}

/** Reads the rest, to the last promised byte or to the cut, and what the log says of it. */
async function readRest(node: TestNode, connection: RawConnection): Promise<[RawReply, ReplyRecord['end']]> {
  connection.resume()
  await connection.replies(1)
  const [reply] = parseReplies(connection.received)
  await vi.waitFor(() => expect(node.records).toHaveLength(1), { timeout: 10_000 })
  const [record] = node.records
  if (reply === undefined || record === undefined) throw new Error('There was no reply')
  return [reply, record.end]
}

async function startWithLargeFile(faults: FaultSet = {}): Promise<{ node: TestNode; file: string }> {
  const node = await startTestNode({ faults })
  writeReplica(node.root, NAME, OLD)
  return { node, file: path.join(node.root, NAME) }
}

/** Compared without a difference of 64 MB in the message. */
function expectSameBytes(actual: Buffer, expected: Buffer): void {
  if (actual.equals(expected)) return
  const at = actual.findIndex((byte, index) => byte !== expected[index])
  expect({ at, length: actual.length, text: actual.toString('latin1', at, at + 40) }).toEqual({
    at: -1,
    length: expected.length,
    text: expected.toString('latin1', at, at + 40),
  })
}

/** Writes over a file without making it shorter first, as a recorder or `dd conv=notrunc` does. */
function overwrite(file: string, content: Buffer): void {
  const fd = openSync(file, 'r+')
  writeSync(fd, content, 0, content.length, 0)
  closeSync(fd)
}

function overwriteLastByte(file: string): void {
  const fd = openSync(file, 'r+')
  writeSync(fd, '!', SIZE - 1)
  closeSync(fd)
}

/** Puts another file in its place, as `replicate` does. */
function replace(file: string): void {
  writeFileSync(`${file}.next`, NEW)
  renameSync(`${file}.next`, file)
}

describe('a slow reader of a whole file', () => {
  test.for<[change: string, change: (file: string) => void]>([
    ['is truncated', (file) => truncateSync(file, 1024 * 1024)],
    ['is emptied', (file) => truncateSync(file, 0)],
    ['grows', (file) => appendFileSync(file, 'more')],
    ['is overwritten in place', (file) => overwrite(file, NEW)],
    ['is written anew in place', (file) => writeFileSync(file, NEW)],
    ['is emptied and written anew with the old bytes', (file) => writeFileSync(file, OLD)],
    [
      'is overwritten in place and gets its old times back',
      (file) => {
        const { atime, mtime } = statSync(file)
        overwrite(file, NEW)
        utimesSync(file, atime, mtime)
      },
    ],
    ['is overwritten in its last byte', overwriteLastByte],
  ])('that %s is cut off, with old bytes only (threats 20, 21)', async ([, change]) => {
    const { node, file } = await startWithLargeFile()
    const connection = await startSlowReader(node)
    change(file)
    const [reply, end] = await readRest(node, connection)
    expect(reply).toMatchObject({ status: 200, missingBytes: expect.toSatisfy((bytes: number) => bytes > 0) })
    expectSameBytes(reply.body, OLD.subarray(0, reply.body.length))
    expect(end).toBe('cut')
    expect(connection.isClosed).toBe(true)
  })

  test.for<[change: string, change: (file: string) => void]>([
    ['is replaced', replace],
    ['is deleted', (file) => rmSync(file)],
    [
      'is deleted, and another one takes its name',
      (file) => {
        rmSync(file)
        writeFileSync(file, NEW)
      },
    ],
    [
      'is replaced twice',
      (file) => {
        replace(file)
        replace(file)
      },
    ],
    ['gets another name', (file) => renameSync(file, path.join(path.dirname(file), 'other.mp4'))],
    ['is moved into a dot-folder', (file) => renameSync(file, path.join(path.dirname(file), '.old.mp4'))],
    ['gets a second name', (file) => linkSync(file, `${file}.backup`)],
    ['gets other permissions', (file) => chmodSync(file, 0o600)],
    ['may be read by nobody any more', (file) => chmodSync(file, 0)],
    ['gets the permissions that it has', (file) => chmodSync(file, statSync(file).mode)],
    ['gets the owner that it has', (file) => chownSync(file, statSync(file).uid, statSync(file).gid)],
    [
      'is said to have been looked at just now',
      (file) => utimesSync(file, new Date(), statSync(file).mtimeMs / 1000),
    ],
    [
      'is linked, unlinked, renamed and locked up',
      (file) => {
        linkSync(file, `${file}.backup`)
        rmSync(file)
        renameSync(`${file}.backup`, file)
        chmodSync(file, 0o400)
      },
    ],
  ])('that %s gets the old version to its end (threat 22)', async ([, change]) => {
    const { node, file } = await startWithLargeFile()
    const connection = await startSlowReader(node)
    change(file)
    const [reply, end] = await readRest(node, connection)
    expect(reply).toMatchObject({ status: 200, missingBytes: 0 })
    expectSameBytes(reply.body, OLD)
    expect(end).toBe('complete')
  })

  test('that is overwritten in place, gets its old time back and other permissions is cut off', async () => {
    const { node, file } = await startWithLargeFile()
    const connection = await startSlowReader(node)
    const { atime, mtime } = statSync(file)
    overwrite(file, NEW)
    utimesSync(file, atime, mtime)
    chmodSync(file, 0o600)
    const [reply, end] = await readRest(node, connection)
    expectSameBytes(reply.body, OLD.subarray(0, reply.body.length))
    expect(end).toBe('cut')
  })
})

describe('a slow reader of ranges', () => {
  test.for<[what: string, range: string]>([
    ['one range', 'bytes=1000-'],
    ['several ranges', 'bytes=1000-33000000,33000010-'],
  ])('gets %s of the old version when the file is replaced', async ([, range]) => {
    const { node, file } = await startWithLargeFile()
    const connection = await startSlowReader(node, `Range: ${range}`)
    replace(file)
    connection.resume()
    const [reply] = await connection.replies(1)
    expect(reply).toMatchObject({ status: 206, missingBytes: 0 })
    const body = reply?.body ?? Buffer.alloc(0)
    const tail = OLD.subarray(33_000_010)
    const end = range.includes(',') ? body.lastIndexOf('\r\n--') : body.length
    expectSameBytes(body.subarray(end - tail.length, end), tail)
  })

  test.for<[what: string, range: string]>([
    ['one range', 'bytes=1000-'],
    ['several ranges', 'bytes=1000-33000000,33000010-'],
  ])('of %s is cut off when the file is truncated, and the next answer does not land in it', async ([
    ,
    range,
  ]) => {
    const { node, file } = await startWithLargeFile()
    writeReplica(node.root, 'next.mp4', 'THE NEXT ANSWER')
    const connection = await startSlowReader(node, `Range: ${range}`)
    connection.send(getHead('/next.mp4'))
    truncateSync(file, 2_000_000)
    connection.resume()
    const bytes = await connection.untilClosed()
    expect(parseReplies(bytes)).toMatchObject([
      { status: 206, missingBytes: expect.toSatisfy((bytes: number) => bytes > 0) },
    ])
    expect(bytes.includes('THE NEXT ANSWER')).toBe(false)
  })
})

describe('a new request', () => {
  const [FIRST, SECOND] = [
    numberedRecords(10_000),
    Buffer.from(numberedRecords(10_000).map((byte) => byte ^ 0x40)),
  ]

  test.for<[change: string, change: (file: string) => void]>([
    [
      'replaced',
      (file) => {
        writeFileSync(`${file}.next`, SECOND)
        renameSync(`${file}.next`, file)
      },
    ],
    ['overwritten', (file) => overwrite(file, SECOND)],
    [
      'deleted and made again',
      (file) => {
        rmSync(file)
        writeFileSync(file, SECOND)
      },
    ],
  ])('gets the new version as soon as the file is %s, although the old one is being read', async ([
    ,
    change,
  ]) => {
    const { node, file } = await startWithLargeFile()
    await startSlowReader(node)
    const small = path.join(node.root, 'small.mp4')
    writeReplica(node.root, 'small.mp4', FIRST)
    const before = await request(node, '/small.mp4')
    expect(before.body.equals(FIRST)).toBe(true)
    change(small)
    const after = await request(node, '/small.mp4')
    expect(after.body.equals(SECOND)).toBe(true)
    expect(after.headers.etag).not.toBe(before.headers.etag)

    replace(file)
    const reply = await exchangeRaw(node, getHead(`/${NAME}`, 'Range: bytes=-1000'))
    expect(reply).toMatchObject({ status: 206, text: NEW.subarray(-1000).toString('latin1') })
    const old = await exchangeRaw(
      node,
      getHead('/small.mp4', 'Range: bytes=0-9', `If-Range: ${before.headers.etag}`),
    )
    expect(old.status).toBe(200)
  })

  test('gets 404 as soon as the file is deleted, although somebody reads it', async () => {
    const { node, file } = await startWithLargeFile()
    await startSlowReader(node)
    rmSync(file)
    expect(await request(node, `/${NAME}`)).toMatchObject({ status: 404 })
    expect(await request(node, '/_/videos')).toMatchObject({
      status: 200,
      text: '{"node":"node1","videos":[]}\n',
    })
  })

  test('never gets the bytes of one version under the ETag of the other, while versions take turns', async () => {
    const node = await startTestNode()
    const versions = new Map<string, Buffer>()
    const put = (content: Buffer, modified: Date): void => {
      // As `replicate` does: the file appears complete, and its manifest stands beside it.
      const { sha256 } = writeReplicaWithManifest(node.root, 'next.mp4', content, modified)
      for (const name of ['next.mp4', '.manifests/next.mp4.json'])
        renameSync(path.join(node.root, name), path.join(node.root, name.replace('next', 'turns')))
      versions.set(`"${sha256}"`, content)
    }
    put(FIRST, new Date(MODIFIED.getTime() - 1000))
    const statuses = new Set<number>()
    for (let round = 0; round < 100; round++) {
      const asking = Promise.all(
        Array.from({ length: 10 }, () => exchangeRaw(node, getHead('/turns.mp4')).catch(() => undefined)),
      )
      for (let turn = round % 12; turn > 0; turn--) await new Promise(setImmediate)
      put(round % 2 === 0 ? SECOND : FIRST, new Date(MODIFIED.getTime() + round * 1000))
      for (const reply of await asking) {
        if (reply === undefined) continue // cut
        statuses.add(reply.status)
        if (reply.status !== 200) continue
        const etag = field(reply, 'ETag') ?? ''
        const content = versions.get(etag)
        if (etag.length === 66) expect(content?.equals(reply.body)).toBe(true)
        expect(reply.body.equals(FIRST) || reply.body.equals(SECOND)).toBe(true)
      }
    }
    expect(statuses).toContain(200)
  })
})

/**
 * Writes one letter after the other all over a file, in place, for ever. With a breath between two of them, so
 * that each has the processor for itself: whoever is put to sleep in the middle of one `write` leaves half of it
 * for any reader to see, and no clock that tells.
 */
const SCRIBBLE = `
  const { openSync, writeSync } = require('node:fs')
  const fd = openSync(process.argv[1], 'r+')
  const versions = Array.from({ length: 26 }, (_, index) => Buffer.alloc(Number(process.argv[2]), 97 + index))
  for (let turn = 0; ; turn++) {
    writeSync(fd, versions[turn % 26], 0, undefined, 0)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    if (turn === 1) process.stdout.write('scribbling')
  }`

test('a read ahead that finds the file changed while a piece is on its way ends that reply, and nothing else', async () => {
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', note) // a process without tests in it would end
  onTestFinished(() => void process.off('unhandledRejection', note))
  const { node, file } = await startWithLargeFile({
    lossy: { share: 0.0005, rttMs: 10 }, // some 8 MB/s: a piece is on its way for a tenth of a second
  })
  const connection = await RawConnection.open(node)
  connection.send(getHead(`/${NAME}`))
  await connection.until(() => connection.receivedBytes > 2 * 1024 * 1024)
  overwriteLastByte(file)
  await connection.replies(1)
  await vi.waitFor(() => expect(node.records).toMatchObject([{ end: 'cut' }]))
  expect(unhandled).toEqual([])
  expect(await request(node, '/health')).toMatchObject({ status: 200 })
})

test('a file that is written to without pause gives one version or none, and never ends the node', async () => {
  const sizeBytes = 300_000
  const node = await startTestNode()
  writeReplica(node.root, NAME, Buffer.alloc(sizeBytes, 'a'))
  const writer = spawn(process.execPath, ['-e', SCRIBBLE, path.join(node.root, NAME), String(sizeBytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void writer.kill('SIGKILL'))
  await new Promise((resolve) => writer.stdout.once('data', resolve))
  writeReplica(node.root, 'other.mp4', Buffer.alloc(10))
  const page = await request(node, '/')
  expect(page.status).toBe(200)
  expect(page.body.toString()).toContain('other.mp4')
  const ranges = ['bytes=0-', 'bytes=0-9999', 'bytes=0-999,200000-200999']
  for (let round = 0; round < 60; round++) {
    const replies = await Promise.all(
      ranges.map(async (range) => {
        const connection = await RawConnection.open(node)
        connection.send(getHead(`/${NAME}`, `Range: ${range}`))
        const [reply] = await connection.replies(1)
        connection.hangUp()
        return reply
      }),
    )
    for (const reply of replies) {
      if (reply === undefined) continue // cut before its head was out
      expect([206, 503]).toContain(reply.status)
      if (reply.status !== 206) continue
      // The letters of a multipart answer are those of its parts and of the fields before them.
      const runs = reply.text.match(/([a-z])\1{500,}/g) ?? []
      expect(new Set(runs.map(([letter]) => letter)).size).toBeLessThanOrEqual(1)
      if (field(reply, 'Content-Range')) expect(reply.text.replace(/^([a-z])\1*$/, '')).toBe('')
    }
  }
  expect(await request(node, '/health')).toMatchObject({ status: 200 })
})
