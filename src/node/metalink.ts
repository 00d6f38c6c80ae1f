/** Metalink: where all the replicas of a file are, with its hashes, for download programs. Pure. */
import path from 'node:path'
import type { Manifest } from '../version/manifest.js'
import { encodeStorageName, fileUrl } from '../version/url-path.js'
import type { SeenNode, View } from './directory.ts'
import { escapeHtml } from './home-page.ts'

/** Behind the name of a video, it asks for its description. */
export const METALINK_SUFFIX = '.meta4'
export const METALINK_TYPE = 'application/metalink4+xml'

/** Does this name ask for the description of a file? Pure. A real file of the name goes first. */
export const isMetalinkName = (name: string): boolean => name.endsWith(METALINK_SUFFIX)

/** RFC 5854 allows no more. */
const LAST_PRIORITY = 999_999

/**
 * A metalink document. Pure. The file is named without its folders: a program saves it under that name, and
 * folders are the business of whoever downloads.
 * @see RFC 5854 §4.1.2.1 for the name, §4.2.16 for the priorities
 */
export function renderMetalink(manifest: Manifest, { nodes }: Pick<View, 'nodes'>): string {
  const { name, size, sha256, chunkSize, chunks } = manifest
  const pieces =
    chunks.length === 0
      ? []
      : [
          `    <pieces length="${chunkSize}" type="sha-256">`,
          ...chunks.map((hash) => `      <hash>${hash}</hash>`),
          '    </pieces>',
        ]
  const urls = byPriority(nodes).map(
    (node, index) => `    <url priority="${priority(index)}">${escapeHtml(fileUrl(node, name))}</url>`,
  )
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<metalink xmlns="urn:ietf:params:xml:ns:metalink">',
    `  <file name="${escapeHtml(path.posix.basename(name))}">`,
    `    <size>${size}</size>`,
    `    <hash type="sha-256">${sha256}</hash>`,
    ...pieces,
    ...urls,
    '  </file>',
    '</metalink>',
  ].join('\n')}\n`
}

/**
 * The fields that lead a reader of a file to the other nodes, a line for each, as some programs read only the
 * first link of a line. Pure.
 * @see RFC 6249 §3 and §4.1
 */
export function metalinkFields(name: string, { others }: Pick<View, 'others'>): string[] {
  const links = byPriority(others).map(
    (node, index) => `<${fileUrl(node, name)}>; rel=duplicate; pri=${priority(index)}`,
  )
  const description = `</${encodeStorageName(name)}${METALINK_SUFFIX}>; rel=describedby; type="${METALINK_TYPE}"`
  return [...links, description].flatMap((link) => ['Link', link])
}

const priority = (index: number): number => Math.min(index + 1, LAST_PRIORITY)

/** The fastest first; what nobody knows the latency of comes last. */
const byPriority = (nodes: readonly SeenNode[]): SeenNode[] =>
  nodes.toSorted((a, b) => (a.latencyMs ?? Number.MAX_VALUE) - (b.latencyMs ?? Number.MAX_VALUE))
