/** The nodes of a rehearsal: processes of its own, on free ports, with folders that go when they do. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { NodeProcess } from '../demo/node-process.ts'
import { impairmentsOf } from '../impairments.ts'
import { LabClient, LabError } from '../lab/client.js'
import { NODE_DEFAULTS, type NodeConfig, nodeUrl } from '../node-list.ts'
import type { ScenarioNode } from '../scenario/scenario.ts'
import type { Action } from '../verdict/action.js'

export class Stage {
  readonly nodes: readonly NodeConfig[]
  readonly #folder: string
  readonly #processes: readonly NodeProcess[]
  readonly #labs: readonly LabClient[]

  private constructor(folder: string, nodes: readonly NodeConfig[], config: string) {
    this.#folder = folder
    this.nodes = nodes
    const args = ['--config', config, '--lab', '--quiet']
    this.#processes = nodes.map(({ name }) => new NodeProcess({ name, args, onLine: () => {} }))
    this.#labs = nodes.map((node) => new LabClient(nodeUrl(node)))
  }

  /** Starts the nodes. @throws Error when one cannot be started; then nothing is left of the others */
  static async open(scenarioNodes: readonly ScenarioNode[]): Promise<Stage> {
    const folder = await mkdtemp(path.join(tmpdir(), 'rehearsal-'))
    const nodes = await listNodes(scenarioNodes, folder)
    const config = path.join(folder, 'nodes.json')
    const stage = new Stage(folder, nodes, config)
    try {
      await writeFile(config, JSON.stringify({ nodes }))
      await Promise.all(stage.#processes.map((node) => node.start()))
      await Promise.all(stage.#labs.map((lab) => lab.read())) // so that the first fault is in force at once
      return stage
    } catch (error) {
      await stage.close()
      throw error
    }
  }

  /** Does one thing to one node. @returns why it could not be done, or `undefined` */
  async act(action: Action, seed: number): Promise<string | undefined> {
    const index = this.nodes.findIndex(({ name }) => name === action.node)
    const [lab, running] = [this.#labs[index], this.#processes[index]]
    if (lab === undefined || running === undefined) return `there is no ${action.node}`
    try {
      if (action.kind === 'set')
        await lab.set({ seed, faults: action.faults, impairments: action.impairments })
      else if (action.kind === 'crash') await running.kill()
      else if (action.kind === 'start') await running.start()
      else await lab.heal()
      return undefined
    } catch (error) {
      // A node that is away, or refuses for a time, has nothing left to heal when it is back.
      if (action.kind === 'heal' && error instanceof LabError && error.isUnanswered) return undefined
      return `${action.node} ${error instanceof Error ? error.message : String(error)}`
    }
  }

  /** Ends the nodes and removes their folders. */
  async close(): Promise<void> {
    await Promise.all(this.#processes.map((node) => node.stop()))
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function listNodes(nodes: readonly ScenarioNode[], folder: string): Promise<NodeConfig[]> {
  const ports = await freePorts(nodes.length)
  return nodes.map((node, index) => ({
    ...NODE_DEFAULTS,
    ...impairmentsOf(node),
    name: node.name,
    port: ports[index] ?? 0,
    root: path.join(folder, String(index + 1)), // a name may be anything
  }))
}

/** All at once, so that no two are the same. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer()
          server.once('error', reject)
          server.listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
