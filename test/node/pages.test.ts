/** What a node says of itself: its page, `/health`, and the facts under `/_/`. */
import { createHash } from 'node:crypto'
import { rmSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { NODE_DEFAULTS } from '../../src/node-list.ts'
import { scenarioNames } from '../../src/scenario/scenario-folder.ts'
import { request } from '../helpers/http.ts'
import { startTestNode, type TestNode } from '../helpers/node.ts'
import {
  MODIFIED,
  numberedRecords,
  writeManifest,
  writeReplica,
  writeReplicaWithManifest,
} from '../helpers/storage.ts'

const RECORDS = numberedRecords(100)
const TEXT = RECORDS.toString()

describe('the page of a node', () => {
  async function readPage(node: TestNode): Promise<string> {
    const { status, headers, body } = await request(node, '/')
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(headers['content-length']).toBe(String(body.length))
    return body.toString()
  }

  test('names the node and its latency, and each video with its size and date', async () => {
    const node = await startTestNode({ name: 'node2', latencyMs: 7, jitterMs: 2 })
    writeReplica(node.root, 'talk.mp4', Buffer.alloc(6_700_000))
    writeReplica(node.root, 'week 1/é.mp4', RECORDS)
    const page = await readPage(node)
    expect(page).toContain('<h1>node2</h1>')
    expect(page).toContain('simulated latency 7 ms ± 2 ms')
    for (const part of ['talk.mp4', '6.7 MB', 'week 1/é.mp4', '1.0 kB', '2024-02-29 12:34']) {
      expect(page).toContain(part)
    }
  })

  test('without videos says how to get one', async () => {
    const node = await startTestNode()
    const page = await readPage(node)
    expect(page).toContain('npm run replicate')
    expect(page).not.toContain('<li>')
  })

  test('lists what is served, and nothing else, in the order of names', async () => {
    const node = await startTestNode()
    for (const name of [
      'b.mp4',
      'a.mp4',
      'folder/c.mp4',
      '.hidden.mp4',
      '.incoming/d.mp4',
      '_/e.mp4',
      'health',
    ]) {
      writeReplica(node.root, name, RECORDS)
    }
    const page = await readPage(node)
    const names = [...page.matchAll(/<span class="name">([^<]*)<\/span>/g)].map(([, name]) => name)
    expect(names).toEqual(['a.mp4', 'b.mp4', 'folder/c.mp4'])
  })

  test('links to the videos under their names, whatever these are', async () => {
    const node = await startTestNode()
    const names = [
      'a b.mp4',
      '100%.mp4',
      'what?#.mp4',
      `"quotes'.mp4`,
      'week 1/é.mp4',
      '🎬.mp4',
      'a&amp;b.mp4',
    ]
    for (const name of names) writeReplica(node.root, name, `bytes of ${name}`)
    const page = await readPage(node)
    const links = [...page.matchAll(/<a [^>]*href="([^"]*)"[^>]*>(Watch|Download)<\/a>/g)]
    expect(links.map(([, , label]) => label)).toEqual(names.flatMap(() => ['Watch', 'Download']))
    const found = new Set<string>()
    for (const [, href = '', label] of links) {
      const unescaped = href
        .replace(/&#39;/g, "'")
        .replace(/&quot;/g, '"')
        .replace(/&amp;/g, '&')
      const { pathname } = new URL(unescaped, node.url)
      const target = label === 'Watch' ? pathname.replace(/^\/watch\//, '/') : pathname
      expect([label, pathname.startsWith('/watch/')]).toEqual([label, label === 'Watch'])
      found.add((await request(node, target)).body.toString())
    }
    expect(found).toEqual(new Set(names.map((name) => `bytes of ${name}`)))
  })

  test.for([
    '<img src=x onerror=1>.mp4',
    '"><script>alert(1)<',
    "' onmouseover='alert(1)",
    '" onmouseover="alert(1)',
    '&lt;script&gt;.mp4',
    'javascript&colon;alert(1)',
    '--><svg onload=1>',
  ])('shows a name and never runs it: %s (threat 26)', async (name) => {
    const node = await startTestNode()
    writeFileSync(path.join(node.root, name), RECORDS)
    const page = await readPage(node)
    const plain = await readPage(await startTestNode())
    const tagsOf = (html: string): string[] => html.match(/<[^>]*>/g) ?? []
    const added = tagsOf(page).filter((tag) => !tagsOf(plain).includes(tag))
    // Every tag that the list brings is one of these, and no attribute is more than it should be.
    for (const tag of added) {
      expect(tag).toMatch(
        /^<\/?(?:ul|li|span|time|a)(?: class="[a-z]+"| datetime="[0-9TZ:.-]+"| href="\/(?:watch\/)?[\w%.!~*()&#;-]+"| download)*>$/,
      )
    }
    const [, shown = ''] = /<span class="name">([^<]*)<\/span>/.exec(page) ?? []
    const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }
    expect(shown.replace(/&(lt|gt|quot|#39|amp);/g, (_, entity: string) => entities[entity] ?? '')).toBe(name)
  })

  test('may run and load nothing but its own style (threat 26)', async () => {
    const node = await startTestNode()
    writeReplica(node.root, 'demo.mp4', RECORDS)
    const { headers, body } = await request(node, '/')
    const policy = new Map(
      String(headers['content-security-policy'])
        .split('; ')
        .map((directive) => {
          const [name = '', ...values] = directive.split(' ')
          return [name, values.join(' ')]
        }),
    )
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(body.toString()) ?? []
    expect(policy.get('default-src')).toBe("'none'")
    expect(policy.get('style-src')).toBe(`'sha256-${createHash('sha256').update(style).digest('base64')}'`)
    expect(policy.has('script-src')).toBe(false)
    expect(policy.get('frame-ancestors')).toBe("'none'")
    expect(policy.get('base-uri')).toBe("'none'")
    expect(body.toString()).not.toMatch(/<script|<link|<img|style="|\son\w+=/i)
    expect(headers['cache-control']).toBe('no-cache')
  })
})

describe('/health', () => {
  test('tells who the node is and what it simulates, and is never cached', async () => {
    const node = await startTestNode({ name: 'node2', latencyMs: 3, jitterMs: 1, bandwidthKbps: 9000 })
    const { status, headers, text } = await request(node, '/health')
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'content-length': String(text.length),
    })
    expect(JSON.parse(text)).toMatchObject({
      status: 'ok',
      node: 'node2',
      latencyMs: 3,
      jitterMs: 1,
      bandwidthKbps: 9000,
      requests: 0,
      bytes: 0,
    })
  })

  test('counts what was served', async () => {
    const node = await startTestNode()
    writeReplica(node.root, 'demo.mp4', RECORDS)
    await request(node, '/demo.mp4')
    await request(node, '/demo.mp4', { headers: { range: 'bytes=0-9' } })
    await request(node, '/demo.mp4', { method: 'HEAD' })
    const { text } = await request(node, '/health')
    expect(JSON.parse(text)).toMatchObject({ requests: 3, bytes: 1010 })
  })

  test.for(['/health?now=1', '/%68ealth', 'http://localhost/health'])('answers as %s too', async (target) => {
    const node = await startTestNode()
    const { status, text } = await request(node, target)
    expect([status, JSON.parse(text)]).toMatchObject([200, { status: 'ok' }])
  })

  test('waits for the simulated latency as every answer does', async () => {
    const node = await startTestNode({ latencyMs: 40 })
    writeReplica(node.root, 'demo.mp4', RECORDS)
    for (const [target, method] of [
      ['/health', 'GET'],
      ['/demo.mp4', 'HEAD'],
      ['/other.mp4', 'GET'],
      ['/%', 'GET'],
      ['/', 'POST'],
      ['/', 'OPTIONS'],
    ] as const) {
      const startMs = performance.now()
      await request(node, target, { method })
      expect(performance.now() - startMs).toBeGreaterThanOrEqual(40)
    }
  })

  test('needs no storage: it answers when the folder cannot be read', async () => {
    const node = await startTestNode()
    const gone = await startTestNode({ root: path.join(node.root, 'storage') })
    rmSync(gone.root, { recursive: true })
    expect(await request(gone, '/health')).toMatchObject({ status: 200 })
    expect(await request(gone, '/demo.mp4')).toMatchObject({ status: 404 })
  })
})

describe('/_/nodes', () => {
  test('is the node list with URLs, and without where the nodes keep their files', async () => {
    const nodes = [
      { ...NODE_DEFAULTS, name: 'node1', port: 8001, latencyMs: 50, root: '/secret/node1' },
      { ...NODE_DEFAULTS, name: 'node2', host: '::1', port: 8002, latencyMs: 150, root: '/secret/node2' },
    ]
    const node = await startTestNode({}, { nodes })
    const { status, headers, text } = await request(node, '/_/nodes')
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
    expect(text).not.toContain('secret')
    expect(JSON.parse(text)).toMatchObject({
      nodes: [
        {
          name: 'node1',
          url: 'http://127.0.0.1:8001',
          healthUrl: 'http://127.0.0.1:8001/health',
          isForeign: false,
          latencyMs: 50,
          jitterMs: 0,
          bandwidthKbps: 0,
        },
        { name: 'node2', url: 'http://[::1]:8002', latencyMs: 150 },
      ],
    })
  })

  test("names somebody else's server, of which only the URLs are known", async () => {
    const nodes = [{ name: 'cdn', url: 'https://cdn.example/videos', healthPath: '/up' }]
    const node = await startTestNode({}, { nodes })
    expect(JSON.parse((await request(node, '/_/nodes')).text)).toEqual({
      nodes: [
        {
          name: 'cdn',
          url: 'https://cdn.example/videos',
          healthUrl: 'https://cdn.example/videos/up',
          isForeign: true,
        },
      ],
    })
  })

  test.for<[host: string, url: string]>([
    ['192.168.1.20:8001', 'http://192.168.1.20:8005'],
    ['LOCALHOST:9999', 'http://localhost:8005'],
    ['[::1]', 'http://127.0.0.1:8005'],
    ['127.0.0.1', 'http://127.0.0.1:8005'],
  ])('gives a node on a wildcard address the host name of the request: %s', async ([host, url]) => {
    const wild = { ...NODE_DEFAULTS, name: 'node1', port: 8005, latencyMs: 0, root: '/a', host: '0.0.0.0' }
    const fixed = { ...NODE_DEFAULTS, name: 'node2', port: 8002, latencyMs: 0, root: '/b' }
    const node = await startTestNode({}, { nodes: [wild, fixed] })
    const { nodes } = JSON.parse((await request(node, '/_/nodes', { headers: { host } })).text) as {
      nodes: object[]
    }
    expect(nodes).toMatchObject([{ url, healthUrl: `${url}/health` }, { url: 'http://127.0.0.1:8002' }])
  })
})

test('/_/scenarios has all of the project, with what is done when', async () => {
  const node = await startTestNode()
  const { scenarios } = JSON.parse((await request(node, '/_/scenarios')).text) as {
    scenarios: { name: string; problem?: string; right?: string; actions: unknown[] }[]
  }
  expect(scenarios.map(({ name }) => name)).toEqual(scenarioNames())
  expect(scenarios.filter(({ problem }) => problem !== undefined)).toEqual([])
  expect(scenarios.find(({ name }) => name === 'kill-one')).toMatchObject({
    right: 'Nothing',
    nodes: [{ name: 'node1', latencyMs: 50 }, { name: 'node2' }, { name: 'node3' }],
    actions: [{ kind: 'crash', atMs: 800, node: 'node1' }],
  })
})

describe('/_/videos', () => {
  test('tells of each video what a reader has to know', async () => {
    const node = await startTestNode({ name: 'node3' })
    const { sha256 } = writeReplicaWithManifest(node.root, 'week 1/talk #1.mp4', RECORDS)
    writeReplica(node.root, 'plain.mp4', 'plain')
    const { status, text } = await request(node, '/_/videos')
    expect(status).toBe(200)
    const { etag } = (await request(node, '/plain.mp4')).headers
    expect(JSON.parse(text)).toEqual({
      node: 'node3',
      videos: [
        {
          name: 'plain.mp4',
          url: '/plain.mp4',
          size: 5,
          lastModified: MODIFIED.toISOString(),
          etag,
          sha256: null,
        },
        {
          name: 'week 1/talk #1.mp4',
          url: '/week%201/talk%20%231.mp4',
          size: 1000,
          lastModified: MODIFIED.toISOString(),
          etag: `"${sha256}"`,
          sha256,
        },
      ],
    })
    expect(await request(node, '/week%201/talk%20%231.mp4')).toMatchObject({ status: 200, text: TEXT })
  })
})

describe('/_/manifest/', () => {
  test('gives the manifest that fits', async () => {
    const node = await startTestNode()
    const manifest = writeReplicaWithManifest(node.root, 'week 1/é.mp4', RECORDS)
    const { status, headers, text } = await request(node, '/_/manifest/week%201/%C3%A9.mp4')
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
    expect(JSON.parse(Buffer.from(text, 'latin1').toString())).toEqual(manifest)
  })

  test.for<[rule: string, spoil: (root: string) => void]>([
    ['the file has another size', (root) => truncateSync(path.join(root, 'demo.mp4'), 10)],
    ['the file has another time', (root) => writeReplica(root, 'demo.mp4', RECORDS, new Date(0))],
    ['it is broken', (root) => writeManifest(root, 'demo.mp4', '{')],
    ['it is no manifest', (root) => writeManifest(root, 'demo.mp4', '{"version":1,"secret":true}')],
  ])('gives 404 when %s', async ([, spoil]) => {
    const node = await startTestNode()
    writeReplicaWithManifest(node.root, 'demo.mp4', RECORDS)
    expect(await request(node, '/_/manifest/demo.mp4')).toMatchObject({ status: 200 })
    spoil(node.root)
    expect(await request(node, '/_/manifest/demo.mp4')).toMatchObject({ status: 404 })
    expect(await request(node, '/demo.mp4')).toMatchObject({ status: 200 })
  })

  test('gives 404 for a file that has none, and for one that is not there', async () => {
    const node = await startTestNode()
    writeReplica(node.root, 'demo.mp4', RECORDS)
    writeManifest(node.root, 'other.mp4', '{}')
    for (const name of ['demo.mp4', 'other.mp4', 'third.mp4']) {
      expect(await request(node, `/_/manifest/${name}`)).toMatchObject({ status: 404 })
    }
  })
})
