// @ts-check
/**
 * The service worker's stream as the source of a video: what the video asks of its URL comes back to the page as
 * requests, each with a port to answer on. The first one shows that they do come here.
 */
import { pingWorker } from './prepare-worker.js'
import { streamUrl } from './stream-url.js'

const PING_MS = 20_000
/** A worker that is in charge passes the first request on at once, unless something stands between. */
const FIRST_REQUEST_MS = 3_000

/**
 * Gives a video its source. The worker must be in charge.
 * @param {object} options
 * @param {HTMLVideoElement} options.video
 * @param {(range: string | null, port: MessagePort) => void} options.onRequest told of each: its Range field, and where
 *   the answer goes
 * @param {() => boolean} options.isReading is an answer going on, for which the worker must stay awake?
 * @param {AbortSignal} options.signal ends it
 * @returns {Promise<boolean>} whether the video's first request has come here, and not gone past the worker
 */
export async function startStream({ video, onRequest, isReading, signal }) {
  const { serviceWorker } = navigator
  // As no other page had it before: Firefox keeps what it has had of an URL, whatever the reply says of keeping it.
  const id = crypto.randomUUID()
  const asked = new Promise((resolve) => {
    const hear = (/** @type {MessageEvent} */ { data, ports: [port] }) => {
      const request = /** @type {import('./worker-scope.js').StreamRequest} */ (data)
      if (request.type !== 'stream' || request.id !== id || port === undefined) return
      resolve(true)
      onRequest(request.range, port)
    }
    serviceWorker.addEventListener('message', hear, { signal })
    video.addEventListener('error', () => resolve(false), { signal, once: true })
    // Browsers load no media in a tab that nobody has looked at yet.
    whenVisible(() => setTimeout(resolve, FIRST_REQUEST_MS, false), signal)
  })
  serviceWorker.startMessages()
  video.crossOrigin = 'anonymous' // other requests of video elements go past the worker in some browsers
  video.preload = 'auto'
  video.src = streamUrl(location.href, id)
  if (!(await asked)) return false
  const ping = setInterval(() => isReading() && pingWorker(), PING_MS)
  signal.addEventListener('abort', () => clearInterval(ping))
  return true
}

/**
 * @param {() => void} run
 * @param {AbortSignal} signal ends the waiting
 */
function whenVisible(run, signal) {
  if (document.visibilityState === 'visible') return run()
  document.addEventListener('visibilitychange', run, { once: true, signal })
}
