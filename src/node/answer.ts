/** What a request gets: first whether it is admitted at all, then, when the latency is over, the answer. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type NodeConfig, nodeUrl } from '../node-list.ts'
import { encodeStorageName } from '../storage-name.ts'
import { decideHost, preflightFields } from './access.ts'
import { HOME_PAGE_POLICY, renderHomePage } from './home-page.ts'
import { evaluatePreconditions } from './preconditions.ts'
import type { Replica, ReplicaFacts } from './replica.ts'
import {
  ALLOW,
  type Refusal,
  type Reply,
  replyNotModified,
  replyToOptions,
  replyWithContent,
  replyWithRefusal,
  replyWithReplica,
} from './reply.ts'
import { isBodyLengthKnown, type RequestFields } from './request-fields.ts'
import type { Storage } from './storage.ts'
import { readTarget, type Target } from './target.ts'

/** What every answer of a node is made from. */
export interface Service {
  readonly node: NodeConfig
  /** the node list, for the pages that read from all of them */
  readonly nodes: readonly NodeConfig[]
  /** web origins of the node list */
  readonly peers: ReadonlySet<string>
  readonly storage: Storage
  readonly totals: { requests: number; bytes: number }
  /** the node is being stopped, and cuts what is under way */
  isClosing: boolean
}

/** A reply, with the open replica that its ranges are read from. Whoever sends it releases the replica. */
export interface Answer {
  readonly reply: Reply
  readonly replica?: Replica
}

/**
 * Decides whether a request is for this node and can be answered, from its head alone. Pure.
 * The order is target and method, then Host.
 * @returns what is asked for, or the status of the refusal
 */
export function admit(
  request: IncomingMessage,
  fields: RequestFields,
  configuredHost: string,
): Target | Refusal {
  if (request.httpVersionMajor !== 1) return request.httpVersionMajor > 1 ? 505 : 400
  const { target, authority } = readTarget(request.url ?? '')
  const { method } = request
  if ((target.kind === 'refused' && target.status === 400) || !isBodyLengthKnown(fields)) return 400
  if (method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS') return 405
  if (target.kind === 'server' && method !== 'OPTIONS') return 400

  const needsHost = request.httpVersion !== '1.0'
  if (fields.hostLines > 1 || (needsHost && fields.hostLines === 0)) return 400 // RFC 9112 §3.2
  const host = authority ?? fields.host
  const decision = host === undefined ? 'accepted' : decideHost(host, configuredHost)
  return decision === 'accepted' ? target : decision
}

/** Refuses with a fixed text, and with the fields that the status calls for. Pure. */
export const refuse = (status: Refusal): Answer => ({
  reply: replyWithRefusal(
    status,
    status === 405 ? ['Allow', ALLOW, 'Connection', 'close'] : status === 503 ? ['Retry-After', '1'] : [],
  ),
})

/**
 * Answers an admitted request.
 * @throws the system's error when the storage cannot be read
 */
export async function answer(
  service: Service,
  method: string,
  fields: RequestFields,
  target: Target,
): Promise<Answer> {
  if (target.kind === 'refused') return refuse(target.status)
  if (method === 'OPTIONS') return { reply: replyToOptions(preflightFields(fields.origin, service.peers)) }
  if (target.kind === 'replica') {
    const replica = await service.storage.openReplica(target.name)
    if (replica === undefined) return refuse(404)
    return { reply: replyWithReplica(method, fields, replica.facts, randomUUID, Date.now()), replica }
  }
  const generated = await generate(service, target)
  if (generated.reply.status !== 200) return generated // preconditions count only for what would be sent, §13.2.1
  const result = evaluatePreconditions(fields, {})
  return result === 412 ? refuse(412) : result === 304 ? { reply: replyNotModified([]) } : generated
}

/** What is made on the spot: it has no validators, and so matches no precondition but `*`. */
async function generate(
  service: Service,
  target: Exclude<Target, { kind: 'replica' | 'refused' }>,
): Promise<Answer> {
  const { node, storage } = service
  switch (target.kind) {
    case 'server':
      return refuse(400)
    case 'health':
      return json(healthOf(service), 'no-store')
    case 'nodes':
      return json({ nodes: service.nodes.map(publicNode) })
    case 'videos':
      return json({ node: node.name, videos: (await storage.list()).map(publicReplica) })
    case 'home': {
      const page = renderHomePage(node, await storage.list())
      return {
        reply: replyWithContent('text/html', page, [
          'Cache-Control',
          'no-cache',
          'Content-Security-Policy',
          HOME_PAGE_POLICY,
        ]),
      }
    }
    case 'manifest': {
      const manifest = await storage.readManifest(target.name)
      return manifest === undefined ? refuse(404) : json(manifest)
    }
  }
}

const json = (value: unknown, cacheControl = 'no-cache'): Answer => ({
  reply: replyWithContent('application/json', `${JSON.stringify(value)}\n`, ['Cache-Control', cacheControl]),
})

const healthOf = ({ node, totals }: Service): object => ({
  status: 'ok',
  node: node.name,
  latencyMs: node.latencyMs,
  jitterMs: node.jitterMs,
  bandwidthKbps: node.bandwidthKbps,
  uptimeMs: Math.round(process.uptime() * 1000),
  requests: totals.requests,
  bytes: totals.bytes,
})

/** A node as a page may know it: everything but where it keeps its files. */
const publicNode = ({ root: _, ...node }: NodeConfig): object => ({ ...node, url: nodeUrl(node) })

const publicReplica = ({ name, sizeBytes, lastModifiedMs, etag, sha256 }: ReplicaFacts): object => ({
  name,
  url: `/${encodeStorageName(name)}`,
  size: sizeBytes,
  lastModified: new Date(lastModifiedMs).toISOString(),
  etag,
  sha256: sha256 ?? null,
})
