/** Conditional requests: what a client already has, or insists on, against what the file is now. */
import { parseHttpDate } from './http-date.ts'

/** The precondition fields of a request; several lines of one field are joined by `, `. */
export interface PreconditionFields {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  readonly ifModifiedSince?: string | undefined
  readonly ifUnmodifiedSince?: string | undefined
}

/** What a representation is known by. What has none of these (a generated page) matches only `*`. */
export interface Validators {
  /** with its quotes; strong unless it starts with `W/` */
  readonly etag?: string | undefined
  readonly lastModifiedMs?: number | undefined
}

/** The status that a failed precondition asks for, or `proceed`. */
export type PreconditionResult = 'proceed' | 304 | 412

/**
 * Evaluates the preconditions of a GET or HEAD in the order of RFC 9110 §13.2.2. Pure; never throws.
 * A date that is no HTTP-date is ignored; a list of entity tags that is none matches nothing.
 * @param nowMs for two-digit years only
 */
export function evaluatePreconditions(
  fields: PreconditionFields,
  current: Validators,
  nowMs: number = Date.now(),
): PreconditionResult {
  if (fields.ifMatch !== undefined) {
    if (!matchesList(fields.ifMatch, current.etag, strongMatch)) return 412
  } else if (isModifiedSince(fields.ifUnmodifiedSince, current, nowMs) === true) {
    return 412
  }
  if (fields.ifNoneMatch !== undefined) {
    return matchesList(fields.ifNoneMatch, current.etag, weakMatch) ? 304 : 'proceed'
  }
  return isModifiedSince(fields.ifModifiedSince, current, nowMs) === false ? 304 : 'proceed'
}

/**
 * Does If-Range let the Range field count? Pure. An entity tag compares strongly; a date must be the
 * file's own, and old enough that the file cannot have changed twice in that second (§8.8.2.2).
 * @param ifRange the field value, `undefined` when absent: then Range counts
 * @see RFC 9110 §13.1.5
 */
export function ifRangeHolds(
  ifRange: string | undefined,
  current: Validators,
  nowMs: number = Date.now(),
): boolean {
  if (ifRange === undefined) return true
  if (/^(W\/)?"/.test(ifRange)) return strongMatch(ifRange, current.etag)
  const lastModified = wholeSecond(current.lastModifiedMs)
  return (
    lastModified !== undefined &&
    parseHttpDate(ifRange, nowMs) === lastModified &&
    nowMs - lastModified >= 1000
  )
}

const isWeak = (etag: string): boolean => etag.startsWith('W/')
const opaque = (etag: string): string => (isWeak(etag) ? etag.slice(2) : etag)

/** §8.8.3.2: both strong, and the same. */
const strongMatch = (a: string, b: string | undefined): boolean => a === b && !isWeak(a)
/** §8.8.3.2: the same, weak or not. */
const weakMatch = (a: string, b: string | undefined): boolean => b !== undefined && opaque(a) === opaque(b)

/** `*`, or a list of entity tags of which one matches. */
function matchesList(list: string, etag: string | undefined, match: typeof weakMatch): boolean {
  if (list === '*') return true // the file exists, or nobody would ask
  return readEntityTags(list).some((listed) => match(listed, etag))
}

/** One element of a list: nothing, or an entity tag (§8.8.3), which may itself hold a comma. */
const LIST_ELEMENT = /[ \t]*(?:((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(?:,|$)/y

/** The entity tags of a list; none at all when it is malformed. */
function readEntityTags(list: string): string[] {
  const etags: string[] = []
  for (let position = 0; position < list.length; position = LIST_ELEMENT.lastIndex) {
    LIST_ELEMENT.lastIndex = position
    const element = LIST_ELEMENT.exec(list)
    if (element === null) return []
    if (element[1] !== undefined) etags.push(element[1])
  }
  return etags
}

/** `undefined`: the field is absent or no date, or the file has no date; the condition does not count. */
function isModifiedSince(field: string | undefined, current: Validators, nowMs: number): boolean | undefined {
  const since = field === undefined ? undefined : parseHttpDate(field, nowMs)
  const lastModified = wholeSecond(current.lastModifiedMs)
  return since === undefined || lastModified === undefined ? undefined : lastModified > since
}

/** HTTP-dates have no fraction, so the file's own is dropped before it is compared. */
const wholeSecond = (timeMs: number | undefined): number | undefined =>
  timeMs === undefined ? undefined : Math.floor(timeMs / 1000) * 1000
