/** The answer to a request for `/_/lab`, which comes before any fault. */
import { FaultError } from '../lab/faults.js'
import { preflightFields } from './access.ts'
import type { View } from './directory.ts'
import type { Exchange } from './exchange.ts'
import { MAX_DOCUMENT_BYTES, readDocument } from './lab/document.ts'
import { isLocal, LAB_ALLOW, refuseChange, TOKEN_FIELD } from './lab/guard.ts'
import type { Lab } from './lab/lab.ts'
import { type Refusal, type Reply, replyToOptions, replyWithContent, replyWithRefusal } from './reply.ts'
import type { RequestFields } from './request-fields.ts'

const CLOSED = 'this node was started without --lab'
const STRANGER = 'only the machine that the node runs on may change its lab'
const NO_STARTER = 'this node was not started by npm start, which could start others'
const TOO_LATE = 'something else has been set since, or nothing waits to be renewed'

/**
 * Shows the lab, sets it or heals the node. Nonsense is refused whole.
 * @throws HungUpError when the client goes away with its document half sent
 */
export async function answerLab(
  lab: Lab,
  exchange: Exchange,
  fields: RequestFields,
  { peers }: View,
): Promise<Reply> {
  const { method } = exchange.request
  const mayChange = lab.isOpen && isLocal(exchange.client)
  if (method === 'OPTIONS') {
    const preflight = preflightFields(
      fields.origin,
      peers,
      'GET, HEAD, PUT, DELETE',
      `Content-Type, ${TOKEN_FIELD}`,
    )
    return replyToOptions(preflight, LAB_ALLOW)
  }
  if (method === 'GET' || method === 'HEAD') return show(lab, mayChange)
  if (method !== 'PUT' && method !== 'DELETE') return refuse(405)
  if (!mayChange) return refuse(403, lab.isOpen ? STRANGER : CLOSED)
  const refusal = refuseChange(method, fields, peers, lab.token)
  if (refusal !== undefined) return refuse(refusal)
  if (method === 'DELETE') {
    lab.heal()
    return show(lab, mayChange)
  }
  const text = await exchange.readBody(MAX_DOCUMENT_BYTES)
  if (text === undefined) return refuse(413)
  try {
    const document = readDocument(text)
    if (document.kind === 'set') lab.set(document.setting)
    else if (document.kind === 'start') {
      if (lab.starter === undefined) return refuse(409, NO_STARTER)
      const { names } = lab.starter
      if (!names.includes(document.name)) throw new FaultError('start', `one of ${names.join(', ')}`)
      lab.starter.start(document.name, document.afterMs)
    } else if (!lab.renew(document.revision)) return refuse(409, TOO_LATE)
  } catch (error) {
    if (error instanceof FaultError) return refuse(400, error.message)
    throw error
  }
  return show(lab, mayChange)
}

/** What is in force may be seen by everybody who may see the node; who may change it gets the token. */
function show(lab: Lab, mayChange: boolean): Reply {
  const shown = { ...lab.describe(), ...(mayChange ? { token: lab.token } : {}) }
  return replyWithContent('application/json', `${JSON.stringify(shown)}\n`, ['Cache-Control', 'no-store'])
}

const refuse = (status: Refusal, why?: string): Reply =>
  replyWithRefusal(status, status === 405 ? ['Allow', LAB_ALLOW, 'Connection', 'close'] : [], why)
