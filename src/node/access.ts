/**
 * May this Host and this web origin speak to us? A page of any site can send requests to 127.0.0.1 from
 * the browser of whoever reads it: the Host check keeps out names that were made to resolve to us (DNS
 * rebinding), the origin check decides which pages may read the answers (CORS).
 */
import { isIPv4, isIPv6 } from 'node:net'

/** `accepted`, or the status of the refusal: 400 for what is no authority, 421 for a name not ours. */
export type HostDecision = 'accepted' | 400 | 421

/** `host[:port]` of RFC 9110 §7.2 and RFC 3986 §3.2.2; an IPv6 address stands in brackets. */
const AUTHORITY = /^(?:\[(?<ipv6>[0-9a-f:.]+)\]|(?<name>[a-z0-9._~!$&'()*+,;=%-]+))(?::[0-9]{0,5})?$/i

/**
 * Decides whether a request meant this node. Pure. IP addresses and `localhost` always do; of the other
 * names only `configuredHost`. The port is not compared: it does not help an attacker, and differs
 * behind a forwarded port.
 * @param authority the Host field, or the authority of an absolute-form target
 */
export function decideHost(authority: string, configuredHost: string): HostDecision {
  const { ipv6, name } = AUTHORITY.exec(authority)?.groups ?? {}
  if (ipv6 !== undefined) return isIPv6(ipv6) ? 'accepted' : 400
  if (name === undefined) return 400
  const host = name.toLowerCase()
  const known = host === 'localhost' || isIPv4(host) || host === configuredHost.toLowerCase()
  return known ? 'accepted' : 421
}

/** The host name of an authority, IPv6 in brackets; `undefined` when it is none. Pure. */
export function hostNameOf(authority: string): string | undefined {
  const { ipv6, name } = AUTHORITY.exec(authority)?.groups ?? {}
  return ipv6 === undefined ? name : `[${ipv6}]`
}

/** Names are sent with this on every answer, so that no cache hands one origin's answer to another. */
export const VARY = 'Origin'

/** What a page on another node may read of an answer beyond the few fields that CORS always shows. */
const EXPOSED = 'Accept-Ranges, Content-Length, Content-Range, ETag, Repr-Digest, Retry-After, X-Lab'
/** What such a page may send; a lone `Range` needs no preflight, the preconditions do. */
const ALLOWED_REQUEST_FIELDS =
  'Range, If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since, If-Range'
/** How long a browser may remember a preflight. */
const PREFLIGHT_SECONDS = '600'

/**
 * The CORS fields for an answer. Pure. Exact membership, no patterns: `null` and look-alikes get nothing.
 * @param origin the Origin field, `undefined` when absent
 * @param peers web origins of the pages of our nodes, as directory.ts has them
 */
export const corsFields = (origin: string | undefined, peers: ReadonlySet<string>): string[] =>
  origin !== undefined && peers.has(origin)
    ? ['Access-Control-Allow-Origin', origin, 'Access-Control-Expose-Headers', EXPOSED]
    : []

/**
 * The page of ours that sent a request, by its web origin. Pure. A browser names it in Origin where the page is
 * another node's, else in Referer. What a program writes there is as good: this is for the log, and lets nobody in.
 */
export function pageThatAsked(
  { origin, referer }: { readonly origin?: string; readonly referer?: string },
  peers: ReadonlySet<string>,
): string | undefined {
  const page =
    origin ?? (referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : undefined)
  return page !== undefined && peers.has(page) ? page : undefined
}

/**
 * The further fields that a preflight's answer carries. Pure.
 * @param methods what such a page may do
 * @param requestFields what it may send
 */
export const preflightFields = (
  origin: string | undefined,
  peers: ReadonlySet<string>,
  methods = 'GET, HEAD',
  requestFields = ALLOWED_REQUEST_FIELDS,
): string[] =>
  origin !== undefined && peers.has(origin)
    ? [
        ...['Access-Control-Allow-Methods', methods],
        ...['Access-Control-Allow-Headers', requestFields],
        ...['Access-Control-Max-Age', PREFLIGHT_SECONDS],
      ]
    : []
