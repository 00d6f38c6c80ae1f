/**
 * Who may change what a node does on purpose. Any page in a browser of this machine can send requests to a node, and all
 * ports of 127.0.0.1 are one site to a browser, so that its own walls do not help: it takes the web origin of a page of
 * ours, a request that a browser asks about first, and a token that only such a page or a program here can read.
 */
import { createHash, timingSafeEqual } from 'node:crypto'

/** The methods of `/_/lab`. */
export const LAB_ALLOW = 'GET, HEAD, PUT, DELETE, OPTIONS'
/** What carries the token. */
export const TOKEN_FIELD = 'X-Lab-Token'

/** The fields of a request that are looked at. */
export interface GuardedFields {
  readonly host?: string
  readonly origin?: string
  readonly contentType?: string
  readonly labToken?: string
}

/** Does the request come from this machine? Pure. @param address of the client */
export const isLocal = (address: string | undefined): boolean =>
  address !== undefined && /^(?:::ffff:)?127\.|^::1$/.test(address)

/**
 * May this request change the lab? Pure.
 * @param peers web origins of the pages of our nodes
 * @param token of this process
 * @returns the status of the refusal; `undefined`: it may
 */
export function refuseChange(
  method: string | undefined,
  fields: GuardedFields,
  peers: ReadonlySet<string>,
  token: string,
): 403 | 415 | undefined {
  const { origin, host, contentType = '', labToken = '' } = fields
  const isOurs = origin === undefined || peers.has(origin) || origin === `http://${host?.toLowerCase()}`
  if (!isOurs || !isSame(labToken, token)) return 403
  if (method === 'PUT' && !/^application\/json[ \t]*(?:;|$)/i.test(contentType)) return 415
  return undefined
}

/** In the same time, however much of it is right. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other))
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
