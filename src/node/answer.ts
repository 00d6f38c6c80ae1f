/** What a request gets: first whether it is admitted at all, then, when the latency is over, the answer. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { findLookalike } from '../lookalike.ts'
import { storageNameProblem } from '../storage-name.ts'
import { decideHost, preflightFields } from './access.ts'
import { generate } from './content.ts'
import type { Instead } from './faults/fault.ts'
import { isMetalinkName } from './metalink.ts'
import { evaluatePreconditions } from './preconditions.ts'
import type { Replica } from './replica.ts'
import {
  ALLOW,
  LOOKALIKE,
  type Refusal,
  type Reply,
  replyNotModified,
  replyToOptions,
  replyWithContent,
  replyWithRefusal,
  replyWithReplica,
} from './reply.ts'
import { acceptsGzip, isBodyLengthKnown, type RequestFields } from './request-fields.ts'
import type { Service } from './service.ts'
import { ignoreMissing, type Storage } from './storage.ts'
import { readTarget, type Target } from './target.ts'

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
  const isKnown = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
  if ((target.kind === 'refused' && target.status === 400) || !isBodyLengthKnown(fields)) return 400
  if (!isKnown && target.kind !== 'lab') return 405
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

/** The answer of a fault, in place of the node's. Pure. */
export const refuseOnPurpose = ({ status, retryAfterS }: Instead): Answer => ({
  reply: replyWithRefusal(
    status,
    retryAfterS === undefined ? [] : ['Retry-After', String(retryAfterS)],
    'the lab of this node answers so on purpose',
  ),
})

/** Refuses what is not there, and tells of a file that was probably meant. */
export async function refuseMissing(storage: Storage, target: Target | Refusal | undefined): Promise<Answer> {
  const name = typeof target === 'object' && 'name' in target ? target.name : ''
  const lookalike = await findLookalike(storage.root, name)
  return lookalike === undefined || storageNameProblem(lookalike) !== undefined
    ? refuse(404)
    : { reply: replyWithRefusal(404, [], LOOKALIKE) }
}

/**
 * Answers an admitted request.
 * @throws the system's error when the storage cannot be read
 */
export async function answer(
  service: Service,
  method: string,
  fields: RequestFields,
  target: Exclude<Target, { kind: 'lab' }>,
): Promise<Answer> {
  if (target.kind === 'refused') return refuse(target.status)
  const view = service.directory.seenFrom(fields.host)
  if (method === 'OPTIONS') return { reply: replyToOptions(preflightFields(fields.origin, view.peers)) }
  if (target.kind === 'replica') {
    const opening = service.storage.openReplica(target.name)
    // Where there is no such file there may be the description of one.
    const replica = await (isMetalinkName(target.name) ? opening.catch(ignoreMissing) : opening)
    if (replica !== undefined) {
      return { reply: replyWithReplica(method, fields, replica.facts, view, randomUUID, Date.now()), replica }
    }
  }
  const content = await generate(service, view, target)
  if (typeof content === 'number') return refuse(content) // preconditions count only for a 200, §13.2.1
  const { type, text, gzip, cacheControl = 'no-cache', lasting = [] } = content
  const isCompressed = gzip !== undefined && acceptsGzip(fields)
  const etag = isCompressed ? content.etag?.replace(/"$/, '-gzip"') : content.etag // other bytes, §8.8.3.3
  const result = evaluatePreconditions(fields, { etag })
  if (result === 412) return refuse(412)
  const lastingFields = [
    ...(etag === undefined ? [] : ['ETag', etag]),
    ...(gzip === undefined ? [] : ['Vary', 'Accept-Encoding']),
    ...lasting,
  ]
  if (result === 304) return { reply: replyNotModified(lastingFields) }
  const coding = isCompressed ? ['Content-Encoding', 'gzip'] : []
  const sent = isCompressed ? gzip : text
  return {
    reply: replyWithContent(type, sent, ['Cache-Control', cacheControl, ...coding, ...lastingFields]),
  }
}
