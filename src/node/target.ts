/**
 * From a request target to what is asked for. This is the only place that reads a URL: everything
 * behind it sees a decoded storage name, so no two parts can understand one URL differently.
 */
import { CONTROL_CHARACTERS, storageNameProblem } from '../storage-name.ts'

/** What a request asks for, or the status of its refusal. */
export type Target =
  | { readonly kind: 'home' | 'health' | 'nodes' | 'videos' | 'scenarios' | 'openapi' | 'api' | 'server' }
  /** what is done to the node on purpose */
  | { readonly kind: 'lab' }
  | { readonly kind: 'replica'; readonly name: string }
  | { readonly kind: 'manifest'; readonly name: string }
  /** the watch page for a video */
  | { readonly kind: 'watch'; readonly name: string }
  /** what that page is made of, a file of {@link PAGE_ROOMS}: which there are is known only to page-files.ts */
  | { readonly kind: 'page file'; readonly name: string }
  | { readonly kind: 'refused'; readonly status: 400 | 404 }

/** A target with the authority that an absolute form brings along, which then replaces Host. */
export interface ReadTarget {
  readonly target: Target
  readonly authority: string | undefined
}

const BAD: Target = { kind: 'refused', status: 400 }
const NOT_FOUND: Target = { kind: 'refused', status: 404 }

/** Scheme, authority and the rest of an absolute form; user names have no place in one (RFC 9110 §4.2.4). */
const ABSOLUTE_FORM = /^http:\/\/(?<authority>[^/?#@]+)(?<path>\/[^?#]*)?(?:\?[^#]*)?$/i
/** A path and an optional query; a fragment is never sent. */
const ORIGIN_FORM = /^(?<path>\/[^?#]*)(?:\?[^#]*)?$/

/** Fixed paths, compared after decoding. */
export const PLACES: Readonly<Record<string, Target>> = {
  '': { kind: 'home' },
  health: { kind: 'health' },
  '_/nodes': { kind: 'nodes' },
  '_/videos': { kind: 'videos' },
  '_/scenarios': { kind: 'scenarios' },
  '_/lab': { kind: 'lab' },
  '_/openapi.json': { kind: 'openapi' },
  '_/api': { kind: 'api' },
}
/** Beginnings of paths whose rest is a storage name. */
export const PREFIXES = [
  ['_/manifest/', 'manifest'],
  ['watch/', 'watch'],
] as const
/** The rooms whose files browsers read too. */
export const PAGE_ROOMS = ['player', 'verdict', 'lab', 'swarm', 'version', 'words'] as const
/** The path without its `_/` is the name of a page file. */
const PAGE_FILE = new RegExp(`^_/(?:${PAGE_ROOMS.join('|')})/`)

/**
 * Reads a request target. Pure; never throws. The path is decoded exactly once; the query is ignored.
 * @param url the target as received: origin-form, absolute-form or `*`
 * @see RFC 9112 §3.2
 */
export function readTarget(url: string): ReadTarget {
  if (url === '*') return { target: { kind: 'server' }, authority: undefined }
  const form = (url.startsWith('/') ? ORIGIN_FORM : ABSOLUTE_FORM).exec(url)?.groups
  if (form === undefined) return { target: BAD, authority: undefined }
  return { target: readPath((form['path'] ?? '/').slice(1)), authority: form['authority'] }
}

function readPath(encoded: string): Target {
  const path = decodeOnce(encoded)
  if (path === undefined) return BAD
  const place = Object.hasOwn(PLACES, path) ? PLACES[path] : undefined
  if (place !== undefined) return place
  if (path.split('/').includes('..')) return BAD
  if (PAGE_FILE.test(path)) return { kind: 'page file', name: path.slice('_/'.length) }
  const [prefix, kind] = PREFIXES.find(([prefix]) => path.startsWith(prefix)) ?? ['', 'replica']
  const name = path.slice(prefix.length)
  return storageNameProblem(name) === undefined ? { kind, name } : NOT_FOUND
}

/** The decoded path; `undefined` for bad escapes, and for what no file name on any system may hold. */
function decodeOnce(encoded: string): string | undefined {
  if (/^[a-z0-9._/-]*$/i.test(encoded)) return encoded
  if (/%2f|%5c|\\|[^\x21-\x7e]/i.test(encoded)) return undefined
  try {
    const path = decodeURIComponent(encoded)
    return CONTROL_CHARACTERS.test(path) ? undefined : path
  } catch {
    return undefined // not UTF-8, or a stray percent sign
  }
}
