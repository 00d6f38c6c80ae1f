/** A file, its replicas on three nodes, and where readers put what they have read. */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { NODE_DEFAULTS, type NodeConfig } from '../src/node-list.ts'
import { manifestPath } from '../src/replication/manifest.ts'
import { replicate } from '../src/replication/replicate.ts'
import type { Manifest } from '../src/version/manifest.js'
import { FaultyNode } from '../test/helpers/faulty-node.ts'
import { hasAria2 } from './aria2.ts'
import { SHAPES, type Shape } from './happenings.ts'
import { freePorts } from './servers.ts'

/** Size of the file. */
export const FILE_BYTES = 64 * 1024 * 1024
/** Its storage name. */
export const NAME = 'file.mp4'

export class Site {
  readonly folder: string
  readonly output: string
  readonly manifest: Manifest
  readonly hasAria2 = hasAria2()
  readonly #configs: readonly NodeConfig[]

  private constructor(folder: string, configs: readonly NodeConfig[]) {
    this.folder = folder
    this.#configs = configs
    this.output = path.join(folder, 'output', NAME)
    const [first] = configs
    this.manifest = JSON.parse(readFileSync(manifestPath(first?.root ?? '', NAME), 'utf8')) as Manifest
  }

  /** @param shapes of the nodes */
  static async make(
    folder: string,
    shapes: readonly Shape[] = SHAPES,
    fileBytes = FILE_BYTES,
  ): Promise<Site> {
    // A listener that ends us lets what we have started end with us, as an untouched signal would not.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
    const source = path.join(folder, NAME)
    writeFileSync(source, randomBytes(fileBytes))
    mkdirSync(path.join(folder, 'output'))
    const ports = await freePorts(shapes.length)
    const configs = shapes.map(({ latencyMs, bytesPerSecond }, index) => {
      const name = `node${index + 1}`
      const bandwidthKbps = (bytesPerSecond * 8) / 1000
      const root = path.join(folder, name)
      return { ...NODE_DEFAULTS, name, port: ports[index] ?? 0, latencyMs, bandwidthKbps, root }
    })
    const { outcomes } = await replicate({ file: source, name: NAME, nodes: configs })
    if (outcomes.some(({ outcome }) => outcome.kind !== 'replicated')) throw new Error('Cannot replicate')
    return new Site(folder, configs)
  }

  startNodes(): Promise<FaultyNode[]> {
    return Promise.all(this.#configs.map((config) => FaultyNode.start(config, { nodes: this.#configs })))
  }

  get roots(): string[] {
    return this.#configs.map(({ root }) => root)
  }

  /** @throws Error unless what was read is the source; then it goes away */
  checkOutput(): void {
    const isThere = existsSync(this.output)
    const sha256 = isThere ? createHash('sha256').update(readFileSync(this.output)).digest('hex') : 'nothing'
    if (sha256 !== this.manifest.sha256) throw new Error(`What was read is not the source: ${sha256}`)
    rmSync(this.output)
  }
}
