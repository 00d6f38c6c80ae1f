/** The watch page: what its answer carries beside the file. Pure. */
import { createHash } from 'node:crypto'
import type { View } from './directory.ts'
import type { RequestFields } from './request-fields.ts'
import type { Target } from './target.ts'

/** Where the node list goes, see player/watch.html. */
const LIST_PLACE = '<script type="application/json" id="node-list"></script>'
/** The script that is put into the page, and its place there. */
export const FIRST_SCRIPT = 'player/first.js'
const SCRIPT_PLACE = `<script type="module" async src="/_/${FIRST_SCRIPT}"></script>`

/**
 * The page with what it would else ask for next: the node list and its first script. Pure.
 * @param html player/watch.html
 * @param script {@link FIRST_SCRIPT} with all that it imports; `undefined`: it has to be loaded
 */
export function makeWatchPage(
  html: string,
  script: string | undefined,
  view: Pick<View, 'nodes'>,
): WatchPage {
  const list = JSON.stringify({ nodes: view.nodes }).replaceAll('<', '\\u003c') // no tag can end it
  const withList = html.replace(LIST_PLACE, () => LIST_PLACE.replace('><', () => `>${list}<`))
  const inPlace = script !== undefined && canStandInPage(script) ? atOnce(toLines(script)) : undefined
  const isThere = inPlace !== undefined && html.includes(SCRIPT_PLACE)
  return {
    html: isThere ? withList.replace(SCRIPT_PLACE, () => `<script>${inPlace}</script>`) : withList,
    policy: watchPagePolicy(view, isThere ? inPlace : undefined),
  }
}

export interface WatchPage {
  readonly html: string
  /** its Content-Security-Policy */
  readonly policy: string
}

/** A module would run when the browser has nothing better to do; this runs as soon as it is read, and is as strict. */
const atOnce = (script: string): string => `'use strict'\n{\n${script}\n}\n`

/** @see https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements */
const canStandInPage = (script: string): boolean => !/<!--|<\/?script/i.test(script)

/** As a browser reads them, whatever the files have; it hashes what it reads. */
const toLines = (text: string): string => text.replaceAll(/\r\n?/g, '\n')

/**
 * The page's scripts come from this node; bytes come from any node of the list, and nothing from elsewhere.
 * @param script that stands in the page
 */
function watchPagePolicy({ nodes }: Pick<View, 'nodes'>, script: string | undefined): string {
  const hash = script === undefined ? '' : ` 'sha256-${createHash('sha256').update(script).digest('base64')}'`
  const origins = [...new Set(nodes.map(({ url }) => sourceOf(new URL(url))))]
  const sources = ["'self'", ...origins].join(' ')
  return [
    "default-src 'none'",
    `script-src 'self'${hash}`,
    "style-src 'self'",
    "img-src 'self' data: blob:",
    `media-src ${sources}`,
    `connect-src ${sources}`,
    "worker-src 'self'",
    "manifest-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/**
 * A web origin as a source of a policy. No source can name an IPv6 address, and browsers ignore one that
 * tries: then it is the port on any host.
 * @see https://www.w3.org/TR/CSP3/#grammardef-host-part
 */
const sourceOf = ({ protocol, hostname, port, origin }: URL): string =>
  hostname.startsWith('[') ? `${protocol}//*${port === '' ? '' : `:${port}`}` : origin

/**
 * What the page is made of says which version of the page it belongs to: its files and the node list, which its
 * policy is made from. A browser that keeps copies can tell by it what fits together, and whose it is.
 * @param files one word for the page's files
 */
export const versionFields = (files: string, { nodes }: Pick<View, 'nodes'>): readonly string[] => [
  'Watch-Version',
  createHash('sha256')
    .update(`${files}\n${JSON.stringify(nodes)}`)
    .digest('hex')
    .slice(0, VERSION_LENGTH),
]

const VERSION_LENGTH = 32

export const WORKER_FILE = 'player/worker.js'
/** They come with all that they import: a round to the node for each step would be too long. */
const JOINED_FILES: ReadonlySet<string> = new Set([FIRST_SCRIPT, 'player/page/page.js', WORKER_FILE])

/** Is it a script that comes with all that it imports, or the source map of one? @param name `player/…` */
export const isJoined = (name: string): boolean => JOINED_FILES.has(scriptOf(name))

/** The script that a source map is of; of another name the name itself. */
export const scriptOf = (name: string): string => name.replace(/\.map$/, '')

/** The worker lies beside the other files of the page, and is to see the requests of the page. */
export const WORKER_FIELDS = ['Service-Worker-Allowed', '/watch/'] as const

/**
 * Does a browser ask for a service worker that is none of ours? Then it has one of another project that was served at
 * this address before, and renews it at every visit, while that may answer with its own pages in place of ours. Pure.
 * @see https://w3c.github.io/ServiceWorker/#service-worker-script-request
 */
export const isOthersWorker = (
  { serviceWorker }: RequestFields,
  target: Target | number | undefined,
): boolean => serviceWorker === 'script' && typeof target === 'object' && target.kind !== 'page file'
