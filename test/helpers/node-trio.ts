/**
 * Three faulty nodes with the same video, of different speed, and a few such trios for tests that run at the
 * same time: starting a process takes longer than most of what is tested with it.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { SwarmFile } from '../../src/swarm/fetch-range.js'
import type { NodeAddress } from '../../src/swarm/node.js'
import { FaultyNode } from './faulty-node.ts'
import { writeReplicaWithManifest } from './storage.ts'

/** The nodes of every trio, the fastest first. */
const SHAPES = [
  { name: 'node1', latencyMs: 20, bytesPerSecond: 2 * 2 ** 20 },
  { name: 'node2', latencyMs: 50, bytesPerSecond: 1.5 * 2 ** 20 },
  { name: 'node3', latencyMs: 80, bytesPerSecond: 2 ** 20 },
] as const

export type TrioName = (typeof SHAPES)[number]['name']

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Three nodes, without a fault whenever a test gets them. */
export class NodeTrio {
  readonly nodes: readonly FaultyNode[]

  constructor(nodes: readonly FaultyNode[]) {
    this.nodes = nodes
  }

  /** @throws Error when there is no such node */
  node(name: string): FaultyNode {
    const node = this.nodes.find((node) => node.name === name)
    if (node === undefined) throw new Error(`There is no ${name}`)
    return node
  }

  /** As a swarm wants them. */
  get addresses(): NodeAddress[] {
    return this.nodes.map(({ name, url, healthUrl, config }) => ({
      ...{ name, url, healthUrl },
      delayMs: config.latencyMs,
    }))
  }

  /** Ends what a test did to them. */
  async recover(): Promise<void> {
    await Promise.all(
      this.nodes.map(async (node) => {
        if (!node.isRunning) return node.restart()
        node.resume()
        await node.setFault({ kind: 'none' })
      }),
    )
  }
}

/** The trios of one test file, and their video. */
export class TrioPool {
  readonly content: Buffer
  readonly file: SwarmFile & { readonly chunks: readonly string[]; readonly sha256: string }
  readonly #folder: string
  readonly #all: NodeTrio[] = []
  readonly #free: NodeTrio[] = []
  readonly #queue: ((trio: NodeTrio) => void)[] = []

  private constructor(sizeBytes: number, chunkSize: number) {
    this.#folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'trio-test-')))
    this.content = randomBytes(sizeBytes)
    const chunks: string[] = []
    for (let start = 0; start < sizeBytes; start += chunkSize) {
      chunks.push(sha256(this.content.subarray(start, start + chunkSize)))
    }
    const name = 'talk — première.mp4'
    writeReplicaWithManifest(this.#folder, name, this.content)
    this.file = { name, size: sizeBytes, chunkSize, chunks, sha256: sha256(this.content) }
  }

  /** Starts them. Whoever does must close the pool. */
  static async open(trios: number, sizeBytes: number, chunkSize: number): Promise<TrioPool> {
    const pool = new TrioPool(sizeBytes, chunkSize)
    for (let count = 0; count < trios; count++) {
      const nodes = SHAPES.map(({ name, latencyMs, bytesPerSecond }) => {
        const bandwidthKbps = (bytesPerSecond * 8) / 1000
        return FaultyNode.start({ name, root: pool.#folder, latencyMs, bandwidthKbps })
      })
      const trio = new NodeTrio(await Promise.all(nodes))
      pool.#all.push(trio)
      pool.#free.push(trio)
    }
    return pool
  }

  /** Lends a trio, when one is free, for as long as `act` takes. */
  async use<T>(act: (trio: NodeTrio) => Promise<T>): Promise<T> {
    const trio = this.#free.pop() ?? (await new Promise<NodeTrio>((resolve) => this.#queue.push(resolve)))
    try {
      return await act(trio)
    } finally {
      await trio.recover()
      const next = this.#queue.shift()
      if (next === undefined) this.#free.push(trio)
      else next(trio)
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.flatMap(({ nodes }) => nodes.map((node) => node.kill())))
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
