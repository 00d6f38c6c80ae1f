import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { CORRUPT_EVERY_BYTES, type Fault } from './fault.ts'
import { FaultyNode } from './faulty-node.ts'
import { isListening } from './processes.ts'
import { writeReplicaWithManifest } from './storage.ts'

const CONTENT = randomBytes(256 * 1024)
const START = 10_000
const END = 109_999
const SLICE = CONTENT.subarray(START, END + 1)

let folder = ''
/** For all tests that do not end it; each sets the fault that it needs. */
let node: FaultyNode
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'faulty-node-test-'))
  writeReplicaWithManifest(folder, 'video.mp4', CONTENT)
  node = await FaultyNode.start({ root: folder, latencyMs: 10 })
})
afterEach(() => node.setFault({ kind: 'none' }))
afterAll(async () => {
  await node.kill()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** One that lasts for one test. */
async function startAnother(bandwidthKbps = 0): Promise<FaultyNode> {
  const another = await FaultyNode.start({ root: folder, latencyMs: 10, bandwidthKbps })
  onTestFinished(() => another.kill())
  return another
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

interface Seen {
  readonly status?: number
  readonly range?: string | undefined
  readonly etag?: string | undefined
  readonly retryAfter?: string | undefined
  readonly body: Buffer
  /** of the body: a test runner takes long to compare so many bytes */
  readonly sha256: string
  /** `waiting`: it had not ended when we hung up */
  readonly end: 'complete' | 'cut' | 'waiting'
  readonly ms: number
}

/** Asks for the range, and hangs up after a while. */
function ask({ port }: FaultyNode, path = '/video.mp4', patienceMs = 5000): Promise<Seen> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const startedMs = performance.now()
    let head: Partial<Seen> = {}
    const settle = (end: Seen['end']): void => {
      clearTimeout(timer)
      const body = Buffer.concat(chunks)
      resolve({ ...head, body, sha256: sha256(body), end, ms: performance.now() - startedMs })
      sent.destroy()
    }
    const headers = { Range: `bytes=${START}-${END}` }
    const sent = httpRequest({ host: '127.0.0.1', port, path, headers, agent: false }, (reply) => {
      const { statusCode: status = 0, headers: fields } = reply
      const { 'content-range': range, etag, 'retry-after': retryAfter } = fields
      head = { status, range, etag, retryAfter }
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.once('end', () => settle('complete'))
      reply.once('error', () => settle('cut'))
    })
    const timer = setTimeout(() => settle('waiting'), patienceMs)
    sent.once('error', () => settle('cut'))
    sent.end()
  })
}

const RANGE = `bytes ${START}-${END}/${CONTENT.length}`

function differences(body: Buffer): number[] {
  return [...body.keys()].filter((at) => body[at] !== SLICE[at])
}

test('without a fault it is a node', async () => {
  expect(await ask(node)).toMatchObject({ status: 206, range: RANGE, sha256: sha256(SLICE), end: 'complete' })
  const { requests } = await node.count()
  expect(requests.at(-1)).toMatchObject({ url: '/video.mp4', range: `bytes=${START}-${END}` })
})

test.for<[name: string, fault: Fault, expected: Partial<Seen>]>([
  ['refuses with a status', { kind: 'status', status: 404 }, { status: 404, body: Buffer.alloc(0) }],
  [
    'is busy',
    { kind: 'status', status: 503, retryAfterSeconds: 2 },
    { status: 503, retryAfter: '2', end: 'complete' },
  ],
  ['knows no ranges', { kind: 'whole file' }, { status: 200, sha256: sha256(CONTENT), end: 'complete' }],
  [
    'answers another range',
    { kind: 'wrong range' },
    { status: 206, range: RANGE.replace('10000', '10001'), end: 'complete' },
  ],
  ['has another size', { kind: 'other size' }, { status: 206, range: RANGE.replace('262144', '262145') }],
  [
    'has another version',
    { kind: 'other version' },
    { status: 206, etag: `"${'f'.repeat(64)}"`, sha256: sha256(SLICE) },
  ],
  [
    'sends too little',
    { kind: 'short' },
    { status: 206, sha256: sha256(SLICE.subarray(0, 50_000)), end: 'complete' },
  ],
  ['breaks off', { kind: 'cut' }, { status: 206, sha256: sha256(SLICE.subarray(0, 50_000)), end: 'cut' }],
  [
    'hangs in the body',
    { kind: 'hung' },
    { status: 206, sha256: sha256(SLICE.subarray(0, 50_000)), end: 'waiting' },
  ],
  ['says nothing', { kind: 'silent' }, { body: Buffer.alloc(0), end: 'waiting' }],
  ['resets', { kind: 'reset' }, { body: Buffer.alloc(0), end: 'cut' }],
])('it %s, and then no more', async ([, fault, expected]) => {
  await node.setFault(fault)
  expect(await ask(node, '/video.mp4', 400)).toMatchObject(expected)
  await node.setFault({ kind: 'none' })
  expect(await ask(node)).toMatchObject({ status: 206, range: RANGE, sha256: sha256(SLICE), end: 'complete' })
})

test('it corrupts bytes everywhere, or a single one', async () => {
  await node.setFault({ kind: 'corrupt' })
  const everywhere = differences((await ask(node)).body).map((at) => at + START)
  expect(everywhere).toEqual(
    [...CONTENT.keys()].filter((at) => at % CORRUPT_EVERY_BYTES === 0 && at >= START && at <= END),
  )
  await node.setFault({ kind: 'corrupt', byte: START + 77 })
  expect(differences((await ask(node)).body)).toEqual([77])
})

describe('what is held by a fault goes on when it is over', () => {
  test.for<Fault>([
    { kind: 'silent' },
    { kind: 'hung' },
    { kind: 'slow', bytesPerSecond: 10_000 },
  ])('$kind', async (fault) => {
    await node.setFault(fault)
    const reply = ask(node)
    await delay(150)
    await node.setFault({ kind: 'none' })
    expect(await reply).toMatchObject({ status: 206, sha256: sha256(SLICE), end: 'complete' })
    expect((await node.count()).replies).toBe(0)
  })
})

test('a fault reaches the replies that are under way', async () => {
  const thin = await startAnother(800) // 100 kB take a second
  const reply = ask(thin)
  await delay(200)
  await thin.setFault({ kind: 'reset' })
  const { status, end, body } = await reply
  expect([status, end]).toEqual([206, 'cut'])
  expect(body.length).toBeGreaterThan(0)
  expect(body.length).toBeLessThan(SLICE.length)
})

test('it is late by as much as it is told, and all its replies share a slow way', async () => {
  await node.setFault({ kind: 'late', ms: 200 })
  expect((await ask(node)).ms).toBeGreaterThanOrEqual(209)
  await node.setFault({ kind: 'slow', bytesPerSecond: 400_000 })
  const [one, two] = await Promise.all([ask(node), ask(node)])
  expect(Math.max(one.ms, two.ms)).toBeGreaterThanOrEqual(499) // twice 100 kB
})

test('health can be spared, and faults of content never touch it', async () => {
  await node.setFault({ kind: 'silent', spares: 'health' })
  expect(await ask(node, '/health')).toMatchObject({ status: 200, end: 'complete' })
  expect(await ask(node, '/video.mp4', 100)).toMatchObject({ end: 'waiting' })
  await node.setFault({ kind: 'status', status: 404 })
  expect(await ask(node, '/health')).toMatchObject({ status: 200 })
  await node.setFault({ kind: 'silent' })
  expect(await ask(node, '/health', 100)).toMatchObject({ end: 'waiting' })
})

test('killed it is gone, and comes back on its port without its fault', async () => {
  const node = await startAnother()
  const { port } = node
  await node.setFault({ kind: 'silent' })
  await node.kill()
  expect(await isListening(port)).toBe(false)
  await node.restart()
  expect(node.port).toBe(port)
  expect(await ask(node)).toMatchObject({ status: 206, sha256: sha256(SLICE) })
})

test('hung it takes connections and says nothing until it is resumed', async () => {
  const node = await startAnother()
  node.hang()
  expect(await isListening(node.port)).toBe(true)
  const reply = ask(node)
  expect(await Promise.race([reply, delay(200, 'nothing')])).toBe('nothing')
  node.resume()
  expect(await reply).toMatchObject({ status: 206, sha256: sha256(SLICE) })
})
