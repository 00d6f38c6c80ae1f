/**
 * A real node in a process of its own, whose faults are switched while it runs, and which can be killed,
 * hung and started again on its port. Imports no test runner: the bench uses it too.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { NODE_DEFAULTS, type NodeConfig } from '../../src/node-list.ts'
import { endWithUs, LOADER } from './child.ts'
import type { Fault, NodeCount, Order, Report } from './fault.ts'

const SCRIPT = fileURLToPath(new URL('faulty-node-process.ts', import.meta.url))

/** A node without a name or a port gets some. */
export type FaultyNodeConfig = Partial<NodeConfig> & Pick<NodeConfig, 'root'>

/** What to start it with, apart from its config. */
export interface FaultyNodeOptions {
  /** the node list, whose web origins may read */
  readonly nodes?: readonly NodeConfig[]
}

export class FaultyNode {
  readonly name: string
  #config: NodeConfig
  readonly #options: FaultyNodeOptions
  #child: ChildProcess | undefined
  #lastId = 0
  readonly #orders = new Map<number, { resolve(count: NodeCount): void; reject(why: Error): void }>()

  private constructor(config: FaultyNodeConfig, options: FaultyNodeOptions) {
    this.#config = { ...NODE_DEFAULTS, name: 'node1', port: 0, latencyMs: 0, ...config }
    this.#options = options
    this.name = this.#config.name
  }

  /** Starts a node without a fault and waits until it listens. Whoever starts it must stop it. */
  static async start(config: FaultyNodeConfig, options: FaultyNodeOptions = {}): Promise<FaultyNode> {
    const node = new FaultyNode(config, options)
    await node.restart()
    return node
  }

  get port(): number {
    return this.#config.port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get healthUrl(): string {
    return `${this.url}/health`
  }

  get config(): NodeConfig {
    return this.#config
  }

  get isRunning(): boolean {
    return this.#child !== undefined
  }

  /** @throws Error when the node does not run */
  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error(`${this.name} does not run`)
    return this.#child.pid
  }

  /** Starts it again, on the port that it had, without a fault. */
  async restart(): Promise<void> {
    if (this.#child !== undefined) throw new Error(`${this.name} runs already`)
    const args = [SCRIPT, JSON.stringify(this.#config), JSON.stringify(this.#options.nodes ?? [])]
    const stdio = ['ignore', 'pipe', 'inherit', 'ipc'] as const
    const child = endWithUs(spawn(process.execPath, [...LOADER, ...args], { stdio: [...stdio] }))
    this.#child = child
    child.on('message', ({ id, count }: Report) => {
      this.#orders.get(id)?.resolve(count)
      this.#orders.delete(id)
    })
    const ended = once(child, 'exit').then(() => {
      if (this.#child === child) this.#child = undefined
      for (const order of this.#orders.values()) order.reject(new Error(`${this.name} ended`))
      this.#orders.clear()
    })
    if (child.stdout === null) throw new Error(`${this.name} has no output to read`)
    const line = once(createInterface({ input: child.stdout }), 'line')
    const first = await Promise.race([line, ended])
    if (first === undefined) throw new Error(`${this.name} ended before it listened`)
    this.#config = { ...this.#config, port: Number(first[0]) }
  }

  /** Waits until the fault is in force. */
  async setFault(fault: Fault): Promise<void> {
    await this.#order({ fault })
  }

  /** What it has seen since it was last started. */
  count(): Promise<NodeCount> {
    return this.#order({})
  }

  /** The machine is gone: no goodbye. Does nothing when it does not run. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    child.kill('SIGKILL')
    await once(child, 'exit')
    this.#child = undefined
  }

  /** It takes connections, and says nothing, until {@link FaultyNode.resume}. */
  hang(): void {
    process.kill(this.pid, 'SIGSTOP')
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT')
  }

  #order(order: Omit<Order, 'id'>): Promise<NodeCount> {
    const child = this.#child
    if (child === undefined) return Promise.reject(new Error(`${this.name} does not run`))
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#orders.set(id, { resolve, reject })
      child.send({ id, ...order } satisfies Order)
    })
  }
}
