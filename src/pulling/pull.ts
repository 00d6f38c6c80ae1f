/** Downloads a video from all nodes at once: into a file in any order, or in order into a stream. */
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { realClock } from '../swarm/clock.js'
import type { SwarmEvent } from '../swarm/events.js'
import type { SwarmFile } from '../swarm/fetch-range.js'
import { findFile } from '../swarm/find-file.js'
import type { NodeAddress } from '../swarm/node.js'
import { type Policy, Swarm } from '../swarm/swarm.js'
import { PartialFile } from './partial-file.ts'
import { RUNTIME } from './runtime.ts'
import { describeChunks, Tally } from './tally.ts'

export interface PullOptions {
  /** storage name */
  readonly video: string
  /** in the order of the node list */
  readonly nodes: readonly NodeAddress[]
  readonly policy: Policy
  /** absolute path of a file, or where the bytes go in order */
  readonly out: string | Writable
  /** without a new chunk for so long, no node can complete it */
  readonly patienceMs: number
  readonly signal: AbortSignal
  /** told once, when it is known what there is to read */
  readonly onBegin?: (file: SwarmFile, tally: Tally, resumedBytes: number) => void
  /** told of whatever the swarm does, when the tally has it */
  readonly onEvent?: (event: SwarmEvent) => void
}

/** How it went. */
export interface Pulled {
  readonly file: SwarmFile
  /** every chunk was checked against a manifest */
  readonly isVerified: boolean
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
  readonly kind: 'missing' | 'no node'

  constructor(kind: 'missing' | 'no node') {
    super(kind)
    this.kind = kind
  }
}

/**
 * Downloads a video. Needs one living node that has it.
 * @throws NoSourceError when there is nobody to read from
 * @throws Error that tells of each node why it cannot complete the video, or what the disk said; a file then has
 *   kept its old version, and what was verified is there for the next run
 */
export async function pull(options: PullOptions): Promise<Pulled> {
  const { video, nodes, policy, out, patienceMs, signal } = options
  const startedMs = performance.now()
  const found = await findFile({ nodes, video, fetch: RUNTIME.fetch, clock: realClock, patienceMs, signal })
  if (found.kind !== 'found') throw new NoSourceError(found.kind)
  const { file, isVerified, delays } = found
  const readable = nodes.filter(({ name }) => found.sources.includes(name))
  const known = readable.map((node) => {
    const delayMs = delays.get(node.name)
    return delayMs === undefined ? node : { ...node, delayMs }
  })
  const tally = new Tally(nodes.map(({ name }) => name))
  const read: Read = { ...options, nodes: known, policy, file, tally }

  const result = typeof out === 'string' ? await intoFile(read, out) : await intoStream(read, out)
  return { file, isVerified, tally, elapsedMs: performance.now() - startedMs, ...result }
}

interface Read extends PullOptions {
  readonly file: SwarmFile
  readonly tally: Tally
}

type Result = Pick<Pulled, 'sha256' | 'resumedBytes'>

async function intoFile(read: Read, target: string): Promise<Result> {
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
  return { sha256: await part.finish(mtimeMs), resumedBytes }
}

async function intoStream(read: Read, out: Writable): Promise<Result> {
  read.onBegin?.(read.file, read.tally, 0)
  await withSwarm(read, { mode: 'stream' }, async (swarm, stop) => {
    const reader = swarm.open(0, read.file.size - 1)
    stop.addEventListener('abort', () => reader.cancel())
    for (;;) {
      const bytes = await reader.next()
      if (bytes === undefined) break
      if (!out.write(bytes)) await once(out, 'drain', { signal: stop })
    }
  })
  return { sha256: undefined, resumedBytes: 0 }
}

/**
 * Runs a swarm until it is done, somebody stops it, or nothing comes any more.
 * @param use ends early when its signal aborts
 */
async function withSwarm(
  { nodes, policy, file, tally, patienceMs, signal, onEvent }: Read,
  options: Partial<ConstructorParameters<typeof Swarm>[0]>,
  use: (swarm: Swarm, stop: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController()
  let patience: NodeJS.Timeout | undefined
  const startPatience = (): void => {
    clearTimeout(patience)
    patience = setTimeout(() => {
      stop.abort(new Error(explainStandstill(file, tally, patienceMs, policy)))
    }, patienceMs)
  }
  const swarm = new Swarm({
    file,
    nodes,
    policy,
    ...RUNTIME,
    onEvent: (event) => {
      if (tally.add(event) || event.type === 'delivered') startPatience()
      onEvent?.(event)
    },
    ...options,
  })
  const end = AbortSignal.any([signal, stop.signal])
  const onEnd = (): void => swarm.close()
  end.addEventListener('abort', onEnd)
  startPatience()
  try {
    end.throwIfAborted()
    await use(swarm, end)
    end.throwIfAborted()
  } catch (error) {
    end.throwIfAborted() // why it was stopped says more than that it was
    throw error
  } finally {
    clearTimeout(patience)
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
