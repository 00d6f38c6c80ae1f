/** Who started this node and can start others: `npm start`, over the channel between the two processes. */
import { isRecord } from '../../lab/faults.js'

/** Starts nodes that are not there. */
export interface Starter {
  /** those that it can start */
  readonly names: readonly string[]
  /** @param afterMs not before, and then only if it is not there */
  start(name: string, afterMs: number): void
}

/**
 * Listens to whoever started this process.
 * @param onStarter told when that can start nodes
 */
export function meetStarter(onStarter: (starter: Starter) => void): void {
  process.on('message', (message: unknown) => {
    if (!isRecord(message) || !Array.isArray(message['starts'])) return
    onStarter({
      names: message['starts'].map(String),
      start: (name, afterMs) => void process.send?.({ start: name, afterMs }),
    })
  })
}
