/** The watch page as a node serves it, and what it is made of. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type View, viewFrom } from '../../src/node/directory.ts'
import { makeWatchPage } from '../../src/node/watch-page.ts'
import { type ListedNode, NODE_DEFAULTS } from '../../src/node-list.ts'
import { exchangeRaw, getHead, request } from '../helpers/http.ts'
import { startTestNode, type TestNode } from '../helpers/node.ts'
import { numberedRecords, temporaryFolder, writeReplica } from '../helpers/storage.ts'

const PAGE = '<!doctype html><title>Watch é</title>'
const WORKER = 'addEventListener("fetch", () => {})'
const NODES: ListedNode[] = [
  { ...NODE_DEFAULTS, name: 'node1', port: 8001, latencyMs: 0, root: '/a' },
  { ...NODE_DEFAULTS, name: 'node2', host: '0.0.0.0', port: 8002, latencyMs: 0, root: '/b' },
  { name: 'cdn', url: 'https://cdn.example/videos', healthPath: '/health' },
  { name: 'cdn2', url: 'https://cdn.example/more', healthPath: '/health' },
]

const pageFoldersBelow = (folder: string) => ({
  player: path.join(folder, 'player'),
  verdict: path.join(folder, 'verdict'),
  lab: path.join(folder, 'lab'),
  swarm: path.join(folder, 'swarm'),
  version: path.join(folder, 'version'),
  words: path.join(folder, 'words'),
})

/** A node with a page of its own. */
async function startWithPage(nodes: readonly ListedNode[] = NODES): Promise<TestNode & { folder: string }> {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries({
    'player/watch.html': PAGE,
    'player/watch.css': 'body { margin: 0 }',
    'player/worker.js': WORKER,
    'player/node.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'player/notes.md': 'not for the browser',
    'player/types.ts': 'not for the browser',
    'player/.hidden.js': 'not for anybody',
    'player/below/deep.js': 'export const deep = true',
    'player/below/.hidden/deep.js': 'not for anybody',
    'verdict/judge.js': '',
    'lab/faults.js': 'export {}',
    'swarm/swarm.js': 'export {}',
    'version/manifest.js': 'export {}',
    'words/in-words.js': 'export {}',
    'secret.js': 'secret',
  }))
    writeReplica(folder, name, text)
  symlinkSync('../secret.js', path.join(folder, 'player', 'link.js'))
  const pageFolders = pageFoldersBelow(folder)
  return { ...(await startTestNode({}, { nodes, pageFolders })), folder }
}

const policyOf = (view: Pick<View, 'nodes'>): string => makeWatchPage(PAGE, undefined, view).policy

const etagOf = (text: string): string => `"${createHash('sha256').update(text).digest('hex')}"`

describe('/watch/', () => {
  test.for([
    '/watch/demo.mp4',
    '/watch/week%201/talk.mp4',
    '/watch/is-not-here.mp4',
    '/watch/demo.mp4?t=10',
  ])('%s is the page, whether the node has the video or not', async (target) => {
    const node = await startWithPage()
    writeReplica(node.root, 'demo.mp4', numberedRecords(10))
    const { status, headers, body } = await request(node, target)
    expect([status, body.toString()]).toEqual([200, PAGE])
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(Buffer.byteLength(PAGE)),
      'cache-control': 'no-cache',
      etag: etagOf(PAGE),
    })
  })

  test.for([
    ['gzip', true],
    ['gzip, deflate, br', true],
    ['br;q=1.0, GZIP;q=0.5', true],
    ['gzip;q=0', false],
    ['gzipped', false],
    ['*', false],
    ['', false],
  ] as const)('with Accept-Encoding "%s" it is compressed: %s', async ([coding, isCompressed]) => {
    const node = await startWithPage()
    const accept = { headers: { 'accept-encoding': coding } }
    const { headers, rawHeaders, body } = await request(node, '/watch/demo.mp4', accept)
    expect(headers['content-encoding']).toBe(isCompressed ? 'gzip' : undefined)
    expect((isCompressed ? gunzipSync(body) : body).toString()).toBe(PAGE)
    expect(headers['content-length']).toBe(String(body.length))
    expect(rawHeaders.join()).toContain('Vary,Accept-Encoding')
    const etag = String(headers.etag)
    expect(etag === etagOf(PAGE)).toBe(!isCompressed) // other bytes
    const again = { headers: { ...accept.headers, 'if-none-match': etag } }
    expect(await request(node, '/watch/demo.mp4', again)).toMatchObject({ status: 304, headers: { etag } })
    const head = await request(node, '/watch/demo.mp4', { method: 'HEAD', ...accept })
    expect([head.body.length, head.headers['content-length']]).toEqual([0, String(body.length)])
  })

  test.for([
    ['/watch/', 404],
    ['/watch', 404],
    ['/watch/.env', 404],
    ['/watch/a//b', 404],
    ['/watch/health', 404],
    ['/watch/../secret.js', 400],
    ['/watch/%2e%2e/secret.js', 400],
    ['/watch/a%2fb', 400],
  ] as const)('%s names no video and gets %i', async ([target, status]) => {
    const node = await startWithPage()
    expect(await exchangeRaw(node, getHead(target))).toMatchObject({ status })
  })

  test('may run its own scripts, and speak to the nodes of the list and to nobody else (threat 26)', async () => {
    const node = await startWithPage()
    const { headers } = await request(node, '/watch/demo.mp4', { headers: { host: 'localhost:8001' } })
    const origins = "'self' http://127.0.0.1:8001 http://localhost:8002 https://cdn.example"
    expect(headers['content-security-policy']).toBe(
      [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        `media-src ${origins}`,
        `connect-src ${origins}`,
        "worker-src 'self'",
        "manifest-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
    )
  })

  test('that has not changed gets a 304, with the policy of the node list as it is now', async () => {
    const node = await startWithPage()
    const { headers } = await request(node, '/watch/demo.mp4')
    const ask = { headers: { 'if-none-match': String(headers.etag) } }
    const again = await request(node, '/watch/demo.mp4', ask)
    expect([again.status, again.headers['content-security-policy']]).toEqual([
      304,
      headers['content-security-policy'],
    ])
    const later = await startWithPage([])
    const renewed = await request(later, '/watch/demo.mp4', ask)
    expect([renewed.status, renewed.headers['content-security-policy']]).toEqual([
      304,
      policyOf({ nodes: [] }),
    ])
  })

  test('names the port alone of a node on an IPv6 address, which no policy can name', () => {
    const view = viewFrom([{ name: 'a', url: 'http://[fd00::1]:8004/videos', healthPath: '/health' }], 'b')
    expect(policyOf(view)).toContain("connect-src 'self' http://*:8004;")
  })

  test('has a policy without nodes too', () => {
    expect(policyOf({ nodes: [] })).toContain("connect-src 'self';")
  })
})

describe('a file of the page', () => {
  test.for<[target: string, type: string]>([
    ['/_/player/watch.css', 'text/css'],
    ['/_/player/worker.js', 'text/javascript'],
    ['/_/player/below/deep.js', 'text/javascript'],
    ['/_/player/node.svg', 'image/svg+xml'],
    ['/_/swarm/swarm.js', 'text/javascript'],
  ])('%s has its type, a strong entity tag, and is asked for before use', async ([target, type]) => {
    const node = await startWithPage()
    const whole = await request(node, target)
    expect(whole).toMatchObject({ status: 200 })
    expect(whole.headers).toMatchObject({
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-cache',
      etag: etagOf(whole.body.toString()),
    })
    const head = await request(node, target, { method: 'HEAD' })
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([
      200,
      0,
      String(whole.body.length),
    ])
    const again = await request(node, target, { headers: { 'if-none-match': String(whole.headers.etag) } })
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, whole.headers.etag])
    const other = await request(node, target, { headers: { 'if-match': '"other"' } })
    expect(other.status).toBe(412)
  })

  test('the worker may see the requests of the page, and no other file may', async () => {
    const node = await startWithPage()
    const worker = await request(node, '/_/player/worker.js')
    expect(worker.headers['service-worker-allowed']).toBe('/watch/')
    const style = await request(node, '/_/player/watch.css')
    expect(style.headers).not.toHaveProperty('service-worker-allowed')
  })

  test.for([
    ['the page itself', '/_/player/watch.html', 404],
    ['a file of another kind', '/_/player/notes.md', 404],
    ['TypeScript', '/_/player/types.ts', 404],
    ['a dot-file', '/_/player/.hidden.js', 404],
    ['a file in a hidden folder', '/_/player/below/.hidden/deep.js', 404],
    ['a folder below', '/_/player/below', 404],
    ['a link to elsewhere', '/_/player/link.js', 404],
    ['a folder', '/_/player/', 404],
    ['a file that is not there', '/_/player/other.js', 404],
    ['another room', '/_/secret.js', 404],
    ['a property of every object', '/_/player/constructor', 404],
    ['a file of the other folder', '/_/swarm/worker.js', 404],
    ['the folder above', '/_/player/../secret.js', 400],
    ['the folder above, escaped', '/_/player/%2e%2e/secret.js', 400],
    ['an escaped slash', '/_/player/..%2fsecret.js', 400],
    ['a backslash', '/_/player/..%5csecret.js', 400],
    ['an absolute path', '/_/player//etc/passwd', 404],
  ] as const)('is on the list or it is not there: %s', async ([, target, status]) => {
    const node = await startWithPage()
    const reply = await exchangeRaw(node, getHead(target))
    expect(reply.status).toBe(status)
    expect(reply.text).not.toContain('secret')
  })

  test('is what stands on the disk now, and missing when it has gone', async () => {
    const node = await startWithPage()
    const file = path.join(node.folder, 'player', 'worker.js')
    expect((await request(node, '/_/player/worker.js')).text).toBe(WORKER)
    writeFileSync(file, 'changed')
    utimesSync(file, 1_800_000_000, 1_800_000_000)
    expect(await request(node, '/_/player/worker.js')).toMatchObject({ status: 200, text: 'changed' })
    rmSync(file)
    expect(await request(node, '/_/player/worker.js')).toMatchObject({ status: 404 })
  })

  test('needs folders that can be listed', async () => {
    const folder = temporaryFolder()
    mkdirSync(path.join(folder, 'player'))
    const pageFolders = pageFoldersBelow(folder)
    await expect(startTestNode({}, { pageFolders })).rejects.toThrow('ENOENT')
  })
})

describe('what stands in the page', () => {
  const PLACES = `<script type="application/json" id="node-list"></script>
<script type="module" async src="/_/player/first.js"></script>`
  const listIn = (html: string): unknown =>
    JSON.parse(/<script type="application\/json" id="node-list">(.*?)<\/script>/.exec(html)?.[1] ?? '')
  const scriptIn = (html: string): string | undefined => /<script>([\s\S]*?)<\/script>/.exec(html)?.[1]
  const atOnce = (script: string): string => `'use strict'\n{\n${script}\n}\n`
  const hashOf = (text = ''): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

  test('is the node list, as the node tells it, and a script that its policy allows', async () => {
    const node = await startTestNode({}, { nodes: NODES })
    const { headers, body } = await request(node, '/watch/demo.mp4')
    const html = body.toString()
    const list = await request(node, '/_/nodes')
    expect(listIn(html)).toEqual(JSON.parse(list.text))
    expect(scriptIn(html)).toContain('askEarly()')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain(`script-src 'self' ${hashOf(scriptIn(html))};`)
    const gzipped = await request(node, '/watch/demo.mp4', { headers: { 'accept-encoding': 'gzip' } })
    expect(gunzipSync(gzipped.body).toString()).toBe(html)
  })

  test('is that of the files and the list as they are now', async () => {
    const node = await startWithPage()
    const files = { 'player/watch.html': PLACES, 'player/first.js': 'say(1)' }
    for (const [name, text] of Object.entries(files)) writeReplica(node.folder, name, text, new Date())
    expect((await request(node, '/watch/demo.mp4')).text).toContain('src="/_/player/first.js"') // it is not on the list
    const later = await startTestNode({}, { nodes: NODES, pageFolders: pageFoldersBelow(node.folder) })
    expect(scriptIn((await request(later, '/watch/demo.mp4')).text)).toBe(atOnce('say(1)'))
    writeReplica(node.folder, 'player/first.js', 'say(2)', new Date(1_800_000_000_000))
    expect(scriptIn((await request(later, '/watch/demo.mp4')).text)).toBe(atOnce('say(2)'))
    const there = await request(later, '/watch/demo.mp4', { headers: { host: 'localhost:8001' } })
    expect(listIn(there.text)).toMatchObject({ nodes: [{}, { url: 'http://localhost:8002' }, {}, {}] })
  })

  test('ends at its own end, whatever the list says', () => {
    const nodes = viewFrom(
      [{ name: '</script><!--', url: 'http://a.test', healthPath: '/health' }],
      'b',
    ).nodes
    const { html } = makeWatchPage(PLACES, undefined, { nodes })
    expect(listIn(html)).toEqual({ nodes })
    expect(html).not.toContain('<!--')
  })

  test('is hashed as a browser reads it, which knows one end of a line', () => {
    const { html, policy } = makeWatchPage(PLACES, 'one()\r\ntwo()\rthree()\n$&', { nodes: [] })
    expect(scriptIn(html)).toBe(atOnce('one()\ntwo()\nthree()\n$&'))
    expect(policy).toContain(hashOf(scriptIn(html)))
  })

  test.for([
    'say("</script>")',
    'say("<!--")',
    'say("<SCRIPT")',
    undefined,
  ])('is no script that cannot stand there: %s', (script) => {
    const { html, policy } = makeWatchPage(PLACES, script, { nodes: [] })
    expect(html).toContain('<script type="module" async src="/_/player/first.js"></script>')
    expect(policy).toContain("script-src 'self';")
  })
})

test('every script, style and picture of the project is served, byte for byte the same by every node', async () => {
  const [first, second] = [await startTestNode({ name: 'node1' }), await startTestNode({ name: 'node2' })]
  for (const room of ['player', 'verdict', 'lab', 'swarm', 'version', 'words']) {
    const names = readdirSync(new URL(`../../src/${room}/`, import.meta.url), {
      encoding: 'utf8',
      recursive: true,
    })
      .map((name) => name.replaceAll(path.sep, '/'))
      .filter((name) => /\.(?:js|css|svg)$/.test(name))
    expect(names).not.toEqual([])
    for (const name of names) {
      const reply = await request(first, `/_/${room}/${name}`)
      const other = await request(second, `/_/${room}/${name}`)
      expect([name, reply.status, reply.headers.etag]).toEqual([name, 200, other.headers.etag])
    }
  }
})

describe('a script that comes with all that it imports', () => {
  const start = async (): Promise<TestNode & { folder: string }> => {
    const { folder } = await startWithPage()
    for (const [name, text] of Object.entries({
      'player/page/page.js': "import { one } from '../../swarm/one.js'\nsay(one)\n",
      'swarm/one.js': 'export const one = 1\n',
    }))
      writeReplica(folder, name, text)
    return { ...(await startTestNode({}, { nodes: NODES, pageFolders: pageFoldersBelow(folder) })), folder }
  }

  test('is one text, as the files are now, and says where its source map is', async () => {
    const node = await start()
    const { text, headers } = await request(node, '/_/player/page/page.js')
    expect(text).toContain('export const one = 1'.slice(7))
    expect(text).toMatch(/^const \{ one \} = script1$/m)
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(text.trimEnd().split('\n').at(-1)).toBe('//# sourceMappingURL=page.js.map')
    const map = await request(node, '/_/player/page/page.js.map')
    expect(map.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(JSON.parse(map.text)).toMatchObject({ sources: ['/_/swarm/one.js', '/_/player/page/page.js'] })
    writeReplica(path.join(node.folder, 'swarm'), 'one.js', 'export const one = 11\n', new Date())
    expect((await request(node, '/_/player/page/page.js')).text).toContain('const one = 11')
    writeReplica(path.join(node.folder, 'swarm'), 'one.js', 'export default 1\n', new Date(1_800_000_000_000))
    expect((await request(node, '/_/player/page/page.js')).text).toMatch(/^import \{ one \} from/)
    expect(await request(node, '/_/player/page/page.js.map')).toMatchObject({ status: 404 })
  })

  test('is no other: those that no page begins with come alone, and have no map', async () => {
    const node = await start()
    expect((await request(node, '/_/swarm/one.js')).text).toBe('export const one = 1\n')
    expect(await request(node, '/_/swarm/one.js.map')).toMatchObject({ status: 404 })
  })
})

describe('the version of the page', () => {
  const PARTS = ['/watch/demo.mp4', '/_/player/watch.css', '/_/player/worker.js', '/_/nodes']
  const versionsOf = (node: TestNode, headers = {}): Promise<unknown[]> =>
    Promise.all(
      PARTS.map(async (target) => (await request(node, target, { headers })).headers['watch-version']),
    )

  test('is the same in all that it is made of, on a 304 too, and stays so', async () => {
    const node = await startWithPage()
    const [version, ...others] = await versionsOf(node)
    expect(version).toMatch(/^[0-9a-f]{32}$/)
    expect(new Set(others)).toEqual(new Set([version]))
    expect(await versionsOf(node)).toEqual([version, ...others])
    for (const target of PARTS) {
      const { headers } = await request(node, target)
      const again = await request(node, target, { headers: { 'if-none-match': String(headers.etag) } })
      expect([target, again.status, again.headers['watch-version']]).toEqual([target, 304, version])
    }
  })

  test('is another one when any file is, also one of those that this part has nothing to do with', async () => {
    const node = await startWithPage()
    const [before] = await versionsOf(node)
    writeReplica(path.join(node.folder, 'swarm'), 'swarm.js', 'export const changed = true', new Date())
    const [after, ...others] = await versionsOf(node)
    expect(after).not.toBe(before)
    expect(new Set(others)).toEqual(new Set([after]))
  })

  test('is another one when the node list is, for the policy is', async () => {
    const [one, other] = [await startWithPage(), await startWithPage(NODES.slice(1))]
    expect((await versionsOf(one))[0]).not.toBe((await versionsOf(other))[0])
  })

  test('is that of the list as this host name sees it', async () => {
    const node = await startWithPage()
    const [here, there] = [await versionsOf(node), await versionsOf(node, { host: 'localhost:8001' })]
    expect(here[0]).not.toBe(there[0])
    expect(new Set(there).size).toBe(1)
  })

  test('is not told of what is no part of the page', async () => {
    const node = await startWithPage()
    for (const target of ['/', '/health', '/_/videos', '/watch/.env', '/_/player/other.js'])
      expect((await request(node, target)).headers).not.toHaveProperty('watch-version')
  })
})

test.for<[what: string, target: string, headers: Record<string, string>, isTold: true | undefined]>([
  ['of another project is told of', '/sw.js', { 'service-worker': 'script' }, true],
  ['… at a place of ours too', '/', { 'service-worker': 'script' }, true],
  ['of ours is not', '/_/player/worker.js', { 'service-worker': 'script' }, undefined],
  ['that a person looks at is not', '/sw.js', {}, undefined],
])('a service worker %s', async ([, target, headers, isTold]) => {
  const told: (boolean | undefined)[] = []
  const node = await startTestNode({}, { onReply: ({ isOthersWorker }) => told.push(isOthersWorker) })
  await request(node, target, { headers })
  await expect.poll(() => told).toEqual([isTold])
})
