/** Downloads a video from all nodes at once: into a file in any order, or in order into a stream. */
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { RUNTIME } from '../http-client/runtime.ts'
import { realClock } from '../swarm/clock.js'
import type { SwarmEvent } from '../swarm/events.js'
import type { SwarmFile } from '../swarm/fetch-range.js'
import { type Found, findFile } from '../swarm/find-file.js'
import type { NodeAddress } from '../swarm/node.js'
import { bodyLimitMs, headLimitMs } from '../swarm/patience.js'
import { type Policy, Swarm } from '../swarm/swarm.js'
import type { Discarded, FileVersion } from '../version/versions.js'
import { PartialFile } from './partial-file.ts'
import { findPlace, nameBeside } from './place.ts'
import { describeChunks, Tally } from './tally.ts'

export interface PullOptions {
  /** storage name */
  readonly video: string
  /** in the order of the node list */
  readonly nodes: readonly NodeAddress[]
  readonly policy: Policy
  /** a file that is complete or not there, or where the bytes go in order */
  readonly out: OutFile | Writable
  /** without a new chunk for so long, no node can complete it; default: 10 s, or as long as the node list allows */
  readonly patienceMs?: number | undefined
  /** takes bytes under the video's name though nobody can check them */
  readonly acceptsUnverified?: boolean
  readonly signal: AbortSignal
  /** told once, when it is known what there is to read */
  readonly onBegin?: (file: SwarmFile, tally: Tally, resumedBytes: number) => void
  /** told of whatever the swarm does, when the tally has it */
  readonly onEvent?: (event: SwarmEvent) => void
}

/** A file to write. */
export interface OutFile {
  /** absolute path */
  readonly path: string
  /** one that stands there may be replaced */
  readonly replaces: boolean
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
export const UNVERIFIED_SUFFIX = '.unverified'
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
  const { file, isVerified, versions, discarded, delays } = found
  expectVersion(video, policy, versions)
  const readable = nodes.filter(({ name }) => found.sources.includes(name))
  const known = readable.map((node) => {
    const delayMs = delays.get(node.name)
    return delayMs === undefined ? node : { ...node, delayMs }
  })
  const tally = new Tally(nodes.map(({ name }) => name))
  const patienceMs = options.patienceMs ?? longestWaitMs(known, file)
  const read: Read = { ...options, nodes: known, policy, patienceMs, file, tally }

  const isNamedAfterVideo = isVerified || acceptsUnverified
  const result = await ('replaces' in out
    ? intoFile(read, isNamedAfterVideo ? out : await asUnverified(out))
    : intoStream(read, out, isNamedAfterVideo))
  const elapsedMs = performance.now() - startedMs
  return { file, isVerified, versions, discarded, tally, elapsedMs, ...result }
}

/** @throws Error when the one node that may be read is known to have another version: waiting for it is in vain */
function expectVersion(video: string, policy: Policy, [newest, ...others]: readonly FileVersion[]): void {
  if (policy.kind !== 'only' || !others.some(({ nodes }) => nodes.includes(policy.node))) return
  throw new Error(
    `${policy.node} has another version of ${video} than ${newest?.nodes.join(', ')}, whose version counts. ` +
      'Read from there, or replicate it again',
  )
}

interface Read extends PullOptions {
  readonly patienceMs: number
  readonly file: SwarmFile
  readonly tally: Tally
}

type Result = Pick<Pulled, 'sha256' | 'resumedBytes' | 'path'>

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

async function intoFile(read: Read, { path: target, replaces }: OutFile): Promise<Result> {
  const { file, tally } = read
  const part = await PartialFile.open(target, file)
  const resumedBytes = [...part.have].reduce((sum, chunk) => sum + chunkBytes(file, chunk), 0)
  let isComplete = false
  try {
    tally.resume(part.have, resumedBytes)
    read.onBegin?.(file, tally, resumedBytes)
    await withSwarm(
      read,
      { mode: 'bulk', have: part.have, onChunk: (chunk, bytes) => part.write(chunk, bytes) },
      (swarm) => swarm.download(),
    )
    isComplete = true
  } finally {
    if (!isComplete) await part.close(file.chunks !== undefined) // what nobody can check is of no use later
  }
  const mtimeMs = 'mtimeMs' in file && typeof file.mtimeMs === 'number' ? file.mtimeMs : undefined
  return { sha256: await part.finish(mtimeMs, replaces), resumedBytes, path: target }
}

async function intoStream(read: Read, out: Writable, isNamedAfterVideo: boolean): Promise<Result> {
  if (!isNamedAfterVideo) throw new UnverifiedError()
  read.onBegin?.(read.file, read.tally, 0)
  await withSwarm(read, { mode: 'stream' }, async (swarm, stop, patience) => {
    const reader = swarm.open(0, read.file.size - 1)
    stop.addEventListener('abort', () => reader.cancel())
    let failure: Error | undefined
    out.once('error', (error: Error) => {
      failure = error // of a write that nobody was waiting for
    })
    for (;;) {
      const bytes = await reader.next()
      if (bytes === undefined) break
      if (failure !== undefined) throw failure
      if (out.write(bytes)) continue
      patience.end() // now it is we who are waited for
      await once(out, 'drain', { signal: stop })
      patience.begin()
    }
  })
  return { sha256: undefined, resumedBytes: 0, path: undefined }
}

/** How long nothing may come. */
interface Patience {
  begin(): void
  end(): void
}

/**
 * Runs a swarm until it is done, somebody stops it, or nothing comes any more.
 * @param use ends early when its signal aborts
 */
async function withSwarm(
  { nodes, policy, file, tally, patienceMs, signal, onEvent }: Read,
  options: Partial<ConstructorParameters<typeof Swarm>[0]>,
  use: (swarm: Swarm, stop: AbortSignal, patience: Patience) => Promise<void>,
): Promise<void> {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const patience: Patience = {
    begin() {
      clearTimeout(timer)
      timer = setTimeout(() => {
        stop.abort(new Error(explainStandstill(file, tally, patienceMs, policy)))
      }, patienceMs)
    },
    end() {
      clearTimeout(timer)
      timer = undefined
    },
  }
  const swarm = new Swarm({
    file,
    nodes,
    policy,
    ...RUNTIME,
    onEvent: (event) => {
      const isProgress = tally.add(event) || event.type === 'delivered'
      if (isProgress && timer !== undefined) patience.begin()
      onEvent?.(event)
    },
    ...options,
  })
  const end = AbortSignal.any([signal, stop.signal])
  const onEnd = (): void => swarm.close()
  end.addEventListener('abort', onEnd)
  patience.begin()
  try {
    end.throwIfAborted()
    await use(swarm, end, patience)
    end.throwIfAborted()
  } catch (error) {
    end.throwIfAborted() // why it was stopped says more than that it was
    throw error
  } finally {
    patience.end()
    end.removeEventListener('abort', onEnd)
    swarm.close()
  }
}

/** What keeps each node from completing the video. Pure. */
function explainStandstill(file: SwarmFile, tally: Tally, patienceMs: number, policy: Policy): string {
  const nodes = [...tally.nodes.values()].filter(({ name }) => policy.kind !== 'only' || name === policy.node)
  const reasons = nodes.map(({ name, rejected, why }) => {
    const open = rejected.filter((chunk) => !tally.broughtBy.has(chunk))
    return open.length > 0 ? `${name} sent ${describeChunks(open)} with a wrong hash` : `${name}: ${why}`
  })
  return `No node can complete ${file.name}: nothing came for ${patienceMs / 1000} s (${reasons.join('; ')})`
}

/** Bytes of one chunk. Pure. */
export const chunkBytes = ({ size, chunkSize }: SwarmFile, chunk: number): number =>
  Math.min(chunkSize, size - chunk * chunkSize)
