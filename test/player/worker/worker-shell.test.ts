import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { PAGE_ROOMS } from '../../../src/node/target.ts'
import { Copies } from '../../../src/player/worker/worker-copies.js'
import { SHELL_PATHS, Shell } from '../../../src/player/worker/worker-shell.js'
import { readBounded } from '../../../src/swarm/read-bounded.js'

const ORIGIN = 'http://127.0.0.1:8001'
const PAGE = '/watch/week%201/talk.mp4'
const SCRIPT = '/_/player/first.js'
const PARTS = [SCRIPT, '/_/player/watch.css', '/_/nodes']
const LATENCY_MS = 50
const BRIEFLY_MS = 700

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

/** A cache storage that remembers, and may have no room or be broken. */
function cacheStorage() {
  const stores = new Map<string, Map<string, Response>>()
  const world = { hasRoom: true, isBroken: false, stores }
  const check = (): void => {
    if (world.isBroken) throw new Error('the disk is broken')
  }
  const caches = {
    open: async (name: string) => {
      check()
      const store = stores.get(name) ?? new Map<string, Response>()
      stores.set(name, store)
      const put: Cache['put'] = async (key, response) => {
        if (!world.hasRoom) throw new DOMException('Quota exceeded.', 'QuotaExceededError')
        store.set(String(key), new Response(await response.arrayBuffer(), response)) // reads it, as a real one does
      }
      return { put } as Cache
    },
    match: async (key: RequestInfo | URL, { cacheName = '' } = {}) => {
      check()
      return stores.get(cacheName)?.get(String(key))?.clone()
    },
    keys: async () => {
      check()
      return [...stores.keys()]
    },
    delete: async (name: string) => stores.delete(name),
  }
  return { caches, ...{ world } }
}

type Network = 'up' | 'dead' | 'hung' | 'failing' | 'cut' | 'somebody else'

/** A node with a version of the page, a browser's cache, and the worker between. */
function world() {
  const { caches, world: cache } = cacheStorage()
  const node = { network: 'up' as Network, version: 1, latencyMs: LATENCY_MS, asked: [] as string[] }
  const renewed: string[] = []
  const begun: string[] = []
  const kept: Promise<unknown>[] = []

  const textOf = (path: string): string => {
    if (!path.startsWith('/watch/')) return `version ${node.version} of ${path}`
    return `<html lang="en">version ${node.version} ${PARTS.map((part) => `<script src="${part}">`).join('')}`
  }
  const fetch = async (href: string): Promise<Response> => {
    const { pathname } = new URL(href)
    node.asked.push(pathname)
    if (node.network === 'dead') throw new TypeError('Failed to fetch')
    if (node.network === 'hung') return new Promise(() => {})
    await new Promise((resolve) => setTimeout(resolve, node.latencyMs))
    if (node.network === 'failing') return new Response('oops', { status: 500 })
    if (node.network === 'somebody else') return new Response('another project', { status: 404 })
    const text = textOf(pathname)
    const headers = {
      ETag: `"${sha256(text)}-gzip"`,
      'Watch-Version': `v${node.version}`,
      'Content-Security-Policy': `policy ${node.version}`,
    }
    if (node.network === 'cut') {
      const cut = (controller: ReadableStreamDefaultController): void => controller.error(new Error('cut'))
      return new Response(new ReadableStream({ pull: cut }), { headers })
    }
    return new Response(text, { headers })
  }
  /** As after the browser has stopped it: it remembers nothing. */
  const startWorker = (): Shell =>
    new Shell({
      origin: ORIGIN,
      copies: new Copies({ origin: ORIGIN, caches, hash: async (bytes) => sha256(bytes) }),
      fetch,
      readBounded,
      onRenewed: (client) => renewed.push(client),
      beginAgain: (client) => begun.push(client),
    })
  let shell = startWorker()
  let clients = 0

  const get = async (path: string, client: string): Promise<Response> => {
    const isPage = path.startsWith('/watch/')
    const onKept = (promise: Promise<unknown>): void => void kept.push(promise)
    return finish(shell.answer({ url: new URL(path, ORIGIN), isPage, client, onKept }))
  }
  /** Loads a page with all its parts, as a browser does. */
  const open = async (path = PAGE) => {
    const client = `client ${++clients}`
    const page = await get(path, client)
    const html = await page.text()
    const parts = await Promise.all(PARTS.map(async (part) => (await get(part, client)).text()))
    const versions = [html, ...parts].map((text) => Number(/version (\d+)/.exec(text)?.[1]))
    return { client, html, versions, policy: page.headers.get('Content-Security-Policy') }
  }
  return {
    node,
    cache,
    renewed,
    begun,
    get,
    open,
    keep: (client = 'client 1', tells = false) => finish(shell.keep(ORIGIN + PAGE, client, tells)),
    /** Opens a page and keeps it. */
    async visit() {
      const seen = await open()
      await finish(shell.keep(ORIGIN + PAGE, seen.client))
      return seen
    },
    restartWorker: () => {
      shell = startWorker()
    },
    settle: () => finish(Promise.all(kept)),
    shell: () => shell,
  }
}

/** Lets time pass until it is there. */
async function finish<T>(promise: Promise<T>): Promise<T> {
  const done = { isDone: false }
  const end = (): void => {
    done.isDone = true
  }
  promise.then(end, end)
  while (!done.isDone) await vi.advanceTimersByTimeAsync(10)
  return promise
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const ALL = (version: number): number[] => [PAGE, ...PARTS].map(() => version)

describe('what belongs to the shell', () => {
  test.for<[path: string, isPage: boolean, belongs: boolean]>([
    ['/watch/demo.mp4', true, true],
    ['/watch/demo.mp4', false, false],
    ['/_/player/page/page.js', false, true],
    ['/_/swarm/swarm.js', false, true],
    ['/_/version/manifest.js', false, true],
    ['/_/words/in-words.js', false, true],
    ['/_/nodes', false, true],
    ['/_/nodes/x', false, false],
    ['/_/manifest/demo.mp4', false, false],
    ['/_/player/', false, false],
    ['/health', false, false],
    ['/demo.mp4', false, false],
    ['/demo.mp4', true, false],
    ['/', true, false],
  ])('%s, navigated to: %s → %s', ([path, isPage, belongs]) => {
    expect(world().shell().has(new URL(path, ORIGIN), isPage)).toBe(belongs)
  })

  test.for([...PAGE_ROOMS])('what a node serves below /_/%s/ does', (room) => {
    expect(
      world()
        .shell()
        .has(new URL(`/_/${room}/x.js`, ORIGIN), false),
    ).toBe(true)
    expect(SHELL_PATHS).toContain(`/_/${room}/*`)
  })

  test('nothing of another web origin does', () => {
    expect(world().shell().has(new URL('http://127.0.0.1:8002/_/nodes'), false)).toBe(false)
  })
})

describe('the page, with a copy here', () => {
  test('is what the node says, when it says the same: then only the page itself is asked for', async () => {
    const { visit, open, node } = world()
    await visit()
    node.asked = []
    const { versions, html } = await open()
    expect(versions).toEqual(ALL(1))
    expect(html).not.toContain('data-copy')
    expect(node.asked).toEqual([PAGE])
  })

  test('is what the node says, when that is another version: all of it', async () => {
    const { visit, open, node } = world()
    await visit()
    node.version = 2
    expect(await open()).toMatchObject({ versions: ALL(2), policy: 'policy 2' })
  })

  test.for<Network>([
    'dead',
    'hung',
    'failing',
    'cut',
  ])('is the copy when the node is %s, and says so', async (how) => {
    const { visit, open, node } = world()
    await visit()
    const atMs = Date.now()
    node.network = how
    const { versions, html, policy } = await open()
    expect([versions, policy]).toEqual([ALL(1), 'policy 1'])
    expect(html).toContain(`<html data-copy-at-ms="${atMs}" lang`)
  })

  test('waits for a hung node once, not once for each part', async () => {
    const { visit, open, node } = world()
    await visit()
    node.network = 'hung'
    const startMs = Date.now()
    await open()
    expect(Date.now() - startMs).toBeGreaterThanOrEqual(BRIEFLY_MS)
    expect(Date.now() - startMs).toBeLessThan(2 * BRIEFLY_MS)
    expect(node.asked.at(-1)).toBe(PAGE)
  })

  test('of a slow node is what the node says: it is waited for as long as it takes to answer', async () => {
    const { visit, open, node } = world()
    node.latencyMs = 60_000
    await visit()
    node.version = 2
    expect((await open()).versions).toEqual(ALL(2))
  })

  test('of a node that has become slow is the copy, whole, and is told of the new one when it comes', async () => {
    const { visit, open, node, renewed, settle } = world()
    await visit()
    node.latencyMs = 2_500
    node.version = 2
    const { versions, client, policy } = await open()
    expect([versions, policy]).toEqual([ALL(1), 'policy 1'])
    expect(renewed).toEqual([])
    await settle()
    expect(renewed).toEqual([client])
    expect((await open()).versions).toEqual(ALL(2)) // now that it is known how slow
    node.network = 'dead'
    expect(await open()).toMatchObject({ versions: ALL(2), policy: 'policy 2' })
  })

  test('is told of nothing when the late answer says the same', async () => {
    const { visit, open, node, renewed, settle } = world()
    await visit()
    node.latencyMs = 2_500
    expect((await open()).html).toContain('data-copy-at-ms')
    await settle()
    expect(renewed).toEqual([])
  })

  test('is not mixed when the node goes on to another version while the page loads: it begins again', async () => {
    const { visit, get, node, begun } = world()
    await visit()
    node.version = 2
    const page = await get(PAGE, 'mine')
    expect(await page.text()).toContain('version 2')
    node.version = 3
    expect((await get(SCRIPT, 'mine')).type).toBe('error')
    expect(begun).toEqual(['mine'])
  })

  test('is not mixed when the node dies in between, either', async () => {
    const { visit, get, node, begun } = world()
    await visit()
    node.version = 2
    await get(PAGE, 'mine')
    node.network = 'dead'
    expect((await get(SCRIPT, 'mine')).type).toBe('error')
    expect(begun).toEqual(['mine'])
  })

  test('loads on when the worker was stopped in between', async () => {
    const { visit, get, node, restartWorker } = world()
    await visit()
    await get(PAGE, 'mine')
    restartWorker()
    node.network = 'dead'
    expect(await (await get(SCRIPT, 'mine')).text()).toContain('version 1')
  })

  test('gives way to what somebody else serves at this address, and the copy is not touched', async () => {
    const { visit, open, get, node } = world()
    await visit()
    node.network = 'somebody else'
    const answer = await get(PAGE, 'mine')
    expect([answer.status, await answer.text()]).toEqual([404, 'another project'])
    node.network = 'dead'
    expect((await open()).versions).toEqual(ALL(1))
  })
})

describe('the page, without a copy', () => {
  test('has all the time it needs, and is answered whatever the answer is', async () => {
    const { get, node } = world()
    node.latencyMs = 60_000
    expect(await (await get(PAGE, 'mine')).text()).toContain('version 1')
    node.network = 'failing'
    expect((await get(PAGE, 'mine')).status).toBe(500)
    node.network = 'dead'
    await expect(get(PAGE, 'mine')).rejects.toThrow('Failed to fetch')
  })

  test('that loads while the first copy is made is of one version', async () => {
    const { open, keep, node } = world()
    const { client } = await open()
    node.version = 2
    await keep(client)
    node.network = 'dead'
    const { versions } = await open().catch(() => ({ versions: ['none'] }))
    expect([ALL(2).join(), 'none']).toContain(versions.join()) // never the page of one with the parts of the other
  })
})

describe('a copy', () => {
  test('is one for all videos', async () => {
    const { visit, open, node } = world()
    await visit()
    node.network = 'dead'
    expect((await open('/watch/other.mp4')).versions).toEqual(ALL(1))
  })

  test('is made once a visit, of a page that came past the worker too', async () => {
    const { keep, open, node } = world()
    await keep('from before the worker')
    expect(node.asked).toEqual([PAGE, ...PARTS])
    await keep('from before the worker')
    expect(node.asked.length).toBe(1 + PARTS.length)
    node.network = 'dead'
    expect((await open()).versions).toEqual(ALL(1))
  })

  test('that a worker makes in place of the one that opened the page is told of when it is there', async () => {
    const { visit, open, keep, restartWorker, node, renewed } = world()
    const { client } = await visit()
    node.version = 2
    restartWorker() // by one that came with that version
    await keep(client, true)
    expect(renewed).toEqual([client])
    node.network = 'dead'
    expect((await open()).versions).toEqual(ALL(2))
  })

  test('that it cannot make is not told of', async () => {
    const { visit, keep, restartWorker, node, renewed } = world()
    const { client } = await visit()
    restartWorker()
    node.network = 'dead'
    await keep(client, true)
    expect(renewed).toEqual([])
  })

  test('replaces that of another version only when it is whole', async () => {
    const { visit, open, keep, node, cache } = world()
    await visit()
    node.version = 2
    const { client } = await open()
    node.network = 'cut'
    await keep(client)
    node.network = 'dead'
    expect((await open()).versions).toEqual(ALL(1))
    expect([...cache.stores.keys()]).toEqual(['watch-shell-2 v1'])
    node.network = 'up'
    await visit()
    expect([...cache.stores.keys()]).toEqual(['watch-shell-2 v2'])
  })

  test('that cannot be kept for want of room takes nothing from what the node gives', async () => {
    const { visit, open, keep, node, cache } = world()
    await visit()
    cache.hasRoom = false
    node.version = 2
    for (let reload = 0; reload < 2; reload++) {
      const { versions, client } = await open()
      expect(versions).toEqual(ALL(2))
      await keep(client)
    }
    node.network = 'dead'
    expect((await open()).versions).toEqual(ALL(1)) // whole, and it says so
  })

  test('in a storage that is broken is none', async () => {
    const { visit, open, cache, node } = world()
    await visit()
    cache.isBroken = true
    expect((await open()).versions).toEqual(ALL(1))
    node.network = 'dead'
    await expect(open()).rejects.toThrow('Failed to fetch')
  })

  test('with a part that is not what it was is not shown, and is mended when the node answers', async () => {
    const { visit, open, cache, node } = world()
    await visit()
    const [store] = cache.stores.values()
    const half = store?.get(ORIGIN + SCRIPT)
    store?.set(ORIGIN + SCRIPT, new Response('version 1 of half', half))
    node.network = 'dead'
    await expect(open()).rejects.toThrow('Failed to fetch')
    node.network = 'up'
    expect((await visit()).versions).toEqual(ALL(1))
    node.network = 'dead'
    expect((await open()).versions).toEqual(ALL(1))
  })

  test('is of a page that came from a node of this address alone: nothing else is asked for', async () => {
    const { shell, node } = world()
    await finish(shell().keep('http://127.0.0.1:8002/watch/demo.mp4', 'mine'))
    await finish(shell().keep(`${ORIGIN}/other`, 'mine'))
    expect(node.asked).toEqual([])
  })

  test('of another release of the worker is deleted, and nobody else’s', async () => {
    const { caches, world: cache } = cacheStorage()
    for (const name of ['watch-shell-1', 'watch-shell-2 v1', 'something else']) await caches.open(name)
    await new Copies({ origin: ORIGIN, caches, hash: async () => '' }).deleteForeign()
    expect([...cache.stores.keys()]).toEqual(['watch-shell-2 v1', 'something else'])
  })
})
