/** The watch page: what its answer carries beside the file. Pure. */
import { createHash } from 'node:crypto'
import type { View } from './directory.ts'
import type { RequestFields } from './request-fields.ts'
import type { Target } from './target.ts'

/** The page's scripts come from this node; bytes come from any node of the list, and nothing from elsewhere. */
export function watchPagePolicy({ nodes }: Pick<View, 'nodes'>): string {
  const origins = [...new Set(nodes.map(({ url }) => sourceOf(new URL(url))))]
  const sources = ["'self'", ...origins].join(' ')
  return [
    "default-src 'none'",
    "script-src 'self' blob:", // copies of our own scripts, see player/boot.js
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

/** They are loaded before all others, each with what it imports: a round to the node for each step would be too long. */
export const JOINED_FILES: ReadonlySet<string> = new Set(['player/page/early.js', 'player/worker.js'])

/** The worker lies beside the other files of the page, and is to see the requests of the page. */
export const WORKER_FILE = 'player/worker.js'
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
