/** Runs a swarm for a download until it is done, somebody stops it, or nothing comes any more. */
import { RUNTIME } from '../http-client/runtime.ts'
import type { SwarmEvent } from '../swarm/events.js'
import type { SwarmFile } from '../swarm/fetch-range.js'
import type { NodeAddress } from '../swarm/node.js'
import { type Policy, Swarm } from '../swarm/swarm.js'
import { Patience } from './patience.ts'
import { describeChunks, type Tally } from './tally.ts'

/** What is read, from whom, and who is told. */
export interface Read {
  readonly file: SwarmFile
  /** in the order of the node list */
  readonly nodes: readonly NodeAddress[]
  readonly policy: Policy
  readonly tally: Tally
  /** without a new chunk for so long, no node can complete the file */
  readonly patienceMs: number
  readonly signal: AbortSignal
  /** told once, when it is known what there is to read */
  readonly onBegin?: (file: SwarmFile, tally: Tally, resumedBytes: number) => void
  /** told of whatever the swarm does, when the tally has it */
  readonly onEvent?: (event: SwarmEvent) => void
}

/**
 * Runs a swarm, and closes it.
 * @param use ends early when its signal aborts
 * @throws Error that tells of each node why it cannot complete the file, the signal's reason, or what `use` throws
 */
export async function runSwarm(
  { nodes, policy, file, tally, patienceMs, signal, onEvent }: Read,
  options: Pick<ConstructorParameters<typeof Swarm>[0], 'mode' | 'have' | 'onChunk' | 'usesMemoryAgain'>,
  use: (swarm: Swarm, stop: AbortSignal, patience: Patience) => Promise<void>,
): Promise<void> {
  const stop = new AbortController()
  const patience = new Patience(patienceMs, () =>
    stop.abort(new Error(explainStandstill(file, tally, patienceMs, policy))),
  )
  const swarm = new Swarm({
    file,
    nodes,
    policy,
    ...RUNTIME,
    onEvent: (event) => {
      if (tally.add(event) || event.type === 'delivered') patience.renew()
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

/** What keeps each node from completing the file. Pure. */
function explainStandstill(file: SwarmFile, tally: Tally, patienceMs: number, policy: Policy): string {
  const nodes = [...tally.nodes.values()].filter(({ name }) => policy.kind !== 'only' || name === policy.node)
  const reasons = nodes.map(({ name, rejected, why }) => {
    const open = rejected.filter((chunk) => !tally.broughtBy.has(chunk))
    return open.length > 0 ? `${name} sent ${describeChunks(open)} with a wrong hash` : `${name}: ${why}`
  })
  return `No node can complete ${file.name}: nothing came for ${patienceMs / 1000} s (${reasons.join('; ')})`
}
