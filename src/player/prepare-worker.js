// @ts-check
/** The page's side of the service worker: having one, having it keep the page, keeping it awake. */

/**
 * Is there a service worker that speaks for this page, or why not, in words for a person?
 * @typedef {{ kind: 'ready' } | { kind: 'unavailable', why: string }} WorkerState
 */

/** How long a new worker may take to be in charge, beside what the node's own latency adds. */
const READY_MS = 2_000
/** A worker is loaded in at most this many rounds: itself, then what it imports. */
const ROUNDS = 4

/** @type {Promise<WorkerState> | undefined} */
let prepared

/**
 * Registers the service worker, once for a page. A first visit waits for it, so this file does it by itself as
 * soon as it is loaded: a page that names it before its other scripts has the worker start while they load.
 * Never rejects.
 * @returns {Promise<WorkerState>}
 */
export function prepareWorker() {
  prepared ??= prepare()
  return prepared
}

/** @returns {Promise<WorkerState>} */
async function prepare() {
  const why = whyNoWorker()
  if (why !== undefined) return { kind: 'unavailable', why }
  const { serviceWorker } = navigator
  /** @type {Promise<WorkerState>} */
  const inCharge = new Promise((resolve) => {
    const look = () => serviceWorker.controller && resolve({ kind: 'ready' })
    serviceWorker.addEventListener('controllerchange', look)
    look()
  })
  /** @type {Promise<WorkerState>} */
  const failed = register().then(
    () => new Promise(() => {}), // registered is not yet in charge
    (error) => ({ kind: 'unavailable', why: `the service worker was refused (${messageOf(error)})` }),
  )
  /** @type {Promise<WorkerState>} */
  const late = new Promise((resolve) => {
    const result = { kind: 'unavailable', why: 'the service worker did not start in time' }
    setTimeout(resolve, READY_MS + ROUNDS * roundMs(), result)
  })
  // A page that has a controller plays, even when the node that could renew the worker is dead.
  return Promise.race([inCharge, failed, late])
}

async function register() {
  const registration = await navigator.serviceWorker.register(new URL('./worker.js', import.meta.url), {
    scope: '/watch/',
    type: 'module',
    updateViaCache: 'none',
  })
  // A forced reload goes past the worker, which is active already and so does not claim by itself.
  if (controller() === null) send({ type: 'claim' }, registration.active)
}

/** What this browser or this address lacks, in words for a person; `undefined` when nothing. */
export function whyNoWorker() {
  if (!isSecureContext) return 'this address is not secure (neither https nor localhost)'
  if (!('serviceWorker' in navigator)) return 'this browser has no service workers here'
  if (globalThis.crypto?.subtle === undefined) return 'this browser cannot hash'
  if (typeof ReadableStream === 'undefined') return 'this browser has no streams'
  return undefined
}

/** How long the node took to answer for this page, ms. */
function roundMs() {
  const [page] = performance.getEntriesByType('navigation')
  return page instanceof PerformanceNavigationTiming ? Math.max(0, page.responseStart - page.requestStart) : 0
}

/** Has the worker keep copies of all that this page was made from. It knows by itself which of them to keep. */
export function keepShell() {
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name)
  const { origin, pathname } = location
  const urls = [origin + pathname, ...loaded.filter((url) => url.startsWith(`${origin}/_/`))]
  send({ type: 'keep', urls: [...new Set(urls)] }, controller())
}

/** Keeps the worker awake: Firefox stops one after 30 s without an event, in the middle of a reply. */
export function pingWorker() {
  send({ type: 'ping' }, controller())
}

/** The worker that speaks for this page. Some browsers have no workers at all at an insecure address. */
const controller = () => ('serviceWorker' in navigator ? navigator.serviceWorker.controller : null)

/**
 * @param {import('./worker-scope.js').PageMessage} message
 * @param {ServiceWorker | null} worker
 */
const send = (message, worker) => worker?.postMessage(message)

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error))

void prepareWorker()
