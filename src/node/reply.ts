/** Pure: a request and the facts of what it asks for → status, header fields, and what the body is made of. */
import { STATUS_CODES } from 'node:http'
import { type ByteRange, parseRange } from '../range.ts'
import type { View } from './directory.ts'
import { formatHttpDate } from './http-date.ts'
import { isPlayable, mediaType } from './media-types.ts'
import { metalinkFields } from './metalink.ts'
import { evaluatePreconditions, ifRangeHolds } from './preconditions.ts'
import type { ReplicaFacts } from './replica.ts'
import type { RequestFields } from './request-fields.ts'

/** A piece of a body: text or bytes of our own, or bytes of the file. */
export type BodyPart = string | Uint8Array | ByteRange

/** Is it to be read from the file? Pure. */
export const isRange = (part: BodyPart): part is ByteRange => typeof part !== 'string' && 'start' in part

/** A whole answer but for the bytes of the file. */
export interface Reply {
  readonly status: number
  /** names and values in turn, as `writeHead` takes them */
  readonly fields: string[]
  readonly body: readonly BodyPart[]
  /** of the body that a GET would get; `undefined` where there is none by definition (204, 304) */
  readonly lengthBytes: number | undefined
}

/** Our own words for each refusal. They repeat nothing that the client sent. */
const REFUSALS = {
  400: 'the request could not be understood',
  403: 'only a page of this node list, or a program with the token of this node, may do that',
  404: 'there is no such file on this node',
  405: 'a node answers GET, HEAD and OPTIONS',
  408: 'the request did not arrive in time',
  409: 'it is no longer as the request says',
  412: 'a precondition of the request does not hold',
  413: 'the document is longer than 4096 bytes',
  415: 'the document must be sent as application/json',
  416: 'the file has none of the bytes that were asked for',
  421: 'this node does not go by that name',
  431: 'the header of the request is too large',
  500: 'the node could not read its storage',
  505: 'a node speaks HTTP/1.1',
  503: 'the node cannot read this file just now; try again',
} as const
export type Refusal = keyof typeof REFUSALS

/** A 404 where a file was probably meant that is there. */
export const LOOKALIKE =
  'there is no such file on this node, but one whose name looks the same and is spelt with other code points (composed or decomposed letters); the page / links to it'

/** What a node answers; CORS preflights are OPTIONS. */
export const ALLOW = 'GET, HEAD, OPTIONS'

/** Nothing on a page of ours comes from elsewhere, and what is no page runs nothing at all. */
const RUN_NOTHING = "default-src 'none'; sandbox"

/**
 * The answer to a GET or HEAD for a replica, in the order of RFC 9110 §13.2.2: preconditions, then If-Range
 * and Range. Pure.
 * @param view the node list, for the links to the other nodes
 * @param makeBoundary what divides the parts of a multipart answer; must not occur in the file
 * @param nowMs for the dates among the preconditions
 */
export function replyWithReplica(
  method: string,
  fields: RequestFields,
  facts: ReplicaFacts,
  view: View,
  makeBoundary: () => string,
  nowMs: number,
): Reply {
  const result = evaluatePreconditions(fields, facts, nowMs)
  if (result === 304) return replyNotModified(['ETag', facts.etag])
  if (result === 412) return replyWithRefusal(412)

  const { sizeBytes } = facts
  const rangeCounts = method === 'GET' && ifRangeHolds(fields.ifRange, facts, nowMs)
  const range = parseRange(rangeCounts ? fields.range : undefined, sizeBytes)
  if (range.kind === 'unsatisfiable') {
    return replyWithRefusal(416, [
      'Content-Range',
      `bytes */${sizeBytes}`,
      'Accept-Ranges',
      'bytes',
      'ETag',
      facts.etag,
    ])
  }
  const type = mediaType(facts.name)
  const { required, all } = versionFields(facts, view, nowMs)
  if (range.kind === 'whole') {
    const body = sizeBytes === 0 ? [] : [{ start: 0, end: sizeBytes - 1 }]
    return { status: 200, fields: ['Content-Type', type, ...all], body, lengthBytes: sizeBytes }
  }
  // Who sent If-Range has the rest of the fields already (§15.3.7).
  const common = fields.ifRange === undefined ? all : required
  const [only] = range.ranges
  if (range.ranges.length === 1 && only !== undefined) {
    const one = ['Content-Type', type, 'Content-Range', contentRange(only, sizeBytes)]
    return { status: 206, fields: [...one, ...common], body: range.ranges, lengthBytes: rangeLength(only) }
  }
  const boundary = makeBoundary()
  const body = multipartBody(range.ranges, type, sizeBytes, boundary)
  const lengthBytes = body.reduce((sum, part) => sum + (isRange(part) ? rangeLength(part) : part.length), 0)
  return {
    status: 206,
    fields: ['Content-Type', `multipart/byteranges; boundary=${boundary}`, ...common],
    body,
    lengthBytes,
  }
}

interface VersionFields {
  /** the node list that the links were made from */
  readonly view: View
  /** what an answer with bytes of the version must carry */
  readonly required: readonly string[]
  /** the same, and what else is known of the version */
  readonly all: readonly string[]
}

/** The fields that every answer with bytes of one version shares; made once for each, as one client sees it. */
const fieldsByVersion = new WeakMap<ReplicaFacts, VersionFields>()

function versionFields(facts: ReplicaFacts, view: View, nowMs: number): VersionFields {
  const known = fieldsByVersion.get(facts)
  if (known?.view === view) return known
  const { name, etag, lastModifiedMs, sha256 } = facts
  const required = ['Accept-Ranges', 'bytes', 'ETag', etag, 'Cache-Control', 'no-cache']
  if (!isPlayable(mediaType(name))) required.push('Content-Security-Policy', RUN_NOTHING)
  // Never later than Date (§8.8.2.1), whose seconds are counted elsewhere and may lag behind ours.
  const lastModified = formatHttpDate(lastModifiedMs <= nowMs ? lastModifiedMs : nowMs - 1000)
  const all = [...required, ...(lastModified === undefined ? [] : ['Last-Modified', lastModified])]
  if (sha256 !== undefined) {
    all.push('Repr-Digest', `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`)
    all.push(...metalinkFields(name, view)) // without a hash nobody could check a duplicate
  }
  const fields = { view, required, all }
  fieldsByVersion.set(facts, fields)
  return fields
}

/** RFC 9110 §14.6: each range behind a header of its own, then the closing line. ASCII only. */
function multipartBody(
  ranges: readonly ByteRange[],
  type: string,
  sizeBytes: number,
  boundary: string,
): BodyPart[] {
  const parts = ranges.flatMap((range, index) => [
    `${index === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: ${contentRange(range, sizeBytes)}\r\n\r\n`,
    range,
  ])
  return [...parts, `\r\n--${boundary}--\r\n`]
}

const contentRange = ({ start, end }: ByteRange, sizeBytes: number): string =>
  `bytes ${start}-${end}/${sizeBytes}`
const rangeLength = ({ start, end }: ByteRange): number => end - start + 1

/** An answer made on the spot: JSON or a page, perhaps compressed. Pure; `content` may have any characters. */
export function replyWithContent(
  type: string,
  content: string | Uint8Array,
  fields: readonly string[],
): Reply {
  const bytes = typeof content === 'string' ? Buffer.byteLength(content) : content.length
  return {
    status: 200,
    fields: ['Content-Type', `${type}; charset=utf-8`, ...fields],
    body: [content],
    lengthBytes: bytes,
  }
}

/** A refusal: one line of fixed text. Pure. */
export function replyWithRefusal(
  status: Refusal,
  fields: readonly string[] = [],
  why: string = REFUSALS[status],
): Reply {
  const text = `${status} ${STATUS_CODES[status]}: ${why}\n`
  return {
    status,
    fields: ['Content-Type', 'text/plain; charset=utf-8', 'Content-Security-Policy', RUN_NOTHING, ...fields],
    body: [text],
    lengthBytes: text.length,
  }
}

/** What the client has is still good. Pure. @see RFC 9110 §15.4.5 */
export const replyNotModified = (fields: readonly string[]): Reply => ({
  status: 304,
  fields: [...fields, 'Cache-Control', 'no-cache'],
  body: [],
  lengthBytes: undefined,
})

/** The answer to OPTIONS: no content. Pure. */
export const replyToOptions = (fields: readonly string[], allow = ALLOW): Reply => ({
  status: 204,
  fields: ['Allow', allow, ...fields],
  body: [],
  lengthBytes: undefined,
})
