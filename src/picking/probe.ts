/** Asks one node whether it is up, how fast, and which version of a video it has: everything at once. */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { healthUrl, isForeign, type ListedNode, nodeUrl } from '../node-list.ts'
import { encodeStorageName } from '../storage-name.ts'

/** What is known of a node's replica, from its HEAD. */
export interface Version {
  /** the same on all our nodes that have the same bytes; another server has its own, or none */
  readonly etag: string | undefined
  readonly sizeBytes: number
  /** ms since 1970 */
  readonly lastModifiedMs: number
  /** a manifest vouches for it: a whole copy, and not one that somebody is still making */
  readonly isComplete: boolean
}

/** How a node answered. Refused proves that it is down; silence proves nothing. */
export type Probe =
  | {
      readonly state: 'up'
      readonly medianMs: number
      readonly timesMs: readonly number[]
      readonly version: Version
    }
  | { readonly state: 'up without the video'; readonly medianMs: number; readonly timesMs: readonly number[] }
  | { readonly state: 'down' | 'no answer in time' | 'not a node' }

export interface ProbeOptions {
  /** how many `/health` calls; the median counts */
  readonly probes: number
  /** of each call, ms */
  readonly timeoutMs: number
}

/** No health answer of a node of ours is longer, so what is longer comes from something else. */
const MAX_HEALTH_BYTES = 64 * 1024

type Failure = Exclude<Probe['state'], 'up' | 'up without the video'>
type Health = { readonly timeMs: number } | Failure

/** Probes one node. Never rejects: every failure is a state. Takes as long as the slowest of its calls. */
export async function probeNode(node: ListedNode, video: string, options: ProbeOptions): Promise<Probe> {
  const calls = Array.from({ length: options.probes }, () => callHealth(node, options.timeoutMs))
  const [version, ...healths] = await Promise.all([askVersion(node, video, options.timeoutMs), ...calls])
  return summarize(healths, version)
}

/** Makes one state of several health calls: the one in the middle decides, failures being slowest. Pure. */
export function summarize(healths: readonly Health[], version: Version | undefined): Probe {
  const timeOf = (health: Health): number =>
    typeof health === 'string' ? Number.POSITIVE_INFINITY : health.timeMs
  const sorted = healths.toSorted((a, b) => timeOf(a) - timeOf(b))
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? 'no answer in time'
  if (typeof middle === 'string') return { state: middle }
  const facts = { medianMs: middle.timeMs, timesMs: healths.map(timeOf).filter(Number.isFinite) }
  return version === undefined
    ? { state: 'up without the video', ...facts }
    : { state: 'up', ...facts, version }
}

/** One timed health call. What somebody else's server says beside its 200 is its own affair. */
async function callHealth(node: ListedNode, timeoutMs: number): Promise<Health> {
  try {
    const maxBytes = isForeign(node) ? Number.POSITIVE_INFINITY : MAX_HEALTH_BYTES
    const { status, body, timeMs } = await call('GET', healthUrl(node), timeoutMs, maxBytes)
    return status === 200 && (isForeign(node) || isHealth(body)) ? { timeMs } : 'not a node'
  } catch (error) {
    return classifyFailure(error)
  }
}

/** The version of a replica; `undefined` when the node does not have it, or did not say. */
async function askVersion(node: ListedNode, video: string, timeoutMs: number): Promise<Version | undefined> {
  try {
    const url = `${nodeUrl(node)}/${encodeStorageName(video)}`
    const { status, headers } = await call('HEAD', url, timeoutMs)
    const { etag } = headers
    if (status !== 200 || (etag === undefined && !isForeign(node))) return undefined
    return {
      etag,
      sizeBytes: Number(headers['content-length']) || 0,
      lastModifiedMs: Date.parse(headers['last-modified'] ?? '') || 0, // who sends no date has the oldest
      isComplete: headers['repr-digest'] !== undefined,
    }
  } catch {
    return undefined // why is told by the health calls, which go to the same node
  }
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** from the open connection to the end of the answer: what the node took, and not what we took to start */
  readonly timeMs: number
}

/** One request on a connection of its own. @throws the system's error, or a TimeoutError */
function call(
  method: 'GET' | 'HEAD',
  url: string,
  timeoutMs: number,
  maxBytes = MAX_HEALTH_BYTES,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs)
    let connectedMs = performance.now()
    const fail = (error: Error): void => reject(signal.aborted ? signal.reason : error)
    const isTls = url.startsWith('https:')
    const request = isTls ? httpsRequest : httpRequest
    const call = request(url, { method, agent: false, signal }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        if (maxBytes === Number.POSITIVE_INFINITY) return // nobody reads it
        body += text
        if (body.length > maxBytes) call.destroy(new Error('The answer is too long for a health call'))
      })
      response.on('end', () => {
        const { statusCode: status, headers } = response
        resolve({ status, headers, body, timeMs: performance.now() - connectedMs })
      })
      response.on('error', fail)
    })
    call.on('socket', (socket) => {
      socket.once(isTls ? 'secureConnect' : 'connect', () => {
        connectedMs = performance.now()
      })
    })
    call.on('error', fail)
    call.end()
  })
}

/** Does this JSON come from a node? */
function isHealth(body: string): boolean {
  try {
    const { status, node } = JSON.parse(body) as { status?: unknown; node?: unknown }
    return status === 'ok' && typeof node === 'string'
  } catch {
    return false
  }
}

/** Nobody listens, or no such machine: it is down. */
const DOWN = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
])

function classifyFailure(error: unknown): Failure {
  const { name, code } = error as NodeJS.ErrnoException
  if (name === 'TimeoutError') return 'no answer in time'
  return DOWN.has(code ?? '') ? 'down' : 'not a node'
}
