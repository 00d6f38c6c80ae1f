/** Copies one file into the storage of many nodes: one read of the source, many writes, hashes on the way. */

import { explainFileError } from '../file-errors.ts'
import { findLookalike } from '../lookalike.ts'
import { checkMedia } from '../media-check/check.ts'
import type { NodeConfig } from '../node-list.ts'
import { storageNameProblem } from '../storage-name.ts'
import { Destination } from './destination.ts'
import { EarlyFlush } from './early-flush.ts'
import type { Notice } from './notices.ts'
import { type Hashes, Source } from './source.ts'
import { readClaims, whatReadersGet, wouldCount } from './versions.ts'

/** How it went on one node. `failed`: what stood there before stands there still. */
export type Outcome =
  | { readonly kind: 'replicated' | 'up to date' }
  | { readonly kind: 'failed'; readonly why: string }

/** How far a node is: bytes written or, while `checking`, not known. */
export interface Progress {
  readonly node: NodeConfig
  readonly state: 'checking' | 'copying' | 'flushing' | Outcome['kind']
  readonly doneBytes: number
  readonly totalBytes: number
}

export interface ReplicateOptions {
  /** path of the source */
  readonly file: string
  /** storage name of the replicas */
  readonly name: string
  readonly nodes: readonly NodeConfig[]
  /** all nodes that readers ask; default: `nodes` */
  readonly among?: readonly NodeConfig[]
  readonly onNotice?: (notice: Notice) => void
  readonly onProgress?: (progress: Progress) => void
  /** ends the copying; what is complete on a node by then stays */
  readonly signal?: AbortSignal
}

export interface Result {
  readonly sizeBytes: number
  /** in the order of the nodes */
  readonly outcomes: readonly { readonly node: NodeConfig; readonly outcome: Outcome }[]
}

/**
 * Replicates a file. A node that fails does not stop the others.
 * @throws Error when nothing can be replicated at all: the name or the source is at fault, or `signal` aborts
 */
export async function replicate(options: ReplicateOptions): Promise<Result> {
  const problem = storageNameProblem(options.name)
  if (problem !== undefined)
    throw new Error(
      `Cannot use "${options.name}" as the name of a replica: ${problem}. Choose another with --as NAME.`,
    )
  const source = await Source.open(options.file)
  const run = new Replication(source, options)
  try {
    const finding = await checkMedia(options.name, source.sizeBytes, source.readAt)
    if (finding !== undefined) options.onNotice?.({ kind: 'media', finding })
    await run.open()
    await run.skipEqual()
    await run.copy()
    await run.lookAtReaders()
    return {
      sizeBytes: source.sizeBytes,
      outcomes: options.nodes.map((node) => ({ node, outcome: run.outcomeOf(node) })),
    }
  } finally {
    await run.close()
    await source.close()
  }
}

/** One call of {@link replicate}: the nodes that are still being worked on, and what became of the others. */
class Replication {
  readonly #source: Source
  readonly #options: ReplicateOptions
  readonly #signal: AbortSignal
  readonly #outcomes = new Map<NodeConfig, Outcome>()
  #pending: Destination[] = []
  #hashes: Hashes | undefined

  constructor(source: Source, options: ReplicateOptions) {
    this.#source = source
    this.#options = options
    this.#signal = options.signal ?? new AbortController().signal
  }

  outcomeOf(node: NodeConfig): Outcome {
    return this.#outcomes.get(node) ?? { kind: 'failed', why: 'it was not reached' }
  }

  /** Prepares every storage. */
  async open(): Promise<void> {
    for (const node of this.#options.nodes) {
      try {
        this.#pending.push(await Destination.open(node, this.#options.name))
      } catch (error) {
        this.#fail(node, error)
      }
    }
    const own = this.#pending.find((destination) => destination.isFile(this.#source))
    if (own !== undefined) {
      throw new Error(
        `Cannot replicate ${this.#source.file}: it is the replica of ${own.node.name} itself. Name the other nodes with --to.`,
      )
    }
    await this.#tellLookalikes()
  }

  async #tellLookalikes(): Promise<void> {
    const { name } = this.#options
    const nodes: string[] = []
    for (const { node } of this.#pending)
      if ((await findLookalike(node.root, name)) !== undefined) nodes.push(node.name)
    if (nodes.length > 0) this.#options.onNotice?.({ kind: 'lookalike', nodes })
  }

  get #readersNodes(): readonly NodeConfig[] {
    return this.#options.among ?? this.#options.nodes
  }

  /** Tells when readers get another version than the one that was replicated. */
  async lookAtReaders(): Promise<void> {
    const isDone = [...this.#outcomes.values()].some(({ kind }) => kind !== 'failed')
    if (!isDone || this.#hashes === undefined) return
    const versions = whatReadersGet(await readClaims(this.#readersNodes, this.#options.name))
    const { sha256 } = this.#hashes
    const [by] = versions
    if (by === undefined || by.sha256 === sha256) return
    const ours = versions.find((version) => version.sha256 === sha256)
    this.#options.onNotice?.({ kind: 'overtaken', by, ours })
  }

  /** Settles the nodes that have this content already: looked for by size, proved by hash. */
  async skipEqual(): Promise<void> {
    const candidates = this.#pending.filter((destination) => destination.hasSizeOf(this.#source))
    if (candidates.length === 0) return
    for (const { node } of candidates) this.#report(node, 'checking', 0)
    const hashes = await this.#source.read(async () => this.#goesOn())
    if (hashes === undefined) return
    this.#hashes = hashes
    const equal: Destination[] = []
    await this.#forEach(candidates, async (destination) => {
      if (await destination.hasContent(hashes, this.#signal)) equal.push(destination)
    })
    if (await this.#isTouchedToCount(hashes, equal)) return
    await this.#forEach(equal, async (destination) => {
      await destination.ensureManifest(hashes)
      this.#settle(destination.node, { kind: 'up to date' })
    })
  }

  /**
   * Has the source been given a newer time so that its content counts again? Then the nodes that have the
   * content get it anew with that time: who reads the old file reads on.
   */
  async #isTouchedToCount(hashes: Hashes, equal: readonly Destination[]): Promise<boolean> {
    const claims = await readClaims(this.#readersNodes, this.#options.name)
    const [now] = whatReadersGet(claims)
    if (now === undefined || now.sha256 === hashes.sha256) return false
    const { sizeBytes: size, modificationTimeMs: mtimeMs } = this.#source
    const manifest = { version: 1, name: this.#options.name, size, mtimeMs, ...hashes } as const
    return wouldCount(
      claims,
      manifest,
      equal.map(({ node }) => node.name),
    )
  }

  /** Copies to the nodes that are left. */
  async copy(): Promise<void> {
    await this.#forEach(this.#pending, (destination) => destination.begin())
    if (this.#pending.length === 0) return
    const early = new EarlyFlush()
    const hashes = await this.#source.read(async (block, position) => {
      await this.#forEach(this.#pending, async (destination) => {
        await destination.write(block, position)
        this.#report(destination.node, 'copying', position + block.length)
      })
      early.note(this.#pending, block.length)
      return this.#goesOn()
    })
    await early.ended
    if (hashes === undefined) return
    this.#hashes = hashes
    await this.#forEach(this.#pending, async (destination) => {
      this.#report(destination.node, 'flushing', this.#source.sizeBytes)
      await destination.commit(hashes, this.#source)
      this.#settle(destination.node, { kind: 'replicated' })
    })
  }

  /** Gives up what is not complete. */
  async close(): Promise<void> {
    await Promise.all(this.#pending.map((destination) => destination.discard()))
  }

  /** Does one thing on several nodes at once; whoever fails is out. */
  async #forEach(
    destinations: readonly Destination[],
    act: (destination: Destination) => Promise<void>,
  ): Promise<void> {
    const results = await Promise.allSettled(destinations.map(act))
    this.#signal.throwIfAborted()
    for (const [index, result] of results.entries()) {
      const destination = destinations[index]
      if (result.status === 'fulfilled' || destination === undefined) continue
      await destination.discard()
      this.#fail(destination.node, result.reason)
    }
  }

  /** @throws the reason when the caller has given up */
  #goesOn(): boolean {
    this.#signal.throwIfAborted()
    return this.#pending.length > 0
  }

  #fail(node: NodeConfig, error: unknown): void {
    this.#settle(node, { kind: 'failed', why: explainFileError(error) })
  }

  #settle(node: NodeConfig, outcome: Outcome): void {
    this.#outcomes.set(node, outcome)
    this.#pending = this.#pending.filter((destination) => destination.node !== node)
    this.#report(node, outcome.kind, outcome.kind === 'failed' ? 0 : this.#source.sizeBytes)
  }

  #report(node: NodeConfig, state: Progress['state'], doneBytes: number): void {
    this.#options.onProgress?.({ node, state, doneBytes, totalBytes: this.#source.sizeBytes })
  }
}
