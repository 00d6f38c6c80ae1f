/** Downloads a video from all nodes at once: into a file in any order, or in order into a stream. */
import type { Writable } from 'node:stream'
import { RUNTIME } from '../http-client/runtime.ts'
import { realClock } from '../swarm/clock.js'
import type { SwarmFile } from '../swarm/fetch-range.js'
import { type Found, findFile } from '../swarm/find-file.js'
import type { NodeAddress } from '../swarm/node.js'
import { bodyLimitMs, headLimitMs } from '../swarm/patience.js'
import { asFound } from '../swarm/replica.js'
import type { Policy } from '../swarm/swarm.js'
import type { Discarded, FileVersion } from '../version/versions.js'
import { intoFile, type OutFile } from './into-file.ts'
import { intoStream } from './into-stream.ts'
import { findPlace, nameBeside } from './place.ts'
import type { Read } from './run-swarm.ts'
import { Tally } from './tally.ts'

export interface PullOptions extends Omit<Read, 'file' | 'tally' | 'patienceMs'> {
  /** storage name */
  readonly video: string
  /** a file that is complete or not there, or where the bytes go in order */
  readonly out: OutFile | Writable
  /** without a new chunk for so long, no node can complete it; default: 10 s, or as long as the node list allows */
  readonly patienceMs?: number | undefined
  /** takes bytes under the video's name though nobody can check them */
  readonly acceptsUnverified?: boolean
}

/** How it went. */
export interface Pulled {
  readonly file: SwarmFile
  /** every chunk was checked against a manifest */
  readonly isVerified: boolean
  /** all versions that our nodes have, the one that was read first */
  readonly versions: readonly FileVersion[]
  /** nodes whose word could not be believed */
  readonly discarded: readonly Discarded[]
  /** absolute path of the file that there is now; `undefined` for a stream */
  readonly path: string | undefined
  /** SHA-256 of the file on disk, hex; `undefined` for a stream */
  readonly sha256: string | undefined
  /** bytes that an earlier run had left */
  readonly resumedBytes: number
  readonly tally: Tally
  readonly elapsedMs: number
}

/** No node has the video, or none answers. */
export class NoSourceError extends Error {
  override name = 'NoSourceError'
  readonly found: Exclude<Found, { kind: 'found' }>

  constructor(found: Exclude<Found, { kind: 'found' }>) {
    super(found.kind)
    this.found = found
  }
}

/** There is no manifest, and nobody said that this does not matter. */
export class UnverifiedError extends Error {
  override name = 'UnverifiedError'
  /** where the bytes are; `undefined`: nowhere, for a stream has no name that could say so */
  readonly path: string | undefined

  constructor(path?: string) {
    super('unverified')
    this.path = path
  }
}

/** Ends the name of a file that nobody could check. */
const UNVERIFIED_SUFFIX = '.unverified'
/** Nothing for so long is the end, where neither the user nor the node list says otherwise. */
export const DEFAULT_PATIENCE_MS = 10_000

/**
 * Downloads a video. Needs one living node that has it.
 * @throws NoSourceError when there is nobody to read from
 * @throws Error that tells of each node why it cannot complete the video, or what the disk said; a file then has
 *   kept its old version, and what was verified is there for the next run
 */
export async function pull(options: PullOptions): Promise<Pulled> {
  const { video, nodes, policy, out, acceptsUnverified = false, signal } = options
  const startedMs = performance.now()
  const found = await findFile({
    ...{ nodes, video, patienceMs: options.patienceMs ?? DEFAULT_PATIENCE_MS, signal },
    ...{ fetch: RUNTIME.fetch, clock: realClock },
  })
  if (found.kind !== 'found') throw new NoSourceError(found)
  const { file, isVerified, versions, discarded } = found
  expectVersion(video, policy, versions)
  const readable = nodes.filter(({ name }) => found.sources.includes(name))
  const known = readable.map((node) => asFound(node, found))
  const tally = new Tally(nodes.map(({ name }) => name))
  const patienceMs = options.patienceMs ?? longestWaitMs(known, file)
  const read: Read = { ...options, nodes: known, patienceMs, file, tally }

  const isNamedAfterVideo = isVerified || acceptsUnverified
  let written: Pick<Pulled, 'path' | 'sha256' | 'resumedBytes'>
  if ('replaces' in out) written = await intoFile(read, isNamedAfterVideo ? out : await asUnverified(out))
  else {
    if (!isNamedAfterVideo) throw new UnverifiedError()
    await intoStream(read, out)
    written = { path: undefined, sha256: undefined, resumedBytes: 0 }
  }
  const elapsedMs = performance.now() - startedMs
  return { file, isVerified, versions, discarded, tally, elapsedMs, ...written }
}

/** @throws Error when the one node that may be read is known to have another version: waiting for it is in vain */
function expectVersion(video: string, policy: Policy, [newest, ...others]: readonly FileVersion[]): void {
  if (policy.kind !== 'only' || !others.some(({ nodes }) => nodes.includes(policy.node))) return
  throw new Error(
    `${policy.node} has another version of ${video} than ${newest?.nodes.join(', ')}, whose version counts. ` +
      'Read from there, or replicate it again',
  )
}

/** The longest that a chunk may take by the node list, from any node that may be the last one alive. Pure. */
function longestWaitMs(nodes: readonly NodeAddress[], { chunkSize }: SwarmFile): number {
  const waits = nodes.map((node) => headLimitMs(node) + bodyLimitMs(node, chunkSize))
  return Math.max(DEFAULT_PATIENCE_MS, ...waits)
}

/** Under another name, so that nobody takes it for what it may not be. @throws OccupiedError */
async function asUnverified({ path, replaces }: OutFile): Promise<OutFile> {
  const beside = nameBeside(path, UNVERIFIED_SUFFIX)
  await findPlace(beside, replaces)
  return { path: beside, replaces }
}
