/** What happens to one request, from its arrival to its line in the log. */
import { setTimeout } from 'node:timers/promises'
import { corsFields, pageThatAsked, VARY } from './access.ts'
import { type Answer, admit, answer, refuse, refuseMissing, refuseOnPurpose } from './answer.ts'
import { answerLab } from './answer-lab.ts'
import { sendReply } from './body.ts'
import { type Exchange, HungUpError } from './exchange.ts'
import { type Content, EndedByFaultError } from './faults/fault.ts'
import type { Asked, Passage } from './lab/passage.ts'
import { waitUntil } from './lab/wait.ts'
import type { ReplyRecord } from './log.ts'
import { FileChangedError } from './open-file.ts'
import { isRange, type Refusal, type Reply } from './reply.ts'
import { announcesBody, type RequestFields, readRequestFields } from './request-fields.ts'
import type { Service } from './service.ts'
import { classifyStorageError } from './storage.ts'
import type { Target } from './target.ts'
import { isOthersWorker } from './watch-page.ts'

/** What every answer carries, whatever it is. */
export const COMMON_FIELDS = [
  ...['Vary', VARY],
  ...['X-Content-Type-Options', 'nosniff'],
  ...['Cross-Origin-Resource-Policy', 'same-site'],
] as const

/**
 * So long before the latency of a request is over, its answer is made: then only the sending is left to do, and of a
 * hundred that are due at once none waits for the answers of the others.
 */
const PREPARE_MS = 5

/** Who is told of what happened, and where chance comes from. */
export interface HandlerOptions {
  /** told of every reply when it has ended */
  readonly onReply?: (record: ReplyRecord) => void
  /** told of what is this machine's fault and not the client's */
  readonly onFault?: (error: unknown) => void
  /** 0 up to 1, for the jitter */
  readonly random?: () => number
}

/** @param inFront settles when the request before it on the same connection has its answer */
export type Handler = (exchange: Exchange, inFront: Promise<void> | undefined) => Promise<void>

/** What happens to one request. Never rejects: nothing that a client sends may end the node. */
export function createHandler(service: Service, options: HandlerOptions): Handler {
  const { node, totals, directory, lab } = service

  const send = async (
    exchange: Exchange,
    fields: RequestFields,
    { reply, replica }: Answer,
    dueMs: number | undefined,
    passage: Passage,
  ): Promise<void> => {
    // A body that nobody reads would be taken for the next request, so the connection ends with this one.
    const close = announcesBody(fields) && !reply.fields.includes('Connection') ? ['Connection', 'close'] : []
    const { peers } = directory.seenFrom(fields.host)
    reply.fields.push(...COMMON_FIELDS, ...corsFields(fields.origin, peers), ...close)
    passage.fileBytes = replica?.facts.sizeBytes
    if (dueMs !== undefined) await waitUntil(dueMs, exchange.hangUp)
    if (passage.isReached || passage.touchedBy !== undefined)
      reply.fields.push(...passage.fields(contentOf(reply)))
    await sendReply(exchange, reply, lab, passage, replica)
  }

  return async (exchange, inFront) => {
    const { request, response } = exchange
    response.on('error', () => {}) // the write that failed reports the same error
    const fields = readRequestFields(request.rawHeaders)
    let target: ReturnType<typeof admit> | undefined
    let result: Answer | undefined
    const passage = lab.enter(exchange)
    exchange.passage = passage
    const { latencyMs } = lab.impairments
    let dueMs = lab.impaired.latency?.(exchange.startedMs)
    let end: ReplyRecord['end'] = 'complete'
    try {
      target = admit(request, fields, node.host)
      if (isLab(target)) {
        dueMs = undefined // a node that seems far away, or hangs, is mended by it
        passage.isControl = true
        result = { reply: await answerLab(lab, exchange, fields, directory.seenFrom(fields.host)) }
      } else {
        if (typeof target === 'object') passage.asksFor(describeAsked(target, fields))
        const idleMs = dueMs === undefined ? 0 : dueMs - PREPARE_MS - performance.now()
        if (idleMs > 0) await setTimeout(idleMs, undefined, { signal: exchange.hangUp })
        if (inFront !== undefined) await inFront // answers leave in order, and nothing is read for one that cannot leave yet
        const instead = passage.isReached ? await passage.meet() : undefined
        if (instead !== undefined) result = refuseOnPurpose(instead)
        else if (typeof target === 'number') result = refuse(target)
        else result = await answer(service, request.method ?? '', fields, target)
      }
      await send(exchange, fields, result, dueMs, passage)
    } catch (error) {
      if (passage.isEnded || error instanceof EndedByFaultError) {
        end = 'ended by a fault'
      } else if (exchange.isGone || error instanceof HungUpError) {
        end = service.isClosing ? 'stopped' : 'hung up'
      } else if (exchange.firstByteMs === undefined) {
        const kind = classifyStorageError(error)
        if (kind === 'fault') options.onFault?.(error)
        result?.replica?.release()
        result =
          kind === 'missing'
            ? await refuseMissing(service.storage, target)
            : refuse(kind === 'busy' ? 503 : 500)
        await send(exchange, fields, result, dueMs, passage).catch((failure: unknown) => {
          if (!exchange.isGone) options.onFault?.(failure)
          end = exchange.isGone ? 'hung up' : 'failed'
          exchange.cut()
        })
      } else {
        end = error instanceof FileChangedError ? 'cut' : 'failed'
        if (end === 'failed') options.onFault?.(error)
        exchange.cut()
      }
    } finally {
      result?.replica?.release(end !== 'complete')
    }
    totals.requests++
    totals.bytes += exchange.bytesSent
    if (options.onReply === undefined) return
    const page = pageThatAsked(fields, directory.seenFrom(fields.host).peers)
    const { touchedBy } = passage
    const faults = touchedBy === undefined ? {} : { faults: touchedBy }
    const record = {
      ...recordOf(exchange, node.name, passage.isControl ? 0 : latencyMs, result, end),
      page,
      ...faults,
    }
    options.onReply(isOthersWorker(fields, target) ? { ...record, isOthersWorker: true } : record)
  }
}

/** What a request is about, as a fault sees it. */
const describeAsked = (target: Target, { range }: RequestFields): Asked => ({
  kind:
    target.kind === 'replica' || target.kind === 'manifest' || target.kind === 'health'
      ? target.kind
      : 'page',
  name: 'name' in target ? target.name : '',
  range,
})

const contentOf = ({ lengthBytes = 0, body }: Reply): Content => ({
  lengthBytes,
  ranges: body.filter(isRange),
})

const isLab = (target: Target | Refusal): target is Extract<Target, { kind: 'lab' }> =>
  typeof target === 'object' && target.kind === 'lab'

function recordOf(
  exchange: Exchange,
  node: string,
  latencyMs: number,
  result: Answer | undefined,
  end: ReplyRecord['end'],
): Omit<ReplyRecord, 'page'> {
  const { request, client, startedMs, firstByteMs, bytesSent } = exchange
  return {
    at: new Date(),
    node,
    method: request.method ?? '',
    target: request.url ?? '',
    status: firstByteMs === undefined ? undefined : result?.reply.status,
    range: result && describeRange(result.reply),
    latencyMs,
    firstByteMs: firstByteMs === undefined ? undefined : firstByteMs - startedMs,
    totalMs: performance.now() - startedMs,
    bytesSent,
    end,
    client,
  }
}

/** Which bytes a reply is about, for its line in the log. */
function describeRange({ status, fields, body }: Reply): string | undefined {
  const at = fields.indexOf('Content-Range')
  if (at !== -1) return fields[at + 1]
  return status === 206 ? `${body.filter(isRange).length} ranges` : undefined
}
