// @ts-check
/**
 * The service worker: events only. It holds nothing that it could not lose, for a browser stops it whenever
 * it likes: the bytes come from the page (worker/worker-stream.js), the page's own files from a cache
 * (worker/worker-shell.js), and everything else goes its usual way.
 */
import { readBounded } from '../swarm/read-bounded.js'
import { sha256Hex } from '../version/sha256.js'
import { streamIdOf } from './worker/stream-url.js'
import { Copies } from './worker/worker-copies.js'
import { SHELL_PATHS, Shell } from './worker/worker-shell.js'
import { answerStream } from './worker/worker-stream.js'

const scope = /** @type {import('./worker/worker-scope.js').WorkerScope} */ (/** @type {unknown} */ (self))
const { origin } = scope.location
const copies = new Copies({ origin, caches: scope.caches, hash: sha256Hex })
const shell = new Shell({
  origin,
  copies,
  fetch: (url, init) => fetch(url, init),
  readBounded, // handed in, as all is: a worker that has to be loaded file behind file starts late
  onRenewed: (client) => void tellRenewed(client),
  beginAgain: (client) => void beginAgain(client),
})

scope.addEventListener('install', (event) => {
  event.waitUntil(scope.skipWaiting())
  // The reads of the swarm need no worker: where a browser can be told so, they do not even wake it.
  const ours = SHELL_PATHS.map((pathname) => ({
    urlPattern: { protocol: 'http{s}?', hostname: '*', port: '*', pathname },
  }))
  const rule = { condition: { not: { or: ours } }, source: 'network' }
  const added = event.addRoutes?.([rule])
  if (added) event.waitUntil(added.catch(() => {})) // only a shortcut: the fetch event below decides the same
})

scope.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([copies.deleteForeign(), scope.clients.claim()]))
})

scope.addEventListener('message', (event) => {
  const { data, source } = event
  if (data.type === 'keep' && source !== null) event.waitUntil(shell.keep(source.url, source.id, data.tells))
  if (data.type === 'claim') event.waitUntil(scope.clients.claim())
  // `ping` needs no answer: having woken us is all it is for
})

scope.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (url.origin !== origin || request.method !== 'GET') return
  const isPage = request.mode === 'navigate'
  const streamId = isPage ? undefined : streamIdOf(url)
  if (streamId !== undefined) {
    const range = request.headers.get('Range')
    event.respondWith(answerStream(() => scope.clients.get(event.clientId), streamId, range))
  } else if (shell.has(url, isPage) && request.cache !== 'no-store') {
    const client = isPage ? (event.resultingClientId ?? '') : event.clientId
    event.respondWith(shell.answer({ url, isPage, client, onKept: (kept) => event.waitUntil(kept) }))
  }
})

/** @param {string} id */
async function tellRenewed(id) {
  /** @type {import('./worker/worker-scope.js').WorkerNews} */
  const news = { type: 'renewed' }
  const client = await scope.clients.get(id)
  client?.postMessage(news)
}

/** @param {string} id */
async function beginAgain(id) {
  const client = await scope.clients.get(id)
  await client?.navigate(client.url).catch(() => {}) // gone, or going elsewhere
}
