// @ts-check
/**
 * What is the file? Asks every node for the manifest at once, and where there is none for the size. The manifest is
 * the authority for all that follows: a chunk is true when it fits the manifest, whichever node sent it.
 */
import { MAX_MANIFEST_BYTES, readManifest } from './manifest.js'
import { readBoundedJson } from './read-bounded.js'

/**
 * @typedef {import('./clock.js').Clock} Clock
 * @typedef {import('./fetch-range.js').SwarmFile} SwarmFile
 * @typedef {import('./manifest.js').Manifest} Manifest
 * @typedef {import('./node.js').NodeAddress} NodeAddress
 */

/**
 * - `found`: `delays` has, for each node that answered, how long it took, by name. `versions`: all that our own nodes
 *   have, the chosen one first. `discarded`: nodes whose manifest could not be believed.
 * - `missing`: nodes answered, and none has the file. `no node`: nobody answered.
 * @typedef {{ kind: 'found', file: SwarmFile, isVerified: boolean, delays: ReadonlyMap<string, number>,
 *   versions: readonly import('./manifest.js').FileVersion[], discarded: readonly { node: string, why: string }[] }
 *   | { kind: 'missing' } | { kind: 'no node' }} Found
 */

/** Without a manifest a file is read in chunks of this size. */
const DEFAULT_CHUNK_SIZE = 256 * 1024
/** No answer for this long is none. */
const TIMEOUT_MS = 3000
/** After the first manifest the others have a quarter of its time, and this, to offer a newer one. */
const GRACE = { times: 0.25, ms: 10 }

/**
 * Finds a file. Never rejects but with the signal's reason. The newest manifest among the first answers counts.
 * @param {object} options
 * @param {readonly NodeAddress[]} options.nodes
 * @param {string} options.video storage name
 * @param {import('./fetch-range.js').Fetch} options.fetch
 * @param {Clock} options.clock
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<Found>}
 */
export async function findFile({ nodes, video, fetch, clock, signal }) {
  const path = video.split('/').map(encodeURIComponent).join('/')
  const end = new AbortController()
  const onAbort = () => end.abort(signal?.reason)
  signal?.throwIfAborted()
  signal?.addEventListener('abort', onAbort)
  try {
    const startedMs = clock.now()
    /** @type {Map<string, number>} */
    const delays = new Map()
    /** @type {Map<string, import('./manifest.js').FileVersion>} */
    const versions = new Map()
    const askNode = async (/** @type {NodeAddress} */ { name, url }) => {
      const answer = await askManifest(`${url}/_/manifest/${path}`, video, fetch, end.signal)
      if (answer !== undefined) delays.set(name, clock.now() - startedMs)
      if (answer?.manifest !== undefined) addVersion(versions, answer.manifest, name)
      return answer
    }
    const manifests = await collect(nodes.map(askNode), clock, (answer) => answer?.manifest !== undefined)
    signal?.throwIfAborted()
    const [newest] = manifests
      .flatMap((answer) => answer?.manifest ?? [])
      .sort((a, b) => b.mtimeMs - a.mtimeMs)
    if (newest !== undefined) {
      const inOrder = [...versions.values()].sort((a, b) => b.mtimeMs - a.mtimeMs)
      return { kind: 'found', file: newest, isVerified: true, delays, versions: inOrder, discarded: [] }
    }

    const isSize = (/** @type {number | undefined} */ size) => size !== undefined && size >= 0
    const askedSizes = nodes.map(({ url }) => askSize(`${url}/${path}`, fetch, end.signal))
    const sizes = await collect(askedSizes, clock, isSize)
    signal?.throwIfAborted()
    const size = sizes.find(isSize)
    if (size !== undefined)
      return {
        kind: 'found',
        file: { name: video, size, chunkSize: DEFAULT_CHUNK_SIZE },
        isVerified: false,
        delays,
        versions: [],
        discarded: [],
      }
    const hasAnswered = delays.size > 0 || sizes.some((size) => size !== undefined)
    return { kind: hasAnswered ? 'missing' : 'no node' }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    end.abort()
  }
}

/**
 * All answers, or those that came until a little after the first good one.
 * @template T
 * @param {readonly Promise<T>[]} asked none rejects
 * @param {Clock} clock
 * @param {(answer: T) => boolean} isGood
 * @returns {Promise<T[]>}
 */
function collect(asked, clock, isGood) {
  return new Promise((resolve) => {
    const startedMs = clock.now()
    /** @type {T[]} */
    const answers = []
    let hasGood = false
    let isOver = false
    const finish = () => {
      isOver = true
      clock.clearTimeout(timer)
      resolve(answers)
    }
    let timer = clock.setTimeout(finish, TIMEOUT_MS)
    if (asked.length === 0) finish()
    for (const asking of asked) {
      void asking.then((answer) => {
        if (isOver) return
        answers.push(answer)
        if (answers.length === asked.length) return finish()
        if (hasGood || !isGood(answer)) return
        hasGood = true
        clock.clearTimeout(timer)
        timer = clock.setTimeout(finish, GRACE.times * (clock.now() - startedMs) + GRACE.ms)
      })
    }
  })
}

/**
 * @param {string} url
 * @param {string} video
 * @param {import('./fetch-range.js').Fetch} fetch
 * @param {AbortSignal} signal
 * @returns {Promise<{ manifest?: Manifest } | undefined>} `undefined`: no answer
 */
async function askManifest(url, video, fetch, signal) {
  let response
  try {
    response = await fetch(url, { cache: 'no-store', credentials: 'omit', signal })
  } catch {
    return undefined // nobody answers; the others may
  }
  try {
    const manifest = response.ok
      ? fitting(readManifest(await readBoundedJson(response, MAX_MANIFEST_BYTES)), video)
      : undefined
    if (!response.ok) await response.body?.cancel()
    return manifest === undefined ? {} : { manifest }
  } catch {
    return {} // what is no JSON is no manifest
  }
}

/**
 * Size of a file, of a node that has no manifest.
 * @param {string} url
 * @param {import('./fetch-range.js').Fetch} fetch
 * @param {AbortSignal} signal
 * @returns {Promise<number | undefined>} -1: the node answered and does not have it; `undefined`: no answer
 */
async function askSize(url, fetch, signal) {
  try {
    const { ok, headers } = await fetch(url, {
      method: 'HEAD',
      cache: 'no-store',
      credentials: 'omit',
      signal,
    })
    const length = headers.get('Content-Length')
    return ok && length !== null && /^\d+$/.test(length) ? Number(length) : -1
  } catch {
    return undefined // nobody answers; the others may
  }
}

/** A manifest, if it is that of this video. @param {Manifest | undefined} manifest @param {string} video */
const fitting = (manifest, video) => (manifest?.name === video ? manifest : undefined)

/**
 * @param {Map<string, import('./manifest.js').FileVersion>} versions by hash
 * @param {Manifest} manifest
 * @param {string} node
 */
function addVersion(versions, { sha256, size, mtimeMs }, node) {
  const version = versions.get(sha256) ?? { sha256, size, mtimeMs, nodes: [] }
  versions.set(sha256, { ...version, nodes: [...version.nodes, node] })
}
