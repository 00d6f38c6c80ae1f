// @ts-check
/** The page's side of the service worker: having one, having it keep the page, keeping it awake. */

/**
 * Does a service worker speak for this page, or why not, in words for a person?
 * @typedef {{ kind: 'ready' } | { kind: 'unavailable', why: string }} WorkerState
 */
/**
 * As much of `navigator.serviceWorker` as having a worker takes.
 * @typedef {object} WorkerContainer
 * @property {Pick<ServiceWorker, 'scriptURL'> | null} controller
 * @property {(scope: string) => Promise<{ readonly active: Sender | null } | undefined>} getRegistration
 * @property {(url: string, options: RegistrationOptions) => Promise<unknown>} register
 * @property {(type: 'controllerchange', listener: () => void) => void} addEventListener
 */
/** @typedef {Pick<ServiceWorker, 'scriptURL' | 'postMessage'>} Sender */

/** How long a new worker may take to be in charge, beside what the node's own latency adds. */
const READY_MS = 2_000
/** A worker comes in one round, with all that it imports; the machine that sends it may be as busy as ours. */
const ROUNDS = 2
const SCOPE = '/watch/'
/** What browsers call it when a setting of theirs forbids a worker. Chromium's is `NotSupportedError`. */
const DENIALS = ['SecurityError', 'NotAllowedError', 'NotSupportedError']
/** Ours. Another project's worker, left at this address with a wider scope, may speak for the page as well. */
const WORKER_URL = `${globalThis.location?.origin}/_/player/worker.js`

/** @type {{ readonly state: Promise<WorkerState>, readonly inCharge: Promise<void>, readonly news: Promise<void> } | undefined} */
let prepared

/**
 * Registers the service worker, once for a page. A first visit waits for it, so it begins while the page's other
 * scripts come (first.js). Never rejects.
 * @returns {Promise<WorkerState>}
 */
export const prepareWorker = () => prepareOnce().state

/** Settles when a worker speaks for this page, however late that is. */
export const workerInCharge = () => prepareOnce().inCharge

/** Settles when the worker says that the page was opened from a copy, and that its node has another version. */
export const workerNews = () => prepareOnce().news

function prepareOnce() {
  prepared ??= prepare()
  return prepared
}

function prepare() {
  const why = whyNoWorker()
  if (why !== undefined) return { state: Promise.resolve(unavailable(why)), inCharge: never(), news: never() }
  const { serviceWorker } = navigator
  return { ...takeCharge(serviceWorker, READY_MS + ROUNDS * roundMs()), news: renewed(serviceWorker) }
}

/**
 * @param {ServiceWorkerContainer} serviceWorker
 * @returns {Promise<void>}
 */
const renewed = (serviceWorker) =>
  new Promise((resolve) => {
    serviceWorker.addEventListener('message', ({ data }) => data?.type === 'renewed' && resolve())
    askSuccessors(serviceWorker)
  })

/**
 * A worker that takes the place of another may end it in the middle of what it had to keep and to tell, as seen in
 * Firefox and WebKit: then it has to do that.
 * @param {Pick<WorkerContainer, 'addEventListener'> & { readonly controller: Sender | null }} workers
 */
export function askSuccessors(workers) {
  let before = workers.controller
  workers.addEventListener('controllerchange', () => {
    if (isOurs(before)) send({ type: 'keep', tells: true }, workers.controller)
    before = workers.controller
  })
}

/**
 * Has a worker speak for this page: the one that is there already, or a new one.
 * @param {WorkerContainer} workers
 * @param {number} patienceMs
 */
export function takeCharge(workers, patienceMs) {
  /** @type {Promise<void>} */
  const inCharge = new Promise((resolve) => {
    const look = () => isOurs(workers.controller) && resolve()
    workers.addEventListener('controllerchange', look)
    look()
  })
  const claimed = claim(workers)
  /** @type {Promise<WorkerState>} */
  const refused = register(workers).then(
    never, // registered is not yet in charge
    async (error) => ((await claimed) ? never() : unavailable(describeRefusal(error))),
  )
  /** @type {Promise<WorkerState>} */
  const late = new Promise((resolve) => {
    setTimeout(resolve, patienceMs, unavailable('the service worker did not start in time'))
  })
  // A page that has a worker plays, even when the node that could renew it is dead.
  const ready = inCharge.then(() => /** @type {const} */ ({ kind: 'ready' }))
  return { state: Promise.race([ready, refused, late]), inCharge }
}

/**
 * A forced reload goes past the worker that is there, and that does not claim the page by itself: it is told to. Not
 * by what `register` gives, for a browser may look for a newer worker first, and take seconds.
 * @param {WorkerContainer} workers
 * @returns {Promise<boolean>} is there one?
 */
async function claim(workers) {
  const registration = await workers.getRegistration(SCOPE).catch(() => undefined)
  const active = registration?.active ?? null
  if (!isOurs(active)) return false
  if (!isOurs(workers.controller)) send({ type: 'claim' }, active)
  return true
}

/** @param {WorkerContainer} workers */
const register = (workers) =>
  workers.register(WORKER_URL, { scope: SCOPE, type: 'module', updateViaCache: 'none' })

/**
 * Why a browser refuses to register a worker. Its own message has URLs and no advice; it goes to the console.
 * @param {unknown} error
 */
function describeRefusal(error) {
  console.warn('The service worker was refused:', error)
  const name = error instanceof Error ? error.name : ''
  if (DENIALS.includes(name)) {
    return 'this browser allows no service worker here, as where cookies are blocked and in some private windows'
  }
  return name === 'TypeError'
    ? 'the script of the service worker did not come whole'
    : 'the browser could not start the service worker'
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

/** Has the worker keep a copy of the page and of all that it is made of. */
export function keepShell() {
  send({ type: 'keep' }, controller())
}

/** Keeps the worker awake: Firefox stops one after 30 s without an event, in the middle of a reply. */
export function pingWorker() {
  send({ type: 'ping' }, controller())
}

/** The worker that speaks for this page. Some browsers have no workers at all at an insecure address. */
const controller = () => ('serviceWorker' in navigator ? navigator.serviceWorker.controller : null)

/**
 * @template {{ readonly scriptURL: string }} Worker
 * @param {Worker | null} worker
 * @returns {worker is Worker}
 */
const isOurs = (worker) => worker?.scriptURL === WORKER_URL

/**
 * @param {import('./worker-scope.js').PageMessage} message
 * @param {Pick<ServiceWorker, 'postMessage'> | null} worker
 */
const send = (message, worker) => worker?.postMessage(message)

/** @param {string} why @returns {WorkerState} */
const unavailable = (why) => ({ kind: 'unavailable', why })

/** @returns {Promise<never>} */
const never = () => new Promise(() => {})
