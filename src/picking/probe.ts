/** Asks one node whether it is up and how fast. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { healthUrl, isForeign, type ListedNode } from '../node-list.ts'
import { listedDelayMs } from '../swarm/patience.js'
import { MAX_HEALTH_BYTES } from '../swarm/read-bounded.js'

/**
 * How a node answered. What the system says of a failure is known, and told: `refused` (nobody listens there),
 * `unreachable` (no such machine, no way to it), `cut` (it hung up). `silent`: nothing came in time, which proves
 * nothing. `slow`: nothing came in time, and by the node list nothing could.
 */
export type Probe =
  | { readonly state: 'up'; readonly medianMs: number; readonly timesMs: readonly number[] }
  | { readonly state: 'refused' | 'unreachable' | 'cut' | 'silent' | 'slow' | 'not a node' }

export interface ProbeOptions {
  /** how many `/health` calls; the median counts */
  readonly probes: number
  /** of each call, ms; none is shorter than the node list allows, unless the user says so */
  readonly timeoutMs: number
}

type Failure = Exclude<Probe['state'], 'up'>
type Health = { readonly timeMs: number } | Failure

/** Probes one node. Never rejects: every failure is a state. Takes as long as the slowest of its calls. */
export async function probeNode(node: ListedNode, options: ProbeOptions): Promise<Probe> {
  const calls = Array.from({ length: options.probes }, () => callHealth(node, options.timeoutMs))
  return summarize(await Promise.all(calls))
}

/** Makes one state of several health calls: the one in the middle decides, failures being slowest. Pure. */
export function summarize(healths: readonly Health[]): Probe {
  const timeOf = (health: Health): number =>
    typeof health === 'string' ? Number.POSITIVE_INFINITY : health.timeMs
  const sorted = healths.toSorted((a, b) => timeOf(a) - timeOf(b))
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? 'silent'
  if (typeof middle === 'string') return { state: middle }
  return { state: 'up', medianMs: middle.timeMs, timesMs: healths.map(timeOf).filter(Number.isFinite) }
}

/** One timed health call. What somebody else's server says beside its 200 is its own affair. */
async function callHealth(node: ListedNode, timeoutMs: number): Promise<Health> {
  try {
    const { status, body, timeMs } = await call(healthUrl(node), timeoutMs)
    if (status !== 200) return 'not a node'
    return isForeign(node) || (body !== undefined && isHealth(body)) ? { timeMs } : 'not a node'
  } catch (error) {
    const isFar = !isForeign(node) && listedDelayMs(node) >= timeoutMs
    return classifyFailure(error, isFar)
  }
}

interface Answer {
  readonly status: number | undefined
  /** `undefined`: longer than any health answer */
  readonly body: string | undefined
  /** from the open connection to the end of the answer: what the node took, and not what we took to start */
  readonly timeMs: number
}

/** One request on a connection of its own. @throws the system's error, or a TimeoutError */
function call(url: string, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs)
    let connectedMs = performance.now()
    const fail = (error: Error): void => reject(signal.aborted ? signal.reason : error)
    const isTls = url.startsWith('https:')
    const request = isTls ? httpsRequest : httpRequest
    const call = request(url, { method: 'GET', agent: false, signal }, (response) => {
      const { statusCode: status } = response
      const settle = (body: string | undefined): void =>
        resolve({ status, body, timeMs: performance.now() - connectedMs })
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        body += text
        if (body.length <= MAX_HEALTH_BYTES) return
        settle(undefined)
        call.destroy()
      })
      response.on('end', () => settle(body))
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

/** What the system's errors prove. */
const FAILURES: ReadonlyMap<string, Failure> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['EHOSTDOWN', 'unreachable'],
  ['EADDRNOTAVAIL', 'unreachable'],
  ['ENOTFOUND', 'unreachable'],
  ['EAI_AGAIN', 'unreachable'],
  ['ETIMEDOUT', 'silent'],
  ['ECONNRESET', 'cut'],
  ['EPIPE', 'cut'],
])

/** @param isFar by the node list it could not answer in time */
function classifyFailure(error: unknown, isFar: boolean): Failure {
  const { name, code } = error as NodeJS.ErrnoException
  if (name === 'TimeoutError') return isFar ? 'slow' : 'silent'
  return FAILURES.get(code ?? '') ?? 'not a node'
}
