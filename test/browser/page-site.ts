/** Nodes in this process whose list and page a test exchanges, as a teacher does between two lessons. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { ReplyRecord } from '../../src/node/log.ts'
import type { PageFolders } from '../../src/node/page-files.ts'
import { type RunningNode, startNode } from '../../src/node/server.ts'
import { NODE_DEFAULTS, type NodeConfig } from '../../src/node-list.ts'
import { replicate } from '../../src/replication/replicate.ts'
import { freePorts, temporaryFolder } from '../helpers/command.ts'

const SAMPLE = fileURLToPath(new URL('../../media/demo.mp4', import.meta.url))
const SRC = fileURLToPath(new URL('../../src', import.meta.url))
/** Eight times what the sample needs. */
const BANDWIDTH_KBPS = 5_000

export class PageSite {
  /** enough for all nodes, and for some that move */
  readonly ports: readonly number[]
  readonly #folder: string
  #running: RunningNode[] = []
  /** targets for which browsers asked as for another project's service worker */
  readonly othersWorkers: string[] = []

  private constructor(folder: string, ports: readonly number[]) {
    this.#folder = folder
    this.ports = ports
  }

  static async make(): Promise<PageSite> {
    const site = new PageSite(temporaryFolder(), await freePorts(6))
    await replicate({ file: SAMPLE, name: 'demo.mp4', nodes: [1, 2, 3].map((n) => site.node(n)) })
    onTestFinished(() => site.stop())
    return site
  }

  /** A node as it stands in a list. @param number from 1 on */
  node(number: number, change: Partial<NodeConfig> = {}): NodeConfig {
    const [name, port] = [`node${number}`, this.ports[number - 1] ?? 0]
    const root = path.join(this.#folder, name)
    return { ...NODE_DEFAULTS, name, port, latencyMs: 50, bandwidthKbps: BANDWIDTH_KBPS, root, ...change }
  }

  get origin(): string {
    return `http://127.0.0.1:${this.ports[0]}`
  }

  get page(): string {
    return `${this.origin}/watch/demo.mp4`
  }

  /**
   * Starts the nodes of a list, instead of those that run.
   * @param version of the page
   * @param atWorkersStart what the service worker of that version does first
   */
  async start(nodes: readonly NodeConfig[], version?: number, atWorkersStart = ''): Promise<void> {
    await this.stop()
    const pageFolders = version === undefined ? undefined : this.#pageOf(version, atWorkersStart)
    const onReply = ({ isOthersWorker, target }: ReplyRecord): void => {
      if (isOthersWorker) this.othersWorkers.push(target)
    }
    for (const node of nodes)
      this.#running.push(await startNode(node, { nodes, onReply, ...(pageFolders && { pageFolders }) }))
  }

  /** Stops one of those that run. @param index in their list */
  async stopNode(index: number): Promise<void> {
    await this.#running.splice(index, 1)[0]?.close()
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = []
    await Promise.all(running.map((node) => node.close()))
  }

  /** The page as it is, but that the page itself, its style and its scripts each tell their version. */
  #pageOf(version: number, atWorkersStart: string): PageFolders {
    const folder = path.join(this.#folder, `page ${version}`)
    mkdirSync(folder)
    const below = {
      player: path.join(folder, 'player'),
      verdict: path.join(folder, 'verdict'),
      lab: path.join(folder, 'lab'),
      swarm: path.join(folder, 'swarm'),
      version: path.join(folder, 'version'),
      words: path.join(folder, 'words'),
    }
    for (const [room, copy] of Object.entries(below)) cpSync(path.join(SRC, room), copy, { recursive: true })
    const edit = (name: string, change: (text: string) => string): void => {
      const file = path.join(below.player, name)
      writeFileSync(file, change(readFileSync(file, 'utf8')))
    }
    edit('watch.html', (text) => text.replace('<body>', `<body data-page="${version}">`))
    edit('watch.css', (text) => `${text}\n:root { --version: ${version} }\n`)
    edit('first.js', (text) => `${text}\nglobalThis.firstVersion = ${version}\n`)
    edit('worker.js', (text) => `${atWorkersStart}\n${text}\n// version ${version}\n`)
    edit('page/page.js', (text) => `${text}\nglobalThis.pageVersion = ${version}\n`)
    return below
  }
}
