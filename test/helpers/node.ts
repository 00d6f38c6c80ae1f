/** A real node on a free port, in this process, that lasts for one test. */
import { expect, onTestFinished } from 'vitest'
import type { ReplyRecord } from '../../src/node/log.ts'
import { type NodeOptions, type RunningNode, startNode } from '../../src/node/server.ts'
import { NODE_DEFAULTS, type NodeConfig } from '../../src/node-list.ts'
import { temporaryFolder } from './storage.ts'

export interface TestNode extends RunningNode {
  /** its storage folder */
  readonly root: string
  /** of every reply that has ended, in that order */
  readonly records: ReplyRecord[]
}

/**
 * Starts a node over an empty temporary storage, unless `config` names another, and closes it when the
 * test has finished. A request that was the node's own fault fails the test.
 */
export async function startTestNode(
  config: Partial<NodeConfig> = {},
  options: NodeOptions = {},
): Promise<TestNode> {
  const root = config.root ?? temporaryFolder()
  const records: ReplyRecord[] = []
  const faults: unknown[] = []
  const node = await startNode(
    { ...NODE_DEFAULTS, name: 'node1', port: 0, latencyMs: 0, ...config, root },
    { onReply: (record) => records.push(record), onFault: (error) => faults.push(error), ...options },
  )
  onTestFinished(async () => {
    await node.close()
    expect(faults).toEqual([])
  })
  return { ...node, root, records }
}
