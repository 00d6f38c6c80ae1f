import { describe, expect, test } from 'vitest'
import type { Waiting } from '../../src/swarm/ask-nodes.js'
import { type Found, findFile } from '../../src/swarm/find-file.js'
import { bodyLimitMs, headLimitMs } from '../../src/swarm/patience.js'
import { readManifest } from '../../src/version/manifest.js'
import { VirtualClock } from './simulation.ts'

const VIDEO = 'course/talk 1.mp4'
const HASH = 'a'.repeat(64)
const OTHER_HASH = 'b'.repeat(64)

const CHUNK = 256 * 1024
const SIZE = 2.5 * CHUNK
/** Midnight of a day that all times in these tests are before, but for those in the future. */
const TODAY = Date.parse('2026-03-01')

const manifest = (mtimeMs: number, other: object = {}): object => ({
  version: 1,
  name: VIDEO,
  size: SIZE,
  mtimeMs,
  sha256: HASH,
  chunkSize: CHUNK,
  chunks: [HASH, HASH, HASH],
  ...other,
})

/** What a node answers: its manifest, its file's size, and after which time. */
interface FakeNode {
  readonly ms?: number
  /** text is sent as it is; `undefined`: 404 */
  readonly manifest?: object | string
  /** `undefined`: 404, where there is no manifest either */
  readonly size?: number
  /** beside Content-Length */
  readonly head?: Record<string, string>
  readonly isForeign?: boolean
  /** as the node list has it; default `ms` */
  readonly latencyMs?: number
  readonly isDown?: boolean
  /** never answers */
  readonly isHung?: boolean
}

/** Looks for the file at some nodes, in virtual time. */
async function find(fakes: readonly FakeNode[], abortAfterMs?: number, patienceMs?: number) {
  const clock = new VirtualClock()
  const abort = new AbortController()
  if (abortAfterMs !== undefined) clock.setTimeout(() => abort.abort(new Error('enough')), abortAfterMs)
  const asked: string[] = []
  const waits: [atMs: number, Waiting][] = []
  const fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { hostname, pathname } = new URL(String(input))
    asked.push(`${hostname} ${init.method ?? 'GET'} ${pathname}`)
    const node = fakes[Number(hostname.slice('node'.length)) - 1] ?? {}
    await new Promise<void>((resolve, reject) => {
      const hangUp = (): void => reject(new DOMException('aborted', 'AbortError'))
      if (init.signal?.aborted === true) return hangUp()
      init.signal?.addEventListener('abort', hangUp)
      if (node.isHung !== true) clock.setTimeout(resolve, node.ms ?? 50)
    })
    if (node.isDown === true) throw new TypeError('fetch failed')
    if (init.method === 'HEAD') {
      const ofManifest = node.manifest as { size?: unknown } | string | undefined
      const size = node.size ?? (typeof ofManifest === 'object' ? ofManifest.size : undefined)
      return size === undefined
        ? new Response(null, { status: 404 })
        : new Response(null, { headers: { 'Content-Length': String(size), ...node.head } })
    }
    if (node.manifest === undefined) return new Response('no such file', { status: 404 })
    return new Response(typeof node.manifest === 'string' ? node.manifest : JSON.stringify(node.manifest))
  }
  const nodes = fakes.map(({ ms, latencyMs = ms ?? 50, isForeign = false }, index) => ({
    name: `node${index + 1}`,
    url: `http://node${index + 1}`,
    isForeign,
    ...(isForeign ? {} : { latencyMs, jitterMs: 0, bandwidthKbps: 0 }),
  }))
  let outcome: { found: Found } | { error: unknown } | undefined
  const options = patienceMs === undefined ? {} : { patienceMs }
  void findFile({
    ...{ nodes, video: VIDEO, fetch, clock, today: () => TODAY, signal: abort.signal, ...options },
    onWait: (waiting) => waits.push([clock.now(), waiting]),
  }).then(
    (found) => {
      outcome = { found }
    },
    (error: unknown) => {
      outcome = { error }
    },
  )
  await clock.run(() => outcome !== undefined, 200_000)
  const tookMs = clock.now()
  return { outcome, tookMs, asked, waits, pendingTimers: clock.pending }
}

async function found(fakes: readonly FakeNode[]): Promise<{ found: Found | undefined; tookMs: number }> {
  const { outcome, tookMs } = await find(fakes)
  return { found: outcome !== undefined && 'found' in outcome ? outcome.found : undefined, tookMs }
}

/** As {@link manifest}, but for the hash of one chunk. */
const OTHER_CHUNKS = manifest(9, { chunks: [HASH, HASH, OTHER_HASH] })

describe('a file with manifests', () => {
  test('is asked for by its encoded name, at every node', async () => {
    const { asked } = await find([{ manifest: manifest(1) }, { manifest: manifest(1) }])
    expect(asked.toSorted()).toEqual(
      ['node1', 'node2'].flatMap((node) => [
        `${node} GET /_/manifest/course/talk%201.mp4`,
        `${node} HEAD /course/talk%201.mp4`,
      ]),
    )
  })

  test('is found, with the delay of each node that answered', async () => {
    const { found: file } = await found([{ manifest: manifest(1), ms: 50 }, { isDown: true }, { ms: 60 }])
    expect(file).toMatchObject({
      kind: 'found',
      isVerified: true,
      file: { name: VIDEO, size: SIZE, chunkSize: CHUNK },
    })
    expect(file?.kind === 'found' && [...file.delays]).toEqual([
      ['node1', 50],
      ['node3', 60],
    ])
  })

  test('is the newest one, whichever node has it and whoever answers first', async () => {
    const nodes = [
      { manifest: manifest(1) },
      { manifest: manifest(3, { size: SIZE + 1, sha256: OTHER_HASH }), ms: 60 },
      { manifest: manifest(2) },
    ]
    expect((await found(nodes)).found).toMatchObject({ file: { size: SIZE + 1 } })
    expect((await found(nodes.toReversed())).found).toMatchObject({ file: { size: SIZE + 1 } })
  })

  test.for<[what: string, other: FakeNode, atMostMs: number]>([
    ['a node that refuses: not at all', { isDown: true, ms: 1 }, 50],
    ['a silent node: as long as it may take by the node list, and a little', { isHung: true }, 1100],
    ['one that is far away: longer', { isHung: true, latencyMs: 2000 }, 4100],
    ['a server of somebody else: not at all', { isHung: true, isForeign: true }, 50],
  ])('waits for others that may have a newer one: %s', async ([, other, atMostMs]) => {
    const { found: file, tookMs } = await found([{ manifest: manifest(1), ms: 50 }, other])
    expect(file).toMatchObject({ kind: 'found', isVerified: true })
    expect(tookMs).toBeLessThanOrEqual(atMostMs)
  })

  test.for<[latenciesMs: number[]]>([
    [[50, 150, 300]],
    [[1, 150, 300]],
    [[50, 2500, 12_000]],
    [[1, 1, 60_000]],
  ])('is the newest one, whichever node has it: latencies %j', async ([latenciesMs]) => {
    for (const newest of latenciesMs.keys()) {
      const nodes = latenciesMs.map((ms, index) =>
        index === newest
          ? { ms, manifest: manifest(2, { sha256: OTHER_HASH }) }
          : { ms, manifest: manifest(1) },
      )
      const { found: file } = await found(nodes)
      expect(file).toMatchObject({ file: { sha256: OTHER_HASH } })
      const others = ['node1', 'node2', 'node3'].filter((_, index) => index !== newest)
      expect(file?.kind === 'found' && file.versions).toEqual([
        { sha256: OTHER_HASH, size: SIZE, mtimeMs: 2, nodes: [`node${newest + 1}`] },
        { sha256: HASH, size: SIZE, mtimeMs: 1, nodes: others },
      ])
    }
  })

  test('is not missed because another, which should have answered sooner, is silent', async () => {
    const nodes: FakeNode[] = [
      { isHung: true, latencyMs: 1 },
      { manifest: manifest(1) },
      { manifest: manifest(2, { sha256: OTHER_HASH }), ms: 4000 },
    ]
    expect((await found(nodes)).found).toMatchObject({ file: { sha256: OTHER_HASH } })
  })

  test('comes through a narrow uplink: who has begun to answer is waited for', async () => {
    // the rule is in patience.js; here, that the body has time of its own
    expect(headLimitMs({ latencyMs: 50, jitterMs: 10 })).toBeGreaterThan(60)
    expect(bodyLimitMs({ bandwidthKbps: 500 }, 280_000)).toBeGreaterThan(4480)
    expect(bodyLimitMs({ bandwidthKbps: 0 }, 280_000)).toBeLessThan(1000)
  })

  test('is found at the slowest node, if that alone has a manifest', async () => {
    const { found: file } = await found([{ size: SIZE }, { size: SIZE }, { manifest: manifest(1), ms: 900 }])
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

/** Says 200 and HTML to whatever it is asked for. */
const WEB_PAGE: FakeNode = {
  isForeign: true,
  size: 900,
  head: { 'Content-Type': 'text/html; charset=utf-8' },
}

describe("somebody else's server", () => {
  const FOREIGN: FakeNode = { isForeign: true, manifest: manifest(9, { sha256: OTHER_HASH }) }

  test('is not asked for a manifest, so that it is no authority', async () => {
    const { outcome, asked } = await find([{ manifest: manifest(1) }, FOREIGN])
    expect(asked.filter((request) => request.startsWith('node2'))).toEqual([
      'node2 HEAD /course/talk%201.mp4',
    ])
    expect(outcome).toMatchObject({ found: { file: { sha256: HASH }, isVerified: true } })
  })

  test('has an unverified file when it alone has one, whatever it says of it', async () => {
    const hash = { ETag: `"${OTHER_HASH}"` }
    const { found: file } = await found([{}, { ...FOREIGN, head: hash }])
    expect(file).toMatchObject({ kind: 'found', isVerified: false, file: { size: SIZE }, versions: [] })
    expect(file?.kind === 'found' && file.file).not.toHaveProperty('sha256')
  })

  test('that has a web page for every name is told of', async () => {
    const { found: file } = await found([{ manifest: manifest(1) }, { ...WEB_PAGE, ms: 1 }])
    expect(file).toMatchObject({ discarded: [{ node: 'node2', why: 'it answers with a web page' }] })
  })
})

describe('a manifest that cannot be believed', () => {
  test.for<[what: string, bad: FakeNode, why: RegExp]>([
    ['of the largest size', { manifest: manifest(9, { size: 2 ** 53 - 1 }) }, /chunks/],
    [
      'of a byte more than its file',
      { manifest: manifest(9, { size: SIZE + 1 }), size: SIZE },
      /its file has/,
    ],
    [
      'of another file than it has',
      { manifest: manifest(9), head: { ETag: `"${OTHER_HASH}"` } },
      /another file than it has/,
    ],
    ['with chunks of one byte', { manifest: manifest(9, { chunkSize: 1 }) }, /chunks of 1 bytes/],
    ['with a date that is none', { manifest: manifest(1e300) }, /date that is none/],
    [
      'of the year 2099',
      { manifest: manifest(Date.parse('2099-01-01'), { sha256: OTHER_HASH }) },
      /2099-01-01/,
    ],
    [
      'with other hashes of chunks than the others',
      { manifest: OTHER_CHUNKS },
      /otherwise than .* node1, node2/,
    ],
    ['longer than any', { manifest: ' '.repeat(2 ** 20) }, /longer than/],
    ['that is no JSON', { manifest: '<html>' }, /no JSON/],
    ['that is an array', { manifest: '[]' }, /another format/],
    ['of another name', { manifest: manifest(9, { name: 'other.mp4' }) }, /of another file/],
  ])('%s is discarded, its node named, and the others go on', async ([, bad, why]) => {
    for (const order of [0, 1, 2]) {
      const nodes: FakeNode[] = [{ manifest: manifest(1) }, { manifest: manifest(1) }]
      nodes.splice(order, 0, bad)
      const { found: file } = await found(nodes)
      expect(file).toMatchObject({ kind: 'found', isVerified: true, file: { sha256: HASH, size: SIZE } })
      const discarded = file?.kind === 'found' ? file.discarded : []
      expect(discarded).toHaveLength(1)
      expect(discarded[0]?.node).toBe(`node${order + 1}`)
      if (order === 2) expect(discarded[0]?.why).toMatch(why)
    }
  })

  test('leaves an unverified file where no other has one', async () => {
    const { found: file } = await found([{ manifest: manifest(1e300) }])
    expect(file).toMatchObject({ kind: 'found', isVerified: false, discarded: [{ node: 'node1' }] })
  })
})

describe('patience', () => {
  test.for<
    [rule: string, nodes: FakeNode[], patienceMs: number | undefined, leastMs: number, mostMs: number]
  >([
    ['all are silent', [{ isHung: true }, { isHung: true }], undefined, 3000, 3000],
    ['more is asked for', [{ isHung: true }], 60_000, 60_000, 60_000],
    ['less is asked for than the list allows', [{ isHung: true, latencyMs: 12_000 }], 1000, 18_000, 19_000],
    ['all refuse', [{ isDown: true, ms: 1 }], 60_000, 1, 1],
  ])('%s', async ([, nodes, patienceMs, leastMs, mostMs]) => {
    const { outcome, tookMs } = await find(nodes, undefined, patienceMs)
    expect(outcome).toMatchObject({ found: { kind: 'no node' } })
    expect(tookMs).toBeGreaterThanOrEqual(leastMs)
    expect(tookMs).toBeLessThanOrEqual(mostMs)
  })

  test.for([2500, 12_000, 60_000])('a node of %d ms is found', async (ms) => {
    expect((await found([{ ms, manifest: manifest(1) }])).found).toMatchObject({ isVerified: true })
  })

  test('for whom it waits, for how long at most, and who has the file, is told from the first moment on', async () => {
    const hung = { isHung: true, latencyMs: 12_000 }
    const { waits, tookMs } = await find([{ ms: 50, manifest: manifest(1) }, hung, { ms: 300 }])
    const forMs = headLimitMs(hung) + 500
    expect(waits[0]).toEqual([0, { waitsFor: ['node1', 'node2', 'node3'], forMs, holders: [] }])
    expect(waits.at(-1)).toEqual([300, { waitsFor: ['node2'], forMs, holders: ['node1'] }])
    expect(tookMs).toBe(forMs) // a newer version may be there, and the list says that it may take so long
  })

  test('who refuses and who is silent are told apart', async () => {
    const { found: file } = await found([{ isDown: true }, { isHung: true }])
    expect(file?.kind === 'no node' && [...file.replies]).toEqual([
      ['node1', { failure: 'it cannot be reached' }],
      ['node2', {}],
    ])
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
    ['a server of somebody else has a web page for every name', [{}, WEB_PAGE], 'missing'],
    ['there are no nodes', [], 'no node'],
  ])('%s: %s', async ([, nodes, kind]) => {
    const { outcome, tookMs, pendingTimers } = await find(nodes)
    expect(outcome).toMatchObject({ found: { kind } })
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
    ['while a node owes its answer', [{ ms: 900 }], 300],
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
    ['chunks of few bytes', { chunkSize: CHUNK - 1 }],
    ['chunks that fit no memory', { size: 2 ** 40, chunkSize: 2 ** 40, chunks: [HASH] }],
    ['more chunks than any file', { size: 5000 * CHUNK, chunks: Array(5000).fill(HASH) }],
    ['a time that is none', { mtimeMs: 1e300 }],
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
