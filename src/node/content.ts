/** What a node makes on the spot: pages, JSON, descriptions. Everything but the bytes of replicas. */
import { createHash } from 'node:crypto'
import { describeScenarios } from '../scenario/scenario-folder.ts'
import { encodeStorageName } from '../version/url-path.js'
import type { View } from './directory.ts'
import { HOME_PAGE_POLICY, renderHomePage } from './home-page.ts'
import { formatIsoDate } from './http-date.ts'
import { isMetalinkName, METALINK_SUFFIX, METALINK_TYPE, renderMetalink } from './metalink.ts'
import { findNewest } from './newest-version.ts'
import { OPENAPI } from './openapi.ts'
import { API_PAGE, type PageFile, type PageFiles, WATCH_PAGE } from './page-files.ts'
import type { ReplicaFacts } from './replica.ts'
import type { Refusal } from './reply.ts'
import type { Service } from './service.ts'
import type { Target } from './target.ts'
import { isJoined, versionFields, WORKER_FIELDS, WORKER_FILE } from './watch-page.ts'

/** An answer that is no replica. Without an entity tag it matches no precondition but `*`. */
export interface Content {
  readonly type: string
  readonly text: string
  /** the text compressed, for whoever takes that */
  readonly gzip?: Uint8Array
  readonly etag?: string
  readonly cacheControl?: 'no-store'
  /** fields that a 304 renews in a cache: they may change while the text does not */
  readonly lasting?: readonly string[]
}

/**
 * Makes the answer to whatever is no replica.
 * @returns a refusal's status where there is nothing
 * @throws the system's error when the storage or a page cannot be read
 */
export async function generate(
  service: Service,
  view: View,
  target: Exclude<Target, { kind: 'refused' | 'lab' }>,
): Promise<Content | Refusal> {
  const { node, lab, storage, pageFiles } = service
  switch (target.kind) {
    case 'server':
      return 400
    case 'health':
      return { ...json(healthOf(service)), cacheControl: 'no-store' }
    case 'nodes':
      return nodeList(view, await versionOf(pageFiles, view))
    case 'api':
      return pageFile(pageFiles.read(API_PAGE), ['Content-Security-Policy', API_PAGE_POLICY])
    case 'openapi':
      return json(OPENAPI)
    case 'videos':
      return json({ node: node.name, videos: (await storage.list()).map(publicReplica) })
    case 'scenarios':
      return json({ scenarios: describeScenarios() })
    case 'home':
      return {
        type: 'text/html',
        text: renderHomePage({ ...node, ...lab.impairments }, await storage.list(), lab.says),
        lasting: ['Content-Security-Policy', HOME_PAGE_POLICY],
      }
    case 'manifest': {
      const manifest = await storage.readManifest(target.name)
      return manifest === undefined ? 404 : json(manifest)
    }
    case 'replica': // which is not there
      return describeReplicas(service, view, target.name)
    case 'watch': {
      // this node need not have the video: the page reads from all of them
      const page = await pageFiles.readWatchPage(view)
      if (page === undefined) return 404
      const lasting = ['Content-Security-Policy', page.policy, ...(await versionOf(pageFiles, view))]
      return contentOf(page, lasting)
    }
    case 'page file': {
      if (target.name === WATCH_PAGE || target.name === API_PAGE) return 404
      const version = await versionOf(pageFiles, view)
      const { name } = target
      const file = isJoined(name) ? pageFiles.readJoined(name) : pageFiles.read(name)
      return pageFile(file, name === WORKER_FILE ? [...WORKER_FIELDS, ...version] : version)
    }
  }
}

/** None while a file of the page is missing: what is left fits nothing. */
const versionOf = async (files: PageFiles, view: View): Promise<readonly string[]> =>
  files.readVersion().then(
    (version) => versionFields(version, view),
    () => [],
  )

function nodeList({ nodes }: View, lasting: readonly string[]): Content {
  const content = json({ nodes })
  const etag = `"${createHash('sha256').update(content.text).digest('hex')}"`
  return { ...content, etag, lasting }
}

async function describeReplicas(service: Service, view: View, name: string): Promise<Content | Refusal> {
  if (!isMetalinkName(name)) return 404
  const newest = await findNewest(service, view, name.slice(0, -METALINK_SUFFIX.length))
  if (newest === undefined) return 404
  const text = renderMetalink(newest.manifest, newest)
  const etag = `"${createHash('sha256').update(text).digest('hex')}"`
  return { type: METALINK_TYPE, text, etag }
}

async function pageFile(
  reading: Promise<PageFile | undefined>,
  lasting: readonly string[],
): Promise<Content | Refusal> {
  const file = await reading
  return file === undefined ? 404 : contentOf(file, lasting)
}

const contentOf = ({ type, content: text, gzip, etag }: PageFile, lasting: readonly string[]): Content => ({
  ...{ type, text, gzip, etag, lasting },
})

/** It asks the node that it comes from, and nobody else. */
const API_PAGE_POLICY = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ')

const json = (value: unknown): Content => ({
  type: 'application/json',
  text: `${JSON.stringify(value)}\n`,
})

const healthOf = ({ node, lab, totals }: Service): object => ({
  status: 'ok',
  node: node.name,
  ...lab.impairments,
  uptimeMs: Math.round(process.uptime() * 1000),
  requests: totals.requests,
  bytes: totals.bytes,
})

const publicReplica = ({ name, sizeBytes, lastModifiedMs, etag, sha256 }: ReplicaFacts): object => ({
  name,
  url: `/${encodeStorageName(name)}`,
  size: sizeBytes,
  lastModified: formatIsoDate(lastModifiedMs) ?? null,
  etag,
  sha256: sha256 ?? null,
})
