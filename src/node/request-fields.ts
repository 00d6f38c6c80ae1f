/** The request fields that a node looks at, read from the raw lines: Node.js hides a second `Host`. */

/** Values as received; several lines of one field are joined by `, ` (RFC 9110 §5.3). */
export interface RequestFields {
  host?: string
  /** how many lines `Host` had: more than one is an error (RFC 9112 §3.2) */
  hostLines: number
  origin?: string
  referer?: string
  acceptEncoding?: string
  range?: string
  ifRange?: string
  ifMatch?: string
  ifNoneMatch?: string
  ifModifiedSince?: string
  ifUnmodifiedSince?: string
  contentLength?: string
  transferEncoding?: string
  contentType?: string
  /** lets a page of ours change the lab */
  labToken?: string
  /** `script`: a browser wants the code of a service worker */
  serviceWorker?: string
}

type Known = Exclude<keyof RequestFields, 'hostLines'>

const KNOWN: ReadonlyMap<string, Known> = new Map([
  ['host', 'host'],
  ['origin', 'origin'],
  ['referer', 'referer'],
  ['accept-encoding', 'acceptEncoding'],
  ['range', 'range'],
  ['if-range', 'ifRange'],
  ['if-match', 'ifMatch'],
  ['if-none-match', 'ifNoneMatch'],
  ['if-modified-since', 'ifModifiedSince'],
  ['if-unmodified-since', 'ifUnmodifiedSince'],
  ['content-length', 'contentLength'],
  ['transfer-encoding', 'transferEncoding'],
  ['content-type', 'contentType'],
  ['x-lab-token', 'labToken'],
  ['service-worker', 'serviceWorker'],
])

/** A body comes behind the head; no request that a node answers has one. Pure. */
export const announcesBody = ({ contentLength, transferEncoding }: RequestFields): boolean =>
  transferEncoding !== undefined || (contentLength !== undefined && contentLength !== '0')

/** A body whose last coding is not `chunked` has no end that two readers would agree on (RFC 9112 §6.3). Pure. */
export const isBodyLengthKnown = ({ transferEncoding }: RequestFields): boolean =>
  transferEncoding === undefined || /(?:^|[ \t,])chunked$/i.test(transferEncoding)

/** May the answer be compressed with gzip? Pure. `*` is not taken up on it: who wants it names it. @see RFC 9110 §12.5.3 */
export const acceptsGzip = ({ acceptEncoding = '' }: RequestFields): boolean =>
  acceptEncoding.split(',').some((coding) => {
    const [, q = '1'] = /^[ \t]*(?:x-)?gzip[ \t]*(?:;[ \t]*q=([0-9.]+)[ \t]*)?$/i.exec(coding) ?? [
      undefined,
      '0',
    ]
    return Number(q) > 0
  })

/** Picks the known fields out of names and values in turn. Pure. */
export function readRequestFields(rawHeaders: readonly string[]): RequestFields {
  const fields: RequestFields = { hostLines: 0 }
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = KNOWN.get((rawHeaders[index] ?? '').toLowerCase())
    if (name === undefined) continue
    const value = rawHeaders[index + 1] ?? ''
    const earlier = fields[name]
    fields[name] = earlier === undefined ? value : `${earlier}, ${value}`
    if (name === 'host') fields.hostLines++
  }
  return fields
}
