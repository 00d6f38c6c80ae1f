import { describe, expect, test } from 'vitest'
import { type Found, findFile } from '../../src/swarm/find-file.js'
import { readManifest } from '../../src/swarm/manifest.js'
import { VirtualClock } from './simulation.ts'

const VIDEO = 'course/talk 1.mp4'
const HASH = 'a'.repeat(64)

const manifest = (mtimeMs: number, other: object = {}): object => ({
  version: 1,
  name: VIDEO,
  size: 250,
  mtimeMs,
  sha256: HASH,
  chunkSize: 100,
  chunks: [HASH, HASH, HASH],
  ...other,
})

/** What a node answers: its manifest, its file's size, and after which time. */
interface FakeNode {
  readonly ms?: number
  /** text is sent as it is; `undefined`: 404 */
  readonly manifest?: object | string
  /** `undefined`: 404 */
  readonly size?: number
  readonly isDown?: boolean
  /** never answers */
  readonly isHung?: boolean
}

/** Looks for the file at some nodes, in virtual time. */
async function find(fakes: readonly FakeNode[], abortAfterMs?: number) {
  const clock = new VirtualClock()
  const abort = new AbortController()
  if (abortAfterMs !== undefined) clock.setTimeout(() => abort.abort(new Error('enough')), abortAfterMs)
  const asked: string[] = []
  const fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { hostname, pathname } = new URL(String(input))
    asked.push(`${init.method ?? 'GET'} ${pathname}`)
    const node = fakes[Number(hostname.slice('node'.length)) - 1] ?? {}
    await new Promise<void>((resolve, reject) => {
      const hangUp = (): void => reject(new DOMException('aborted', 'AbortError'))
      if (init.signal?.aborted === true) return hangUp()
      init.signal?.addEventListener('abort', hangUp)
      if (node.isHung !== true) clock.setTimeout(resolve, node.ms ?? 50)
    })
    if (node.isDown === true) throw new TypeError('fetch failed')
    if (init.method === 'HEAD')
      return node.size === undefined
        ? new Response(null, { status: 404 })
        : new Response(null, { headers: { 'Content-Length': String(node.size) } })
    if (node.manifest === undefined) return new Response('no such file', { status: 404 })
    return new Response(typeof node.manifest === 'string' ? node.manifest : JSON.stringify(node.manifest))
  }
  const nodes = fakes.map((_, index) => ({ name: `node${index + 1}`, url: `http://node${index + 1}` }))
  let outcome: { found: Found } | { error: unknown } | undefined
  void findFile({ nodes, video: VIDEO, fetch, clock, signal: abort.signal }).then(
    (found) => {
      outcome = { found }
    },
    (error: unknown) => {
      outcome = { error }
    },
  )
  await clock.run(() => outcome !== undefined, 20_000)
  const tookMs = clock.now()
  return { outcome, tookMs, asked, pendingTimers: clock.pending }
}

async function found(fakes: readonly FakeNode[]): Promise<{ found: Found | undefined; tookMs: number }> {
  const { outcome, tookMs } = await find(fakes)
  return { found: outcome !== undefined && 'found' in outcome ? outcome.found : undefined, tookMs }
}

describe('a file with manifests', () => {
  test('is asked for by its encoded name, at every node', async () => {
    const { asked } = await find([{ manifest: manifest(1) }, { manifest: manifest(1) }])
    expect(asked).toEqual(Array(2).fill('GET /_/manifest/course/talk%201.mp4'))
  })

  test('is found, with the delay of each node that answered', async () => {
    const { found: file } = await found([{ manifest: manifest(1), ms: 50 }, { isDown: true }, { ms: 60 }])
    expect(file).toMatchObject({
      kind: 'found',
      isVerified: true,
      file: { name: VIDEO, size: 250, chunkSize: 100 },
    })
    expect(file?.kind === 'found' && [...file.delays]).toEqual([
      ['node1', 50],
      ['node3', 60],
    ])
  })

  test('is the newest one, whichever node has it and whoever answers first', async () => {
    const nodes = [
      { manifest: manifest(1) },
      { manifest: manifest(3, { size: 251 }), ms: 60 },
      { manifest: manifest(2) },
    ]
    expect((await found(nodes)).found).toMatchObject({ file: { size: 251 } })
    expect((await found(nodes.toReversed())).found).toMatchObject({ file: { size: 251 } })
  })

  test.for<[what: string, other: FakeNode]>([
    ['a hung node', { isHung: true }],
    ['a node that is much slower', { manifest: manifest(9), ms: 2000 }],
  ])('%s delays it by little', async ([, other]) => {
    const { found: file, tookMs } = await found([{ manifest: manifest(1), ms: 50 }, other])
    expect(file).toMatchObject({ kind: 'found', isVerified: true })
    expect(tookMs).toBeLessThanOrEqual(50 * 1.5 + 30)
  })

  test('is found at the slowest node, if that alone has a manifest', async () => {
    const { found: file } = await found([{ size: 250 }, { size: 250 }, { manifest: manifest(1), ms: 900 }])
    expect(file).toMatchObject({ isVerified: true })
  })

  test.for<[what: string, manifest: object | string]>([
    ['no JSON', '<html>'],
    ['JSON that is no manifest', '[]'],
    ['null', 'null'],
    ['a manifest of another file', manifest(9, { name: 'other.mp4' })],
  ])('%s counts for nothing', async ([, wrong]) => {
    const { found: file } = await found([{ manifest: wrong }, { manifest: manifest(1) }])
    expect(file).toMatchObject({ kind: 'found', isVerified: true, file: { name: VIDEO, mtimeMs: 1 } })
  })
})

describe('a file without a manifest', () => {
  test('is found by its size, and is unverified', async () => {
    const { found: file } = await found([{}, { size: 1234 }])
    expect(file).toMatchObject({ kind: 'found', isVerified: false, file: { name: VIDEO, size: 1234 } })
    expect(file?.kind === 'found' && file.file.chunks).toBeUndefined()
    expect(file?.kind === 'found' && [...file.delays.keys()]).toEqual(['node1', 'node2'])
  })

  test('may be empty', async () => {
    expect((await found([{ size: 0 }])).found).toMatchObject({ kind: 'found', file: { size: 0 } })
  })

  test('is found though another node hangs', async () => {
    const { found: file, tookMs } = await found([{ isHung: true }, { size: 1234 }])
    expect(file).toMatchObject({ kind: 'found', file: { size: 1234 } })
    expect(tookMs).toBeLessThanOrEqual(3200)
  })
})

describe('no file', () => {
  test.for<[rule: string, nodes: FakeNode[], kind: Found['kind']]>([
    ['nodes answer, and none has it', [{}, {}], 'missing'],
    ['one node answers, and does not have it', [{}, { isDown: true }], 'missing'],
    ['one node answers, and another hangs', [{}, { isHung: true }], 'missing'],
    ['what they have is no manifest, and there is no file', [{ manifest: '<html>' }], 'missing'],
    ['all are down', [{ isDown: true }, { isDown: true }], 'no node'],
    ['all hang', [{ isHung: true }, { isHung: true }], 'no node'],
    ['there are no nodes', [], 'no node'],
  ])('%s: %s', async ([, nodes, kind]) => {
    const { outcome, tookMs, pendingTimers } = await find(nodes)
    expect(outcome).toEqual({ found: { kind } })
    expect(tookMs).toBeLessThanOrEqual(6000)
    expect(pendingTimers).toBe(0)
  })
})

describe('giving up', () => {
  test.for<[when: string, nodes: FakeNode[], afterMs: number]>([
    ['while manifests are asked for', [{ isHung: true }], 500],
    [
      'while a slower node may offer a newer manifest',
      [{ manifest: manifest(1), ms: 50 }, { isHung: true }],
      70,
    ],
    ['while sizes are asked for', [{ ms: 400 }], 600],
  ])('%s', async ([, nodes, afterMs]) => {
    const { outcome, tookMs } = await find(nodes, afterMs)
    expect(outcome).toEqual({ error: new Error('enough') })
    expect(tookMs).toBeLessThanOrEqual(afterMs + 40)
  })

  test('before it began asks nobody', async () => {
    const asked: string[] = []
    const finding = findFile({
      nodes: [{ name: 'node1', url: 'http://node1' }],
      video: VIDEO,
      fetch: (input) => {
        asked.push(String(input))
        return Promise.reject(new TypeError('fetch failed'))
      },
      clock: new VirtualClock(),
      signal: AbortSignal.abort(new Error('enough')),
    })
    await expect(finding).rejects.toThrow('enough')
    expect(asked).toEqual([])
  })
})

describe('a manifest', () => {
  test('is read as it is', () => {
    expect(readManifest(manifest(1))).toEqual(manifest(1))
  })

  test('of an empty file has no chunks', () => {
    expect(readManifest(manifest(1, { size: 0, chunks: [] }))).toMatchObject({ size: 0 })
  })

  test.for<[what: string, other: object]>([
    ['another version', { version: 2 }],
    ['no name', { name: undefined }],
    ['a negative size', { size: -1 }],
    ['a size that is no integer', { size: 2.5 }],
    ['a size as text', { size: '250' }],
    ['no time', { mtimeMs: undefined }],
    ['no hash', { sha256: undefined }],
    ['a short hash', { sha256: 'abc' }],
    ['chunks of no bytes', { chunkSize: 0 }],
    ['too few chunks', { chunks: [HASH, HASH] }],
    ['too many chunks', { chunks: [HASH, HASH, HASH, HASH] }],
    ['a chunk that is no hash', { chunks: [HASH, HASH, 'x'] }],
    ['chunks that are no list', { chunks: 'abc' }],
  ])('with %s is none', ([, other]) => {
    expect(readManifest(manifest(1, other))).toBeUndefined()
  })

  test.for([undefined, null, 1, 'text', [], {}])('%j is none', (json) => {
    expect(readManifest(json)).toBeUndefined()
  })
})
