/**
 * One authority: whoever asks for a video gets the same version of it. A newer one lies on one node, and each of
 * those that read or lead to a video is asked, with all nodes up and with another one dead.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type RunningNode, startNode } from '../../src/node/server.ts'
import { type ListedNode, NODE_DEFAULTS, nodeAddress, nodeUrl } from '../../src/node-list.ts'
import { pickNode } from '../../src/picking/pick.ts'
import { type Pulled, type PullOptions, pull } from '../../src/pulling/pull.ts'
import { realClock } from '../../src/swarm/clock.js'
import { findFile } from '../../src/swarm/find-file.js'
import { freePorts, listen } from '../helpers/command.ts'
import { randomBytesOf } from '../helpers/random.ts'
import { temporaryFolder, writeReplicaWithManifest } from '../helpers/storage.ts'

const VIDEO = 'week 1/talk.mp4'
const OLD = randomBytesOf(600_000, 1)
const NEW = randomBytesOf(500_000, 2)
const LATENCIES_MS = [0, 150, 300]

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Three nodes as a list has them, with what each of them has. */
class Classroom {
  readonly nodes: ListedNode[]
  readonly #running: (RunningNode | undefined)[] = []

  private constructor(ports: readonly number[]) {
    this.nodes = LATENCIES_MS.map((latencyMs, index) => ({
      ...{ ...NODE_DEFAULTS, name: `node${index + 1}`, port: ports[index] ?? 0, latencyMs },
      root: temporaryFolder(),
    }))
  }

  /** @param newest the node that has the newer version @param dead one that does not run */
  static async open(newest: number, dead?: number, extra: readonly ListedNode[] = []): Promise<Classroom> {
    const room = new Classroom(await freePorts(3))
    room.nodes.push(...extra)
    for (const [index, node] of room.nodes.entries()) {
      if ('url' in node) continue
      const isNew = index === newest
      const modified = new Date(isNew ? '2026-02-02' : '2026-01-01')
      writeReplicaWithManifest(node.root, VIDEO, isNew ? NEW : OLD, modified)
      if (index === dead) continue
      const running = await startNode(node, { nodes: room.nodes })
      room.#running.push(running)
      onTestFinished(() => running.close())
    }
    return room
  }

  get living(): ListedNode[] {
    const urls = new Set(this.#running.map((running) => running?.url))
    return this.nodes.filter((node) => urls.has(nodeUrl(node)))
  }
}

const pullTo = (
  nodes: readonly ListedNode[],
  target: string,
  policy: PullOptions['policy'] = { kind: 'all' },
): Promise<Pulled> =>
  pull({
    ...{ video: VIDEO, nodes: nodes.map(nodeAddress), policy },
    ...{ out: { path: target, replaces: false }, signal: new AbortController().signal },
  })

const textOf = async (url: string): Promise<string> => (await fetch(url)).text()

describe.each([
  ['fast', 0],
  ['middle', 1],
  ['slow', 2],
] as const)('a newer version on the %s node', (_, newest) => {
  test.each([
    ['no node', undefined],
    ...[0, 1, 2].filter((index) => index !== newest).map((index) => [`node${index + 1}`, index] as const),
  ] as const)('is what everybody gets, with %s dead', async (_, dead) => {
    const room = await Classroom.open(newest, dead)
    const holder = `node${newest + 1}`

    const pick = await pickNode(room.nodes, VIDEO, {})
    expect(pick).toMatchObject({ chosen: { name: holder }, versionsDiffer: true })
    const direct = Buffer.from(await (await fetch(pick.url ?? '')).arrayBuffer())
    expect(direct.equals(NEW)).toBe(true)

    const found = await findFile({
      nodes: room.nodes.map(nodeAddress),
      video: VIDEO,
      fetch,
      clock: realClock,
    })
    expect(found).toMatchObject({ isVerified: true, file: { sha256: sha256(NEW) } })
    expect(found.kind === 'found' && found.versions.map(({ nodes }) => nodes.length)).toEqual([
      1,
      room.living.length - 1,
    ])

    const target = path.join(temporaryFolder(), 'talk.mp4')
    const pulled = await pullTo(room.nodes, target)
    expect(pulled).toMatchObject({ isVerified: true, sha256: sha256(NEW) })
    expect(readFileSync(target).equals(NEW)).toBe(true)
    expect(pulled.versions.map(({ sha256 }) => sha256)).toEqual([sha256(NEW), sha256(OLD)])

    for (const node of room.living) {
      const metalink = await textOf(`${nodeUrl(node)}/week%201/talk.mp4.meta4`)
      expect(metalink).toContain(`<hash type="sha-256">${sha256(NEW)}</hash>`)
      const urls = [...metalink.matchAll(/<url [^>]*>([^<]*)</g)].map(([, url]) => url)
      expect(urls).toContain(pick.url)
      for (const old of room.living.filter(({ name }) => name !== holder))
        expect(urls.some((url) => url?.startsWith(nodeUrl(old)))).toBe(false)
    }
  })
})

test('a pull from one node that has another version says so at once', async () => {
  const room = await Classroom.open(2)
  const target = path.join(temporaryFolder(), 'talk.mp4')
  await expect(pullTo(room.nodes, target, { kind: 'only', node: 'node1' })).rejects.toThrow(
    'node1 has another version of week 1/talk.mp4 than node3, whose version counts',
  )
  expect(await pullTo(room.nodes, target, { kind: 'only', node: 'node3' })).toMatchObject({
    sha256: sha256(NEW),
  })
})

/** A plain server of somebody else, without a thought of us; it closes with the test. */
async function startForeign(answer: (url: string) => { type: string; etag?: string; body: Buffer | string }) {
  const server = createServer((request, response) => {
    const { type, etag, body } = answer(request.url ?? '')
    const whole = Buffer.from(body)
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const part = first === undefined ? whole : whole.subarray(Number(first), Number(last) + 1)
    response.writeHead(first === undefined ? 200 : 206, {
      'Content-Type': type,
      'Content-Length': part.length,
      ...(etag === undefined ? {} : { ETag: etag }),
      ...(first === undefined ? {} : { 'Content-Range': `bytes ${first}-${last}/${whole.length}` }),
    })
    response.end(request.method === 'HEAD' ? undefined : part)
  })
  const port = await listen(server)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { name: `cdn${port}`, url: `http://127.0.0.1:${port}`, healthPath: '/health' }
}

const LIE = randomBytesOf(600_000, 3)

/** A manifest of the lie, and much newer. */
const lyingManifest = JSON.stringify({
  ...{
    version: 1,
    name: VIDEO,
    size: LIE.length,
    mtimeMs: Date.now(),
    sha256: sha256(LIE),
    chunkSize: 262_144,
  },
  chunks: [0, 1, 2].map((chunk) => sha256(LIE.subarray(chunk * 262_144, (chunk + 1) * 262_144))),
})

describe("somebody else's server", () => {
  test('with a manifest and a tag of its own is no authority: not for one byte', async () => {
    const liar = await startForeign((url) =>
      url.startsWith('/_/manifest')
        ? { type: 'application/json', body: lyingManifest }
        : { type: 'video/mp4', etag: `"${sha256(OLD)}"`, body: LIE },
    )
    const room = await Classroom.open(-1, undefined, [liar])
    const pick = await pickNode(room.nodes, VIDEO, {})
    expect(pick.chosen?.name).toBe('node1')
    const target = path.join(temporaryFolder(), 'talk.mp4')
    const pulled = await pullTo(room.nodes, target)
    expect(pulled).toMatchObject({ isVerified: true, sha256: sha256(OLD) })
    expect(readFileSync(target).equals(OLD)).toBe(true)
  })

  test('alone has no watch page, and what it has is unverified', async () => {
    const liar = await startForeign((url) =>
      url.startsWith('/_/manifest')
        ? { type: 'application/json', body: lyingManifest }
        : { type: 'video/mp4', etag: `"${sha256(LIE)}"`, body: LIE },
    )
    const pick = await pickNode([liar], VIDEO, {})
    expect(pick).toMatchObject({ chosen: { name: liar.name }, watchUrl: undefined })
    const target = path.join(temporaryFolder(), 'talk.mp4')
    const pulled = await pullTo([liar], target)
    expect(pulled).toMatchObject({ isVerified: false, path: `${target}.unverified` })
  })

  test('and another with a file of the same size are not mixed', async () => {
    const servers = [
      await startForeign(() => ({ type: 'video/mp4', etag: '"1"', body: OLD })),
      await startForeign(() => ({ type: 'video/mp4', etag: '"2"', body: LIE })),
    ]
    for (const nodes of [servers, servers.toReversed()]) {
      const target = path.join(temporaryFolder(), 'talk.mp4')
      const { sha256: found } = await pullTo(nodes, target)
      expect([sha256(OLD), sha256(LIE)]).toContain(found)
    }
  })

  test('nor are they where neither has a tag', async () => {
    const servers = [
      await startForeign(() => ({ type: 'video/mp4', body: OLD })),
      await startForeign(() => ({ type: 'video/mp4', body: LIE })),
    ]
    const target = path.join(temporaryFolder(), 'talk.mp4')
    const { sha256: found } = await pullTo(servers, target)
    expect([sha256(OLD), sha256(LIE)]).toContain(found)
  })

  test('that answers everything with a web page has no video', async () => {
    const page = await startForeign(() => ({ type: 'text/html; charset=utf-8', body: '<h1>Welcome</h1>' }))
    expect((await pickNode([page], VIDEO, {})).chosen).toBeUndefined()
    await expect(pullTo([page], path.join(temporaryFolder(), 'talk.mp4'))).rejects.toMatchObject({
      found: { kind: 'missing', discarded: [{ why: 'it answers with a web page' }] },
    })
  })
})
