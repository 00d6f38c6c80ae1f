import { describe, expect, test } from 'vitest'
import { Shell } from '../../src/player/worker-shell.js'

const ORIGIN = 'http://127.0.0.1:8001'
const BRIEFLY_MS = 30
const PAGE = new URL('/watch/week%201/talk.mp4', ORIGIN)
const SCRIPT = new URL('/_/player/page.js', ORIGIN)

/** A cache storage that remembers, and a network that does what it is told. */
function world(lateMs = 60) {
  const stores = new Map<string, Map<string, Response>>()
  const cacheOf = (name: string): Cache => {
    const store = stores.get(name) ?? new Map<string, Response>()
    stores.set(name, store)
    const cache: Pick<Cache, 'match' | 'put'> = {
      match: async (key) => store.get(String(key))?.clone(),
      put: async (key, response) => {
        store.set(String(key), new Response(await response.text(), response)) // reads it, as a real one does
      },
    }
    return cache as Cache
  }
  const caches = {
    open: async (name: string) => cacheOf(name),
    keys: async () => [...stores.keys()],
    delete: async (name: string) => stores.delete(name),
  }
  let network = async (_url: string, _init: RequestInit): Promise<Response> => new Response('version 1')
  const asked: string[] = []
  const kept: Promise<unknown>[] = []
  const fetch = (url: string, init: RequestInit): Promise<Response> => {
    asked.push(url)
    return network(url, init)
  }
  const shell = new Shell({ origin: ORIGIN, caches, fetch, brieflyMs: BRIEFLY_MS, lateMs })
  return {
    shell,
    caches,
    asked,
    use: (next: typeof network) => {
      network = next
    },
    get: async (url: URL) => {
      const startMs = performance.now()
      const answer = await shell.answer(url, url === PAGE, (promise) => kept.push(promise))
      return { text: await answer.text(), status: answer.status, ms: performance.now() - startMs }
    },
    settle: async () => {
      await Promise.all(kept)
    },
  }
}

const refused = async (): Promise<never> => {
  throw new TypeError('Failed to fetch')
}
/** Never answers; only gives up when it is told to. */
const hung = (_url: string, { signal }: RequestInit): Promise<Response> =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))

describe('what belongs to the shell', () => {
  test.for<[path: string, isPage: boolean, belongs: boolean]>([
    ['/watch/demo.mp4', true, true],
    ['/watch/demo.mp4', false, false],
    ['/_/player/page.js', false, true],
    ['/_/swarm/swarm.js', false, true],
    ['/_/nodes', false, true],
    ['/_/nodes/x', false, false],
    ['/_/manifest/demo.mp4', false, false],
    ['/_/player/', false, false],
    ['/health', false, false],
    ['/demo.mp4', false, false],
    ['/demo.mp4', true, false],
    ['/', true, false],
  ])('%s, navigated to: %s → %s', ([path, isPage, belongs]) => {
    expect(world().shell.has(new URL(path, ORIGIN), isPage)).toBe(belongs)
  })

  test('nothing of another web origin does', () => {
    expect(world().shell.has(new URL('http://127.0.0.1:8002/_/nodes'), false)).toBe(false)
  })
})

describe('a file of the shell', () => {
  test('comes from the network while that answers', async () => {
    const { get, use, settle } = world()
    expect((await get(SCRIPT)).text).toBe('version 1')
    await settle()
    use(async () => new Response('version 2'))
    expect((await get(SCRIPT)).text).toBe('version 2')
  })

  test('comes from the copy when the node is dead', async () => {
    const { get, use, settle } = world()
    await get(SCRIPT)
    await settle()
    use(refused)
    expect((await get(SCRIPT)).text).toBe('version 1')
  })

  test('comes from the copy when the node is late, which is renewed by the late answer', async () => {
    const { get, use, settle } = world(1_000)
    await get(SCRIPT)
    await settle()
    use(async () => {
      await new Promise((resolve) => setTimeout(resolve, 3 * BRIEFLY_MS))
      return new Response('version 2')
    })
    expect((await get(SCRIPT)).text).toBe('version 1')
    await settle()
    use(refused)
    expect((await get(SCRIPT)).text).toBe('version 2')
  })

  test('waits for a hung node once, not once for each file', async () => {
    const { get, use, settle } = world()
    const others = Array.from({ length: 10 }, (_, index) => new URL(`/_/player/${index}.js`, ORIGIN))
    for (const url of [SCRIPT, ...others]) await get(url)
    await settle()
    use(hung)
    expect((await get(SCRIPT)).ms).toBeGreaterThanOrEqual(BRIEFLY_MS - 1)
    const startMs = performance.now()
    for (const url of others) expect((await get(url)).text).toBe('version 1')
    expect(performance.now() - startMs).toBeLessThan(10 * BRIEFLY_MS)
    await settle() // ends: a hung request is given up
  })

  test('a broken answer is not used, and never replaces a good copy', async () => {
    const { get, use, settle } = world()
    await get(SCRIPT)
    await settle()
    use(async () => new Response('oops', { status: 500 }))
    expect(await get(SCRIPT)).toMatchObject({ text: 'version 1', status: 200 })
    await settle()
    use(refused)
    expect((await get(SCRIPT)).text).toBe('version 1')
  })

  test('an answer that breaks off does not replace a good copy', async () => {
    const { get, use, settle } = world()
    await get(SCRIPT)
    await settle()
    use(
      async () =>
        new Response(new ReadableStream({ pull: (controller) => controller.error(new Error('cut')) })),
    )
    expect((await get(SCRIPT)).text).toBe('version 1')
    await settle()
    use(refused)
    expect((await get(SCRIPT)).text).toBe('version 1')
  })

  test('without a copy the network has all the time it needs, and its answer is given whatever it is', async () => {
    const { get, use } = world()
    use(async () => {
      await new Promise((resolve) => setTimeout(resolve, 3 * BRIEFLY_MS))
      return new Response('late', { status: 404 })
    })
    expect(await get(SCRIPT)).toMatchObject({ text: 'late', status: 404 })
    use(refused)
    await expect(get(SCRIPT)).rejects.toThrow('Failed to fetch')
  })
})

describe('copies', () => {
  test('one page is kept for all videos', async () => {
    const { get, use, settle, shell } = world()
    await get(PAGE)
    await settle()
    use(refused)
    const other = await shell.answer(new URL('/watch/other.mp4', ORIGIN), true, () => {})
    expect(await other.text()).toBe('version 1')
  })

  test('are made of what the page was made from, once', async () => {
    const { get, use, shell, asked } = world()
    const urls = [
      PAGE.href,
      SCRIPT.href,
      `${ORIGIN}/_/nodes`,
      `${ORIGIN}/_/manifest/a.mp4`,
      'http://127.0.0.1:1/_/nodes',
    ]
    await shell.keep(urls)
    expect(asked).toEqual(urls.slice(0, 3))
    await shell.keep(urls)
    expect(asked.length).toBe(3)
    use(refused)
    expect((await get(PAGE)).text).toBe('version 1')
    expect((await get(SCRIPT)).text).toBe('version 1')
  })

  test('of older versions of the worker are deleted, and nobody else’s', async () => {
    const { get, shell, caches, settle } = world()
    await get(SCRIPT)
    await settle()
    await caches.open('watch-shell-0')
    await caches.open('something else')
    await shell.deleteOldCaches()
    expect(await caches.keys()).toEqual(['watch-shell-1', 'something else'])
  })
})
