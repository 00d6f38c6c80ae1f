/** Who has a node's port already. A node that is told "taken" should hear whether that is itself. */

import { httpFetch } from '../http-client/http-fetch.ts'
import { healthUrl, type NodeConfig } from '../node-list.ts'
import { listedDelayMs } from '../swarm/patience.js'
import { MAX_HEALTH_BYTES, readBoundedJson } from '../swarm/read-bounded.js'

/** `silent`: something is there, and has not answered while we waited. */
export type Listener =
  | { readonly kind: 'nobody' | 'another program' | 'silent' }
  | { readonly kind: 'node'; readonly name: string }

/** Beyond the simulated latency. */
const PATIENCE_MS = 1_000
/** Nobody should wait longer for an error. */
const MAX_PATIENCE_MS = 5_000

/** Asks a node's port who is there. Never rejects. */
export async function whoListens(node: NodeConfig): Promise<Listener> {
  const patienceMs = Math.min(MAX_PATIENCE_MS, listedDelayMs(node) + PATIENCE_MS)
  const signal = AbortSignal.timeout(patienceMs)
  try {
    const answer = await readBoundedJson(await httpFetch(healthUrl(node), { signal }), MAX_HEALTH_BYTES)
    const { status, node: name } = (answer ?? {}) as { status?: unknown; node?: unknown }
    return status === 'ok' && typeof name === 'string' ? { kind: 'node', name } : { kind: 'another program' }
  } catch (error) {
    if (signal.aborted) return { kind: 'silent' }
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException
    return { kind: code === 'ECONNREFUSED' ? 'nobody' : 'another program' }
  }
}

/** Why a node cannot have its port. Pure. */
export function describeListener({ name, port }: NodeConfig, listener: Listener): string {
  switch (listener.kind) {
    case 'node':
      return listener.name === name
        ? `${name} runs already, on port ${port}`
        : `port ${port} of ${name} is taken by ${listener.name}, another node`
    case 'silent':
      return `port ${port} of ${name} is taken by something that does not answer`
    default:
      return `port ${port} of ${name} is taken by another program`
  }
}
