/** Tells how a download went: a table with what each node brought, and what it was refused for. */

import type { Pulled } from '../pulling/pull.ts'
import { describeChunks, type NodeTally } from '../pulling/tally.ts'
import { formatBytes } from '../words/in-words.js'
import { formatTable, inNodeColour, style } from './terminal.ts'

/** Prints the summary. @param out the final file as the user knows it */
export function printPulled(pulled: Pulled, out: string, stream: NodeJS.WriteStream): void {
  const { tally, file, isVerified, resumedBytes, elapsedMs } = pulled
  const readBytes = sumOfBytes(pulled)
  const rows = [...tally.nodes.values()].map((node) => [
    node.name,
    formatBytes(node.bytes),
    readBytes === 0 ? '0 %' : `${Math.round((100 * node.bytes) / readBytes)} %`,
    String(node.chunks),
    describeTrouble(node),
  ])
  const [heading = '', ...lines] = formatTable([['node', 'bytes', 'share', 'chunks', 'trouble'], ...rows])
  stream.write(`${style('bold', heading, stream)}\n`)
  lines.forEach((line, index) => {
    const name = rows[index]?.[0] ?? ''
    stream.write(`${inNodeColour(index, name, stream)}${line.slice(name.length)}\n`)
  })
  const resumed = resumedBytes === 0 ? '' : `, ${formatBytes(resumedBytes)} of it from an earlier run`
  const rate = formatBytes(Math.round(readBytes / (elapsedMs / 1000)))
  stream.write(
    `${out}: ${formatBytes(file.size)}${resumed}, in ${(elapsedMs / 1000).toFixed(1)} s (${rate}/s)\n`,
  )
  stream.write(
    isVerified
      ? `verified: every chunk${pulled.sha256 === undefined ? ', by the manifest of the file with' : ' and the whole file against'} SHA-256 ${file.sha256}\n`
      : `unverified: no node has a manifest, so nobody can tell whether these bytes are right\n`,
  )
  for (const line of describeVersions(pulled)) stream.write(`${line}\n`)
}

/** That there are several versions, which of them this is, and whose word did not count. Pure. */
export function describeVersions({ versions, discarded }: Pick<Pulled, 'versions' | 'discarded'>): string[] {
  const [read, ...others] = versions
  const differing =
    read === undefined || others.length === 0
      ? []
      : [
          `replicas differ: this is the version of ${read.nodes.join(', ')}, of ${timeOf(read.mtimeMs)}`,
          ...others.map(({ nodes, mtimeMs }) => `  ${nodes.join(', ')}: another one, of ${timeOf(mtimeMs)}`),
        ]
  return [...differing, ...discarded.map(({ node, why }) => `${node} is not believed: ${why}`)]
}

const timeOf = (ms: number): string =>
  new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')

/** The same facts for a program: plain JSON. Pure. */
export const pulledAsJson = (pulled: Pulled, out: string): object => ({
  video: pulled.file.name,
  out,
  size: pulled.file.size,
  sha256: pulled.sha256 ?? pulled.file.sha256 ?? null,
  verified: pulled.isVerified,
  versions: pulled.versions.map(({ mtimeMs, ...version }) => ({
    ...version,
    lastModified: new Date(mtimeMs).toISOString(),
  })),
  notBelieved: pulled.discarded,
  resumedBytes: pulled.resumedBytes,
  elapsedMs: Math.round(pulled.elapsedMs),
  wastedBytes: pulled.tally.wastedBytes,
  failovers: pulled.tally.failovers,
  nodes: [...pulled.tally.nodes.values()].map(({ name, bytes, chunks, rejected, state, why }) => ({
    name,
    bytes,
    share: sumOfBytes(pulled) === 0 ? 0 : bytes / sumOfBytes(pulled),
    chunks,
    rejected: [...new Set(rejected)].sort((a, b) => a - b),
    state,
    why,
  })),
})

const sumOfBytes = ({ tally }: Pulled): number =>
  [...tally.nodes.values()].reduce((sum, { bytes }) => sum + bytes, 0)

function describeTrouble({ rejected, state, why }: NodeTally): string {
  const refused = rejected.length === 0 ? [] : [`${describeChunks(rejected)} refused: wrong hash`]
  const isWell = state === 'up' || state === 'unknown' || state === 'sent bad data'
  return [...refused, ...(isWell ? [] : [`${state}: ${why}`])].join('; ')
}
